/** Which parameters matter for a metric, in the order and the words of the panel. */
import { columnName, columnOfMetric } from '../column';
import { text } from '../config';
import type { PanelConfig } from '../types';

export interface Parameter {
  name: string;
  /** 0 to 1; all of them are 1 together. */
  importance: number;
  /** -1 to 1; null where there is none. */
  correlation: number | null;
  runs: number;
}

export type Order = 'importance' | 'correlation';

/** The column whose numbers are explained; empty when none is chosen. */
export function targetOf(config: PanelConfig): string {
  const target = text(config, 'targetKey');
  return target ? columnOfMetric(target) : '';
}

/** The vendor's spelling of a column as the target. */
export const targetKey = (column: string): string => column.replace(/^summary_metrics\./, '');

/** Those that a search finds, the strongest first: by importance, or by correlation whatever its sign. */
export function listed(all: readonly Parameter[], search: string, order: Order): Parameter[] {
  const wish = search.trim().toLowerCase();
  const strength = (one: Parameter) =>
    order === 'importance' ? one.importance : Math.abs(one.correlation ?? 0);
  return all
    .filter(({ name }) => columnName(name).toLowerCase().includes(wish))
    .sort((a, b) => strength(b) - strength(a) || b.importance - a.importance);
}
