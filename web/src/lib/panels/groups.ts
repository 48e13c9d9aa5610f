/** Runs put together: as the run table groups them, or by the values of a column that a panel asks for. */
import { SERIES } from '../design/palette';
import type { Look, PanelRun } from './types';
import { valueText } from './value';

const order = new Intl.Collator('en', { numeric: true });

export interface Group extends Look {
  key: string;
  /** The value alone, where there is little room. */
  short?: string;
  runs: readonly PanelRun[];
}

/** Groups in the order of their first run; `of` tells a run's group, null for none. */
function gather(
  runs: readonly PanelRun[],
  of: (run: PanelRun) => (Look & { key: string; short?: string }) | null,
): Group[] {
  const groups = new Map<string, Group & { runs: PanelRun[] }>();
  for (const run of runs) {
    const own = of(run) ?? { key: run.name, name: run.displayName, color: run.color };
    const group = groups.get(own.key);
    if (group) group.runs.push(run);
    else groups.set(own.key, { ...own, runs: [run] });
  }
  return [...groups.values()];
}

/** As the run table groups them; null when it does not. */
export function tableGroups(runs: readonly PanelRun[]): Group[] | null {
  return runs.some((run) => run.group) ? gather(runs, (run) => run.group ?? null) : null;
}

/** All runs as one group. */
export const oneGroup = (runs: readonly PanelRun[], name: string): Group[] =>
  runs.length > 0 ? [{ key: '*', name, color: `var(--series-0)`, runs }] : [];

/** By a column's value; colours go by the order of the values, since neighbours in the palette differ most. */
export function valueGroups(
  runs: readonly PanelRun[],
  column: string,
  value: (run: string) => unknown,
): Group[] {
  const label = column.replace(/^(config|summary_metrics)\./, '');
  const groups = gather(runs, (run) => {
    const own = valueText(value(run.name));
    return { key: `${column}=${own}`, name: `${label}: ${own}`, short: own, color: '' };
  });
  const sorted = groups.map((group) => group.key).sort(order.compare);
  return groups.map((group) => ({
    ...group,
    color: `var(--series-${sorted.indexOf(group.key) % SERIES})`,
  }));
}
