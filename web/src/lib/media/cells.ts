/** How a panel lays out what was logged: runs, steps and places in lists on its axes. */
import type { Item } from './values';

export const axes = ['run', 'step', 'index'] as const;
export type Axis = (typeof axes)[number];

/** `gallery`: one axis that wraps; `grid`: one across and one down. */
export interface Layout {
  mode: 'gallery' | 'grid';
  across: Axis;
  down: Axis | null;
}

export interface Cell {
  run: string | null;
  step: number | null;
  index: number | null;
  items: Item[];
}

/** More steps side by side say nothing. */
const MOST_STEPS = 24;

const isAxis = (value: unknown): value is Axis => axes.includes(value as Axis);
const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;

/** The vendor's `mode`, `gallerySettings.axis` and `gridSettings.xAxis`, `.yAxis`. */
export function layoutOf(config: Readonly<Record<string, unknown>>): Layout {
  const [x, y] = ['xAxis', 'yAxis'].map((name) => field(config.gridSettings, name));
  if (config.mode === 'grid') {
    const across = isAxis(x) ? x : 'step';
    const down = isAxis(y) && y !== across ? y : across === 'run' ? 'step' : 'run';
    return { mode: 'grid', across, down };
  }
  const axis = field(config.gallerySettings, 'axis');
  return { mode: 'gallery', across: isAxis(axis) ? axis : 'run', down: null };
}

/** All steps at which something was logged, ascending. */
export const stepsOf = (items: readonly Item[]): number[] =>
  [...new Set(items.map((item) => item.step))].sort((a, b) => a - b);

/** What is shown at a step: the last that was logged until then, else the first. */
export function atStep(items: readonly Item[], step: number): Item[] {
  let [until, first] = [-Infinity, Infinity];
  for (const item of items) {
    if (item.step <= step && item.step > until) until = item.step;
    if (item.step < first) first = item.step;
  }
  const shown = until === -Infinity ? first : until;
  return items.filter((item) => item.step === shown);
}

/** At most so many of them at even distances, with the first and the last. */
export function thin<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  return Array.from(
    { length: most },
    (_, at) => all[Math.round((at * (all.length - 1)) / (most - 1))] as T,
  );
}

const valuesOf = (axis: Axis, items: readonly Item[], runs: readonly string[]) => {
  if (axis === 'run') return runs.filter((run) => items.some((item) => item.run === run));
  if (axis === 'step') return thin(stepsOf(items), MOST_STEPS);
  return [...new Set(items.map((item) => item.index))].sort((a, b) => a - b);
};

/** What each run shows of each key at a step. */
function current(items: readonly Item[], step: number): Item[] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const name = `${item.run}\n${item.key}`;
    const group = groups.get(name);
    if (group) group.push(item);
    else groups.set(name, [item]);
  }
  return [...groups.values()].flatMap((group) => atStep(group, step));
}

/** The cells, row after row; a gallery is one row that wraps. Empty ones are kept in a grid, so that it lines up. */
export function cellsOf(
  items: readonly Item[],
  layout: Layout,
  runs: readonly string[],
  step: number,
): Cell[][] {
  const stepped = layout.across === 'step' || layout.down === 'step';
  const shown = stepped ? items : current(items, step);
  const rows = layout.down ? valuesOf(layout.down, shown, runs) : [null];
  const columns = valuesOf(layout.across, shown, runs);
  return rows.map((row) =>
    columns.map((column) => {
      const at: Record<Axis, string | number | null> = { run: null, step: null, index: null };
      at[layout.across] = column;
      if (layout.down) at[layout.down] = row;
      const fits = (item: Item) =>
        axes.every((axis) => at[axis] === null || item[axis] === at[axis]);
      return {
        run: at.run as string | null,
        step: at.step as number | null,
        index: at.index as number | null,
        items: shown.filter(fits),
      };
    }),
  );
}
