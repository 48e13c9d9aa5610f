/** Whole rows of a run's history, from a step on, page by page. */
import { isAbort } from '../api/errors';
import { RunHistoryDocument } from '../api/generated';
import { gql } from '../api/graphql';
import type { Json } from './json';
import { columnsOf, nextWidth, parseRow } from './rows';

const WISH = 500;

export class HistoryRows {
  rows = $state.raw<readonly { [key: string]: Json }[]>([]);
  columns = $state.raw<readonly string[]>([]);
  total = $state(0);
  loading = $state(false);
  loaded = $state(false);
  error = $state.raw<Error>();
  #next = 0;
  #width = WISH;
  #last = -1;
  #control = new AbortController();

  constructor(readonly place: { entity: string; project: string; run: string }) {}

  /** Begins anew at a step. */
  from(step: number): void {
    this.#control.abort();
    this.#control = new AbortController();
    this.rows = [];
    this.#next = step;
    this.#last = Infinity;
    this.loading = false;
    void this.more();
  }

  /** The next rows; steps without any are skipped. */
  async more(): Promise<void> {
    if (this.loading || this.#next > this.#last) return;
    this.loading = true;
    const { signal } = this.#control;
    try {
      let found = 0;
      while (found === 0 && this.#next <= this.#last) {
        const [from, to] = [this.#next, this.#next + this.#width];
        const variables = { ...this.place, from, to, samples: this.#width };
        const run = (await gql(RunHistoryDocument, variables, signal)).project?.run;
        const rows = (run?.history ?? []).map(parseRow);
        const { lastStep } = (run?.historyKeys ?? {}) as { lastStep?: number };
        this.#last = lastStep ?? -1;
        this.columns = columnsOf(run?.historyKeys);
        this.total = run?.historyLineCount ?? rows.length;
        this.rows = [...this.rows, ...rows];
        found = rows.length;
        this.#next = to;
        this.#width = nextWidth(this.#width, found, WISH);
      }
      this.loaded = true;
      this.error = undefined;
      this.loading = false;
    } catch (error) {
      if (isAbort(error)) return;
      this.error = error as Error;
      this.loading = false;
    }
  }

  /** More was logged: what lies after the last row can be asked for. */
  changed(): void {
    this.#last = Infinity;
    const last = this.rows.at(-1)?._step;
    if (typeof last === 'number') this.#next = Math.min(this.#next, last + 1);
  }

  close(): void {
    this.#control.abort();
  }
}
