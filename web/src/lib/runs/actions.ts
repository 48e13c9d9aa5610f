/** What is done to many runs at once, and their export. */
import { deniedBy, type Permission } from '../access/permission';
import {
  BulkRightsDocument,
  ChangeRunsDocument,
  DeletedRunsDocument,
  type DeletedRunsQuery,
  EditRunDocument,
  EmptyTrashDocument,
  RunValuesDocument,
  type RunValuesQueryVariables,
} from '../api/generated';
import { gql } from '../api/graphql';
import { at } from '../api/http';
import type { Column } from './columns';
import { csvLine } from './csv';
import { allOf, serverName } from './filter';
import type { RunModel } from './model.svelte';
import type { RunRow } from './list.svelte';

export interface Change {
  addTags?: string[];
  removeTags?: string[];
  groupName?: string;
  stop?: boolean;
  delete?: boolean;
  /** Takes them out of the trash. */
  restore?: boolean;
  /** To another project of the entity. */
  moveTo?: string;
}

export interface Changed {
  changed: number;
  refused: number;
  reasons: string[];
}

/** Changes these runs, or all that match. */
export async function changeRuns(
  model: RunModel,
  runs: ReadonlySet<string> | 'all',
  change: Change,
): Promise<Changed> {
  const which = runs === 'all' ? { filters: model.filters ?? '{}' } : { names: [...runs] };
  const place = { entityName: model.entity, projectName: model.project };
  const { changeRuns: answer } = await gql(ChangeRunsDocument, {
    input: { ...place, ...which, ...change },
  });
  model.reload();
  return answer ?? { changed: 0, refused: 0, reasons: [] };
}

/** So many of the runs are looked at: who may change none of these is told so before trying. */
const LOOKED_AT = 50;

/** Why none of these runs may be changed, stopped or deleted; null where some may, the others are refused one by one. */
export async function rightsOf(
  model: RunModel,
  runs: ReadonlySet<string> | 'all',
  signal?: AbortSignal,
): Promise<Record<'update' | 'stop' | 'delete', string | null>> {
  const { entity, project } = model;
  const some = runs === 'all' ? null : { name: { $in: [...runs].slice(0, LOOKED_AT) } };
  const filters = allOf(runs === 'all' ? model.filters : null, some);
  const variables = { entity, project, filters, first: LOOKED_AT };
  const answer = await gql(BulkRightsDocument, variables, signal);
  const all = answer.project?.runs?.edges.map(({ node }) => node) ?? [];
  const none = (of: (run: (typeof all)[number]) => Permission) => {
    const reasons = all.map((run) => deniedBy(of(run)));
    return reasons.includes(null) ? null : (reasons[0] ?? null);
  };
  return {
    update: none((run) => run.mayUpdate),
    stop: none((run) => run.mayStop),
    delete: none((run) => run.mayDelete),
  };
}

/** Renames or annotates one run; its row shows it at once. */
export async function editRun(
  model: RunModel,
  row: RunRow,
  change: { displayName?: string; notes?: string; tags?: string[] },
): Promise<void> {
  await gql(EditRunDocument, { id: row.id, ...change });
  model.put(row.name, change);
}

/** The runs in the trash that may be taken back, the one deleted last first. */
export async function deletedRuns(model: RunModel, signal?: AbortSignal): Promise<DeletedRun[]> {
  const { entity, project } = model;
  const all: DeletedRun[] = [];
  let after: string | null = null;
  do {
    const variables = { entity, project, first: PAGE, after };
    const answer: DeletedRunsQuery = await gql(DeletedRunsDocument, variables, signal);
    const page = answer.project?.deletedRuns;
    all.push(...(page?.edges.map(({ node }) => node) ?? []));
    after = page?.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null;
  } while (after !== null);
  return all;
}
type Deleted = NonNullable<DeletedRunsQuery['project']>['deletedRuns'];
export type DeletedRun = Deleted['edges'][number]['node'];

/** Removes the deleted runs for good. */
export async function emptyTrash(model: RunModel): Promise<{ removed: number; bytes: number }> {
  const input = { entityName: model.entity, projectName: model.project };
  const { emptyTrash: answer } = await gql(EmptyTrashDocument, { input });
  return answer ?? { removed: 0, bytes: 0 };
}

/** Where the server gives these runs with all their columns as a file. */
export function exportAddress(
  model: RunModel,
  runs: ReadonlySet<string> | 'all',
  format: 'csv' | 'parquet',
): string {
  const within = runs === 'all' ? null : { name: { $in: [...runs] } };
  const query = new URLSearchParams({ order: model.order });
  const filters = allOf(model.filters, within);
  if (filters) query.set('filters', filters);
  const place = [model.entity, model.project].map(encodeURIComponent).join('/');
  return at(`api/export/${place}/runs.${format}?${query}`);
}

const PAGE = 500;

/** The matching runs with the given columns as CSV, page by page; `progress` hears how many are there. */
export async function exportCsv(
  model: RunModel,
  columns: readonly Column[],
  title: (column: Column) => string,
  progress: (runs: number) => void,
  signal: AbortSignal,
  runs: ReadonlySet<string> | 'all' = 'all',
): Promise<Blob> {
  const names = columns.map((column) => serverName(column.key));
  const parts = [csvLine(['id', ...columns.map(title)])];
  const within = runs === 'all' ? null : { name: { $in: [...runs] } };
  const where = { entity: model.entity, project: model.project };
  const asked = { filters: allOf(model.filters, within), order: model.order, columns: names };
  let after: string | null = null;
  let written = 0;
  do {
    const variables = { ...where, ...asked, first: PAGE, after };
    const page: Awaited<ReturnType<typeof values>> = await values(variables, signal);
    for (const { node } of page.edges) {
      parts.push(csvLine([node.name, ...(node.values as unknown[])]));
    }
    written += page.edges.length;
    progress(written);
    after = page.pageInfo.hasNextPage ? (page.edges.at(-1)?.cursor ?? null) : null;
  } while (after !== null);
  return new Blob(parts, { type: 'text/csv;charset=utf-8' });
}

async function values(variables: RunValuesQueryVariables, signal: AbortSignal) {
  const { project } = await gql(RunValuesDocument, variables, signal);
  return project?.runs ?? { edges: [], pageInfo: { hasNextPage: false, endCursor: null } };
}
