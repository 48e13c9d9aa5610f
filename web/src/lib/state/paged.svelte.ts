/** A list of the API, fetched page by page as far as somebody looks. */
import { isAbort } from '../api/errors';

export interface Connection<Edge> {
  edges: readonly Edge[];
  totalCount?: number;
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

type Load<Edge> = (
  after: string | null,
  signal: AbortSignal,
) => Promise<Connection<Edge> | null | undefined>;

export class Paged<Edge> {
  rows: readonly Edge[] | undefined = $state.raw();
  total = $state(0);
  error: Error | undefined = $state.raw();
  readonly #load: Load<Edge>;
  #after: string | null = null;
  #busy = false;
  #control = new AbortController();

  constructor(load: Load<Edge>) {
    this.#load = load;
  }

  /** From the beginning; what is shown stays until the answer. */
  reload = (): void => {
    this.#control.abort();
    this.#control = new AbortController();
    [this.#after, this.#busy] = [null, false];
    void this.#next(true);
  };

  more = (): void => {
    if (this.#after !== null) void this.#next(false);
  };

  close = (): void => this.#control.abort();

  async #next(first: boolean) {
    if (this.#busy) return;
    this.#busy = true;
    try {
      const page = await this.#load(this.#after, this.#control.signal);
      this.rows = [...(first ? [] : (this.rows ?? [])), ...(page?.edges ?? [])];
      this.total = page?.totalCount ?? this.rows.length;
      this.#after = page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      this.error = undefined;
    } catch (reason) {
      if (isAbort(reason)) return;
      this.error = reason instanceof Error ? reason : new Error(String(reason));
    }
    this.#busy = false;
  }
}
