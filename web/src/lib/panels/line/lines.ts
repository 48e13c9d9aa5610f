/** The lines of a plot, from what was fetched and what the config asks for. */
import type { Series } from '../../api/series';
import type { Line } from '../../charts/scale';
import { smooth, type Smoothing } from '../../charts/smooth';
import type { Group } from '../groups';
import { columnOf, fillTemplate } from '../template';
import type { PanelRun } from '../types';
import { valueText } from '../value';
import { combine, commonGrid, groupSeries } from './combine';
import type { LineConfig, Mark } from './config';
import { stacked } from './stack';
import type { WholeGroup } from './whole';

export interface Wish {
  config: LineConfig;
  runs: readonly PanelRun[];
  /** Set when runs are drawn as groups. */
  groups: readonly Group[] | null;
  /** Set when the server has put the groups together. */
  whole?: readonly WholeGroup[] | null;
  /** What is known, by key, then by run. */
  known: ReadonlyMap<string, ReadonlyMap<string, Series>>;
  smoothing: { kind: Smoothing; weight: number; original: boolean };
  /** A run's value in a column of the run table. */
  value: (run: string, column: string) => unknown;
}

const DASHES: readonly (readonly number[])[] = [
  [],
  [6, 3],
  [2, 3],
  [8, 3, 2, 3],
  [8, 3, 2, 3, 2, 3],
  [12, 4],
  [4, 4, 1, 4],
];
export const MARKS: Readonly<Record<Mark, readonly number[]>> = {
  solid: [],
  dashed: [6, 3],
  dotted: [2, 3],
  dotdash: [8, 3, 2, 3],
  dotdotdash: [8, 3, 2, 3, 2, 3],
  points: [],
};
/** Members of a group drawn behind it are this faint. */
const MEMBER = 0.3;

/** One metric or formula, run by run. */
interface Part {
  label: string;
  index: number;
  byRun: ReadonlyMap<string, Series>;
}

function parts({ config, known, runs }: Wish): Part[] {
  const none: ReadonlyMap<string, Series> = new Map();
  if (config.formulas.length === 0)
    return config.metrics.map((label, index) => ({
      label,
      index,
      byRun: known.get(label) ?? none,
    }));
  return config.formulas.flatMap(({ text, expression }, index) => {
    if (!expression) return [];
    const byRun = new Map<string, Series>();
    for (const { name } of runs) {
      const columns = expression.names.flatMap((key) => {
        const own = known.get(key)?.get(name);
        return own ? [[key, own] as const] : [];
      });
      const series = combine(expression, text, new Map(columns));
      if (series) byRun.set(name, series);
    }
    return [{ label: text, index, byRun }];
  });
}

/** Smoothed values, kept as long as the series they belong to. */
const smoothed = new WeakMap<Series, { kind: Smoothing; weight: number; y: Float64Array }>();

function smoothedOf(series: Series, { kind, weight }: Wish['smoothing']): Float64Array {
  const kept = smoothed.get(series);
  if (kept?.kind === kind && kept.weight === weight) return kept.y;
  const y = smooth(series.x, series.mean, weight, kind);
  smoothed.set(series, { kind, weight, y });
  return y;
}

/** The colour that a config names, alone or as the vendor's pair of colours. */
export const colorOf = (value: unknown): string | undefined => {
  const color = typeof value === 'object' && value ? (value as { color?: unknown }).color : value;
  return typeof color === 'string' ? color : undefined;
};

/** How a line looks: what the config says of this very line first, then its run, then its metric. */
function style(wish: Wish, part: Part, owner: { key: string; name: string; color: string }) {
  const { config, runs, groups } = wish;
  const key = `${owner.key}:${part.label}`;
  const several = config.metrics.length + config.formulas.length > 1;
  const alone = (wish.whole?.length ?? groups?.length ?? runs.length) === 1;
  const mark = config.marks[key];
  const template = config.template
    ? fillTemplate(config.template, part.label, (field) =>
        field.section === 'run' && field.name === 'displayName'
          ? owner.name
          : field.section === 'run' && field.name === 'name'
            ? owner.key
            : valueText(wish.value(owner.key, columnOf(field))),
      )
    : '';
  const title = config.titles[key];
  const width = config.widths[key];
  return {
    name:
      typeof title === 'string'
        ? title
        : template || (several ? (alone ? part.label : `${owner.name} ${part.label}`) : owner.name),
    color:
      colorOf(config.colors[key]) ??
      (several && alone ? `var(--series-${part.index % 20})` : owner.color),
    dash:
      (typeof mark === 'string' ? MARKS[mark as Mark] : undefined) ??
      (several && !alone ? (DASHES[part.index % DASHES.length] ?? []) : []),
    points: mark === 'points',
    ...(typeof width === 'number' ? { width } : {}),
  };
}

function runLines(wish: Wish, part: Part): Line[] {
  const { config, runs, smoothing } = wish;
  const shown = config.most === null ? runs : runs.slice(0, config.most);
  return shown.flatMap((run) => {
    const series = part.byRun.get(run.name);
    if (!series) return [];
    const owner = { key: run.name, name: run.displayName, color: run.color };
    return {
      id: `${run.name}:${part.label}`,
      run: run.name,
      ...style(wish, part, owner),
      series,
      y: smoothedOf(series, smoothing),
      original: smoothing.original,
    };
  });
}

function groupLines(wish: Wish, part: Part, groups: readonly Group[]): Line[] {
  const { config, smoothing } = wish;
  const shown = config.most === null ? groups : groups.slice(0, config.most);
  const members = shown.map((group) => group.runs.flatMap((run) => part.byRun.get(run.name) ?? []));
  const grid = commonGrid(members.flat());
  const faint = config.area === 'samples' || config.agg === 'samples';
  return shown.flatMap((group, index) => {
    const own = members[index] ?? [];
    const look = style(wish, part, group);
    const each: Line[] = faint
      ? own.map((series) => ({
          ...{
            id: `${group.key}:${part.label}:${series.run}`,
            run: group.key,
            ...look,
            alpha: MEMBER,
          },
          ...{ series, y: smoothedOf(series, smoothing), original: false, member: true },
        }))
      : [];
    const series =
      config.agg === 'samples' ? null : groupSeries(own, grid, config.agg, config.area);
    if (!series) return each;
    const line: Line = {
      ...{ id: `${group.key}:${part.label}`, run: group.key, ...look, count: own.length },
      ...{ series, y: smoothedOf(series, smoothing), original: smoothing.original },
    };
    return [...each, line];
  });
}

function wholeLines({ config, smoothing, ...wish }: Wish, part: Part): Line[] {
  const shown = (wish.whole ?? []).slice(0, config.most ?? undefined);
  return shown.flatMap((group) => {
    const series = group.series.get(part.label);
    if (!series) return [];
    const look = style({ config, smoothing, ...wish }, part, group);
    return {
      ...{ id: `${group.key}:${part.label}`, run: group.key, ...look, count: group.count },
      ...{ series, y: smoothedOf(series, smoothing), original: smoothing.original },
    };
  });
}

/** All lines, metric by metric, in the order of the runs. */
export function linesOf(wish: Wish): Line[] {
  const { groups, config } = wish;
  const lines = parts(wish).flatMap((part) =>
    wish.whole
      ? wholeLines(wish, part)
      : groups
        ? groupLines(wish, part, groups)
        : runLines(wish, part),
  );
  return config.type === 'line' ? lines : stacked(lines, config.type);
}
