/** Runs in groups: one level a grouping column, each group opened when somebody asks; the innermost hold runs. */
import { isAbort } from '../api/errors';
import { RunGroupsDocument, type RunGroupsQuery } from '../api/generated';
import { gql } from '../api/graphql';
import type { RunEvent } from '../api/live.svelte';
import { serverName, type Key } from './filter';
import { RunList } from './list.svelte';
import type { Aggregate, SortKey } from './runset';

export type Aggregated = Partial<Record<Aggregate, number | null>>;

export interface GroupNode {
  /** The values of this group and of those around it, as JSON. */
  id: string;
  depth: number;
  key: Key;
  value: unknown;
  count: number;
  /** Selects its runs. */
  filter: string;
  /** By the server's name of a column. */
  aggregates: Record<string, Aggregated>;
}

/** A row of a table with groups. */
export type Line =
  | { kind: 'group'; node: GroupNode; open: boolean }
  | { kind: 'run'; list: RunList; index: number; depth: number }
  | { kind: 'more'; level: Level; depth: number };

/** What is asked, besides where. */
export interface Question {
  by: readonly Key[];
  filters: string | null;
  order: readonly SortKey[];
  runOrder: string;
  aggregate: Aggregate;
}

const PAGE = 100;
const LIVE = 3000;

type Found = NonNullable<
  NonNullable<RunGroupsQuery['project']>['runGroups']
>['edges'][number]['node'];

/** Groups of one column within a group around them. */
export class Level {
  nodes = $state.raw<readonly GroupNode[]>([]);
  total = $state(0);
  loading = $state(true);
  error = $state.raw<Error>();
  open = $state.raw<ReadonlyMap<string, Level | RunList>>(new Map());
  #cursor: string | null = null;
  #more = false;
  #columns: readonly string[];
  readonly #control = new AbortController();

  constructor(
    readonly place: { entity: string; project: string; ready: Promise<void> },
    readonly question: Question,
    readonly within: GroupNode | null,
    columns: readonly string[],
    /** Ids of groups to open when they come. */
    readonly keep: ReadonlySet<string> = new Set(),
  ) {
    this.#columns = columns;
    void this.#fetch(PAGE, true);
  }

  get more(): boolean {
    return this.#more;
  }

  get depth(): number {
    return this.within ? this.within.depth + 1 : 0;
  }

  next(): void {
    if (this.#more && !this.loading) void this.#fetch(PAGE, false);
  }

  /** Fetches what is shown anew, in place. */
  refresh(): void {
    this.#cursor = null;
    void this.#fetch(Math.max(PAGE, this.nodes.length), true);
    for (const inner of this.open.values()) if (inner instanceof Level) inner.refresh();
  }

  /** What more columns come to is fetched for the groups that are there. */
  want(columns: readonly string[]): void {
    const missing = columns.filter((column) => !this.#columns.includes(column));
    for (const inner of this.open.values()) if (inner instanceof Level) inner.want(columns);
    if (missing.length === 0) return;
    this.#columns = [...this.#columns, ...missing];
    if (!this.loading) void this.#aggregate(missing);
    else this.#late = [...this.#late, ...missing];
  }

  #late: readonly string[] = [];

  toggle(node: GroupNode): void {
    const next = new Map(this.open);
    const inner = next.get(node.id);
    if (inner) {
      inner.close();
      next.delete(node.id);
    } else {
      next.set(node.id, this.#inside(node));
    }
    this.open = next;
  }

  /** The level that has a group. */
  levelOf(node: GroupNode): Level | undefined {
    if (this.nodes.includes(node)) return this;
    for (const inner of this.open.values()) {
      const found = inner instanceof Level ? inner.levelOf(node) : undefined;
      if (found) return found;
    }
    return undefined;
  }

  lines(): Line[] {
    const found: Line[] = [];
    for (const node of this.nodes) {
      const inner = this.open.get(node.id);
      found.push({ kind: 'group', node, open: inner !== undefined });
      if (inner instanceof Level) for (const line of inner.lines()) found.push(line);
      else if (inner) {
        const rows = Math.max(inner.total, inner.loading ? Math.min(node.count, 3) : 0);
        for (let index = 0; index < rows; index += 1) {
          found.push({ kind: 'run', list: inner, index, depth: node.depth + 1 });
        }
      }
    }
    if (this.#more || (this.loading && this.nodes.length === 0)) {
      found.push({ kind: 'more', level: this, depth: this.depth });
    }
    return found;
  }

  /** Ids of all open groups. */
  opened(): string[] {
    return [...this.open].flatMap(([id, inner]) => [
      id,
      ...(inner instanceof Level ? inner.opened() : []),
    ]);
  }

  /** The opened lists of runs. */
  lists(): RunList[] {
    return [...this.open.values()].flatMap((inner) =>
      inner instanceof Level ? inner.lists() : [inner],
    );
  }

  close(): void {
    this.#control.abort();
    for (const inner of this.open.values()) inner.close();
  }

  #inside(node: GroupNode): Level | RunList {
    if (node.depth + 1 < this.question.by.length) {
      return new Level(this.place, this.question, node, this.#columns, this.keep);
    }
    const { entity, project, ready } = this.place;
    const list = new RunList(entity, project, ready);
    void list.ask(node.filter, this.question.runOrder);
    return list;
  }

  get #key(): Key {
    const key = this.question.by[this.depth];
    if (!key) throw new RangeError(`no column groups at depth ${this.depth}`);
    return key;
  }

  async #ask(first: number, after: string | null, columns: readonly string[]) {
    const { filters, order, aggregate } = this.question;
    const { entity, project, ready } = this.place;
    await ready;
    const answer = await gql(
      RunGroupsDocument,
      {
        ...{ entity, project, first, after },
        by: [serverName(this.#key)],
        filters: this.within?.filter ?? filters,
        order: groupOrder(this.#key, order, aggregate),
        aggregates: [...columns],
      },
      this.#control.signal,
    );
    return answer.project?.runGroups;
  }

  #node(node: Found): GroupNode {
    const value = (node.values as unknown[])[0] ?? null;
    const path = this.within ? (JSON.parse(this.within.id) as unknown[]) : [];
    return {
      ...{ depth: this.depth, key: this.#key, value, count: node.runCount, filter: node.filter },
      id: JSON.stringify([...path, value]),
      aggregates: node.aggregates as GroupNode['aggregates'],
    };
  }

  async #aggregate(columns: readonly string[]): Promise<void> {
    try {
      const found = await this.#ask(Math.max(PAGE, this.nodes.length), null, columns);
      const fresh = new Map(
        found?.edges.map(({ node }) => [this.#node(node).id, node.aggregates as object]),
      );
      this.nodes = this.nodes.map((node) => {
        const more = fresh.get(node.id);
        return more ? { ...node, aggregates: { ...node.aggregates, ...more } } : node;
      });
    } catch (error) {
      if (!isAbort(error)) this.error = error as Error;
    }
  }

  async #fetch(first: number, anew: boolean): Promise<void> {
    this.loading = true;
    try {
      const found = await this.#ask(first, this.#cursor, this.#columns);
      const nodes = (found?.edges ?? []).map(({ node }) => this.#node(node));
      this.nodes = anew ? nodes : [...this.nodes, ...nodes];
      this.total = found?.totalCount ?? 0;
      this.#cursor = found?.edges.at(-1)?.cursor ?? null;
      this.#more = found?.pageInfo.hasNextPage ?? false;
      for (const node of nodes) {
        if (this.keep.has(node.id) && !this.open.has(node.id)) this.toggle(node);
      }
      this.error = undefined;
      this.loading = false;
      const late = this.#late;
      this.#late = [];
      if (late.length > 0) void this.#aggregate(late);
    } catch (error) {
      if (isAbort(error)) return;
      this.error = error as Error;
      this.loading = false;
    }
  }
}

/** The `order` of groups: by their own value, or by what they show of another column. */
export function groupOrder(
  by: Key,
  order: readonly SortKey[],
  aggregate: Aggregate,
): string | null {
  const [first] = order;
  if (!first) return null;
  const name = serverName(first.key);
  const own = name === serverName(by) || name === 'runCount';
  const suffix = own || aggregate === 'mean' || aggregate === 'stderr' ? '' : `:${aggregate}`;
  return `${first.ascending ? '+' : '-'}${name}${suffix}`;
}

/** The opened groups of a table, following live changes. */
export class Groups {
  top = $state.raw<Level>();
  #columns: readonly string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly place: { entity: string; project: string; ready: Promise<void> }) {}

  ask(question: Question | null): void {
    const keep = new Set(this.top?.opened());
    this.top?.close();
    this.top = question ? new Level(this.place, question, null, this.#columns, keep) : undefined;
  }

  /** What the groups come to in these columns is shown from now on. */
  want(columns: readonly string[]): void {
    this.#columns = [...new Set([...this.#columns, ...columns])];
    this.top?.want(columns);
  }

  changed(event: RunEvent): void {
    if (!this.top) return;
    for (const list of this.top.lists()) list.changed(event);
    const matters = ['created', 'deleted', 'state', 'summary', 'config'];
    if (!event.change.some((one) => matters.includes(one))) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.top?.refresh();
    }, LIVE);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.top?.close();
  }
}
