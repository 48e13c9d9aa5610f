/** A table as somebody looks at it: the question, and the blocks of cells that came so far. */
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { isAbort } from '../api/errors';
import { toMongo, type Condition } from '../runs/filter';
import {
  fetchPage,
  isPreparing,
  type Preparing,
  type TableColumn,
  type TableGroup,
  type TablePage,
  type TableQuestion,
  type TableSource,
  type Where,
} from './api';
import { TableFiles } from './files.svelte';
import { arranged, likelyKey, plainLook, type TableLook } from './look';

/** Rows and columns that are asked for together. */
export const ROWS = 100;
const COLUMNS = 16;
/** While a table is read for the first time. */
const AGAIN = 700;
/** Blocks that are kept. */
const KEPT = 400;

export interface TableSetup {
  where: Where;
  sources: readonly TableSource[];
  /** A column that puts several tables side by side, null below each other; undefined finds one. */
  join: string | null | undefined;
}

interface Block {
  rows: number;
  ids: [number, number][];
  cells: unknown[][];
  groups: TableGroup[];
}

export class TableModel {
  search = $state('');
  look = $state.raw<TableLook>(plainLook);
  head = $state.raw<TablePage>();
  preparing = $state.raw<Preparing>();
  error = $state.raw<Error>();
  readonly files: TableFiles;
  #setup: () => TableSetup;
  #blocks = new SvelteMap<string, Block>();
  #asked = new SvelteSet<string>();
  #control = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(setup: () => TableSetup, look?: TableLook) {
    this.#setup = setup;
    if (look) this.look = look;
    const { entity, project } = setup().where;
    this.files = new TableFiles(entity, project);
  }

  /** The column by which several tables stand side by side. */
  readonly join = $derived.by((): string | null => {
    const { sources, join } = this.#setup();
    if (sources.length < 2) return null;
    return join === undefined ? likelyKey(this.columns) : join;
  });

  readonly question = $derived.by((): TableQuestion => {
    const { sources } = this.#setup();
    const { join } = this;
    const { filters, sort, group, differs } = this.look;
    const filter = toMongo(filters, Date.now());
    const search = this.search.trim();
    return { sources, join, filter, search, differs: differs && join !== null, sort, group };
  });

  /** One text: the same question in another object asks nothing. */
  readonly text = $derived.by(() => JSON.stringify(this.question));

  readonly columns = $derived.by(() => this.head?.columns ?? []);
  readonly shown = $derived.by(() => {
    const { group } = this.look;
    return arranged(this.columns, this.look).filter(({ id }) => !group.includes(id));
  });
  readonly grouped = $derived.by(() =>
    this.look.group.flatMap((id) => this.columns.find((column) => column.id === id) ?? []),
  );
  readonly count = $derived.by(() => this.head?.groups ?? this.head?.rows ?? 0);

  get where(): Where {
    return this.#setup().where;
  }

  /** Asks anew; what is shown stays until the answer comes. */
  async load(): Promise<void> {
    this.#control.abort();
    clearTimeout(this.#timer);
    const control = (this.#control = new AbortController());
    const question = this.question;
    try {
      const wish = { columns: [], offset: 0, limit: 0 };
      const answer = await fetchPage(this.where, question, wish, control.signal);
      if (control.signal.aborted) return;
      if (isPreparing(answer)) {
        this.preparing = answer;
        this.#timer = setTimeout(() => void this.load(), AGAIN);
        return;
      }
      this.#blocks.clear();
      this.#asked.clear();
      this.preparing = undefined;
      this.error = undefined;
      this.head = answer;
    } catch (error) {
      if (isAbort(error) || control.signal.aborted) return;
      this.preparing = undefined;
      this.error = error instanceof Error ? error : new Error(String(error));
    }
  }

  /** Wants the rows from `first` to `end` in the shown columns from `left` to `right`. */
  want(first: number, end: number, left: number, right: number): void {
    const { shown } = this;
    const columns = Math.max(1, Math.ceil(shown.length / COLUMNS));
    const from = Math.min(columns - 1, Math.floor(left / COLUMNS));
    const until = Math.min(columns, Math.max(from + 1, Math.ceil(right / COLUMNS)));
    for (let row = Math.floor(first / ROWS); row * ROWS < end; row += 1) {
      for (let column = from; column < until; column += 1) void this.#ask(row, column);
    }
  }

  async #ask(row: number, column: number): Promise<void> {
    const name = this.#name(row, column);
    if (this.#asked.has(name)) return;
    this.#asked.add(name);
    const { signal } = this.#control;
    const wanted = this.shown.slice(column * COLUMNS, (column + 1) * COLUMNS).map(({ id }) => id);
    const wish = { columns: wanted, offset: row * ROWS, limit: ROWS };
    try {
      const answer = await fetchPage(this.where, this.question, wish, signal);
      if (signal.aborted || isPreparing(answer)) return;
      this.files.add(answer.files);
      const { rows, ids, cells, page } = answer;
      this.#blocks.set(name, { rows, ids, cells, groups: page });
      const [oldest] = this.#blocks.keys();
      if (this.#blocks.size > KEPT && oldest) {
        this.#blocks.delete(oldest);
        this.#asked.delete(oldest);
      }
    } catch (error) {
      if (isAbort(error) || signal.aborted) return;
      this.#asked.delete(name);
      this.error = error instanceof Error ? error : new Error(String(error));
    }
  }

  /** A block is of its columns, too: hiding one moves the others. */
  #name(row: number, column: number): string {
    const shown = this.shown.slice(column * COLUMNS, (column + 1) * COLUMNS);
    return `${row}\n${shown.map(({ id }) => id).join('\n')}`;
  }

  #block(row: number, column: number): Block | undefined {
    return this.#blocks.get(this.#name(Math.floor(row / ROWS), Math.floor(column / COLUMNS)));
  }

  /** The cell of a row in a shown column; undefined while it is fetched. */
  cell(row: number, column: number): unknown {
    return this.#block(row, column)?.cells[row % ROWS]?.[column % COLUMNS];
  }

  /** Which row of which source it is. */
  id(row: number): [number, number] | undefined {
    return this.#block(row, 0)?.ids[row % ROWS];
  }

  group(row: number, column = 0): TableGroup | undefined {
    return this.#block(row, column)?.groups[row % ROWS];
  }

  figures(row: number, column: number): TableGroup['figures'][number] | undefined {
    return this.group(row, column)?.figures[column % COLUMNS];
  }

  /** A cell in full. */
  async whole(row: number, column: TableColumn): Promise<unknown> {
    const wish = { columns: [column.id], offset: row, limit: 1 };
    const answer = await fetchPage(this.where, this.question, wish);
    return isPreparing(answer) ? undefined : answer.cells[0]?.[0];
  }

  set(change: Partial<TableLook>): void {
    this.look = { ...this.look, ...change };
  }

  /** Sorts by a column: up, down, not at all; `also` keeps the other columns. */
  sortBy(column: string, also: boolean): void {
    const { sort } = this.look;
    const known = sort.find((one) => one.column === column);
    const others = also ? sort.filter((one) => one.column !== column) : [];
    const next = !known
      ? [{ column, descending: false }]
      : known.descending
        ? []
        : [{ column, descending: true }];
    this.set({ sort: [...others, ...next] });
  }

  /** Looks into a group: its values become filters. */
  enter(group: TableGroup): void {
    const filters = this.look.group.map((id, at): Condition => {
      const value = group.key[at] as Condition['value'];
      return { key: { section: 'run', name: id }, op: '=', value };
    });
    this.set({ filters: [...this.look.filters, ...filters], group: [], sort: [] });
  }

  close(): void {
    this.#control.abort();
    clearTimeout(this.#timer);
  }
}
