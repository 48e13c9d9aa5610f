/** The console lines of a run: the newest ones, more of the past on request, live. */
import { isAbort } from '../api/errors';
import { RunLogsDocument } from '../api/generated';
import { gql } from '../api/graphql';

export interface LogRow {
  number: number;
  time: string | null;
  /** Written to stderr. */
  error: boolean;
  label: string | null;
  text: string;
}

/** The client may send its last 32 lines again, so every fetch reaches back further than that. */
const OVERLAP = 64;
const FIRST = 2000;
const LIVE = 700;

export class RunLog {
  rows = $state.raw<LogRow[]>([]);
  total = $state(0);
  loading = $state(true);
  error = $state.raw<Error>();
  #known = new Map<number, LogRow>();
  #control = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly entity: string,
    readonly project: string,
    readonly run: string,
    ready: Promise<void>,
  ) {
    void ready.then(() => this.#fetch(FIRST));
  }

  /** How many lines before the first known one exist. */
  get earlier(): number {
    return Math.max(0, this.total - this.rows.length);
  }

  loadEarlier(): void {
    void this.#fetch(Math.min(this.total, this.rows.length * 4));
  }

  retry(): void {
    void this.#fetch(Math.max(FIRST, this.rows.length));
  }

  changed(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#follow();
    }, LIVE);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#control.abort();
  }

  /** Fetches the end; further back when more was written than it holds. */
  async #follow(): Promise<void> {
    const before = this.#known.size ? Math.max(...this.#known.keys()) : -1;
    const first = await this.#fetch(OVERLAP * 4);
    if (first !== undefined && first > before + 1) await this.#fetch(this.total - before + OVERLAP);
  }

  async #fetch(last: number): Promise<number | undefined> {
    const { entity, project, run } = this;
    this.loading = true;
    try {
      const answer = await gql(
        RunLogsDocument,
        { entity, project, run, last },
        this.#control.signal,
      );
      const found = answer.project?.run;
      const nodes = found?.logLines?.edges.map((edge) => edge.node) ?? [];
      const total = found?.logLineCount ?? nodes.length;
      nodes.forEach((node, index) => {
        const number = node.number ?? total - nodes.length + index;
        this.#known.set(number, {
          number,
          time: node.timestamp,
          error: node.level?.toLowerCase() === 'error',
          label: node.label,
          text: node.line ?? '',
        });
      });
      this.total = Math.max(total, this.#known.size);
      this.rows = [...this.#known.values()].sort((a, b) => a.number - b.number);
      this.error = undefined;
      return nodes.length ? (nodes[0]?.number ?? undefined) : undefined;
    } catch (error) {
      if (!isAbort(error)) this.error = error as Error;
      return undefined;
    } finally {
      this.loading = false;
    }
  }
}
