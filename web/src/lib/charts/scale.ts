/** Ranges of a chart's axes, from the columns it shows. */
import type { Series } from '../api/series';
import { firstFrom } from './smooth';

export type Range = [min: number, max: number];

/** One run's line in a panel. */
export interface Line {
  id: string;
  /** The run, or the key of the group: lines that are pointed at together. */
  run: string;
  name: string;
  /** Any CSS colour. */
  color: string;
  /** Lengths of strokes and gaps in pixels. */
  dash?: readonly number[];
  width?: number;
  /** Points instead of a line. */
  points?: boolean;
  alpha?: number;
  /** The line as logged is drawn faintly behind the smoothed one. */
  original?: boolean;
  /** One of a group's runs, drawn behind the group; it has no name of its own. */
  member?: boolean;
  /** The line is the upper edge of an area on others; `values` are its own heights. */
  area?: { values: Float64Array };
  /** How many runs the line stands for. */
  count?: number;
  series: Series;
  /** What is drawn as the line: the mean, smoothed as asked. */
  y: Float64Array;
}

/** What holds a range of an axis: null where the data does. */
export type Bounds = [min: number | null, max: number | null];

/** The range of x over all lines. */
export function xRange(lines: readonly Line[], bounds: Bounds = [null, null], log = false): Range {
  let min = Infinity;
  let max = -Infinity;
  for (const { series } of lines) {
    const { x } = series;
    let first = 0;
    if (log) while (first < x.length && !((x[first] ?? 0) > 0)) first += 1;
    min = Math.min(min, x[first] ?? Infinity);
    max = Math.max(max, x[x.length - 1] ?? -Infinity);
    // A line that ends in NaN goes as far as its marks.
    for (const [at] of series.unusual ?? []) {
      if (log && at <= 0) continue;
      min = Math.min(min, at);
      max = Math.max(max, at);
    }
  }
  const found = settle(min, max, log);
  return bounded(found[0] === found[1] ? [found[0] - 0.5, found[1] + 0.5] : found, bounds, log);
}

/** A range where there is none, or one that a log axis cannot show. */
function settle(min: number, max: number, log: boolean): Range {
  if (min > max || (log && max <= 0)) return log ? [0.1, 1] : [0, 1];
  return [min, max];
}

/** The range with its ends replaced by those that somebody has set, as far as they make sense. */
function bounded([min, max]: Range, [low, high]: Bounds, log: boolean): Range {
  const from = low !== null && !(log && low <= 0) ? low : min;
  const to = high !== null && !(log && high <= 0) ? high : max;
  return from < to ? [from, to] : [min, max];
}

/** How much of the middle counts when outliers are left out, and how far around it the picture goes. */
const MIDDLE = [0.05, 0.95] as const;
const AROUND = 0.5;
/** Enough values to know where the middle is. */
const SAMPLE = 5000;

/** The range that leaves outliers out: the middle nine tenths of the values and half as much around it, never more than all. */
function trimmed(lines: readonly Line[], [from, to]: Range, log: boolean, all: Range): Range {
  const total = lines.reduce((sum, line) => sum + line.y.length, 0);
  const stride = Math.max(1, Math.floor(total / SAMPLE));
  const values: number[] = [];
  let count = 0;
  for (const { series, y } of lines) {
    for (let i = 0; i < y.length; i += 1) {
      const [x, value] = [series.x[i] ?? NaN, y[i] ?? NaN];
      if (x < from || x > to || (log && value <= 0)) continue;
      count += 1;
      if (count % stride === 0) values.push(log ? Math.log10(value) : value);
    }
  }
  if (values.length < 20) return all;
  values.sort((a, b) => a - b);
  const at = (part: number) => values[Math.round(part * (values.length - 1))] ?? 0;
  const [low, high] = [at(MIDDLE[0]), at(MIDDLE[1])];
  const air = (high - low) * AROUND;
  const back = (value: number) => (log ? 10 ** value : value);
  return [Math.max(back(low - air), all[0]), Math.min(back(high + air), all[1])];
}

/** The range of y, bands included, of what lies within `x`, with a little air. */
export function yRange(
  lines: readonly Line[],
  x: Range,
  log: boolean,
  { bounds = [null, null] as Bounds, trim = false } = {},
): Range {
  const all = fullY(lines, x, log);
  return bounded(trim ? trimmed(lines, x, log, all) : all, bounds, log);
}

function fullY(lines: readonly Line[], [from, to]: Range, log: boolean): Range {
  let min = Infinity;
  let max = -Infinity;
  for (const { series } of lines) {
    const { x, min: lows, max: highs } = series;
    for (let i = firstFrom(x, from); i < x.length && (x[i] ?? NaN) <= to; i += 1) {
      const low = lows[i] ?? NaN;
      const high = highs[i] ?? NaN;
      if (low < min && (!log || low > 0)) min = low;
      if (high > max && (!log || high > 0)) max = high;
    }
  }
  if (min > max) return log ? [0.1, 1] : [0, 1];
  if (log) return min === max ? [min / 2, max * 2] : [min / 1.1, max * 1.1];
  if (min === max) {
    if (min === 0) return [0, 1];
    const air = Math.abs(min) * 0.1;
    return [min - air, max + air];
  }
  const air = (max - min) * 0.06;
  return [min >= 0 && min - air < 0 ? 0 : min - air, max + air];
}
