/** The runs of a project for the sidebar: newest first, fetched page by page, moved by live changes. */
import { isAbort } from '../api/errors';
import { type RunRowFragment, RunListDocument } from '../api/generated';
import { gql } from '../api/graphql';
import type { RunEvent } from '../api/live.svelte';

export type RunRow = RunRowFragment;

const PAGE = 100;
const LIVE = 1000;

/** The server's filter for a search: a regular expression over names, ids and tags, else plain text. */
export function searchFilter(search: string): string | null {
  const wish = search.trim();
  if (wish === '') return null;
  let expression = wish;
  try {
    new RegExp(wish);
  } catch {
    expression = wish.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  }
  const test = { $regex: `(?i)${expression}` };
  return JSON.stringify({ $or: [{ displayName: test }, { name: test }, { tags: test }] });
}

export class RunList {
  rows = $state.raw<RunRow[]>([]);
  total = $state(0);
  loading = $state(true);
  error = $state.raw<Error>();
  #cursor: string | null = null;
  #more = false;
  #filters: string | null = null;
  #control = new AbortController();
  #changed = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly entity: string,
    readonly project: string,
    readonly ready: Promise<void>,
  ) {}

  /** Starts over with another search. */
  async search(text: string): Promise<void> {
    this.#filters = searchFilter(text);
    await this.reload();
  }

  async reload(): Promise<void> {
    this.#control.abort();
    this.#control = new AbortController();
    this.#cursor = null;
    this.loading = true;
    await this.#fetch(true);
  }

  /** The next page, when the end of the list comes into view. */
  async more(): Promise<void> {
    if (!this.#more || this.loading) return;
    this.loading = true;
    await this.#fetch(false);
  }

  /** A live change: its run is fetched soon, or the list begins anew when one was created. */
  changed(event: RunEvent): void {
    if (event.change.includes('deleted')) {
      const rest = this.rows.filter((row) => row.name !== event.run);
      if (rest.length < this.rows.length) this.total -= 1;
      this.rows = rest;
      return;
    }
    const known = this.rows.some((row) => row.name === event.run);
    const visible = event.change.some((one) => ['state', 'config', 'created'].includes(one));
    if (!visible && known) return;
    this.#changed.add(event.run);
    this.#timer ??= setTimeout(() => void this.#refresh(), LIVE);
  }

  close(): void {
    this.#control.abort();
    clearTimeout(this.#timer);
  }

  async #refresh(): Promise<void> {
    this.#timer = undefined;
    const names = [...this.#changed];
    this.#changed.clear();
    const within = JSON.stringify({ name: { $in: names } });
    const filters = this.#filters ? `{"$and":[${within},${this.#filters}]}` : within;
    const variables = { entity: this.entity, project: this.project, first: names.length };
    try {
      const { project } = await gql(
        RunListDocument,
        { ...variables, filters },
        this.#control.signal,
      );
      const fresh = new Map(project?.runs?.edges.map(({ node }) => [node.name, node]));
      const rows = this.rows.map((row) => fresh.get(row.name) ?? row);
      const known = new Set(rows.map((row) => row.name));
      const added = [...fresh.values()].filter((row) => !known.has(row.name));
      this.total += added.length;
      this.rows = [...added, ...rows].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
    } catch (error) {
      if (!isAbort(error)) this.error = error as Error;
    }
  }

  async #fetch(anew: boolean): Promise<void> {
    const { signal } = this.#control;
    const page = { filters: this.#filters, first: PAGE, after: this.#cursor };
    try {
      await this.ready;
      const answer = await gql(
        RunListDocument,
        { entity: this.entity, project: this.project, ...page },
        signal,
      );
      const found = answer.project?.runs?.edges.map((edge) => edge.node) ?? [];
      const last = answer.project?.runs?.edges.at(-1)?.cursor ?? null;
      const info = answer.project?.runs?.pageInfo;
      const known = new Set(anew ? [] : this.rows.map((row) => row.name));
      this.rows = anew ? found : [...this.rows, ...found.filter((row) => !known.has(row.name))];
      this.total = answer.project?.runCount ?? 0;
      this.#cursor = info?.endCursor ?? last;
      this.#more = info?.hasNextPage ?? false;
      this.error = undefined;
      this.loading = false;
    } catch (error) {
      if (isAbort(error)) return;
      this.error = error as Error;
      this.loading = false;
    }
  }
}
