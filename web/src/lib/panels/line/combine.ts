/** Series of several metrics combined by an expression, and runs combined to groups. */
import type { Odd, Series } from '../../api/series';
import { nearest } from '../../charts/smooth';
import type { Expression } from '../expression';

/** A value of a line at any x between its ends, by straight lines between its points; NaN outside. */
export function valueAt(x: Float64Array, y: Float64Array, at: number): number {
  const near = nearest(x, at);
  const found = x[near];
  if (found === undefined) return NaN;
  if (found === at) return y[near] ?? NaN;
  const other = found < at ? near + 1 : near - 1;
  const beyond = x[other];
  if (beyond === undefined) return NaN;
  const [from, to] = [y[near] ?? NaN, y[other] ?? NaN];
  return from + ((to - from) * (at - found)) / (beyond - found);
}

/** Marks of several lines, each place and kind once, in the order of x. */
export function joined(all: readonly (readonly Odd[] | undefined)[]): readonly Odd[] {
  const found = new Map<string, Odd>();
  for (const odd of all.flatMap((one) => one ?? [])) found.set(odd.join(' '), odd);
  return [...found.values()].sort(([a], [b]) => a - b);
}

/** One run's expression: a point wherever the first of its metrics has one and all others have a value; a mark where
 *  one of them was no number, or the result is none. */
export function combine(
  expression: Expression,
  label: string,
  known: ReadonlyMap<string, Series>,
): Series | null {
  const columns = expression.names.flatMap((name) => known.get(name) ?? []);
  const first = columns[0];
  if (!first || columns.length < expression.names.length) return null;
  const [x, y]: [number[], number[]] = [[], []];
  const odd: Odd[] = [];
  for (const at of first.x) {
    const values = columns.map((column) => valueAt(column.x, column.mean, at));
    if (values.some(Number.isNaN)) continue;
    const value = expression.value((index) => values[index] ?? NaN);
    if (!Number.isFinite(value)) odd.push([at, value]);
    else {
      x.push(at);
      y.push(value);
    }
  }
  const unusual = joined([odd, ...columns.map((column) => column.unusual)]);
  if (x.length === 0 && unusual.length === 0) return null;
  const mean = Float64Array.from(y);
  return {
    ...{ run: first.run, key: label, exact: true, nan: 0, inf: 0 },
    ...(unusual.length > 0 ? { unusual } : {}),
    ...{ x: Float64Array.from(x), mean, min: mean, max: mean },
  };
}

export type GroupAgg = 'mean' | 'min' | 'max' | 'median' | 'sum' | 'samples';
export type GroupArea = 'minmax' | 'stddev' | 'stderr' | 'none' | 'samples';

/** More points than this are put into buckets of equal width. */
const MOST_POINTS = 500;

/** The x on which groups are computed, the same for all: every x there is, or buckets' middles when there are too many. */
export function commonGrid(all: readonly Series[], most = MOST_POINTS): Float64Array {
  const distinct = new Set<number>();
  let [min, max] = [Infinity, -Infinity];
  for (const { x } of all) {
    for (const value of x) {
      if (distinct.size <= most) distinct.add(value);
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
  }
  if (distinct.size <= most) return Float64Array.from(distinct).sort();
  const width = (max - min) / most;
  return Float64Array.from({ length: most }, (_, i) => min + width * (i + 0.5));
}

/** A line's value in each part of the grid: the mean of its points there, else what lies on the line, NaN beyond its ends. */
export function onGrid({ x, mean }: Series, grid: Float64Array): Float64Array {
  const sums = new Float64Array(grid.length);
  const counts = new Float64Array(grid.length);
  const slack = grid.length > 1 ? ((grid[1] ?? 0) - (grid[0] ?? 0)) / 2 : 0;
  for (let i = 0; i < x.length; i += 1) {
    const place = nearest(grid, x[i] ?? NaN);
    sums[place] = (sums[place] ?? 0) + (mean[i] ?? 0);
    counts[place] = (counts[place] ?? 0) + 1;
  }
  const [first, last] = [x[0] ?? Infinity, x[x.length - 1] ?? -Infinity];
  return sums.map((sum, i) => {
    const count = counts[i] ?? 0;
    if (count > 0) return sum / count;
    const at = grid[i] ?? NaN;
    if (at < first - slack || at > last + slack) return NaN;
    return valueAt(x, mean, Math.min(Math.max(at, first), last));
  });
}

/** Centre and band of some values. */
export function aggregate(
  values: readonly number[],
  agg: GroupAgg,
  area: GroupArea,
): { value: number; low: number; high: number } {
  const count = values.length;
  const sum = values.reduce((total, value) => total + value, 0);
  const mean = sum / count;
  const sorted = Float64Array.from(values).sort();
  const [min, max] = [sorted[0] ?? NaN, sorted[count - 1] ?? NaN];
  const middle = ((sorted[(count - 1) >> 1] ?? NaN) + (sorted[count >> 1] ?? NaN)) / 2;
  const value = { mean, samples: mean, sum, median: middle, min, max }[agg];
  if (area === 'none' || area === 'samples') return { value, low: value, high: value };
  if (area === 'minmax') return { value, low: min, high: max };
  const squares = values.reduce((total, one) => total + (one - mean) ** 2, 0);
  const deviation = count > 1 ? Math.sqrt(squares / (count - 1)) : 0;
  const spread = area === 'stddev' ? deviation : deviation / Math.sqrt(count);
  return { value, low: value - spread, high: value + spread };
}

/** The runs of one group as one line with a band. */
export function groupSeries(
  members: readonly Series[],
  grid: Float64Array,
  agg: GroupAgg,
  area: GroupArea,
): Series | null {
  const columns = members.map((member) => onGrid(member, grid));
  const [x, mean, min, max]: number[][] = [[], [], [], []];
  for (let i = 0; i < grid.length; i += 1) {
    const values = columns
      .map((column) => column[i] ?? NaN)
      .filter((value) => !Number.isNaN(value));
    if (values.length === 0) continue;
    const { value, low, high } = aggregate(values, agg, area);
    x?.push(grid[i] ?? NaN);
    mean?.push(value);
    min?.push(low);
    max?.push(high);
  }
  const [first] = members;
  const unusual = joined(members.map((member) => member.unusual));
  if (!first || !x || x.length + unusual.length === 0) return null;
  const column = (values: number[] | undefined) => Float64Array.from(values ?? []);
  return {
    run: first.run,
    key: first.key,
    exact: area === 'none' || area === 'samples',
    nan: members.reduce((total, one) => total + one.nan, 0),
    inf: members.reduce((total, one) => total + one.inf, 0),
    ...(unusual.length > 0 ? { unusual } : {}),
    ...{ x: column(x), mean: column(mean), min: column(min), max: column(max) },
  };
}
