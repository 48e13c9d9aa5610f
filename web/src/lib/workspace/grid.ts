/** Panels on a grid of 24 columns, of which two are a step: none overlaps another, and none floats. */
import type { Layout } from './spec';

export const COLUMNS = 24;
/** The steps in which people move and resize: 12 a row. */
export const STEP = 2;
const LEAST = { w: 4, h: 3 };

export interface Placed extends Layout {
  key: string;
}

const meets = (a: Layout, b: Layout): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

/** Inside the grid, in whole steps of width. */
export function fitted<T extends Layout>(layout: T): T {
  const snap = (value: number) => Math.round(value / STEP) * STEP;
  const w = Math.min(COLUMNS, Math.max(LEAST.w, snap(layout.w) || LEAST.w));
  const h = Math.max(LEAST.h, Math.round(layout.h) || LEAST.h);
  const x = Math.min(COLUMNS - w, Math.max(0, snap(layout.x) || 0));
  return { ...layout, x, w, h, y: Math.max(0, Math.round(layout.y) || 0) };
}

const inOrder = (a: Placed, b: Placed) => a.y - b.y || a.x - b.x;

/** Lets panels fall up onto those above, in reading order, around one that is held. */
function fall(panels: readonly Placed[], held?: Placed): Placed[] {
  const heights = new Array<number>(COLUMNS).fill(0);
  return [...panels].sort(inOrder).map((one) => {
    let y = Math.max(...heights.slice(one.x, one.x + one.w));
    if (held && meets({ ...one, y }, held)) y = held.y + held.h;
    heights.fill(y + one.h, one.x, one.x + one.w);
    return { ...one, y };
  });
}

/** Packs panels upwards in reading order; `held` keeps its place as far as it can and pushes the others down. */
export function pack(panels: readonly Placed[], held?: string): Placed[] {
  const wished = panels.map(fitted);
  const first = wished.find((one) => one.key === held);
  const around = first
    ? [
        ...fall(
          wished.filter((one) => one !== first),
          first,
        ),
        first,
      ]
    : wished;
  const places = new Map(fall(around).map((one) => [one.key, one]));
  return panels.flatMap((one) => places.get(one.key) ?? []);
}

/** Panels side by side, `columns` in a row, as a section of equal panels shows them. */
export function inRows(keys: readonly string[], columns: number, height = 6): Placed[] {
  const w = Math.max(LEAST.w, Math.floor(COLUMNS / columns / STEP) * STEP);
  const a = Math.max(1, Math.floor(COLUMNS / w));
  return keys.map((key, index) => {
    return { key, x: (index % a) * w, y: Math.floor(index / a) * height, w, h: height };
  });
}

/** The layout of a section's panels: what they have, and the next free place for those without one. */
export function laidOut(panels: readonly { key: string; layout: Layout | undefined }[]): Placed[] {
  const placed = panels.flatMap(({ key, layout }) => (layout ? [{ key, ...layout }] : []));
  const end = placed.reduce((most, one) => Math.max(most, one.y + one.h), 0);
  const fresh = panels.filter((one) => !one.layout).map((one) => one.key);
  const added = inRows(fresh, 3).map((one) => ({ ...one, y: one.y + end }));
  const all = new Map([...placed, ...added].map((one) => [one.key, one]));
  return pack(panels.flatMap((one) => all.get(one.key) ?? []));
}

/** Rows that panels take. */
export const heightOf = (panels: readonly Layout[]): number =>
  panels.reduce((most, one) => Math.max(most, one.y + one.h), 0);
