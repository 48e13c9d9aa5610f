/** What somebody set of a table, and the columns as that arranges them. */
import type { Condition } from '../runs/filter';
import type { TableColumn, TableOrder } from './api';

export interface TableLook {
  filters: readonly Condition[];
  sort: readonly TableOrder[];
  group: readonly string[];
  hidden: readonly string[];
  widths: Readonly<Record<string, number>>;
  /** Ids in the order in which they stand, once somebody moved one; others follow. */
  order: readonly string[];
  /** Stay at the left. */
  pinned: readonly string[];
  /** Only rows that are not the same in all tables side by side. */
  differs: boolean;
}

export const plainLook: TableLook = {
  ...{ filters: [], sort: [], group: [], hidden: [], widths: {} },
  ...{ order: [], pinned: [], differs: false },
};

/** All columns in their order. */
export function ordered(columns: readonly TableColumn[], look: TableLook): TableColumn[] {
  if (look.order.length === 0) return [...columns];
  const places = new Map(look.order.map((id, at) => [id, at]));
  const place = ({ id }: TableColumn) => places.get(id) ?? places.size;
  return [...columns].sort((a, b) => place(a) - place(b));
}

/** The columns that are shown, the pinned ones first. */
export function arranged(columns: readonly TableColumn[], look: TableLook): TableColumn[] {
  const [hidden, pinned] = [new Set(look.hidden), new Set(look.pinned)];
  const shown = ordered(columns, look).filter(({ id }) => !hidden.has(id));
  return [
    ...shown.filter(({ id }) => pinned.has(id)),
    ...shown.filter(({ id }) => !pinned.has(id)),
  ];
}

/** Puts a column where another is; it is pinned there if that one is. */
export function moved(
  columns: readonly TableColumn[],
  look: TableLook,
  id: string,
  target: string,
): Partial<TableLook> {
  const order = ordered(columns, look).map((column) => column.id);
  const [from, to] = [order.indexOf(id), order.indexOf(target)];
  if (from < 0 || to < 0 || from === to) return {};
  order.splice(from, 1);
  order.splice(to, 0, id);
  const others = look.pinned.filter((one) => one !== id);
  return { order, pinned: look.pinned.includes(target) ? [...others, id] : others };
}

/** Puts a column one place further among those that are shown, pinned ones among the pinned. */
export function nudged(
  columns: readonly TableColumn[],
  look: TableLook,
  id: string,
  by: -1 | 1,
): Partial<TableLook> {
  const shown = arranged(columns, look).map((column) => column.id);
  const target = shown[shown.indexOf(id) + by];
  if (target === undefined || look.pinned.includes(target) !== look.pinned.includes(id)) return {};
  return moved(columns, look, id, target);
}

export const withPin = (look: TableLook, id: string, on: boolean): Partial<TableLook> => {
  const others = look.pinned.filter((one) => one !== id);
  return { pinned: on ? [...others, id] : others };
};

const NAMES = /(^|[_.\s-])(id|uuid|key|name|index|idx|path|file)$/i;

/** The column whose values most likely tell which rows of several tables belong together. */
export function likelyKey(columns: readonly TableColumn[]): string | null {
  const plain = columns.filter(
    ({ id, types, kind }) =>
      id !== '#table' && types.length === 0 && ['string', 'number', 'mixed'].includes(kind),
  );
  const named = plain.find(({ name }) => NAMES.test(name));
  return (named ?? plain.find(({ kind }) => kind === 'string') ?? plain[0])?.name ?? null;
}
