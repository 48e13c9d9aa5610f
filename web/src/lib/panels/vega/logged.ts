/** The custom charts that runs have logged: what `wandb.plot…` writes to `config._wandb`. */
import type { PanelConfig } from '../types';
import { writeQuery } from './query';

export interface LoggedChart {
  key: string;
  config: PanelConfig;
}

/** Columns of `wandb.sklearn` under other names than the definitions have for them. */
const renamed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'wandb/confusion_matrix/v1': { nPredictions: 'Count' },
};

const object = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};

/** `visualize`: the panel's config as it is. */
function plotted(key: string, value: unknown): LoggedChart[] {
  const { panel_type: type, panel_config: config } = object(value);
  return type === 'Vega2' ? [{ key, config: object(config) }] : [];
}

/** `viz`, of `wandb.visualize`: the definition's name and the key of a table whose columns have the names it expects. */
function visualized(key: string, value: unknown): LoggedChart[] {
  const { id } = object(value);
  if (typeof id !== 'string') return [];
  const query = { source: 'summaryTable', table: key, history: [], columns: {} } as const;
  const config = {
    ...{ panelDefId: id, fieldSettings: renamed[id] ?? {}, stringSettings: {} },
    ...{ transform: { name: 'tableWithLeafColNames' }, userQuery: writeQuery(query) },
  };
  return [{ key, config }];
}

/** From what some runs say in `config._wandb`, the newest first: a key's newest chart is shown. */
export function loggedCharts(said: readonly unknown[]): LoggedChart[] {
  const found = new Map<string, LoggedChart>();
  for (const own of said.map(object)) {
    const charts = [
      ...Object.entries(object(own.visualize)).flatMap(([key, value]) => plotted(key, value)),
      ...Object.entries(object(own.viz)).flatMap(([key, value]) => visualized(key, value)),
    ];
    for (const chart of charts) if (!found.has(chart.key)) found.set(chart.key, chart);
  }
  return [...found.values()];
}
