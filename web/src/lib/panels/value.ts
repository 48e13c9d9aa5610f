/** Values of config and summary as numbers and as texts. */
import { measure } from '../i18n/format';

const SPECIAL: Readonly<Record<string, number>> = {
  NaN: NaN,
  Infinity: Infinity,
  '-Infinity': -Infinity,
};

/** A value as a number: booleans count as 0 and 1, the texts that stand for NaN and infinity as what they mean; else null. */
export function numeric(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'string' ? (SPECIAL[value] ?? null) : null;
}

/** A value in a few characters. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number') return measure(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
