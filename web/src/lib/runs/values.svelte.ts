/** Values of runs by columns of the run table: what cells and panels show is fetched together, kept, and fetched anew after a
 *  change. */
import { isAbort } from '../api/errors';
import { RunValuesDocument } from '../api/generated';
import { gql } from '../api/graphql';
import { homeOf, runKey } from './home';
import { NEWEST } from './first';

/** What is asked for within this time shares a request. */
const GATHER = 20;
/** Live changes are fetched at most this often. */
const LIVE = 1500;
/** Runs of one request. */
const MOST = 500;

export class RunValues {
  error = $state.raw<Error>();
  #version = $state(0);
  #generation = $state(0);
  readonly #known = new Map<string, Map<string, unknown>>();
  /** What was asked for and has not changed since. */
  readonly #asked = new Map<string, Set<string>>();
  readonly #wanted = new Map<string, Set<string>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #live: ReturnType<typeof setTimeout> | undefined;
  readonly #control = new AbortController();

  constructor(
    readonly entity: string,
    readonly project: string,
    readonly ready: Promise<void>,
  ) {}

  /** A run's value; null where it has none, undefined until that is known. */
  get(run: string, column: string): unknown {
    void this.#version;
    return this.#known.get(run)?.get(column);
  }

  /** Whether a value of these runs is not known yet. */
  pending(runs: readonly string[], columns: readonly string[]): boolean {
    void this.#version;
    if (this.error) return false;
    return runs.some((run) => columns.some((column) => !this.#known.get(run)?.has(column)));
  }

  /** Asks for what is not there; in an effect, also for what has changed since. */
  want(runs: Iterable<string>, columns: readonly string[]): void {
    void this.#generation;
    for (const run of runs) {
      const asked = this.#asked.get(run) ?? new Set();
      const missing = columns.filter((column) => !asked.has(column));
      if (missing.length === 0) continue;
      this.#asked.set(run, new Set([...asked, ...missing]));
      this.#wanted.set(run, new Set([...(this.#wanted.get(run) ?? []), ...missing]));
    }
    if (this.#wanted.size > 0) this.#timer ??= setTimeout(() => void this.#fetch(), GATHER);
  }

  /** The values of a run may have changed: they stay until the new ones are there. */
  changed(run: string): void {
    if (!this.#asked.delete(run)) return;
    this.#live ??= setTimeout(() => {
      this.#live = undefined;
      this.#generation += 1;
    }, LIVE);
  }

  /** Asks for everything anew. */
  refetch(): void {
    this.#asked.clear();
    this.#generation += 1;
  }

  close(): void {
    this.#control.abort();
    clearTimeout(this.#timer);
    clearTimeout(this.#live);
  }

  async #fetch(): Promise<void> {
    // A question is about one project.
    const homes = [...this.#wanted].map(([key, names]) => ({ key, names, ...homeOf(this, key) }));
    const [{ entity, project } = this] = homes;
    const place = { entity, project };
    const wanted = homes
      .filter((one) => one.entity === entity && one.project === project)
      .slice(0, MOST);
    for (const { key } of wanted) this.#wanted.delete(key);
    this.#timer = this.#wanted.size > 0 ? setTimeout(() => void this.#fetch(), 0) : undefined;
    const columns = [...new Set(wanted.flatMap(({ names }) => [...names]))];
    const filters = JSON.stringify({ name: { $in: wanted.map(({ run }) => run) } });
    const page = { filters, order: NEWEST, first: wanted.length, after: null };
    try {
      await this.ready;
      const answer = await gql(
        RunValuesDocument,
        { ...place, ...page, columns },
        this.#control.signal,
      );
      const found = new Map(
        (answer.project?.runs?.edges ?? []).map(({ node }) => [
          runKey(this, place, node.name),
          node.values as unknown[],
        ]),
      );
      // A run that is not there any more has no values, which is known from now on.
      for (const { key } of wanted) {
        const known = this.#known.get(key) ?? new Map<string, unknown>();
        const values = found.get(key) ?? [];
        columns.forEach((column, index) => known.set(column, values[index] ?? null));
        this.#known.set(key, known);
      }
      this.error = undefined;
      this.#version += 1;
    } catch (error) {
      if (isAbort(error)) return;
      for (const { key } of wanted) this.#asked.delete(key);
      this.error = error instanceof Error ? error : new Error(String(error));
    }
  }
}
