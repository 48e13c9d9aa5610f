/** Ranges of a chart's axes, from the columns it shows. */
import type { Series } from '../api/series';

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
  series: Series;
  /** What is drawn as the line: the mean, smoothed as asked. */
  y: Float64Array;
}

/** The range of x over all lines. */
export function xRange(lines: readonly Line[]): Range {
  let min = Infinity;
  let max = -Infinity;
  for (const { series } of lines) {
    min = Math.min(min, series.x[0] ?? Infinity);
    max = Math.max(max, series.x[series.x.length - 1] ?? -Infinity);
  }
  if (min > max) return [0, 1];
  return min === max ? [min - 0.5, max + 0.5] : [min, max];
}

/** The range of y, bands included, of what lies within `x`, with a little air. */
export function yRange(lines: readonly Line[], [from, to]: Range, log: boolean): Range {
  let min = Infinity;
  let max = -Infinity;
  for (const { series } of lines) {
    for (let i = 0; i < series.x.length; i += 1) {
      const x = series.x[i] ?? NaN;
      if (x < from || x > to) continue;
      const low = series.min[i] ?? NaN;
      const high = series.max[i] ?? NaN;
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
