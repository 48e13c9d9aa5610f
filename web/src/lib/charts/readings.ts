/** What the crosshair reads: each line's exact value at the real step nearest to it. */
import type uPlot from 'uplot';
import type { Odd, Series } from '../api/series';
import type { Line } from './scale';
import { nearest } from './smooth';

export interface Reading {
  line: Line;
  x: number;
  /** The value drawn: smoothed when smoothing is on. */
  value: number;
  /** The value logged. */
  original: number;
  min: number;
  max: number;
  /** What the line was here that is no number: NaN or infinite; also beside values that share a point with it. */
  odd: number | null;
  left: number;
  top: number;
}

/** What is said of a place on a line: of an area its own height, not where it lies. */
function shown({ area, series }: Line, index: number, value: number) {
  const own = area?.values[index];
  if (own !== undefined) return { value: own, original: own, min: own, max: own };
  return {
    value,
    original: series.mean[index] ?? value,
    min: series.min[index] ?? value,
    max: series.max[index] ?? value,
  };
}

/** The mark nearest to a place. */
function nearestOdd(series: Series, x: number): Odd | undefined {
  let best: Odd | undefined;
  for (const one of series.unusual ?? [])
    if (!best || Math.abs(one[0] - x) < Math.abs(best[0] - x)) best = one;
  return best;
}

/** Readings sorted by value, highest first; lines that do not reach `x` are left out. */
export function readings(chart: uPlot, lines: readonly Line[], x: number): Reading[] {
  const [low, high] = [chart.scales.x?.min ?? 0, chart.scales.x?.max ?? 1];
  const slack = (high - low) / 50;
  const all: Reading[] = [];
  for (const line of lines) {
    if (line.member) continue;
    const { series, y } = line;
    const index = nearest(series.x, x);
    const at = series.x[index] ?? NaN;
    const odd = nearestOdd(series, x);
    if (odd && !(Math.abs(at - x) <= Math.abs(odd[0] - x))) {
      const [place, value] = odd;
      if (
        Math.abs(place - x) > slack &&
        !(x >= (series.x[0] ?? NaN) && x <= (series.x.at(-1) ?? NaN))
      )
        continue;
      const same = { value, original: value, min: value, max: value, odd: value };
      // Where its mark is.
      const top = value > 0 ? 0 : chart.bbox.height / devicePixelRatio;
      all.push({ line, x: place, ...same, left: chart.valToPos(place, 'x'), top });
      continue;
    }
    const value = y[index];
    if (value === undefined) continue;
    if (x < (series.x[0] ?? 0) - slack || x > (series.x[series.x.length - 1] ?? 0) + slack)
      continue;
    all.push({
      line,
      x: at,
      ...shown(line, index, value),
      odd: odd?.[0] === at ? odd[1] : null,
      left: chart.valToPos(at, 'x'),
      top: chart.valToPos(value, 'y'),
    });
  }
  const rank = ({ value }: Reading) => (Number.isNaN(value) ? -Infinity : value);
  return all.sort((a, b) => rank(b) - rank(a) || 0);
}
