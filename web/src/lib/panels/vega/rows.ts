/** The rows of a custom chart: tables or metrics of runs, each row with what tells its run. */
import type { Series } from '../../api/series';
import type { LoggedTable } from '../../run/json';
import type { PanelRun } from '../types';

export type Row = Record<string, unknown>;

/** The column that every row has, whatever the table's are called: the run, by a name that no other has. */
export const RUN = '_run';

/** What else stands in a row of its run, as in the vendor's data; a table's own columns of these names win. */
const own = (run: PanelRun, index: number): Row => ({
  id: run.name,
  name: run.displayName,
  _defaultColorIndex: index,
});

/** Names of runs that tell them apart. */
export function runLabels(runs: readonly PanelRun[]): Map<string, string> {
  const counts = new Map<string, number>();
  for (const { displayName } of runs) counts.set(displayName, (counts.get(displayName) ?? 0) + 1);
  return new Map(
    runs.map(({ name, displayName }) => [
      name,
      counts.get(displayName) === 1 ? displayName : `${displayName} (${name})`,
    ]),
  );
}

/** More rows than this are no chart. */
export const MOST_ROWS = 100_000;

const SPECIAL: Readonly<Record<string, number>> = {
  NaN: NaN,
  Infinity: Infinity,
  '-Infinity': -Infinity,
};

/** A cell as the chart gets it: texts that stand for NaN and infinity as numbers. */
const cell = (value: unknown): unknown =>
  typeof value === 'string' && value in SPECIAL ? SPECIAL[value] : value;

/** A table's rows by its columns' names. */
export const tableRows = ({ columns, data }: LoggedTable): Row[] =>
  data.map((values) =>
    Object.fromEntries(columns.map((name, index) => [name, cell(values[index] ?? null)])),
  );

/** Metrics of one run, joined where they were logged at the same step. */
export function historyRows(series: readonly Series[], axis = '_step'): Row[] {
  const rows = new Map<number, Row>();
  for (const { key, x, mean } of series) {
    for (let i = 0; i < x.length; i += 1) {
      const at = x[i] ?? 0;
      const row = rows.get(at) ?? { [axis]: at };
      rows.set(at, row);
      row[key] = mean[i];
    }
  }
  return [...rows.entries()].sort(([a], [b]) => a - b).map(([, row]) => row);
}

/** All rows; `of` answers a run's own, null where it has none yet, `columns` what each of them also gets. */
export function joinRows(
  runs: readonly PanelRun[],
  of: (run: string) => readonly Row[] | null,
  columns: (run: string) => Row,
): Row[] {
  const all: Row[] = [];
  const labels = runLabels(runs);
  runs.forEach((run, index) => {
    const rows = of(run.name);
    if (!rows) return;
    const label = labels.get(run.name);
    const base = { ...own(run, index), ...columns(run.name) };
    for (const row of rows) if (all.length < MOST_ROWS) all.push({ ...base, ...row, [RUN]: label });
  });
  return all;
}

/** The names of the columns of some rows, without those of the run. */
export function columnNames(rows: readonly Row[]): string[] {
  const names = new Set<string>();
  for (const row of rows.slice(0, 100)) for (const name of Object.keys(row)) names.add(name);
  for (const name of ['id', '_defaultColorIndex', RUN]) names.delete(name);
  return [...names];
}
