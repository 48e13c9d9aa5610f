/** Lists of projects: what they are sorted by, and which match. */
import { matcher } from '../charts/sections';

export interface ProjectRow {
  name: string;
  entityName: string;
  visibility: string;
  description?: string | null;
  createdAt?: string;
  lastActiveAt: string | null;
  runCount: number;
}

export const orders = ['active', 'name', 'runs', 'created'] as const;
export type ProjectOrder = (typeof orders)[number];

const byName = new Intl.Collator('en', { numeric: true });
const compare: Record<ProjectOrder, (a: ProjectRow, b: ProjectRow) => number> = {
  active: (a, b) => (b.lastActiveAt ?? '').localeCompare(a.lastActiveAt ?? ''),
  name: (a, b) => byName.compare(a.name, b.name),
  runs: (a, b) => b.runCount - a.runCount,
  created: (a, b) => (b.createdAt ?? '').localeCompare(a.createdAt ?? ''),
};

/** The projects whose name or description matches, sorted; the newest or largest first, names from A. */
export function sortedProjects<Row extends ProjectRow>(
  rows: readonly Row[],
  search: string,
  order: ProjectOrder,
): Row[] {
  const matches = matcher(search);
  return rows
    .filter((row) => matches(row.name) || matches(row.description ?? ''))
    .sort((a, b) => compare[order](a, b) || byName.compare(a.name, b.name));
}
