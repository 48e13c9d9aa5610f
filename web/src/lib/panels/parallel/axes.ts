/** The axes of a parallel coordinates plot, what is brushed on them, and their order. */
import { columnName, columnOfMetric, metricOfColumn, type Scale, scaleOf } from '../column';
import type { PanelConfig } from '../types';
import { withFields } from '../config';

/** A column of the config, by the vendor's names. */
export interface AxisConfig {
  accessor: string;
  displayName?: string | null;
  inverted?: boolean | null;
  log?: boolean | null;
}

export interface Axis {
  column: string;
  title: string;
  inverted: boolean;
  log: boolean;
  scale: Scale;
}

export function axesConfig(config: PanelConfig): AxisConfig[] {
  const all = Array.isArray(config.columns) ? (config.columns as unknown[]) : [];
  return all.filter(
    (one): one is AxisConfig =>
      typeof (one as { accessor?: unknown } | null)?.accessor === 'string',
  );
}

export function axesOf(
  config: PanelConfig,
  runs: readonly string[],
  get: (run: string, column: string) => unknown,
): Axis[] {
  return axesConfig(config).map((one) => {
    const column = columnOfMetric(one.accessor);
    const values = runs.map((run) => get(run, column));
    const log = one.log === true && scaleOf(values).kind === 'number';
    return {
      ...{ column, title: one.displayName || columnName(column), log },
      inverted: one.inverted === true,
      scale: scaleOf(values, log),
    };
  });
}

/** The config with an axis at another place. */
export function moved(config: PanelConfig, from: number, to: number): PanelConfig {
  const columns = axesConfig(config);
  const [one] = columns.splice(from, 1);
  if (!one) return config;
  columns.splice(to, 0, one);
  return withFields(config, { columns });
}

/** The config with these columns; what is known of one is kept. */
export function withColumns(config: PanelConfig, names: readonly string[]): PanelConfig {
  const known = new Map(axesConfig(config).map((one) => [columnOfMetric(one.accessor), one]));
  const columns = names.map((name) => known.get(name) ?? { accessor: metricOfColumn(name) });
  return withFields(config, { columns });
}

/** The config with some fields of one axis changed. */
export function withAxis(
  config: PanelConfig,
  index: number,
  fields: Partial<AxisConfig>,
): PanelConfig {
  const columns = axesConfig(config);
  return withFields(config, {
    columns: columns.map((one, at) => (at === index ? { ...one, ...fields } : one)),
  });
}

/** Parts of axes that are chosen, by column: places between two. */
export type Brushes = ReadonlyMap<string, readonly [min: number, max: number]>;

/** Whether a run is inside all brushes. */
export function isInside(
  run: string,
  axes: readonly Axis[],
  brushes: Brushes,
  get: (run: string, column: string) => unknown,
): boolean {
  return axes.every(({ column, scale }) => {
    const brush = brushes.get(column);
    if (!brush) return true;
    const at = scale.at(get(run, column));
    return at !== null && at >= brush[0] && at <= brush[1];
  });
}
