/** The rows of one custom chart: fetched while it is in view, and anew when a run has logged another table. */
import { untrack } from 'svelte';
import type { PanelData } from '../../charts/data.svelte';
import { type LoggedTable, loggedTable } from '../../run/json';
import type { RunFile } from '../../run/files';
import { resource } from '../../state/resource.svelte';
import { filesOf, textOf } from '../files';
import type { PanelSource } from '../source.svelte';
import type { PanelRun, RunSet } from '../types';
import type { ChartQuery } from './query';
import { historyRows, joinRows, type Row, tableRows } from './rows';

export interface Plan {
  query: ChartQuery;
  /** The runs that are drawn, at most so many that their tables can be fetched. */
  runs: readonly PanelRun[];
  set: RunSet;
  data: PanelSource;
  near: boolean;
  /** Of tables logged again and again: the last until this step; null for the newest. */
  step: number | null;
}

/** A table that is larger is none for a chart. */
const MOST_BYTES = 32 << 20;

const STEP = /_(\d+)_[0-9a-f]{8,}\.table\.json$/;
const stepOf = (file: RunFile): number => Number(STEP.exec(file.name)?.[1] ?? 0);
const literal = (key: string): string => key.replace(/[\\%_]/g, '\\$&');

export class ChartRows {
  readonly #plan: () => Plan;
  readonly #tables = new Map<string, Promise<LoggedTable | null>>();
  #opened = $state.raw<readonly PanelData[]>([]);

  /** Must be made while a component is initialised. */
  constructor(plan: () => Plan) {
    this.#plan = plan;
    $effect(() => {
      const { near, runs, data } = plan();
      const wanted = [...Object.values(plan().query.columns), ...this.#pathColumns];
      if (near && wanted.length > 0)
        data.values.want(
          runs.map((run) => run.name),
          wanted,
        );
    });
    $effect(() => {
      const { near, data } = plan();
      const keys = this.#historyText.split('\n').filter(Boolean);
      if (!near || keys.length === 0) return;
      const all = untrack(() => keys.map((key) => data.series('history', '_step').open(key)));
      this.#opened = all.map((one) => one.data);
      return () => all.forEach((one) => one.close());
    });
    // A run that goes on may have logged more.
    $effect(() => {
      const { data, query } = plan();
      return query.source === 'historyTable'
        ? data.onlogged(() => this.#files.reload())
        : undefined;
    });
  }

  readonly #historyText = $derived.by(() => {
    const { query } = this.#plan();
    return query.source === 'history' ? query.history.join('\n') : '';
  });

  /** The summary says where the newest table is. */
  readonly #pathColumns = $derived.by(() => {
    const { query } = this.#plan();
    return query.source === 'summaryTable' && query.table
      ? [`summary_metrics.${query.table}.path`]
      : [];
  });

  /** One text: the same files in another array must not fetch again. */
  readonly #wish = $derived.by(() => {
    const { query, runs, data, near } = this.#plan();
    if (!near) return '';
    if (query.source === 'historyTable')
      return JSON.stringify({ table: query.table, runs: runs.map((run) => run.name) });
    const [column] = this.#pathColumns;
    if (!column) return '';
    const found = runs.flatMap(({ name }) => {
      const path = data.values.get(name, column);
      return typeof path === 'string' ? [[name, path]] : [];
    });
    return found.length > 0 ? JSON.stringify({ found }) : '';
  });

  readonly #files = resource(() => {
    const [wish, { set }] = [this.#wish, untrack(this.#plan)];
    return async (signal): Promise<Map<string, RunFile[]>> => {
      if (!wish) return new Map();
      const { table, runs, found } = JSON.parse(wish) as {
        table?: string;
        runs?: string[];
        found?: [string, string][];
      };
      if (found) {
        const names = [...new Set(found.map(([, path]) => path))];
        const all = await filesOf(
          set,
          found.map(([run]) => run),
          { names },
          signal,
        );
        return new Map(
          found.map(([run, path]) => [
            run,
            (all.get(run) ?? []).filter((one) => one.name === path),
          ]),
        );
      }
      const pattern = `media/table/${literal(table ?? '')}\\_%`;
      const all = await filesOf(set, runs ?? [], { pattern }, signal);
      const own = `media/table/${table}_`;
      for (const [run, files] of all)
        all.set(
          run,
          files
            .filter((one) => STEP.test(one.name) && one.name.replace(STEP, '_') === own)
            .sort((a, b) => stepOf(a) - stepOf(b)),
        );
      return all;
    };
  });

  /** Steps at which a table was logged, where all of them are asked for. */
  readonly steps = $derived.by(() => {
    if (this.#plan().query.source !== 'historyTable') return [];
    const all = [...(this.#files.data?.values() ?? [])].flat().map(stepOf);
    return [...new Set(all)].sort((a, b) => a - b);
  });

  readonly #read = resource(() => {
    const [files, { step }] = [this.#files.data, this.#plan()];
    return async (signal): Promise<Map<string, Row[]>> => {
      const wanted = [...(files ?? [])].flatMap(([run, all]) => {
        const until = step === null ? all : all.filter((one) => stepOf(one) <= step);
        const file = until.at(-1);
        return file && file.sizeBytes <= MOST_BYTES ? [[run, file] as const] : [];
      });
      const read = wanted.map(async ([run, file]) => {
        const table = await this.#table(file, signal);
        return table ? [[run, tableRows(table)] as const] : [];
      });
      return new Map((await Promise.all(read)).flat());
    };
  });

  /** A file's name holds the hash of what is in it, so it is read once. */
  #table(file: RunFile, signal: AbortSignal): Promise<LoggedTable | null> {
    const known = this.#tables.get(file.name);
    if (known) return known;
    const read = textOf(file, signal).then(loggedTable);
    this.#tables.set(file.name, read);
    read.catch(() => this.#tables.delete(file.name));
    return read;
  }

  readonly #history = $derived.by(() => {
    const rows = new Map<string, Row[]>();
    const all = this.#opened.flatMap((one) => one.series);
    for (const { name } of this.#plan().runs) {
      const own = all.filter((one) => one.run === name);
      if (own.length > 0) rows.set(name, historyRows(own));
    }
    return rows;
  });

  readonly rows = $derived.by((): Row[] => {
    const { query, runs, data } = this.#plan();
    const columns = Object.entries(query.columns);
    const of = (run: string) =>
      query.source === 'none'
        ? [{}]
        : ((query.source === 'history' ? this.#history : this.#read.data)?.get(run) ?? null);
    return joinRows(runs, of, (run) =>
      Object.fromEntries(
        columns.map(([name, column]) => [name, data.values.get(run, column) ?? null]),
      ),
    );
  });

  readonly loading = $derived.by(() => {
    const { near, query } = this.#plan();
    if (!near) return true;
    if (query.source === 'history') return this.#opened.some((one) => one.loading);
    return this.#files.loading || this.#read.loading;
  });

  readonly error = $derived.by(
    () =>
      this.#files.error ??
      this.#read.error ??
      this.#plan().data.values.error ??
      this.#opened.find((one) => one.error)?.error,
  );

  reload(): void {
    this.#files.reload();
    this.#plan().data.values.refetch();
  }
}
