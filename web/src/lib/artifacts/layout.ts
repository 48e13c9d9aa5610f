/** Places the nodes of a directed graph in columns from left to right: every arrow leads to a later column, and
 *  those of neighbouring columns cross little. */

export interface Arrow {
  from: string;
  to: string;
}

export interface Spot {
  column: number;
  row: number;
}

/** Passes over all columns that put nodes beside what they are joined to. */
const PASSES = 6;

/** Arrows that close a circle, found by walking along them. */
function closing(nodes: readonly string[], next: ReadonlyMap<string, Arrow[]>): Set<Arrow> {
  const found = new Set<Arrow>();
  const state = new Map<string, 'open' | 'done'>();
  for (const root of nodes) {
    if (state.has(root)) continue;
    const path = [{ node: root, at: 0 }];
    state.set(root, 'open');
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const arrow = next.get(top.node)?.[top.at++];
      if (!arrow) {
        state.set(top.node, 'done');
        path.pop();
      } else if (state.get(arrow.to) === 'open') found.add(arrow);
      else if (!state.has(arrow.to)) {
        state.set(arrow.to, 'open');
        path.push({ node: arrow.to, at: 0 });
      }
    }
  }
  return found;
}

/** The longest way to each node, then sources moved next to what they lead to. */
function columnsOf(nodes: readonly string[], arrows: readonly Arrow[]): Map<string, number> {
  const next = group(arrows, 'from');
  const circles = closing(nodes, next);
  const straight = arrows.filter((arrow) => !circles.has(arrow));
  const waiting = new Map(nodes.map((node) => [node, 0]));
  for (const { to } of straight) waiting.set(to, (waiting.get(to) ?? 0) + 1);
  const column = new Map(nodes.map((node) => [node, 0]));
  const ready = nodes.filter((node) => waiting.get(node) === 0);
  const forward = group(straight, 'from');
  for (let node = ready.shift(); node !== undefined; node = ready.shift()) {
    for (const { to } of forward.get(node) ?? []) {
      column.set(to, Math.max(column.get(to) ?? 0, (column.get(node) ?? 0) + 1));
      waiting.set(to, (waiting.get(to) ?? 1) - 1);
      if (waiting.get(to) === 0) ready.push(to);
    }
  }
  const entered = new Set(straight.map(({ to }) => to));
  for (const node of nodes) {
    const targets = forward.get(node) ?? [];
    if (entered.has(node) || targets.length === 0) continue;
    column.set(node, Math.min(...targets.map(({ to }) => column.get(to) ?? 0)) - 1);
  }
  return column;
}

function group(arrows: readonly Arrow[], end: 'from' | 'to'): Map<string, Arrow[]> {
  const all = new Map<string, Arrow[]>();
  for (const arrow of arrows) {
    const list = all.get(arrow[end]);
    if (list) list.push(arrow);
    else all.set(arrow[end], [arrow]);
  }
  return all;
}

/** Columns from 0 and rows, which may be broken: columns stand in the middle of the tallest. */
export function layout(nodes: readonly string[], arrows: readonly Arrow[]): Map<string, Spot> {
  const columnOf = columnsOf(nodes, arrows);
  const first = Math.min(0, ...columnOf.values());
  const filled: string[][] = [];
  for (const node of nodes) (filled[(columnOf.get(node) ?? 0) - first] ??= []).push(node);
  const columns = Object.values(filled);
  const [into, out] = [group(arrows, 'to'), group(arrows, 'from')];
  const beside = (node: string) => [
    ...(into.get(node) ?? []).map(({ from }) => from),
    ...(out.get(node) ?? []).map(({ to }) => to),
  ];
  const place = new Map<string, number>();
  const settle = (column: readonly string[]) =>
    column.forEach((node, row) => place.set(node, row - (column.length - 1) / 2));
  columns.forEach(settle);
  for (let pass = 0; pass < PASSES; pass += 1) {
    for (const column of pass % 2 ? [...columns].reverse() : columns) {
      const wish = new Map(
        column.map((node) => {
          const rows = beside(node).map((other) => place.get(other) ?? 0);
          return [node, rows.length ? rows.reduce((a, b) => a + b, 0) / rows.length : 0];
        }),
      );
      column.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0));
      settle(column);
    }
  }
  const top = Math.min(0, ...place.values());
  return new Map(
    columns.flatMap((column, index) =>
      column.map((node) => [node, { column: index, row: (place.get(node) ?? 0) - top }] as const),
    ),
  );
}
