/** Colours by the values of a column: a ramp for numbers, the series palette for anything else. */
import { RAMP, SERIES, seriesStep } from '../design/palette';

/** The step of a number between the smallest and the largest, on the ramp behind the series. */
export function rampStep(value: number, min: number, max: number): number {
  const at = max > min ? (value - min) / (max - min) : 0.5;
  return SERIES + Math.min(RAMP - 1, Math.max(0, Math.floor(at * RAMP)));
}

/** The palette step of each value; null where a run has none. */
export function shades(values: ReadonlyMap<string, unknown>): Map<string, number | null> {
  const numbers = [...values.values()].filter(
    (value): value is number => typeof value === 'number' && Number.isFinite(value),
  );
  const others = [...values.values()].some(
    (value) => value !== null && value !== undefined && typeof value !== 'number',
  );
  const [min, max] = [
    numbers.reduce((a, b) => Math.min(a, b), Infinity),
    numbers.reduce((a, b) => Math.max(a, b), -Infinity),
  ];
  return new Map(
    [...values].map(([run, value]) => {
      if (value === null || value === undefined) return [run, null];
      if (others) return [run, seriesStep(JSON.stringify(value))];
      return [run, numbers.includes(value as number) ? rampStep(value as number, min, max) : null];
    }),
  );
}
