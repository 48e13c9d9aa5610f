/** Numbers, sizes, times and durations as people read them, by `Intl`. */
import { language } from './messages.svelte';

const SECOND = 1;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', DAY],
  ['hour', HOUR],
  ['minute', MINUTE],
];

/** Formatters are dear to make and asked for in every cell of a table: each is made once. */
const made = new Map<string, unknown>();
function once<Format, Options extends object>(
  kind: new (language: string, options: Options) => Format,
  options: NoInfer<Options>,
): Format {
  const key = `${kind.name} ${language()} ${Object.entries(options).join()}`;
  const known = made.get(key) as Format | undefined;
  if (known) return known;
  const format = new kind(language(), options);
  made.set(key, format);
  return format;
}

/** A moment as "5 minutes ago" up to a week, then as a date. */
export function relativeTime(moment: string | number, now = Date.now()): string {
  const date = new Date(moment);
  const seconds = (date.getTime() - now) / 1000;
  if (Math.abs(seconds) >= 7 * DAY) {
    return once(Intl.DateTimeFormat, { dateStyle: 'medium' }).format(date);
  }
  const format = once(Intl.RelativeTimeFormat, { numeric: 'auto', style: 'short' });
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(0, 'second');
}

/** A moment to the second, for tooltips and tables. */
export function exactTime(moment: string | number): string {
  const style = { dateStyle: 'medium', timeStyle: 'medium' } as const;
  return once(Intl.DateTimeFormat, style).format(new Date(moment));
}

/** A tick of an axis of time that is `span` milliseconds long: the day, or the time of day. */
export function timeTick(moment: number, span: number): string {
  const seconds = span / 1000;
  const style =
    seconds >= 2 * DAY
      ? ({ dateStyle: 'medium' } as const)
      : ({ timeStyle: seconds < 10 * MINUTE ? 'medium' : 'short' } as const);
  return once(Intl.DateTimeFormat, style).format(new Date(moment));
}

/** Seconds as `2h 05m`, `3m 20s`, `12s` or `0.4s`. */
export function duration(seconds: number): string {
  const pad = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const total = Math.abs(seconds);
  const sign = seconds < 0 ? '−' : '';
  if (total >= DAY) return `${sign}${Math.floor(total / DAY)}d ${pad((total % DAY) / HOUR)}h`;
  if (total >= HOUR) return `${sign}${Math.floor(total / HOUR)}h ${pad((total % HOUR) / MINUTE)}m`;
  if (total >= MINUTE) return `${sign}${Math.floor(total / MINUTE)}m ${pad(total % MINUTE)}s`;
  if (total >= 10 || Number.isInteger(total)) return `${sign}${Math.round(total)}s`;
  return `${sign}${Number(total.toPrecision(2))}s`;
}

/** Bytes with a binary unit. */
export function bytes(size: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let rest = size;
  let unit = 0;
  while (rest >= 1024 && unit < units.length - 1) {
    rest /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || rest >= 100 ? 0 : 1;
  return `${once(Intl.NumberFormat, { maximumFractionDigits: digits }).format(rest)} ${units[unit]}`;
}

/** An integer with separators. */
export const count = (value: number): string => once(Intl.NumberFormat, {}).format(value);

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** A measured value, exact enough to compare: up to `digits` significant ones, powers of ten when far out. */
export function measure(value: number, digits = 5): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) {
    const [mantissa = '', exponent = ''] = value.toExponential(digits - 2).split('e');
    return `${String(Number(mantissa)).replace('-', '−')}×10${power(Number(exponent))}`;
  }
  const format = { maximumSignificantDigits: digits } as const;
  return once(Intl.NumberFormat, format).format(value).replace('-', '−');
}

/** An exponent in superscript digits. */
export function power(exponent: number): string {
  const digits = [...String(Math.abs(exponent))].map((digit) => superscripts[Number(digit)]);
  return (exponent < 0 ? '⁻' : '') + digits.join('');
}

/** A tick of an axis: 1k, 2.5M, 0.25, 10⁻³; powers of ten when the axis' `largest` tick needs one. */
export function tick(value: number, largest = value): string {
  const size = Math.abs(value);
  if (size !== 0 && Math.abs(largest) < 1e-3) {
    const exponent = Math.floor(Math.log10(size) + 1e-9);
    const mantissa = Number((value / 10 ** exponent).toPrecision(3));
    const front =
      mantissa === 1 ? '' : mantissa === -1 ? '−' : `${String(mantissa).replace('-', '−')}×`;
    return `${front}10${power(exponent)}`;
  }
  for (const [unit, scale] of [
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    if (size >= scale)
      return `${String(Number((value / scale).toPrecision(6))).replace('-', '−')}${unit}`;
  }
  return String(Number(value.toPrecision(6))).replace('-', '−');
}
