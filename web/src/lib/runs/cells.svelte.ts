/** Values of the columns in view: what somebody looks at is fetched together, kept, and fetched anew when it changed. */
import { isAbort } from '../api/errors';
import { RunValuesDocument } from '../api/generated';
import { gql } from '../api/graphql';
import { NEWEST } from './list.svelte';

const SOON = 30;
const LIVE = 1500;
/** Runs of one request. */
const MOST = 500;

export class Cells {
  error = $state.raw<Error>();
  #version = $state(0);
  #generation = $state(0);
  readonly #values = new Map<string, Map<string, unknown>>();
  /** Run and column of what was asked for and has not changed since. */
  readonly #asked = new Map<string, Set<string>>();
  #wanted = new Map<string, Set<string>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #live: ReturnType<typeof setTimeout> | undefined;
  readonly #control = new AbortController();

  constructor(
    readonly entity: string,
    readonly project: string,
  ) {}

  /** The value of a run's column by the server's name; undefined until it is known. */
  get(run: string, column: string): unknown {
    void this.#version;
    return this.#values.get(run)?.get(column);
  }

  /** Asks for what is not there yet; in an effect, it asks again for what has changed. */
  want(runs: Iterable<string>, columns: readonly string[]): void {
    void this.#generation;
    for (const run of runs) {
      const asked = this.#asked.get(run) ?? new Set();
      const missing = columns.filter((column) => !asked.has(column));
      if (missing.length === 0) continue;
      this.#asked.set(run, new Set([...asked, ...missing]));
      this.#wanted.set(run, new Set([...(this.#wanted.get(run) ?? []), ...missing]));
    }
    if (this.#wanted.size > 0) this.#timer ??= setTimeout(() => void this.#fetch(), SOON);
  }

  /** A run's values may have changed: those in view are fetched soon, and stay until then. */
  changed(run: string): void {
    if (!this.#asked.delete(run)) return;
    this.#live ??= setTimeout(() => {
      this.#live = undefined;
      this.#generation += 1;
    }, LIVE);
  }

  close(): void {
    this.#control.abort();
    clearTimeout(this.#timer);
    clearTimeout(this.#live);
  }

  async #fetch(): Promise<void> {
    this.#timer = undefined;
    const wanted = [...this.#wanted].slice(0, MOST);
    for (const [run] of wanted) this.#wanted.delete(run);
    if (this.#wanted.size > 0) this.#timer = setTimeout(() => void this.#fetch(), 0);
    const columns = [...new Set(wanted.flatMap(([, names]) => [...names]))];
    const filters = JSON.stringify({ name: { $in: wanted.map(([run]) => run) } });
    const place = { entity: this.entity, project: this.project };
    const page = { filters, order: NEWEST, first: wanted.length, after: null };
    try {
      const { project } = await gql(
        RunValuesDocument,
        { ...place, ...page, columns },
        this.#control.signal,
      );
      for (const { node } of project?.runs?.edges ?? []) {
        const known = this.#values.get(node.name) ?? new Map<string, unknown>();
        const values = node.values as unknown[];
        columns.forEach((column, index) => known.set(column, values[index] ?? null));
        this.#values.set(node.name, known);
      }
      this.error = undefined;
      this.#version += 1;
    } catch (error) {
      if (isAbort(error)) return;
      for (const [run] of wanted) this.#asked.delete(run);
      this.error = error as Error;
    }
  }
}
