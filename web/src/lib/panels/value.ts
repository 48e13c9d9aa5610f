/** Values of config and summary as numbers and as texts. */
import { exactTime, measure } from '../i18n/format';

const SPECIAL: Readonly<Record<string, number>> = {
  NaN: NaN,
  Infinity: Infinity,
  '-Infinity': -Infinity,
};

/** Whether a value is a moment, as the server writes them. */
export const isDate = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value);

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
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object'))
    return value.length > 0 ? value.map(valueText).join(', ') : '–';
  if (isDate(value)) return exactTime(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
