/** Points of a scatter plot and the lines through them. */
import type { Group } from '../groups';
import type { Scale } from '../column';
import type { PanelRun } from '../types';

export interface Point {
  key: string;
  name: string;
  color: string;
  x: number;
  y: number;
  /** Null without a colour dimension, or without a value in it. */
  z: number | null;
}

/** Runs with a value on both axes; colours are those of groups where there are groups. */
export function pointsOf(
  runs: readonly PanelRun[],
  groups: readonly Group[] | null,
  get: (run: string, axis: 'x' | 'y' | 'z') => unknown,
  scales: { x: Scale; y: Scale; z: Scale | null },
): Point[] {
  const colors = new Map(
    groups?.flatMap((group) => group.runs.map((run) => [run.name, group.color] as const)),
  );
  return runs.flatMap((run) => {
    const [x, y] = [scales.x.at(get(run.name, 'x')), scales.y.at(get(run.name, 'y'))];
    if (x === null || y === null) return [];
    return {
      ...{ key: run.name, name: run.displayName, color: colors.get(run.name) ?? run.color, x, y },
      z: scales.z?.at(get(run.name, 'z')) ?? null,
    };
  });
}

export type Running = 'min' | 'max' | 'mean';

/** The best, worst or mean y of all points up to each x. */
export function running(points: readonly Point[], kind: Running): { x: number; y: number }[] {
  let [min, max, sum] = [Infinity, -Infinity, 0];
  return [...points]
    .sort((a, b) => a.x - b.x)
    .map(({ x, y }, index) => {
      min = Math.min(min, y);
      max = Math.max(max, y);
      sum += y;
      return { x, y: { min, max, mean: sum / (index + 1) }[kind] };
    });
}

/** Least squares: `y = slope * x + start`; null when all x are the same. */
export function regression(
  points: readonly { x: number; y: number }[],
): { slope: number; start: number } | null {
  const count = points.length;
  const [mx, my] = [
    points.reduce((sum, { x }) => sum + x, 0) / count,
    points.reduce((sum, { y }) => sum + y, 0) / count,
  ];
  let [xy, xx] = [0, 0];
  for (const { x, y } of points) {
    xy += (x - mx) * (y - my);
    xx += (x - mx) ** 2;
  }
  if (count < 2 || xx === 0) return null;
  return { slope: xy / xx, start: my - (xy / xx) * mx };
}
