/** The console lines of a run: any part of them when it comes into view, the end as it grows. */
import { isAbort } from '../api/errors';
import { RunLogMatchesDocument, RunLogsDocument } from '../api/generated';
import { gql } from '../api/graphql';
import { at } from '../api/http';

export interface LogRow {
  time: string | null;
  /** Written to stderr. */
  error: boolean;
  label: string | null;
  text: string;
}

export interface LogWish {
  /** A regular expression; empty is every line. */
  search: string;
  /** Only stderr. */
  errors: boolean;
}

/** Lines asked for at once. */
const CHUNK = 1000;
/** The client may send its last 32 lines again, so the end is always fetched from before that. */
const OVERLAP = 64;
/** Lines of one request when the end has grown. */
const MOST = 10_000;
/** Places that the server tells at most. */
const MATCHES = 100_000;
const LIVE = 700;
const LIVE_MATCHES = 3000;

/** What people type as an expression that any engine reads: plain text when it is none. */
export function expressionOf(search: string): string {
  const wish = search.trim();
  try {
    new RegExp(wish);
    return wish;
  } catch {
    return wish.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  }
}

/** All lines of a run, or with a wish only those that match; addressed by their place among them. */
export class RunLog {
  total = $state(0);
  /** Places of the matching lines among all lines; null without a wish. */
  matches = $state.raw<readonly number[] | null>(null);
  /** There may be more matches than are known. */
  readonly cut = $derived((this.matches?.length ?? 0) >= MATCHES);
  loaded = $state(false);
  error = $state.raw<Error>();
  /** Changes with every answer, so that what shows a row looks again. */
  #turn = $state(0);
  readonly #rows = new Map<number, LogRow>();
  readonly #pending = new Set<number>();
  readonly #control = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly place: { entity: string; project: string; run: string },
    ready: Promise<void>,
    readonly wish: LogWish = { search: '', errors: false },
  ) {
    void ready.then(() => this.retry());
  }

  get #filters(): boolean {
    return this.wish.search !== '' || this.wish.errors;
  }

  row(place: number): LogRow | undefined {
    void this.#turn;
    return this.#rows.get(place);
  }

  /** Loads what is missing between two places. */
  show(first: number, last: number): void {
    for (let chunk = Math.floor(first / CHUNK); chunk * CHUNK < last; chunk += 1) {
      const [from, to] = [Math.max(first, chunk * CHUNK), Math.min(last, (chunk + 1) * CHUNK)];
      if (this.#pending.has(chunk) || this.#has(from, to)) continue;
      this.#pending.add(chunk);
      void this.#fetch(chunk * CHUNK, CHUNK).finally(() => this.#pending.delete(chunk));
    }
  }

  retry(): void {
    this.error = undefined;
    void (this.#filters ? this.#count() : this.#fetch(0, 0));
  }

  changed(): void {
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        void (this.#filters ? this.#count() : this.#follow());
      },
      this.#filters ? LIVE_MATCHES : LIVE,
    );
  }

  /** Where a file of these lines is: of all, or of those that match. */
  file(times: boolean): string {
    const { entity, project, run } = this.place;
    const { search, errors } = this.#variables();
    const query = new URLSearchParams({ times: String(times), errors: String(errors) });
    if (search !== null) query.set('search', search);
    const place = [entity, project, run].map(encodeURIComponent).join('/');
    return at(`api/logs/${place}?${query}`);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#control.abort();
  }

  #has(from: number, to: number): boolean {
    for (let place = from; place < to; place += 1) if (!this.#rows.has(place)) return false;
    return true;
  }

  /** The end, from a little before what is known. */
  async #follow(): Promise<void> {
    const from = Math.max(0, this.total - OVERLAP);
    const found = await this.#fetch(from, MOST, true);
    if (found === MOST) this.#timer ??= setTimeout(() => this.changed(), 0);
  }

  async #count(): Promise<void> {
    try {
      const variables = { ...this.place, ...this.#variables() };
      const answer = await gql(RunLogMatchesDocument, variables, this.#control.signal);
      this.matches = answer.project?.run?.logMatches ?? [];
      this.total = this.matches.length;
      this.loaded = true;
      this.error = undefined;
    } catch (error) {
      if (!isAbort(error)) this.error = error as Error;
    }
  }

  #variables() {
    const { search, errors } = this.wish;
    return { search: search === '' ? null : expressionOf(search), errors };
  }

  async #ask(from: number, first: number): Promise<{ rows: LogRow[]; total: number }> {
    const variables = { ...this.place, ...this.#variables(), from, first };
    const answer = await gql(RunLogsDocument, variables, this.#control.signal);
    const run = answer.project?.run;
    const rows = (run?.logRange ?? []).map((node) => ({
      time: node.timestamp,
      error: node.level?.toLowerCase() === 'error',
      label: node.label,
      text: node.line ?? '',
    }));
    return { rows, total: run?.logLineCount ?? rows.length };
  }

  /** Lines from a place on; how many came. Lines that a writer left out are counted by the server, so a short answer is the end. */
  async #fetch(from: number, first: number, grown = false): Promise<number | undefined> {
    try {
      const { rows, total } = await this.#ask(from, first);
      rows.forEach((row, index) => this.#rows.set(from + index, row));
      if (!this.#filters) {
        const end = rows.length < first || grown ? from + rows.length : total;
        this.total = first === 0 ? total : Math.max(end, grown ? this.total : 0);
      }
      this.#turn += 1;
      this.loaded = true;
      this.error = undefined;
      return rows.length;
    } catch (error) {
      if (!isAbort(error)) this.error = error as Error;
      return undefined;
    }
  }
}
