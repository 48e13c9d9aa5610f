/** Colours by the values of a column: a ramp for numbers, the series palette for anything else. */
import { RAMP, SERIES, seriesStep } from '../design/palette';

/** The step of a value on the ramp behind the series, by its rank among all: a few far out do not make the rest one. */
export function rampStep(rank: number, count: number): number {
  const at = count > 1 ? rank / (count - 1) : 0.5;
  return SERIES + Math.round(at * (RAMP - 1));
}

/** The palette step of each value; null where a run has none. */
export function shades(values: ReadonlyMap<string, unknown>): Map<string, number | null> {
  const numbers = [...values.values()].filter(
    (value): value is number => typeof value === 'number' && Number.isFinite(value),
  );
  const others = [...values.values()].some(
    (value) => value !== null && value !== undefined && typeof value !== 'number',
  );
  const ranked = [...new Set(numbers)].sort((a, b) => a - b);
  const ranks = new Map(ranked.map((value, rank) => [value, rank]));
  return new Map(
    [...values].map(([run, value]) => {
      if (value === null || value === undefined) return [run, null];
      if (others) return [run, seriesStep(JSON.stringify(value))];
      const rank = ranks.get(value as number);
      return [run, rank === undefined ? null : rampStep(rank, ranked.length)];
    }),
  );
}
