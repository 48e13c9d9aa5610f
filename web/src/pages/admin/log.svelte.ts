/** The audit log page by page: the newest first, more when the end comes into view. */
import { AuditEventsDocument, type AuditEventsQuery } from '../../lib/api/generated';
import { isAbort } from '../../lib/api/errors';
import { gql } from '../../lib/api/graphql';
import { type Shown, toFilter } from './audit';

export type AuditEvent = AuditEventsQuery['administration']['audit']['events'][number];
const PAGE = 100;

export class AuditLog {
  events = $state.raw<readonly AuditEvent[]>();
  error = $state.raw<Error>();
  loading = $state(false);
  #next: string | null = null;
  #shown: Shown | undefined;
  #control = new AbortController();

  /** Starts anew with a filter; what was shown stays until the answer is there. */
  async open(shown: Shown): Promise<void> {
    this.#control.abort();
    this.#control = new AbortController();
    this.#shown = shown;
    this.#next = null;
    await this.#load([]);
  }

  /** Loads the next page, if there is one. */
  async more(): Promise<void> {
    if (this.loading || this.#next === null) return;
    await this.#load(this.events ?? []);
  }

  retry = (): void => void (this.#shown && this.open(this.#shown));
  close = (): void => this.#control.abort();

  async #load(before: readonly AuditEvent[]): Promise<void> {
    if (!this.#shown) return;
    const { signal } = this.#control;
    this.loading = true;
    try {
      const variables = { filter: toFilter(this.#shown), cursor: this.#next, first: PAGE };
      const { audit } = (await gql(AuditEventsDocument, variables, signal)).administration;
      if (signal.aborted) return;
      this.events = [...before, ...audit.events];
      this.#next = audit.next;
      this.error = undefined;
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      this.error = error instanceof Error ? error : new Error(String(error));
    } finally {
      if (!signal.aborted) this.loading = false;
    }
  }
}
