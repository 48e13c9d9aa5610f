/** Groups of more runs than are drawn: the server puts them together, here they become lines. */
import type { GroupSeries, Series } from '../../api/series';
import { valueGroups } from '../groups';
import type { Tree } from '../expression';
import type { Beyond, Look } from '../types';
import type { GroupAgg, GroupArea } from './combine';
import type { LineConfig } from './config';

/** A group with its lines by metric. */
export interface WholeGroup extends Look {
  key: string;
  /** How many runs are in it. */
  count: number;
  series: ReadonlyMap<string, Series>;
}

/** What is asked of the server: by which columns, of which runs. */
export interface Question {
  by: readonly string[];
  filters: string | null;
  /** How many runs that are. */
  count: number;
  /** What is drawn beside metrics. */
  formulas: readonly (readonly [string, Tree])[];
}

/** Each of them costs the server about as much as a line that is drawn: more are too many for a picture that people wait for. */
const MOST = 2000;

/** What to ask so that groups are of all runs; null where they are made of the drawn ones: all runs are drawn, or the
 *  picture needs the runs themselves. */
export function questionOf(
  { formulas, agg, area, grouping }: LineConfig,
  beyond: Beyond | null | undefined,
  byTable: boolean,
): Question | null {
  // Members are drawn as lines of their own.
  if (!beyond || beyond.count > MOST || agg === 'samples' || area === 'samples') return null;
  const { filters, count } = beyond;
  const trees = formulas.flatMap(({ text, expression }) =>
    expression?.names.length ? [[text, expression.tree] as const] : [],
  );
  const whole = { filters, count, formulas: trees };
  if (grouping === 'all') return { by: [], ...whole };
  if (grouping !== 'off') return { by: [grouping.column], ...whole };
  return byTable && beyond.by !== null ? { by: [beyond.by], ...whole } : null;
}

function bandOf(group: GroupSeries, middle: Float64Array, area: GroupArea) {
  const { min, max, deviation, error } = group;
  if (area === 'minmax') return { min, max };
  if (area === 'none' || area === 'samples') return { min: middle, max: middle };
  const spread = area === 'stddev' ? deviation : error;
  return {
    min: middle.map((value, i) => value - (spread[i] ?? 0)),
    max: middle.map((value, i) => value + (spread[i] ?? 0)),
  };
}

const sumOf = ({ mean, count }: GroupSeries) => mean.map((value, i) => value * (count[i] ?? 0));

function seriesOf(group: GroupSeries, key: string, agg: GroupAgg, area: GroupArea): Series {
  const middle = agg === 'sum' ? sumOf(group) : group[agg === 'samples' ? 'mean' : agg];
  const exact = area === 'none' || area === 'samples';
  return {
    ...{ run: key, key: group.key, exact, nan: 0, inf: 0, x: group.x, mean: middle },
    ...bandOf(group, middle, area),
  };
}

/** The groups of an answer, each as it looks; `all` is what all runs together are called. */
export function wholeGroups(
  answer: readonly GroupSeries[],
  { grouping, agg, area }: LineConfig,
  beyond: Beyond,
  all: string,
): WholeGroup[] {
  const values = new Map(answer.map((one) => [JSON.stringify(one.values), one.values]));
  const own = [...values].map(([name]) => ({ name, displayName: name, color: '' }));
  const looks = new Map<string, Look & { key: string }>(
    grouping === 'off'
      ? own.map(({ name }) => [name, beyond.look(values.get(name)?.[0])])
      : grouping === 'all'
        ? own.map(({ name }) => [name, { key: '*', name: all, color: 'var(--series-0)' }])
        : valueGroups(own, grouping.column, (name) => values.get(name)?.[0]).flatMap((group) =>
            group.runs.map(({ name }) => [name, group] as const),
          ),
  );
  const groups = new Map<string, WholeGroup & { series: Map<string, Series> }>();
  for (const one of answer) {
    const look = looks.get(JSON.stringify(one.values));
    if (!look) continue;
    const { key, name, color } = look;
    const group = groups.get(key) ?? { key, name, color, count: one.runs, series: new Map() };
    groups.set(key, group);
    if (one.x.length > 0) group.series.set(one.key, seriesOf(one, key, agg, area));
  }
  return [...groups.values()];
}
