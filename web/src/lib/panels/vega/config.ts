/** What a custom chart's config asks for, by the vendor's field names. */
import { record, text } from '../config';
import type { PanelConfig } from '../types';
import { type ChartQuery, readQuery } from './query';

export interface ChartConfig {
  /** Names the definition: `wandb/line/v0`, or `entity/name` of a preset. */
  definition: string;
  /** A definition of this panel's own, as JSON; it stands before the named one. */
  own: string | undefined;
  /** Columns of the data, by the definition's names for them. */
  fields: Readonly<Record<string, string>>;
  /** Texts of the definition. */
  strings: Readonly<Record<string, string>>;
  query: ChartQuery;
}

const only = (values: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).filter((one): one is [string, string] => typeof one[1] === 'string'),
  );

export function readChart(config: PanelConfig): ChartConfig {
  return {
    definition: text(config, 'panelDefId') ?? '',
    own: text(record(config, 'customPanelDef'), 'spec'),
    fields: only(record(config, 'fieldSettings')),
    strings: only(record(config, 'stringSettings')),
    query: readQuery(config.userQuery),
  };
}

/** The panel's title: what its program called it, or what kind of chart it is. */
export function chartTitle(config: PanelConfig): string {
  const { strings, definition } = readChart(config);
  return strings.title?.trim() || definition.replace(/^[^/]+\/|\/v\d+$/g, '').replaceAll('_', ' ');
}
