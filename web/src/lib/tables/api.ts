/** Questions about logged tables: the server filters, sorts, groups and pages. */
import { at, post } from '../api/http';

/** What a run logged last under a key, a file of a run, or a file of a version. */
export type TableSource =
  { run: string; key: string } | { run: string; file: string } | { artifact: string; file: string };

export interface TableOrder {
  column: string;
  descending: boolean;
}

export interface TableQuestion {
  sources: readonly TableSource[];
  join: string | null;
  filter: object | null;
  search: string;
  /** Only rows that are not the same in all tables side by side. */
  differs: boolean;
  sort: readonly TableOrder[];
  group: readonly string[];
}

export interface TableColumn {
  /** What filters, orders and groups call it. */
  id: string;
  name: string;
  /** Which of the sources it is of, where they are side by side. */
  source: number | null;
  kind: 'number' | 'date' | 'string' | 'boolean' | 'list' | 'object' | 'mixed' | 'none';
  /** The `_type` of media in it. */
  types: string[];
  count: number;
  min: number | null;
  max: number | null;
  mean: number | null;
}

/** Count, mean, minimum and maximum. */
export type Figures = [number, number | null, number | null, number | null];

export interface TableGroup {
  key: unknown[];
  rows: number;
  figures: Figures[];
}

export interface CellFile {
  url: string;
  size: number;
}

export interface TablePage {
  sources: { name: string; rows: number | null }[];
  columns: TableColumn[];
  total: number;
  rows: number;
  groups: number | null;
  wanted: string[];
  /** Numbers of the rows, and which source each is of. */
  ids: [number, number][];
  cells: unknown[][];
  page: TableGroup[];
  files: Record<string, Record<string, CellFile>>;
}

/** The table is being read for the first time. */
export interface Preparing {
  read: number;
  size: number;
}

export interface Where {
  entity: string;
  project: string;
}

const path = ({ entity, project }: Where): string =>
  `api/tables/${encodeURIComponent(entity)}/${encodeURIComponent(project)}`;

export interface PageWish {
  columns: readonly string[];
  offset: number;
  limit: number;
}

export async function fetchPage(
  where: Where,
  question: TableQuestion,
  wish: PageWish,
  signal?: AbortSignal,
): Promise<TablePage | Preparing> {
  const answer = await post(path(where), { ...question, ...wish }, signal);
  return (await answer.json()) as TablePage | Preparing;
}

export const isPreparing = (answer: TablePage | Preparing): answer is Preparing => 'size' in answer;

/** Address of all rows of a question as a file. */
export const fileUrl = (
  where: Where,
  question: TableQuestion,
  columns: readonly string[],
  format: 'csv' | 'parquet',
): string => {
  const wish = JSON.stringify({ ...question, columns });
  return at(`${path(where)}/rows.${format}?q=${encodeURIComponent(wish)}`);
};
