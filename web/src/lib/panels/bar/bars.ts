/** The bars, boxes and violins of a panel. */
import type { Group } from '../groups';
import { parseExpression, ExpressionError } from '../expression';
import { aggregate, type GroupAgg, type GroupArea } from '../line/combine';
import type { PanelRun } from '../types';
import { numeric } from '../value';
import { columnOfMetric } from '../column';

/** What is measured: a name and how a run's value is found. */
export interface Measure {
  label: string;
  columns: readonly string[];
  value: (run: string) => number | null;
}

/** Metrics, or the expressions in their stead; those that cannot be read are left out. */
export function measures(
  metrics: readonly string[],
  expressions: readonly string[],
  known: readonly string[],
  get: (run: string, column: string) => unknown,
): Measure[] {
  const finite = (value: number | null) =>
    value !== null && Number.isFinite(value) ? value : null;
  if (expressions.length === 0) {
    return metrics.map((label) => {
      const column = columnOfMetric(label);
      return { label, columns: [column], value: (run) => finite(numeric(get(run, column))) };
    });
  }
  return expressions.flatMap((label) => {
    try {
      const { names, value } = parseExpression(label, known);
      const columns = names.map(columnOfMetric);
      const of = (run: string) =>
        finite(value((index) => numeric(get(run, columns[index] ?? '')) ?? NaN));
      return [{ label, columns, value: of }];
    } catch (error) {
      if (error instanceof ExpressionError) return [];
      throw error;
    }
  });
}

export interface Bar {
  key: string;
  /** The run or group it belongs to. */
  owner: string;
  name: string;
  color: string;
  value: number;
  low: number;
  high: number;
  /** Of all runs in it, ascending. */
  values: readonly number[];
}

interface Wish {
  runs: readonly PanelRun[];
  groups: readonly Group[] | null;
  measures: readonly Measure[];
  agg: GroupAgg;
  area: GroupArea;
  most: number;
}

/** Bars in the order of runs or groups, metric by metric; what has no value has no bar. */
export function barsOf({ runs, groups, measures: all, agg, area, most }: Wish): Bar[] {
  const owners: readonly Group[] =
    groups ??
    runs.map((run) => ({ key: run.name, name: run.displayName, color: run.color, runs: [run] }));
  const several = all.length > 1;
  return owners
    .flatMap((owner) =>
      all.flatMap((measure, index) => {
        const values = owner.runs
          .flatMap((run) => measure.value(run.name) ?? [])
          .sort((a, b) => a - b);
        if (values.length === 0) return [];
        const name = several
          ? owners.length > 1
            ? `${owner.short ?? owner.name} ${measure.label}`
            : measure.label
          : (owner.short ?? owner.name);
        const color = several && owners.length === 1 ? `var(--series-${index % 20})` : owner.color;
        const bar = { key: `${owner.key}:${measure.label}`, owner: owner.key, name, color, values };
        return { ...bar, ...aggregate(values, agg, values.length > 1 ? area : 'none') };
      }),
    )
    .slice(0, most);
}

/** A value below which a part of some ascending values lies, by straight lines between them. */
export function quantile(sorted: readonly number[], part: number): number {
  const at = part * (sorted.length - 1);
  const low = Math.floor(at);
  const [from, to] = [sorted[low] ?? NaN, sorted[Math.ceil(at)] ?? NaN];
  return from + (to - from) * (at - low);
}

export interface Box {
  low: number;
  first: number;
  median: number;
  third: number;
  high: number;
  outliers: readonly number[];
}

/** Quartiles; whiskers reach to the last value within one and a half boxes. */
export function boxOf(sorted: readonly number[]): Box {
  const [first, median, third] = [0.25, 0.5, 0.75].map((part) => quantile(sorted, part)) as [
    number,
    number,
    number,
  ];
  const reach = 1.5 * (third - first);
  const inside = sorted.filter((value) => value >= first - reach && value <= third + reach);
  return {
    ...{ low: inside[0] ?? first, first, median, third, high: inside.at(-1) ?? third },
    outliers: sorted.filter((value) => value < first - reach || value > third + reach),
  };
}

/** How densely values lie, at `points` places from the lowest to the highest and a little beyond; the densest is 1. */
export function densityOf(
  sorted: readonly number[],
  points = 40,
): { at: number; density: number }[] {
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const deviation = Math.sqrt(
    sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sorted.length,
  );
  const [min, max] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
  // Scott's rule.
  const width = deviation * sorted.length ** -0.2 || Math.max(Math.abs(mean) * 0.01, 1e-9);
  const [from, to] = [min - width, max + width];
  const all = Array.from({ length: points }, (_, i) => {
    const at = from + ((to - from) * i) / (points - 1);
    const density = sorted.reduce(
      (sum, value) => sum + Math.exp(-0.5 * ((at - value) / width) ** 2),
      0,
    );
    return { at, density };
  });
  const most = all.reduce((best, { density }) => Math.max(best, density), 0);
  return all.map(({ at, density }) => ({ at, density: density / most }));
}
