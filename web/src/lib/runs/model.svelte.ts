/** The runs of a project as somebody looks at them: the run set, what it selects, who is drawn in which colour. */
import { untrack } from 'svelte';
import { RunColumnsDocument, RunGoalsDocument } from '../api/generated';
import { gql } from '../api/graphql';
import type { Live, RunEvent } from '../api/live.svelte';
import { seriesStep } from '../design/palette';
import { now } from '../state/clock.svelte';
import { Colors, type SharedColors } from './colors.svelte';
import { fieldTypes, inOrder, isVisible, layout, usual, type Column } from './columns';
import { goalsOf, type Goal } from './delta';
import { allOf, columnId, keyOf, serverName, type Key } from './filter';
import { Groups, type GroupNode, type Line } from './groups.svelte';
import { RunList, type RunRow } from './list.svelte';
import {
  filtersArgument,
  DRAWN,
  inHiddenGroup,
  isShown,
  orderArgument,
  readRunSet,
  show,
  showGroup,
  type RunSet,
} from './runset';
import { RunValues } from './values.svelte';
import { shades } from './shade';

/** Where a run set is kept: this browser, or the view it belongs to. */
export interface Holder {
  value: Partial<RunSet>;
  /** How many runs charts draw, where that can be said. */
  most?: number;
}

/** Rows looked through for runs to draw. */
const FURTHEST = 5000;

export interface KnownColumn {
  id: string;
  key: Key;
  type: string;
  runs: number;
}

/** How a run is drawn. */
export interface Look {
  name: string;
  /** A step of the series palette. */
  color: number;
  /** The values of its group. */
  group?: string;
}

export class RunModel {
  readonly set = $derived.by(() => readRunSet(this.holder.value));
  readonly list: RunList;
  readonly groups: Groups;
  readonly values: RunValues;
  readonly colors: Colors;
  readonly #groupColors: Colors;
  known = $state.raw<readonly KnownColumn[]>([]);
  columnsError = $state.raw<Error>();
  /** Selected runs, or all that match. */
  selected = $state.raw<ReadonlySet<string> | 'all'>(new Set());
  /** When set, only these are drawn. */
  only = $state.raw<ReadonlySet<string> | null>(null);
  #goals = $state.raw<(metric: string) => Goal | null>(() => null);

  /** What somebody asked for; it stays when a time before now moves. */
  readonly question = $derived(
    JSON.stringify([this.set.filters, this.set.search, this.set.sort, this.set.grouping]),
  );
  /** The question of the list; times before now move with the minute. */
  readonly filters = $derived.by(() =>
    filtersArgument(this.set, Math.floor(now() / 60_000) * 60_000),
  );
  readonly order = $derived(orderArgument(this.set.sort.keys));
  readonly types = $derived(new Map(this.known.map((one) => [one.id, one.type])));
  /** The columns of config and summary that are shown where nobody says otherwise. */
  readonly usual = $derived(usual(this.known));
  readonly columns: Column[] = $derived(
    layout(
      this.set,
      this.known.map((one) => one.id),
      this.usual,
      (id) => this.typeOf(id),
    ),
  );
  /** How many runs charts draw at most. */
  readonly most = $derived.by(() => this.holder.most ?? DRAWN);
  readonly pinned = $derived.by(() =>
    this.set.pinnedRunIds.map((run) => this.list.find(run)).filter((row) => row !== undefined),
  );
  readonly baseline = $derived.by(() =>
    this.set.baselineRunId ? this.list.find(this.set.baselineRunId) : undefined,
  );
  /** The drawn runs, pinned ones first. */
  readonly drawn: string[] = $derived.by(() => this.#drawn());
  /** How many runs are shown and the filter that finds them, where they are more than are drawn; null where a filter cannot
   *  say it, as they were chosen one by one. */
  readonly beyond: { count: number; filters: string | null } | null = $derived.by(() => {
    const { selections, hiddenGroups, grouping } = this.set;
    const { tree } = selections;
    if (this.only || selections.root === 0) return null;
    if (grouping.length > 0 && hiddenGroups.length > 0) return null;
    const count = this.list.total - tree.length;
    if (count <= this.drawn.length) return null;
    const filters = allOf(this.filters, tree.length > 0 ? { name: { $nin: tree } } : null);
    return { count, filters };
  });
  readonly #shades = $derived.by(() => {
    const { coloring } = this.set;
    if (typeof coloring === 'string') return null;
    return shades(new Map(this.drawn.map((run) => [run, this.value(run, coloring)])));
  });

  constructor(
    readonly entity: string,
    readonly project: string,
    readonly live: Pick<Live, 'ready' | 'listen'>,
    readonly holder: Holder,
    /** Those of run sets that are drawn together. */
    colors?: SharedColors,
  ) {
    const memory = `${entity}/${project}`;
    this.list = new RunList(entity, project, live.ready);
    this.groups = new Groups({ entity, project, ready: live.ready });
    this.values = new RunValues(entity, project, live.ready);
    this.colors = colors?.of(memory) ?? new Colors(memory);
    this.#groupColors = new Colors(`${memory}:groups`);
  }

  /** Follows the run set and live changes; called while a component begins. */
  start(): void {
    let asked = '';
    $effect(() => {
      const { filters, order, question } = this;
      const rows = untrack(() => this.list.ask(filters, order, asked === question));
      // The columns of all runs are much to count: first what is drawn.
      if (asked === '') void rows.finally(() => this.loadColumns());
      asked = question;
    });
    $effect(() => this.#askGroups());
    $effect(() => this.#askNamed());
    $effect(() => this.#askColors());
    $effect(() => this.#askDrawn());
    $effect(() => this.#askGoals());
    $effect.pre(() => {
      // The oldest first; only those that are drawn must differ.
      const met = [...this.drawn].reverse();
      untrack(() => this.colors.meet(met));
    });
    $effect.pre(() => {
      const met = this.groups.top?.nodes.map((node) => node.id) ?? [];
      untrack(() => this.#groupColors.meet(met));
    });
    $effect(() =>
      this.live.listen(
        (event) => this.#changed(event),
        () => this.reload(),
      ),
    );
    $effect(() => () => {
      this.list.close();
      this.groups.close();
      this.values.close();
    });
  }

  /** Changes the run set. */
  change(next: (set: RunSet) => RunSet): void {
    this.holder.value = next(this.set);
  }

  reload(): void {
    void this.list.reload();
    this.groups.top?.refresh();
    for (const list of this.groups.top?.lists() ?? []) void list.reload();
    void this.loadColumns();
  }

  async loadColumns(): Promise<void> {
    try {
      await this.live.ready;
      const { entity, project } = this;
      const answer = await gql(RunColumnsDocument, { entity, project });
      const found = (answer.project?.runColumns ?? []).map(({ name, type, runs }) => {
        const key = keyOf(name);
        return { id: columnId(key), key, type, runs };
      });
      this.known = found.sort(inOrder);
      this.columnsError = undefined;
    } catch (error) {
      this.columnsError = error as Error;
    }
  }

  /** Whether the table has a column. */
  shows(id: string): boolean {
    return isVisible(this.set, id, this.usual);
  }

  typeOf(id: string): string {
    const field = id.startsWith('run:') ? fieldTypes[id.slice(4)] : undefined;
    return field ?? this.types.get(id) ?? 'mixed';
  }

  /** Line by line what the table shows below the pinned runs. */
  lines(): { count: number; at: (index: number) => Line | undefined } {
    const { top } = this.groups;
    if (top && this.set.grouping.length > 0) {
      const lines = top.lines();
      return { count: lines.length, at: (index) => lines[index] };
    }
    return { count: this.list.total, at: (index) => this.#line(index) };
  }

  readonly #lines = new Map<number, Line>();

  #line(index: number): Line {
    const known = this.#lines.get(index);
    if (known) return known;
    const line = { kind: 'run', list: this.list, index, depth: 0 } as const;
    this.#lines.set(index, line);
    return line;
  }

  /** A run's value in a column: from its row, else from what was fetched; undefined until it is known. */
  value(run: string, key: Key): unknown {
    const row = key.section === 'run' ? this.row(run) : undefined;
    const field = row && fieldOf(row, key.name);
    return field === undefined ? this.values.get(run, serverName(key)) : field;
  }

  row(run: string): RunRow | undefined {
    const found = this.list.find(run);
    if (found || !this.groups.top) return found;
    for (const list of this.groups.top.lists()) {
      const row = list.find(run);
      if (row) return row;
    }
    return undefined;
  }

  /** Changes a run's row wherever it is shown. */
  put(run: string, change: Partial<RunRow>): void {
    this.list.put(run, change);
    for (const list of this.groups.top?.lists() ?? []) list.put(run, change);
  }

  isShown(run: string): boolean {
    return this.only ? this.only.has(run) : isShown(this.set, run);
  }

  toggle(runs: readonly string[], shown: boolean): void {
    if (!this.only) return this.change((set) => show(set, runs, shown));
    const only = new Set(this.only);
    for (const run of runs) {
      if (shown) only.add(run);
      else only.delete(run);
    }
    this.only = only;
  }

  isGroupShown(node: GroupNode): boolean {
    return !inHiddenGroup(this.set, JSON.parse(node.id) as unknown[]);
  }

  toggleGroup(node: GroupNode, shown: boolean): void {
    this.only = null;
    this.change((set) => showGroup(set, node.id, shown));
  }

  /** All runs are drawn again, or none. */
  showAll(shown: boolean): void {
    this.only = null;
    const selections = { root: shown ? 1 : 0, bounds: [], tree: [] } as const;
    this.change((set) => ({
      ...set,
      selections: { ...selections, bounds: [], tree: [] },
      hiddenGroups: [],
    }));
  }

  isSelected(run: string): boolean {
    return this.selected === 'all' || this.selected.has(run);
  }

  select(run: string): void {
    const next = new Set(
      this.selected === 'all' ? this.list.rows.map((row) => row.name) : this.selected,
    );
    if (!next.delete(run)) next.add(run);
    this.selected = next;
  }

  readonly selectedCount = $derived.by(() =>
    this.selected === 'all' ? this.list.total : this.selected.size,
  );

  goal(key: Key): Goal | null {
    return key.section === 'summary' ? this.#goals(key.name) : null;
  }

  /** The palette step of a run. */
  color(run: string): number {
    const { customRunColors, coloring } = this.set;
    const chosen = customRunColors[run] ?? this.#shades?.get(run);
    if (chosen !== undefined && chosen !== null) return chosen;
    const group = coloring === 'auto' ? this.groupOf(run) : undefined;
    return group === undefined ? this.colors.of(run) : this.#groupColor(group);
  }

  groupColor(node: GroupNode): number | null {
    return this.set.coloring === 'auto' ? this.#groupColor(node.id) : null;
  }

  /** The group of a run by the outermost column, as the group's id; undefined without groups. */
  groupOf(run: string): string | undefined {
    const [key] = this.set.grouping;
    if (!key) return undefined;
    const value = this.value(run, key);
    return value === undefined ? undefined : JSON.stringify([value]);
  }

  /** The values of the grouping columns; undefined until all are known. */
  #path(run: string): unknown[] | undefined {
    const values = this.set.grouping.map((key) => this.value(run, key));
    return values.includes(undefined) ? undefined : values;
  }

  #hidden(run: string): boolean {
    if (this.set.hiddenGroups.length === 0 || this.set.grouping.length === 0) return false;
    const path = this.#path(run);
    return path === undefined || inHiddenGroup(this.set, path);
  }

  look(run: string): Look {
    const row = this.row(run);
    const group = this.groupOf(run);
    return {
      name: row?.displayName || run,
      color: this.color(run),
      ...(group === undefined ? {} : { group }),
    };
  }

  /** The colour of a group of the outermost column, whether its runs are drawn or not. */
  outerColor(id: string): number {
    const drawn = this.set.coloring === 'auto' ? undefined : this.drawn;
    const first = drawn?.find((run) => this.groupOf(run) === id);
    return first === undefined ? this.#groupColor(id) : this.color(first);
  }

  #groupColor(id: string): number {
    const [first] = JSON.parse(id) as unknown[];
    const outer = JSON.stringify([first]);
    return this.#groupColors.of(outer) ?? seriesStep(outer);
  }

  #drawn(): string[] {
    const pinned = this.pinned.map((row) => row.name).filter((run) => this.isShown(run));
    const wanted = this.only ?? (this.set.selections.root === 0 ? this.set.selections.tree : null);
    const rest = wanted
      ? [...wanted].filter((run) => this.list.find(run) !== undefined)
      : this.list.rows.map((row) => row.name).filter((run) => this.isShown(run));
    const all = [...new Set([...pinned, ...rest])];
    return (this.only ? all : all.filter((run) => !this.#hidden(run))).slice(0, this.most);
  }

  #changed(event: RunEvent): void {
    this.list.changed(event);
    this.groups.changed(event);
    if (event.change.some((one) => one === 'summary' || one === 'config' || one === 'state')) {
      this.values.changed(event.run);
    }
  }

  readonly #grouping = $derived(JSON.stringify(this.set.grouping));

  #askGroups(): void {
    const by = JSON.parse(this.#grouping) as Key[];
    const order = this.order;
    const question = { by, filters: this.filters, runOrder: order };
    untrack(() => {
      const { sort, aggregate } = this.set;
      this.groups.ask(by.length > 0 ? { ...question, order: sort.keys, aggregate } : null);
    });
  }

  #askNamed(): void {
    const { pinnedRunIds, selections } = this.set;
    const { filters } = this;
    // Asked again for every other list: a row may be gone from it.
    const { rows } = this.list;
    untrack(() => {
      if (rows.length === 0 && this.list.loading) return;
      void this.list.also(pinnedRunIds).catch(() => undefined);
      if (selections.root === 0)
        void this.list.also(selections.tree, filters).catch(() => undefined);
    });
  }

  #askColors(): void {
    const { coloring, grouping, hiddenGroups } = this.set;
    const some = hiddenGroups.length > 0;
    const keys = [
      ...(typeof coloring === 'string' ? [] : [coloring]),
      ...(some ? grouping : grouping.slice(0, 1)),
    ];
    const columns = keys.filter((key) => !isField(key)).map(serverName);
    const runs = some ? this.list.rows.map((row) => row.name) : this.drawn;
    if (columns.length > 0) this.values.want(runs, columns);
  }

  /** As many rows as are drawn must be there, more where some of them are hidden. */
  #askDrawn(): void {
    const { rows, total, loading } = this.list;
    if (this.only || this.set.selections.root === 0 || loading) return;
    const lacking = this.most - this.drawn.length;
    if (lacking <= 0 || rows.length >= Math.min(total, FURTHEST)) return;
    const { grouping, hiddenGroups } = this.set;
    const unknown = grouping.length > 0 && hiddenGroups.length > 0;
    if (unknown && rows.some((row) => this.#path(row.name) === undefined)) return;
    untrack(() => this.list.ensure(rows.length + lacking));
  }

  #askGoals(): void {
    const run = this.set.baselineRunId;
    if (!run) return;
    const { entity, project } = this;
    gql(RunGoalsDocument, { entity, project, run }).then(
      (answer) => (this.#goals = goalsOf(answer.project?.run?.wandbConfig)),
      // Without goals the differences are shown without a verdict.
      () => (this.#goals = () => null),
    );
  }
}

const fields: Record<string, (row: RunRow) => unknown> = {
  displayName: (row) => row.displayName || row.name,
  name: (row) => row.name,
  state: (row) => row.state,
  notes: (row) => row.notes,
  username: (row) => row.user?.username ?? null,
  tags: (row) => row.tags,
  createdAt: (row) => row.createdAt,
  heartbeatAt: (row) => row.heartbeatAt,
  duration: (row) => row.duration,
  sweep: (row) => row.sweepName,
  group: (row) => row.group,
  jobType: (row) => row.jobType,
};

/** A field that comes with a run's row: null where the run has none, undefined for any other. */
export const fieldOf = (row: RunRow, name: string): unknown => fields[name]?.(row);

/** Whether a column comes with the rows and need not be asked for. */
export const isField = (key: Key): boolean => key.section === 'run' && key.name in fields;
