/** What a line plot's config asks for, by the vendor's field names. */
import type { Bounds } from '../../charts/scale';
import { matcher } from '../../charts/sections';
import { choice, flag, number, record, text, texts } from '../config';
import { type Expression, ExpressionError, parseExpression } from '../expression';
import type { PanelConfig, PanelSettings } from '../types';
import type { GroupAgg, GroupArea } from './combine';
import type { PlotType } from './stack';

export const AGGREGATES: readonly [GroupAgg, ...GroupAgg[]] = [
  'mean',
  'median',
  'min',
  'max',
  'sum',
  'samples',
];
export const AREAS: readonly [GroupArea, ...GroupArea[]] = [
  'minmax',
  'stddev',
  'stderr',
  'none',
  'samples',
];
export const PLOT_TYPES: readonly [PlotType, ...PlotType[]] = ['line', 'stacked-area', 'pct-area'];
export type Mark = 'solid' | 'dashed' | 'dotted' | 'dotdash' | 'dotdotdash' | 'points';
/** Most metrics of one plot: an expression that matches everything would be no picture. */
const MOST_METRICS = 50;

export interface Formula {
  text: string;
  expression: Expression | null;
}

export interface LineConfig {
  /** Drawn metrics; none where formulas are drawn instead. */
  metrics: string[];
  formulas: Formula[];
  /** Metrics that must be fetched for both. */
  keys: string[];
  xBounds: Bounds;
  yBounds: Bounds;
  xLog: boolean;
  yLog: boolean;
  xTitle: string;
  yTitle: string;
  type: PlotType;
  /** How runs become groups: not, all together, or by a column of the run table. */
  grouping: 'off' | 'all' | { column: string };
  agg: GroupAgg;
  area: GroupArea;
  most: number;
  template: string;
  marks: Readonly<Record<string, unknown>>;
  colors: Readonly<Record<string, unknown>>;
  titles: Readonly<Record<string, unknown>>;
  widths: Readonly<Record<string, unknown>>;
}

/** The run table's column of the vendor's `groupBy`: `lr.value` is of the config, `group` a field of the run. */
export function groupColumn(groupBy: string): string {
  const parts = groupBy.replace(/^config[.:]/, '').split('.');
  const rest = parts.filter((part) => part !== 'value');
  return rest.length < parts.length || groupBy.startsWith('config')
    ? `config.${rest.join('.')}`
    : groupBy;
}

/** Metrics that a regular expression finds, the client's own left out. */
export function metricsOf(config: PanelConfig, known: readonly string[]): string[] {
  const wish = text(config, 'metricRegex');
  if (wish === undefined || config.useMetricRegex === false) return texts(config, 'metrics');
  const matches = matcher(wish);
  return known.filter((key) => !key.startsWith('_') && matches(key)).slice(0, MOST_METRICS);
}

/** The expressions, those that cannot be read without a value. */
export function formulasOf(config: PanelConfig, known: readonly string[]): Formula[] {
  return texts(config, 'expressions')
    .filter((one) => one.trim() !== '')
    .map((one) => {
      try {
        return { text: one, expression: parseExpression(one, known) };
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        return { text: one, expression: null };
      }
    });
}

/** Fields of the legend as a template. */
function templateOf(config: PanelConfig): string {
  const fields = texts(config, 'legendFields').map((field) => `\${${field}}`);
  return text(config, 'legendTemplate') ?? fields.join(' ');
}

export function readLine(
  config: PanelConfig,
  settings: PanelSettings,
  known: readonly string[],
): LineConfig {
  const formulas = formulasOf(config, known);
  const metrics = formulas.length > 0 ? [] : metricsOf(config, known);
  const groupBy = text(config, 'groupBy');
  const column = groupBy && groupBy !== 'None' ? { column: groupColumn(groupBy) } : 'all';
  const named = formulas.flatMap((formula) => formula.expression?.names ?? []);
  return {
    metrics,
    formulas,
    keys: [...new Set([...metrics, ...named])],
    xBounds: [settings.xAxisMin, settings.xAxisMax],
    yBounds: [number(config, 'yAxisMin') ?? null, number(config, 'yAxisMax') ?? null],
    xLog: flag(config, 'xLogScale'),
    // Heights that add up have no logarithm that does.
    yLog: flag(config, 'yLogScale') && choice(config, 'plotType', PLOT_TYPES) === 'line',
    xTitle: text(config, 'xAxisTitle') ?? '',
    yTitle: text(config, 'yAxisTitle') ?? '',
    type: choice(config, 'plotType', PLOT_TYPES),
    grouping: flag(config, 'aggregate') ? column : 'off',
    agg: choice(config, 'groupAgg', AGGREGATES),
    area: choice(config, 'groupArea', AREAS),
    most: number(config, 'limit') ?? settings.maxRuns,
    template: templateOf(config),
    marks: record(config, 'overrideMarks'),
    colors: record(config, 'overrideColors'),
    titles: record(config, 'overrideSeriesTitles'),
    widths: record(config, 'overrideLineWidths'),
  };
}
