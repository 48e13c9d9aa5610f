/** What runs logged under media keys, over all steps: fetched once, then only what comes new. */
import { isAbort } from '../api/errors';
import { MediaRowsDocument } from '../api/generated';
import { gql } from '../api/graphql';
import { byProject, type Place } from '../runs/home';
import { type Item, itemsOf } from './values';

/** Rows of a key that are fetched at most; more are thinned out evenly. */
const MOST = 1000;

/** The questions for the keys' rows, from a step on. */
export const specsOf = (keys: readonly string[], minStep?: number): string[] =>
  keys.map((key) => JSON.stringify({ keys: ['_step', key], samples: MOST, minStep }));

/** The items in the answers to these questions. */
export function itemsOfAnswers(run: string, keys: readonly string[], answers: unknown): Item[] {
  if (!Array.isArray(answers)) return [];
  return keys.flatMap((key, at) => {
    const rows: unknown = answers[at];
    if (!Array.isArray(rows)) return [];
    return rows.flatMap((row: Record<string, unknown>) =>
      typeof row._step === 'number' ? itemsOf(run, key, row._step, row[key]) : [],
    );
  });
}

export class MediaRows {
  items = $state.raw<readonly Item[]>([]);
  error = $state.raw<Error>();
  loaded = $state(false);
  #control = new AbortController();
  #runs: readonly string[] = [];
  #keys: readonly string[] = [];

  constructor(readonly place: Place) {}

  /** Shows these runs and keys; what is known stays until the answer is there. */
  show(runs: readonly string[], keys: readonly string[]): void {
    this.#control.abort();
    this.#control = new AbortController();
    [this.#runs, this.#keys] = [runs, keys];
    this.items = this.items.filter((item) => runs.includes(item.run) && keys.includes(item.key));
    void this.reload();
  }

  async reload(): Promise<void> {
    const [runs, keys] = [this.#runs, this.#keys];
    await this.#guarded(async (signal) => {
      this.items = runs.length && keys.length ? await this.#fetch(runs, keys, signal) : [];
      this.loaded = true;
    });
  }

  /** These runs have logged more. */
  async changed(runs: readonly string[]): Promise<void> {
    const keys = this.#keys;
    const mine = runs.filter((run) => this.#runs.includes(run));
    await this.#guarded(async (signal) => {
      for (const run of mine) {
        const last = this.items.reduce(
          (most, item) => (item.run === run ? Math.max(most, item.step) : most),
          -1,
        );
        const fresh = await this.#fetch([run], keys, signal, last);
        const before = this.items.filter((item) => item.run !== run || item.step < last);
        this.items = [...before, ...fresh];
      }
    });
  }

  async #guarded(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = this.#control;
    try {
      await work(signal);
      this.error = undefined;
    } catch (error) {
      if (!isAbort(error) && !signal.aborted) this.error = error as Error;
    }
  }

  async #fetch(
    names: readonly string[],
    keys: readonly string[],
    signal: AbortSignal,
    minStep?: number,
  ): Promise<Item[]> {
    const specs = specsOf(keys, minStep);
    const answers = byProject(this.place, names).map(async ({ place, runs, key }) => {
      const { entity, project } = place;
      const filters = JSON.stringify({ name: { $in: runs } });
      const question = { entity, project, filters, first: runs.length, specs };
      const answer = await gql(MediaRowsDocument, question, signal);
      return (answer.project?.runs?.edges ?? []).flatMap(({ node }) =>
        itemsOfAnswers(key(node.name), keys, node.sampledHistory),
      );
    });
    return (await Promise.all(answers)).flat();
  }

  close(): void {
    this.#control.abort();
  }
}
