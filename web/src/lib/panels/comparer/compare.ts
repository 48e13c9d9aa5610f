/** The lines of a run comparer: a column a run, sections of config and summary. */
import { duration } from '../../i18n/format';
import type { Column } from '../source.svelte';
import { valueText } from '../value';

export interface Row {
  column: string;
  name: string;
  values: string[];
  differs: boolean;
}

export interface Section {
  key: 'run' | 'config' | 'summary';
  rows: Row[];
}

const FIELDS = ['state', 'createdAt', 'duration', 'username', 'group', 'jobType', 'tags', 'notes'];
const order = new Intl.Collator('en', { numeric: true });

/** Columns that a comparer shows, in its order: fields of the run, config, summary; the client's own left out. */
export function comparedColumns(columns: readonly Column[], search: string): Column[] {
  const wish = search.trim().toLowerCase();
  const rank = (column: Column) =>
    column.section === 'run' ? 0 : column.section === 'config' ? 1 : 2;
  return columns
    .filter(({ name, section }) =>
      section === 'run' ? FIELDS.includes(name) : !/^\w+\.(_|\w+\._)/.test(name),
    )
    .filter(({ name }) => name.toLowerCase().includes(wish))
    .sort((a, b) => rank(a) - rank(b) || order.compare(a.name, b.name));
}

const shown = (column: string, value: unknown): string =>
  column === 'duration' && typeof value === 'number' ? duration(value) : valueText(value);

/** The sections with their rows; those without a value anywhere are left out, and with `onlyDifferent` those all runs share. */
export function compare(
  columns: readonly Column[],
  runs: readonly string[],
  get: (run: string, column: string) => unknown,
  onlyDifferent: boolean,
): Section[] {
  const sections: Section[] = ['run', 'config', 'summary'].map((key) => ({
    key: key as Section['key'],
    rows: [],
  }));
  for (const { name, section } of columns) {
    const values = runs.map((run) => shown(name, get(run, name)));
    const differs = values.some((value) => value !== values[0]);
    if (values.every((value) => value === '–') || (onlyDifferent && !differs)) continue;
    const short = name.replace(/^(config|summary_metrics)\./, '');
    sections
      .find(({ key }) => key === section)
      ?.rows.push({ column: name, name: short, values, differs });
  }
  return sections.filter(({ rows }) => rows.length > 0);
}
