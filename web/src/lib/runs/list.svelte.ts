/** Runs in one order under one filter: fetched page by page as far as somebody looks, moved by live changes. */
import { isAbort } from '../api/errors';
import { RunListDocument, type TableRunFragment } from '../api/generated';
import { gql, isAsked } from '../api/graphql';
import type { RunEvent } from '../api/live.svelte';
import { allOf } from './filter';
import { firstRuns, NEWEST, PAGE } from './first';

export type RunRow = TableRunFragment;
const FAR = 1000;
const LIVE = 1000;

export class RunList {
  rows = $state.raw<readonly RunRow[]>([]);
  total = $state(0);
  loading = $state(true);
  error = $state.raw<Error>();
  /** Runs that began since, whose place in this order is not known: `reload` brings them. */
  waiting = $state(0);
  /** Runs asked for by name, wherever they are in the list. */
  extra = $state.raw<ReadonlyMap<string, RunRow>>(new Map());
  readonly #byName = $derived(new Map(this.rows.map((row) => [row.name, row])));
  #filters: string | null = null;
  #order = NEWEST;
  #cursor: string | null = null;
  #more = false;
  #wanted = PAGE;
  #control = new AbortController();
  #changed = new Map<string, boolean>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly entity: string,
    readonly project: string,
    readonly ready: Promise<void>,
  ) {}

  /** Asks with other filters or another order; the rows shown stay until the answer is there. With `again` it is the
   * same question later: as many rows as before are fetched. */
  async ask(filters: string | null, order: string, again = false): Promise<void> {
    this.#filters = filters;
    this.#order = order;
    if (!again) this.#wanted = PAGE;
    await this.reload();
  }

  async reload(): Promise<void> {
    this.#control.abort();
    this.#control = new AbortController();
    this.#cursor = null;
    await this.#fetch(true, this.#wanted);
  }

  /** Sees to it that the rows before `end` are there. */
  ensure(end: number): void {
    this.#wanted = Math.max(PAGE, end);
    if (this.loading || !this.#more || this.rows.length >= end) return;
    const lacking = end - this.rows.length;
    void this.#fetch(false, Math.min(FAR, Math.max(PAGE, lacking))).then(() => {
      if (this.#more && this.rows.length < this.#wanted && !this.error) this.ensure(this.#wanted);
    });
  }

  /** A run of the list, or one asked for by name. */
  find(run: string): RunRow | undefined {
    return this.#byName.get(run) ?? this.extra.get(run);
  }

  /** Asks for runs by name, also when they are further down. */
  async also(runs: readonly string[], filters: string | null = null): Promise<void> {
    const missing = runs.filter((run) => !this.find(run));
    if (missing.length === 0) return;
    const found = await this.#named(missing, filters);
    if (found.size > 0) this.extra = new Map([...this.extra, ...found]);
  }

  /** Changes rows in place, for what a mutation brought. */
  put(run: string, change: Partial<RunRow>): void {
    const put = (row: RunRow) => (row.name === run ? { ...row, ...change } : row);
    this.rows = this.rows.map(put);
    this.extra = new Map([...this.extra].map(([name, row]) => [name, put(row)]));
  }

  /** A live change: its run is fetched soon. */
  changed(event: RunEvent): void {
    const known = this.find(event.run) !== undefined;
    if (event.change.includes('deleted')) {
      if (known) this.#remove(new Set([event.run]));
      return;
    }
    const created = event.change.includes('created');
    const visible = created || event.change.some((one) => one === 'state' || one === 'config');
    if (!visible) return;
    this.#changed.set(event.run, created || this.#changed.get(event.run) === true);
    this.#timer ??= setTimeout(() => void this.#refresh(), LIVE);
  }

  close(): void {
    this.#control.abort();
    clearTimeout(this.#timer);
  }

  #remove(runs: ReadonlySet<string>): void {
    const rest = this.rows.filter((row) => !runs.has(row.name));
    this.total -= this.rows.length - rest.length;
    this.rows = rest;
    this.extra = new Map([...this.extra].filter(([name]) => !runs.has(name)));
  }

  async #named(runs: readonly string[], filters: string | null): Promise<Map<string, RunRow>> {
    const variables = { entity: this.entity, project: this.project, order: NEWEST };
    const within = allOf({ name: { $in: runs } }, filters);
    const page = { filters: within, first: runs.length, after: null };
    const { project } = await gql(RunListDocument, { ...variables, ...page }, this.#control.signal);
    return new Map(project?.runs?.edges.map(({ node }) => [node.name, node]));
  }

  async #refresh(): Promise<void> {
    this.#timer = undefined;
    const changed = this.#changed;
    this.#changed = new Map();
    try {
      const fresh = await this.#named([...changed.keys()], this.#filters);
      const gone = [...changed.keys()].filter((run) => this.#byName.has(run) && !fresh.has(run));
      this.#remove(new Set(gone));
      const added = [...fresh.values()].filter((row) => !this.#byName.has(row.name));
      this.rows = this.rows.map((row) => fresh.get(row.name) ?? row);
      this.extra = new Map([...this.extra].map(([name, row]) => [name, fresh.get(name) ?? row]));
      this.#add(added, (row) => changed.get(row.name) === true);
    } catch (error) {
      if (!isAbort(error)) this.error = error as Error;
    }
  }

  /** Runs that match now and did not before: at their place where that is known. */
  #add(added: readonly RunRow[], isNew: (row: RunRow) => boolean): void {
    if (added.length === 0) return;
    if (this.#order !== NEWEST) {
      this.waiting += added.filter(isNew).length;
      return;
    }
    const last = this.rows.at(-1);
    const placed = added.filter(
      (row) => !this.#more || !last || row.createdAt.localeCompare(last.createdAt) > 0,
    );
    this.total += added.filter((row) => placed.includes(row) || isNew(row)).length;
    this.rows = [...placed, ...this.rows].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  }

  /** What was asked before changes are heard may have missed one. */
  #again(signal: AbortSignal): void {
    setTimeout(() => {
      if (!signal.aborted) void this.reload();
    }, LIVE);
  }

  async #fetch(anew: boolean, first: number): Promise<void> {
    this.loading = true;
    const { signal } = this.#control;
    const page = { order: this.#order, filters: this.#filters, first, after: this.#cursor };
    const variables = { ...firstRuns(this), ...page };
    try {
      if (!isAsked(RunListDocument, variables)) await this.ready;
      else void this.ready.then(() => this.#again(signal));
      const { project } = await gql(RunListDocument, variables, signal);
      const edges = project?.runs?.edges ?? [];
      const known = new Set(anew ? [] : this.rows.map((row) => row.name));
      const found = edges.map((edge) => edge.node).filter((row) => !known.has(row.name));
      // The same rows need not be drawn anew.
      if (!anew) this.rows = [...this.rows, ...found];
      else if (JSON.stringify(found) !== JSON.stringify(this.rows)) this.rows = found;
      this.total = project?.runCount ?? 0;
      this.#cursor = edges.at(-1)?.cursor ?? null;
      this.#more = project?.runs?.pageInfo.hasNextPage ?? false;
      if (anew) this.waiting = 0;
      this.error = undefined;
      this.loading = false;
    } catch (error) {
      if (isAbort(error)) return;
      this.error = error as Error;
      this.loading = false;
    }
  }
}
