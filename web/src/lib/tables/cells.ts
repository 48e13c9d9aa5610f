/** What a cell shows. */
import { exactTime } from '../i18n/format';
import { itemsOf, type Item } from '../media/values';
import type { TableColumn } from './api';

/** A long text or list, of which only the beginning came. */
export interface Cut {
  _type: 'cut';
  text: string;
  length: number;
}

const hasType = (value: unknown): value is { _type: string } =>
  typeof value === 'object' && value !== null && '_type' in value;

export const isCut = (value: unknown): value is Cut => hasType(value) && value._type === 'cut';

/** The medium in a cell; its `run` is the number of the table that it is of. */
export function mediumOf(column: TableColumn, source: number, value: unknown): Item | null {
  if (!hasType(value) || isCut(value)) return null;
  return itemsOf(String(source), column.name, 0, value)[0] ?? null;
}

/** One line of text. */
export function cellText(column: TableColumn, value: unknown): string {
  if (value === null || value === undefined) return '';
  if (column.kind === 'date' && typeof value === 'number') return exactTime(value);
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'string') return value;
  if (isCut(value)) return `${value.text}…`;
  return JSON.stringify(value);
}

/** Numbers with what tells them apart; the whole number stands in the cell's title and in full size. */
export function numberText(value: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size >= 1e7 || size < 1e-4 ? value.toExponential(4) : String(Number(value.toPrecision(7)));
}

/** A value in full, for reading and copying. */
export function wholeText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (isCut(value)) return value.text;
  return JSON.stringify(value, null, 2) ?? '';
}

/** Whether a column's cells are numbers that line up. */
export const isNumeric = (column: TableColumn): boolean => column.kind === 'number';

/** Whether rows must be tall to show it. */
export const isPicture = (column: TableColumn): boolean => column.types.includes('image-file');

/** Pixels of a column that nobody has sized. */
export function widthOf(column: TableColumn): number {
  if (column.types.length > 0 || column.id === '#table') return 128;
  if (column.kind === 'number' || column.kind === 'boolean') return 112;
  if (column.kind === 'date') return 176;
  return column.kind === 'string' || column.kind === 'mixed' ? 200 : 160;
}
