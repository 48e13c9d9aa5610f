/** The columns of a run table: which, in what order, how wide, and which of them are in view. */
import { columnId, columnKey, type Key } from './filter';
import { defaultColumns, type RunSet } from './runset';

export interface Column {
  /** `section:name`. */
  id: string;
  key: Key;
  /** `number string boolean date list object mixed state`. */
  type: string;
  pinned: boolean;
  width: number;
  /** Pixels from the left edge of all columns. */
  left: number;
}

/** Types of the run's own fields. */
export const fieldTypes: Record<string, string> = {
  displayName: 'string',
  name: 'string',
  state: 'state',
  notes: 'string',
  username: 'string',
  tags: 'list',
  createdAt: 'date',
  heartbeatAt: 'date',
  duration: 'number',
  sweep: 'string',
  group: 'string',
  jobType: 'string',
  host: 'string',
  commit: 'string',
};

const widths: Record<string, number> = {
  'run:displayName': 240,
  'run:state': 124,
  'run:notes': 180,
  'run:username': 96,
  'run:tags': 160,
  'run:createdAt': 120,
  'run:duration': 90,
};
export const NARROWEST = 56;
export const WIDEST = 800;

interface Known {
  id: string;
  key: Key;
  type: string;
}

const sections = ['config', 'summary'] as const;
const natural = new Intl.Collator('en', { numeric: true });

/** Config before summary, each by name; the run's own fields last, as far as they are no default. */
export function inOrder(a: Known, b: Known): number {
  const rank = ({ key }: Known) => (sections as readonly string[]).indexOf(key.section) >>> 0;
  return rank(a) - rank(b) || natural.compare(a.key.name, b.key.name);
}

/** The columns of config and summary that say something of their own: not the client's bookkeeping, not what an
 * object's parts say already, not where a file of a medium is. */
export function usual(known: readonly Known[]): ReadonlySet<string> {
  const ids = new Set(known.map(({ id }) => id));
  const found = known.filter(({ key, type }) => {
    if (!(sections as readonly string[]).includes(key.section) || type === 'object') return false;
    const parts = key.name.split('.');
    if (parts.some((part) => part.startsWith('_'))) return false;
    const around = parts.slice(0, -1).join('.');
    return !ids.has(`${key.section}:${around}._type`);
  });
  return new Set(found.map(({ id }) => id));
}

/** All ids a person can choose from, in the order they have: what was moved first, then the defaults, then the rest. */
export function ordered(set: RunSet, known: readonly string[]): string[] {
  const feed = set.runFeed;
  const all = new Set([...feed.columnOrder.map(canonical), ...defaultColumns, ...known]);
  const pinned = [...all].filter((id) => feed.columnPinned[id]);
  return [...new Set(['run:displayName', ...pinned, ...all])];
}

const canonical = (id: string) => columnId(columnKey(id));

/** Whether a column is shown: as chosen, else the defaults are. The name always is: it leads to the run. */
export const isVisible = (set: RunSet, id: string, usual: ReadonlySet<string>): boolean =>
  id === 'run:displayName' ||
  (set.runFeed.columnVisible[id] ??
    (defaultColumns.includes(id) || usual.has(id) || set.runFeed.columnPinned[id])) === true;

/** The shown columns with their places, pinned ones first. */
export function layout(
  set: RunSet,
  known: readonly string[],
  usual: ReadonlySet<string>,
  typeOf: (id: string) => string,
): Column[] {
  let left = 0;
  return ordered(set, known)
    .filter((id) => isVisible(set, id, usual))
    .map((id) => {
      const type = typeOf(id);
      const width = clampWidth(set.runFeed.columnWidths[id] ?? room(set, id, type));
      const pinned = id === 'run:displayName' || Boolean(set.runFeed.columnPinned[id]);
      const column = { id, key: columnKey(id), type, pinned, width, left };
      left += width;
      return column;
    });
}

/** A number with a difference or an error beside it needs more room. */
const room = (set: RunSet, id: string, type: string): number =>
  type === 'number' && (set.baselineRunId || set.grouping.length > 0) ? 152 : (widths[id] ?? 112);

export const clampWidth = (width: number): number =>
  Math.round(Math.min(WIDEST, Math.max(NARROWEST, width)));

export const totalWidth = (columns: readonly Column[]): number => {
  const last = columns.at(-1);
  return last ? last.left + last.width : 0;
};

/** The scrolling columns between two positions, and the space to leave before them. */
export function inView(
  columns: readonly Column[],
  scrollLeft: number,
  viewWidth: number,
): { columns: Column[]; before: number } {
  const free = columns.filter((column) => !column.pinned);
  const pinnedWidth = totalWidth(columns.filter((column) => column.pinned));
  const start = scrollLeft + pinnedWidth;
  const end = scrollLeft + viewWidth;
  const seen = free.filter(({ left, width }) => left + width > start && left < end);
  return { columns: seen, before: (seen[0]?.left ?? pinnedWidth) - pinnedWidth };
}

/** The columns of these and those beside them, in whole blocks: one request for many steps of a scroll. */
export function inBlocks(columns: readonly Column[], seen: readonly Column[]): Column[] {
  const free = columns.filter((column) => !column.pinned);
  const [first, last] = [seen[0], seen.at(-1)];
  if (!first || !last) return [];
  const from = free.indexOf(first);
  const until = Math.ceil((free.indexOf(last) + 1) / BLOCK) * BLOCK;
  return free.slice(from - (from % BLOCK), until);
}
const BLOCK = 16;

/** The first and one behind the last of the rows in view, with some around. */
export function rowsInView(
  count: number,
  rowHeight: number,
  scrollTop: number,
  viewHeight: number,
  around = 8,
): [first: number, end: number] {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - around);
  const end = Math.min(count, Math.ceil((scrollTop + viewHeight) / rowHeight) + around);
  return [Math.min(first, end), end];
}

/** The set with a column moved to where another one is. */
export function move(set: RunSet, known: readonly string[], id: string, to: string): RunSet {
  const all = ordered(set, known);
  const from = all.indexOf(id);
  const target = all.indexOf(to);
  if (from < 0 || target < 0 || from === target) return set;
  const rest = all.filter((one) => one !== id);
  rest.splice(target, 0, id);
  const feed = set.runFeed;
  const pinned = Boolean(feed.columnPinned[to]);
  const columnPinned = { ...feed.columnPinned, [id]: pinned };
  return { ...set, runFeed: { ...feed, columnOrder: rest, columnPinned } };
}

/** The set with a column one place further among those shown. */
export function nudge(
  set: RunSet,
  known: readonly string[],
  usual: ReadonlySet<string>,
  id: string,
  by: -1 | 1,
): RunSet {
  const shown = ordered(set, known).filter((one) => isVisible(set, one, usual));
  const to = shown[shown.indexOf(id) + by];
  return to && to !== 'run:displayName' ? move(set, known, id, to) : set;
}

type Feed = 'columnVisible' | 'columnPinned' | 'columnWidths';

/** The set with one fact about a column changed. */
export function withColumn<F extends Feed>(
  set: RunSet,
  feed: F,
  id: string,
  value: RunSet['runFeed'][F][string],
): RunSet {
  return {
    ...set,
    runFeed: { ...set.runFeed, [feed]: { ...set.runFeed[feed], [id]: value } },
  };
}
