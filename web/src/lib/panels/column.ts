/** Which column of the run table a panel's metric is, and the scale on which its values lie. */
import { exactTime, measure, tick, timeTick } from '../i18n/format';
import { isDate, numeric, valueText } from './value';

/** The column of a metric in any of the vendor's spellings: `loss`, `summary:loss`, `config:lr.value`, `c::lr`, `run:createdAt`. */
export function columnOfMetric(metric: string): string {
  const [, section, name] = /^(config|summary_metrics|summary|run|c:)[:.](.+)$/.exec(metric) ?? [];
  if (!section || !name) return `summary_metrics.${metric}`;
  if (section === 'run') return name;
  if (section.startsWith('summary')) return `summary_metrics.${name}`;
  return `config.${name.replace(/\.value(?=\.|$)/, '')}`;
}

/** The vendor's spelling of a column for scatter plots and parallel coordinates. */
export function metricOfColumn(column: string): string {
  const [, section, name = ''] = /^(config|summary_metrics)\.(.+)$/.exec(column) ?? [];
  if (!section) return `run:${column}`;
  if (section === 'summary_metrics') return `summary:${name}`;
  const [first, ...rest] = name.split('.');
  return `config:${[first, 'value', ...rest].join('.')}`;
}

/** What people call a column. */
export const columnName = (column: string): string =>
  column.replace(/^(config|summary_metrics)\./, '');

/** A column's values as places on an axis. */
export interface Scale {
  kind: 'number' | 'date' | 'category';
  /** The place of a value; null for one that has none. */
  at: (value: unknown) => number | null;
  /** The ends of the axis. */
  range: [min: number, max: number];
  /** Texts at places of a categorical axis, in order. */
  categories: readonly string[];
  label: (place: number) => string;
}

const order = new Intl.Collator('en', { numeric: true });

/** Numbers and dates are measured; with any other value the axis has a place a text. */
export function scaleOf(values: readonly unknown[], log = false): Scale {
  const present = values.filter((value) => value !== null && value !== undefined);
  const date = present.length > 0 && present.every(isDate);
  const place = (value: unknown): number | null => {
    const own = date && typeof value === 'string' ? Date.parse(value) : numeric(value);
    return own === null || !Number.isFinite(own) || (log && own <= 0) ? null : own;
  };
  const booleans = present.every((value) => typeof value === 'boolean');
  if (!date && (booleans || present.some((value) => numeric(value) === null))) {
    const categories = [...new Set(present.map(valueText))].sort(order.compare);
    return {
      kind: 'category',
      categories,
      at: (value) =>
        value === null || value === undefined ? null : categories.indexOf(valueText(value)),
      range: [0, Math.max(1, categories.length - 1)],
      label: (at) => categories[Math.round(at)] ?? '',
    };
  }
  let [min, max] = [Infinity, -Infinity];
  for (const value of present) {
    const own = place(value) ?? NaN;
    if (own < min) min = own;
    if (own > max) max = own;
  }
  if (min > max) [min, max] = log ? [0.1, 1] : [0, 1];
  if (min === max) [min, max] = log ? [min / 2, max * 2] : [min - 0.5, max + 0.5];
  return {
    ...{ kind: date ? 'date' : 'number', categories: [], at: place, range: [min, max] },
    label: (at) => (date ? exactTime(at) : measure(at)),
  };
}

/** Round places on an axis, about `count` of them; powers of ten on a long logarithmic one. */
export function ticks([min, max]: readonly [number, number], count: number, log = false): number[] {
  if (log) {
    const [from, to] = [Math.ceil(Math.log10(min) - 1e-9), Math.floor(Math.log10(max) + 1e-9)];
    const step = Math.max(1, Math.ceil((to - from + 1) / count));
    const powers: number[] = [];
    for (let power = from; power <= to; power += step) powers.push(Number(`1e${power}`));
    if (powers.length > 1) return powers;
  }
  const rough = (max - min) / Math.max(1, count);
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step =
    [1, 2, 2.5, 5, 10].map((factor) => factor * unit).find((one) => one >= rough) ?? unit;
  const found: number[] = [];
  for (let at = Math.ceil(min / step); at * step <= max + step * 1e-9; at += 1)
    found.push(at * step);
  return found;
}

/** A tick's text. */
export function tickText(scale: Scale, at: number, largest: number): string {
  if (scale.kind === 'number') return tick(at, largest);
  const [min, max] = scale.range;
  return scale.kind === 'date' ? timeTick(at, max - min) : scale.label(at);
}

/** A function from values on an axis to pixels. */
export function pixels(
  [min, max]: readonly [number, number],
  [start, end]: readonly [number, number],
  log = false,
): (at: number) => number {
  const [low, high] = log ? [Math.log10(min), Math.log10(max)] : [min, max];
  return (at) => start + (((log ? Math.log10(at) : at) - low) / (high - low || 1)) * (end - start);
}

/** A text cut to about so many pixels, at 6.4 a character of the small size. */
export function cut(text: string, width: number): string {
  const most = Math.max(1, Math.floor(width / 6.4));
  return text.length > most ? `${text.slice(0, Math.max(1, most - 1))}…` : text;
}

/** A colour between low (0) and high (1): the vendor's gradient, or our own two ends. */
export function gradient(custom: unknown): (part: number) => string {
  const points = (Array.isArray(custom) ? custom : [])
    .filter(
      (point): point is { color: string; offset: number } =>
        typeof (point as { color?: unknown })?.color === 'string' &&
        typeof (point as { offset?: unknown })?.offset === 'number',
    )
    .sort((a, b) => a.offset - b.offset);
  const stops =
    points.length > 1
      ? points
      : [
          { color: 'var(--series-2)', offset: 0 },
          { color: 'var(--series-11)', offset: 50 },
          { color: 'var(--series-5)', offset: 100 },
        ];
  return (part) => {
    const at = Math.min(Math.max(part, 0), 1) * 100;
    const next = Math.max(
      1,
      stops.findIndex((stop) => stop.offset >= at),
    );
    const [a, b] = [stops[next - 1], stops[next]];
    if (!a || !b) return stops[0]?.color ?? 'gray';
    const share = ((at - a.offset) / (b.offset - a.offset || 1)) * 100;
    return `color-mix(in oklab, ${b.color} ${Math.min(100, Math.max(0, share)).toFixed(1)}%, ${a.color})`;
  };
}
