/** What somebody is doing in a table right now: where the keys are, what is edited, which menu is open. */
import type { RunRow } from '../list.svelte';
import type { RunModel } from '../model.svelte';

export class Doing {
  /** The line that the keys are on. */
  at = $state(-1);
  editing = $state.raw<{ run: string; column: string } | null>(null);
  menu = $state.raw<{ row: RunRow; anchor: HTMLElement } | null>(null);
  failure = $state('');
  #last: string | null = null;

  constructor(readonly model: RunModel) {}

  edit(row: RunRow, column: string): void {
    this.failure = '';
    this.menu = null;
    this.editing = { run: row.name, column };
  }

  openMenu(row: RunRow, anchor: HTMLElement): void {
    this.menu = { row, anchor };
  }

  /** Selects a run; with `range`, all from the one before to it. */
  select(run: string, range: boolean): void {
    const names = this.model.list.rows.map((row) => row.name);
    const [from, until] = [names.indexOf(this.#last ?? ''), names.indexOf(run)];
    if (range && from >= 0 && until >= 0 && this.model.selected !== 'all') {
      const between = names.slice(Math.min(from, until), Math.max(from, until) + 1);
      this.model.selected = new Set([...this.model.selected, ...between]);
    } else this.model.select(run);
    this.#last = run;
  }
}
