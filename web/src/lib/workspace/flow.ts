/** How many equal panels stand side by side and on a page of a section. */
import type { Section } from './spec';

export const GUTTER = 8;
/** The height of a row of the grid with its gutter. */
export const ROW = 43;
/** Panels narrower than this become fewer in a row. */
const LEAST_WIDTH = 250;
const HEIGHT = 256;

export interface Flow {
  /** What the document asks for. */
  wished: { columns: number; rows: number };
  /** What fits. */
  columns: number;
  height: number;
  /** Panels a page. */
  size: number;
}

const within = (value: unknown, standard: number, most: number): number => {
  const wish = Math.round(Number(value ?? standard));
  return Number.isFinite(wish) ? Math.max(1, Math.min(most, wish)) : standard;
};

export function flowOf({ flowConfig }: Section, width: number): Flow {
  const columns = within(flowConfig?.columnsPerPage, 3, 12);
  const rows = within(flowConfig?.rowsPerPage, 2, 50);
  const fit = Math.max(1, Math.floor((width + GUTTER) / (LEAST_WIDTH + GUTTER)));
  const height = within(flowConfig?.boxHeight, HEIGHT, 2000);
  return {
    wished: { columns, rows },
    columns: Math.min(columns, fit),
    height: Math.max(160, height),
    size: columns * rows,
  };
}
