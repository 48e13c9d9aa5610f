/** Which runs are drawn: the newest 100, unless someone chose for a run. */
import { Stored } from '../state/stored.svelte';
import type { RunRow } from './list.svelte';

export const MOST_VISIBLE = 100;

export class Visibility {
  readonly #chosen: Stored<Record<string, boolean>>;
  /** When set, only these are drawn. */
  only = $state.raw<ReadonlySet<string> | null>(null);

  constructor(memory: string) {
    this.#chosen = new Stored(`visible:${memory}`, {});
  }

  /** Ids of the drawn runs, in the order of the rows. */
  of(rows: readonly RunRow[]): string[] {
    return rows.filter((row, index) => this.isVisible(row.name, index)).map((row) => row.name);
  }

  isVisible(run: string, index: number): boolean {
    if (this.only) return this.only.has(run);
    return this.#chosen.value[run] ?? index < MOST_VISIBLE;
  }

  toggle(run: string, index: number): void {
    const next = !this.isVisible(run, index);
    if (this.only) {
      const only = new Set(this.only);
      if (next) only.add(run);
      else only.delete(run);
      this.only = only;
    } else {
      this.#chosen.value = { ...this.#chosen.value, [run]: next };
    }
  }

  /** Shows or hides all at once; back to the newest 100 when shown. */
  all(show: boolean): void {
    this.only = show ? null : new Set();
    if (show) this.#chosen.value = {};
  }
}
