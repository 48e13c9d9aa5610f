/** What somebody is doing in a table right now: where the keys are, what is edited, which menu is open. */
import type { RunRow } from '../list.svelte';
import type { RunModel } from '../model.svelte';

export class Doing {
  /** The line that the keys are on. */
  at = $state(-1);
  /** `above`: the copy of a pinned run above the others, not the run in its place. */
  editing = $state.raw<{ run: string; column: string; above: boolean } | null>(null);
  menu = $state.raw<{ row: RunRow; anchor: HTMLElement; above: boolean } | null>(null);
  failure = $state('');
  #last: string | null = null;

  constructor(readonly model: RunModel) {}

  edit(row: RunRow, column: string, above = false): void {
    this.failure = '';
    this.menu = null;
    this.editing = { run: row.name, column, above };
  }

  /** The column of a row that is edited, if one is. */
  edited(row: RunRow, above: boolean): string | undefined {
    const { run, column, above: there } = this.editing ?? {};
    return run === row.name && there === above ? column : undefined;
  }

  openMenu(row: RunRow, anchor: HTMLElement, above = false): void {
    this.menu = { row, anchor, above };
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
