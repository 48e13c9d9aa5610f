/** Which runs are looked at and how: filters, order, groups, columns, who is drawn, in the words of the view format
 * (`runSets[]` of a workspace or report). Plain data; everything here is pure. */
import {
  allOf,
  columnId,
  noFilters,
  serverName,
  toMongo,
  type Filters,
  type Item,
  type Key,
} from './filter';

export interface SortKey {
  key: Key;
  ascending: boolean;
}

export type Aggregate = 'mean' | 'min' | 'max' | 'last' | 'count' | 'stderr';
export const aggregates: readonly Aggregate[] = ['mean', 'min', 'max', 'last', 'count', 'stderr'];

export interface RunSet {
  id: string;
  name: string;
  enabled: boolean;
  search: { query: string; isRegex: boolean };
  filters: Filters;
  grouping: Key[];
  sort: { keys: SortKey[] };
  /** Columns by id, `section:name`. */
  runFeed: {
    version: 2;
    columnVisible: Record<string, boolean>;
    columnPinned: Record<string, boolean>;
    columnWidths: Record<string, number>;
    columnOrder: string[];
  };
  /** `root` 1: all runs are drawn but those of `tree`; 0: only those of `tree`. */
  selections: { root: 0 | 1; bounds: unknown[]; tree: string[] };
  /** Groups that are not drawn, each as the JSON of its values from the outermost column on. */
  hiddenGroups: string[];
  baselineRunId: string | null;
  pinnedRunIds: string[];
  /** Steps of the series palette that somebody chose, by run id. */
  customRunColors: Record<string, number>;
  /** `auto`: by group where there are groups, else by run; or by the values of a column. */
  coloring: 'auto' | 'run' | Key;
  /** What a group shows in a numeric column. */
  aggregate: Aggregate;
}

export const defaultColumns: readonly string[] = [
  'run:displayName',
  'run:state',
  'run:notes',
  'run:username',
  'run:tags',
  'run:createdAt',
  'run:duration',
  'run:sweep',
];
export const MOST_PINNED = 20;
/** Runs that charts draw where nothing else is said; more than these nobody can tell apart. */
export const DRAWN = 100;

export function newRunSet(): RunSet {
  return {
    id: 'runs',
    name: 'Run set',
    enabled: true,
    search: { query: '', isRegex: true },
    filters: noFilters,
    grouping: [],
    sort: { keys: [] },
    runFeed: {
      version: 2,
      columnVisible: {},
      columnPinned: { 'run:displayName': true },
      columnWidths: {},
      columnOrder: [],
    },
    selections: { root: 1, bounds: [], tree: [] },
    hiddenGroups: [],
    baselineRunId: null,
    pinnedRunIds: [],
    customRunColors: {},
    coloring: 'auto',
    aggregate: 'mean',
  };
}

interface OldFilter {
  op: string;
  key?: Key;
  filters?: OldFilter[];
  value?: unknown;
  disabled?: boolean;
}

/** Items of the older tree of filters, `OR` of `AND`s. */
function oldItems(node: OldFilter): Item[] {
  if (!node.filters) {
    const { key, value = null, disabled } = node;
    const op = node.op === '==' ? '=' : node.op;
    return key?.name ? [{ key, op, value, ...(disabled ? { disabled } : {}) } as Item] : [];
  }
  const connector = node.op === 'OR' ? 'OR' : 'AND';
  const found: Item[] = [];
  for (const child of node.filters) {
    const parts = oldItems(child);
    const grouped = parts.length > 1 && connector === 'AND' && child.op === 'OR';
    for (const [index, part] of (grouped ? [{ filters: parts }] : parts).entries()) {
      const joint = index === 0 ? connector : (part.connector ?? 'AND');
      found.push(found.length === 0 ? part : { ...part, connector: joint });
    }
  }
  return found;
}

const slug = (id: string): string => {
  try {
    const parts = atob(id).split(':');
    return parts.length >= 5 && parts[1] === 'v1' ? parts.slice(2, -2).join(':') : id;
  } catch {
    return id;
  }
};

/** A run set out of a stored one: what is missing is filled in, what is unknown is kept, runs are named by short ids. */
export function readRunSet(stored: Partial<RunSet> | null | undefined): RunSet {
  const base = newRunSet();
  if (!stored) return base;
  const filters = stored.filters as Filters | OldFilter | undefined;
  return {
    ...base,
    ...stored,
    search: { ...base.search, ...stored.search },
    filters: !filters
      ? base.filters
      : 'filterFormat' in filters
        ? filters
        : { ...noFilters, filters: oldItems(filters) },
    sort: { keys: stored.sort?.keys ?? [] },
    runFeed: { ...base.runFeed, ...stored.runFeed },
    selections: { ...base.selections, ...stored.selections },
    baselineRunId: stored.baselineRunId ? slug(stored.baselineRunId) : null,
    pinnedRunIds: (stored.pinnedRunIds ?? []).map(slug),
  };
}

/** A run set as it is stored in a view, runs named by the global ids that other readers of views expect. */
export function writeRunSet(set: RunSet, entity: string, project: string): RunSet {
  const gid = (run: string) => btoa(`Run:v1:${run}:${project}:${entity}`);
  return {
    ...set,
    baselineRunId: set.baselineRunId && gid(set.baselineRunId),
    pinnedRunIds: set.pinnedRunIds.map(gid),
  };
}

/** The filter of a search: a regular expression over names, ids and tags, else plain text. */
export function searchFilter({ query, isRegex }: RunSet['search']): Record<string, unknown> | null {
  const wish = query.trim();
  if (wish === '') return null;
  let expression = isRegex ? wish : wish.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  try {
    new RegExp(expression);
  } catch {
    expression = wish.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  }
  const test = { $regex: `(?i)${expression}` };
  return { $or: [{ displayName: test }, { name: test }, { tags: test }] };
}

/** What the server is asked: the `filters` of `runs`. */
export const filtersArgument = (set: RunSet, now: number): string | null =>
  allOf(searchFilter(set.search), toMongo(set.filters.filters, now));

/** The `order` of `runs`; newest first where nothing is chosen. */
export function orderArgument(keys: readonly SortKey[]): string {
  if (keys.length === 0) return '-createdAt';
  return keys.map(({ key, ascending }) => `${ascending ? '+' : '-'}${serverName(key)}`).join(',');
}

/** The order after a click on a column: ascending, descending, none; `add` keeps the other keys. */
export function sortedBy(keys: readonly SortKey[], key: Key, add: boolean): SortKey[] {
  const id = columnId(key);
  const now = keys.find((one) => columnId(one.key) === id);
  const rest = add ? keys.filter((one) => one !== now) : [];
  if (!now) return [...rest, { key, ascending: true }];
  if (!now.ascending) return rest;
  const turned = { key, ascending: false };
  return add ? keys.map((one) => (one === now ? turned : one)) : [turned];
}

/** Whether a run is drawn as far as choices go. */
export const isShown = ({ selections }: RunSet, run: string): boolean =>
  selections.tree.includes(run) === (selections.root === 0);

/** The set with runs drawn or not. */
export function show(set: RunSet, runs: readonly string[], shown: boolean): RunSet {
  const listed = (set.selections.root === 0) === shown;
  const rest = set.selections.tree.filter((run) => !runs.includes(run));
  return {
    ...set,
    selections: { ...set.selections, tree: listed ? [...rest, ...runs] : rest },
  };
}

/** Whether a run with these values of the grouping columns is in a group that is not drawn. */
export const inHiddenGroup = ({ hiddenGroups }: RunSet, values: readonly unknown[]): boolean =>
  hiddenGroups.some((id) => {
    const within = JSON.parse(id) as unknown[];
    return JSON.stringify(values.slice(0, within.length)) === id;
  });

/** The set with a group drawn or not; one that is drawn takes those around and in it along. */
export function showGroup(set: RunSet, id: string, shown: boolean): RunSet {
  const related = (other: string) =>
    other.slice(0, -1) === id.slice(0, -1) ||
    other.startsWith(`${id.slice(0, -1)},`) ||
    id.startsWith(`${other.slice(0, -1)},`);
  const rest = set.hiddenGroups.filter((one) => !related(one));
  return { ...set, hiddenGroups: shown ? rest : [...rest, id] };
}

/** The set with a run pinned or not; a baseline is always pinned. */
export function pin(set: RunSet, run: string, pinned: boolean): RunSet {
  const rest = set.pinnedRunIds.filter((one) => one !== run);
  if (pinned) return { ...set, pinnedRunIds: [...rest, run].slice(-MOST_PINNED) };
  const baseline = set.baselineRunId === run ? null : set.baselineRunId;
  return { ...set, pinnedRunIds: rest, baselineRunId: baseline };
}

/** The set with a run, or none, as what others are compared with. */
export const compareWith = (set: RunSet, run: string | null): RunSet => ({
  ...(run ? pin(set, run, true) : set),
  baselineRunId: run,
});
