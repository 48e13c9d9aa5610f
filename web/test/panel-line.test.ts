import { describe, expect, test } from 'vitest';
import { ascending, type Series } from '../src/lib/api/series';
import { type Line, xRange, yRange } from '../src/lib/charts/scale';
import { smooth } from '../src/lib/charts/smooth';
import { withFields } from '../src/lib/panels/config';
import { offered } from '../src/lib/panels/form/fields';
import { ExpressionError, parseExpression } from '../src/lib/panels/expression';
import { oneGroup, tableGroups, valueGroups } from '../src/lib/panels/groups';
import {
  aggregate,
  combine,
  commonGrid,
  groupSeries,
  valueAt,
} from '../src/lib/panels/line/combine';
import { formulasOf, groupColumn, metricsOf, readLine } from '../src/lib/panels/line/config';
import { linesOf, type Wish } from '../src/lib/panels/line/lines';
import { stacked } from '../src/lib/panels/line/stack';
import { columnsOf, fieldOf, fillTemplate } from '../src/lib/panels/template';
import { type PanelRun, productDefaults } from '../src/lib/panels/types';
import { numeric } from '../src/lib/panels/value';

const column = (...values: number[]) => Float64Array.from(values);
function series(run: string, key: string, x: number[], y: number[]): Series {
  const mean = column(...y);
  return { run, key, exact: true, nan: 0, inf: 0, x: column(...x), mean, min: mean, max: mean };
}
const run = (name: string, extra: Partial<PanelRun> = {}): PanelRun => ({
  name,
  displayName: `run ${name}`,
  color: `color-${name}`,
  ...extra,
});

describe('expressions', () => {
  const known = ['train/loss', 'train/loss-ema', 'val/loss', 'a', 'b', 'loss (mean)', 'max'];
  const value = (text: string, given: Record<string, number> = {}) => {
    const { names, value } = parseExpression(text, known);
    return value((index) => given[names[index] ?? ''] ?? NaN);
  };

  test('arithmetic has its usual precedence', () => {
    expect(value('1 + 2 * 3')).toBe(7);
    expect(value('(1 + 2) * 3')).toBe(9);
    expect(value('2 ^ 3 ^ 2')).toBe(512);
    expect(value('-2 ** 2')).toBe(-4);
    expect(value('7 % 4 - -1')).toBe(4);
    expect(value('1.5e3 + .5')).toBe(1500.5);
    expect(value('max(1, min(5, 3), 2) + sqrt(16) + abs(-1)')).toBe(8);
    expect(value('2 * pi')).toBeCloseTo(6.283, 3);
  });

  test('a known metric is recognised whatever is in its name, the longest first', () => {
    const given = { 'train/loss': 3, 'val/loss': 1, 'train/loss-ema': 10, a: 8, b: 2 };
    expect(value('train/loss - val/loss', given)).toBe(2);
    expect(value('train/loss-val/loss', given)).toBe(2);
    expect(value('train/loss-ema', given)).toBe(10);
    expect(value('a/b', given)).toBe(4);
    expect(value('${loss (mean)} * 2', { 'loss (mean)': 4 })).toBe(8);
    expect(parseExpression('train/loss / a + train/loss', known).names).toEqual([
      'train/loss',
      'a',
    ]);
    // What only begins like a known metric is a name of its own.
    expect(parseExpression('abc + b2', known).names).toEqual(['abc', 'b2']);
  });

  test('what is no expression is refused where it ends to be one', () => {
    for (const text of [
      '',
      '1 +',
      '(1',
      '1 2',
      'a +* b',
      'nothing(1)',
      'toString(1)',
      '${',
      'a)',
      '"x"',
    ])
      expect(() => parseExpression(text, known), text).toThrow(ExpressionError);
    expect(() => parseExpression('('.repeat(5000), known)).toThrow(ExpressionError);
    expect(() => parseExpression(`1${'^1'.repeat(5000)}`, known)).toThrow(ExpressionError);
    expect(() => parseExpression('constructor.constructor("1")()', known)).toThrow(ExpressionError);
  });
});

describe('smoothing', () => {
  const x = column(0, 1, 2, 3, 4, 5, 6);
  const spike = column(0, 0, 0, 7, 0, 0, 0);

  test('every kind keeps a constant and flattens a spike', () => {
    for (const [kind, weight] of [
      ['exponentialTimeWeighted', 0.9],
      ['exponential', 0.5],
      ['gaussian', 1],
      ['average', 3],
    ] as const) {
      const flat = smooth(x, column(2, 2, 2, 2, 2, 2, 2), weight, kind);
      for (const value of flat) expect(value, kind).toBeCloseTo(2, 9);
      expect(Math.max(...smooth(x, spike, weight, kind)), kind).toBeLessThan(7);
    }
    expect(smooth(x, spike, 0.9, 'none')).toBe(spike);
  });

  test('the running average is the mean of the points around, the bell is symmetric', () => {
    expect([...smooth(x, spike, 3, 'average')].map((v) => Math.round(v * 3))).toEqual([
      0, 0, 7, 7, 7, 0, 0,
    ]);
    const bell = smooth(x, spike, 1, 'gaussian');
    expect(bell[2]).toBeCloseTo(bell[4] ?? 0, 12);
    expect(bell[3]).toBeGreaterThan(bell[2] ?? 0);
  });

  test('the exponential average weighs by points', () => {
    const out = smooth(x, column(1, 0, 0, 0, 0, 0, 0), 0.5, 'exponential');
    expect(out[1]).toBeCloseTo(1 / 3, 12);
  });
});

describe('combining', () => {
  test('a value lies on the line between points and nowhere beyond its ends', () => {
    const [x, y] = [column(0, 10, 20), column(0, 100, 0)];
    expect([0, 5, 10, 18].map((at) => valueAt(x, y, at))).toEqual([0, 50, 100, 20]);
    expect(valueAt(x, y, -1)).toBeNaN();
    expect(valueAt(x, y, 21)).toBeNaN();
  });

  test('an expression has a point where its first metric has one and the others a value', () => {
    const difference = parseExpression('a - b', ['a', 'b']);
    const a = series('r', 'a', [0, 5, 10, 30], [10, 10, 10, 10]);
    const b = series('r', 'b', [0, 10], [0, 4]);
    const found = combine(
      difference,
      'a - b',
      new Map([
        ['a', a],
        ['b', b],
      ]),
    );
    expect([...(found?.x ?? [])]).toEqual([0, 5, 10]);
    expect([...(found?.mean ?? [])]).toEqual([10, 8, 6]);
    expect(combine(difference, 'a - b', new Map([['a', a]]))).toBeNull();
  });

  test('the common grid is every x there is, or buckets when they are too many', () => {
    const all = [series('r', 'k', [0, 2, 4], [0, 0, 0]), series('s', 'k', [1, 2, 12], [0, 0, 0])];
    expect([...commonGrid(all)]).toEqual([0, 1, 2, 4, 12]);
    expect([...commonGrid(all, 4)]).toEqual([1.5, 4.5, 7.5, 10.5]);
  });

  test('centre and band of a group', () => {
    const values = [1, 2, 3, 10];
    expect(aggregate(values, 'mean', 'minmax')).toEqual({ value: 4, low: 1, high: 10 });
    expect(aggregate(values, 'median', 'none').value).toBe(2.5);
    expect(aggregate(values, 'sum', 'none').value).toBe(16);
    const { low, high } = aggregate([1, 3], 'mean', 'stddev');
    expect((high - low) / 2).toBeCloseTo(Math.SQRT2, 12);
    const error = aggregate([1, 3], 'mean', 'stderr');
    expect(error.high - 2).toBeCloseTo(1, 12);
    expect(aggregate([5], 'mean', 'stderr')).toEqual({ value: 5, low: 5, high: 5 });
  });

  test('runs of a group count where they have values: a short run does not pull the rest down', () => {
    const long = series('r', 'k', [0, 1, 2, 3], [1, 1, 1, 1]);
    const short = series('s', 'k', [0, 1], [3, 3]);
    const group = groupSeries([long, short], commonGrid([long, short]), 'mean', 'minmax');
    expect([...(group?.mean ?? [])]).toEqual([2, 2, 1, 1]);
    expect([...(group?.max ?? [])]).toEqual([3, 3, 1, 1]);
  });

  test('rows that go back in x are put in order', () => {
    const back = ascending(series('r', 'k', [2, 0, 1], [20, 0, 10]));
    expect([[...back.x], [...back.mean]]).toEqual([
      [0, 1, 2],
      [0, 10, 20],
    ]);
  });
});

describe('values that are no number', () => {
  const marked = (key: string, unusual: [number, number][], y = [1, 2, 0]) => ({
    ...series('a', key, [0, 1, 2], y),
    unusual,
  });

  test('of any metric, and of the result, are marks of an expression', () => {
    const known = ['a', 'b'];
    const both = new Map([
      ['a', marked('a', [[3, NaN]])],
      ['b', marked('b', [[1.5, Infinity]], [4, 2, 0])],
    ]);
    const made = combine(parseExpression('a / b', known), 'a / b', both);
    expect([...(made?.mean ?? [])]).toEqual([0.25, 1]);
    expect(made?.unusual).toEqual([
      [1.5, Infinity],
      [2, NaN],
      [3, NaN],
    ]);
  });

  test('of any member are marks of the group, each once', () => {
    const members = [
      marked('a', [[5, NaN]]),
      marked('a', [
        [5, NaN],
        [1, -Infinity],
      ]),
    ];
    const grid = commonGrid(members);
    expect(groupSeries(members, grid, 'mean', 'none')?.unusual).toEqual([
      [1, -Infinity],
      [5, NaN],
    ]);
  });
});

describe('config', () => {
  test('unknown fields are kept and undefined takes a field away', () => {
    expect(withFields({ a: 1, b: 2 }, { b: undefined, c: 3 })).toEqual({ a: 1, c: 3 });
  });

  test('a regular expression finds metrics, without the axes', () => {
    const known = ['_step', 'train/loss', 'val/loss', 'lr'];
    expect(metricsOf({ metricRegex: 'loss$', useMetricRegex: true }, known)).toEqual([
      'train/loss',
      'val/loss',
    ]);
    expect(metricsOf({ metricRegex: '.', useMetricRegex: false, metrics: ['lr'] }, known)).toEqual([
      'lr',
    ]);
    expect(metricsOf({ metrics: ['lr', 7] }, known)).toEqual(['lr']);
  });

  test('the column of a group is found in each spelling', () => {
    expect(['lr.value', 'optimizer.value.name', 'config.lr', 'group'].map(groupColumn)).toEqual([
      'config.lr',
      'config.optimizer.name',
      'config.lr',
      'group',
    ]);
  });

  test('expressions replace metrics, and one that cannot be read is told', () => {
    const read = readLine({ metrics: ['lr'], expressions: ['a - b', 'a -'] }, productDefaults, [
      'a',
      'b',
    ]);
    expect([read.metrics, read.keys]).toEqual([[], ['a', 'b']]);
    expect(formulasOf({ expressions: ['a -'] }, ['a'])[0]?.expression).toBeNull();
  });
});

describe('lines', () => {
  const runs = [run('r'), run('s')];
  const known = new Map([
    [
      'a',
      new Map([
        ['r', series('r', 'a', [0, 1], [1, 3])],
        ['s', series('s', 'a', [0, 1], [5, 7])],
      ]),
    ],
    ['b', new Map([['r', series('r', 'b', [0, 1], [2, 2])]])],
  ]);
  const wish = (config: Record<string, unknown>, more: Partial<Wish> = {}): Wish => ({
    config: readLine(config, productDefaults, ['a', 'b']),
    runs,
    groups: null,
    known,
    smoothing: { kind: 'none', weight: 0, original: true },
    value: (name, key) => (key === 'config.lr' ? (name === 'r' ? 0.1 : 0.2) : null),
    ...more,
  });

  test('several metrics differ by dash and name, runs by colour', () => {
    const lines = linesOf(wish({ metrics: ['a', 'b'] }));
    expect(lines.map((line) => [line.id, line.name, line.color, line.dash?.length])).toEqual([
      ['r:a', 'run r a', 'color-r', 0],
      ['s:a', 'run s a', 'color-s', 0],
      ['r:b', 'run r b', 'color-r', 2],
    ]);
  });

  test('one run alone has a colour a metric', () => {
    const lines = linesOf(wish({ metrics: ['a', 'b'] }, { runs: [run('r')] }));
    expect(lines.map((line) => [line.name, line.color])).toEqual([
      ['a', 'var(--series-0)'],
      ['b', 'var(--series-1)'],
    ]);
  });

  test('templates, titles, colours and marks of the config hold', () => {
    const lines = linesOf(
      wish({
        metrics: ['a'],
        legendTemplate: '${run:displayName} lr=${config:lr} [[ ${x} ]]',
        overrideSeriesTitles: { 's:a': 'the second' },
        overrideColors: { 's:a': { color: '#123456', transparentColor: '#12345619' } },
        overrideMarks: { 's:a': 'points' },
      }),
    );
    expect(lines[0]?.name).toBe('run r lr=0.1');
    expect(lines[1]).toMatchObject({ name: 'the second', color: '#123456', points: true });
  });

  test('groups are lines of their own, with their members behind when asked', () => {
    const groups = oneGroup(runs, 'all');
    const [line, ...more] = linesOf(wish({ metrics: ['a'] }, { groups }));
    expect(more).toEqual([]);
    expect([...(line?.series.mean ?? [])]).toEqual([3, 5]);
    expect(line?.count).toBe(2);
    const all = linesOf(wish({ metrics: ['a'], groupArea: 'samples' }, { groups }));
    expect(all.map((one) => Boolean(one.member))).toEqual([true, true, false]);
  });

  test('no more runs than allowed', () => {
    expect(linesOf(wish({ metrics: ['a'], limit: 1 })).map((line) => line.run)).toEqual(['r']);
  });
});

describe('groups', () => {
  test('by the run table, by a value, and the colours of values do not collide', () => {
    const group = { key: 'g', name: 'G', color: 'red' };
    expect(tableGroups([run('a')])).toBeNull();
    const table = tableGroups([run('a', { group }), run('b'), run('c', { group })]);
    expect(table?.map((one) => [one.key, one.runs.length])).toEqual([
      ['g', 2],
      ['b', 1],
    ]);
    const many = Array.from({ length: 20 }, (_, i) => run(`r${i}`));
    const found = valueGroups(many, 'config.seed', (name) => Number(name.slice(1)));
    expect(new Set(found.map((one) => one.color)).size).toBe(20);
    expect(found[3]?.name).toBe('seed: 3');
  });
});

describe('ranges', () => {
  const line = (x: number[], y: number[]): Line => {
    const own = series('r', 'k', x, y);
    return { id: 'r:k', run: 'r', name: 'r', color: 'red', series: own, y: own.mean };
  };

  test('set ends hold, as far as they make sense', () => {
    const lines = [line([0, 10], [1, 5])];
    expect(xRange(lines, [2, null])).toEqual([2, 10]);
    expect(xRange(lines, [20, null])).toEqual([0, 10]);
    expect(yRange(lines, [0, 10], false, { bounds: [null, 100] })[1]).toBe(100);
    expect(xRange([line([0, 1, 10], [1, 1, 1])], [null, null], true)).toEqual([1, 10]);
  });

  test('an outlier does not stretch the picture when it is trimmed', () => {
    const y = Array.from({ length: 200 }, (_, i) => (i === 100 ? 1e6 : 1 + (i % 10)));
    const lines = [
      line(
        y.map((_, i) => i),
        y,
      ),
    ];
    expect(yRange(lines, [0, 200], false)[1]).toBeGreaterThan(1e6);
    expect(yRange(lines, [0, 200], false, { trim: true })[1]).toBeLessThan(20);
  });
});

describe('templates and values', () => {
  test('fields in all spellings', () => {
    expect(fieldOf('config:optimizer.value.name')).toEqual({
      section: 'config',
      name: 'optimizer.name',
    });
    expect(fieldOf('c::lr')).toEqual({ section: 'config', name: 'lr' });
    expect(fieldOf('x')).toBeNull();
    expect(columnsOf('${config:lr} ${summary:acc} ${run:state} ${x}')).toEqual([
      'config.lr',
      'summary_metrics.acc',
      'state',
    ]);
    expect(fillTemplate('${metricName}: ${run:name}', 'loss', (field) => field.name)).toBe(
      'loss: name',
    );
  });

  test('the texts that stand for NaN and infinity are numbers, others are not', () => {
    expect(['NaN', '-Infinity', '12', true, 4, null].map(numeric)).toEqual([
      NaN,
      -Infinity,
      null,
      1,
      4,
      null,
    ]);
  });
});

describe('areas on each other', () => {
  const line = (name: string, x: number[], y: number[]): Line => {
    const own = series(name, 'a', x, y);
    return { id: name, run: name, name, color: 'red', series: own, y: own.mean };
  };
  const lines = [line('r1', [0, 1, 2], [1, 2, 3]), line('r2', [1, 2], [6, -1])];

  test('heights add up; a line counts nothing where it is not, nor below zero', () => {
    const [first, second] = stacked(lines, 'stacked-area');
    expect([...(first?.series.min ?? [])]).toEqual([0, 0, 0]);
    expect([...(first?.y ?? [])]).toEqual([1, 2, 3]);
    expect([...(second?.series.min ?? [])]).toEqual([1, 2, 3]);
    expect([...(second?.y ?? [])]).toEqual([1, 8, 3]);
    expect([...(second?.area?.values ?? [])]).toEqual([0, 6, 0]);
  });

  test('shares add up to a hundred', () => {
    const [first, second] = stacked(lines, 'pct-area');
    expect([...(first?.y ?? [])]).toEqual([100, 25, 100]);
    expect([...(second?.y ?? [])]).toEqual([100, 100, 100]);
  });

  test('a plot asks for them by the name of the vendor, and has no logarithm then', () => {
    const config = readLine({ plotType: 'pct-area', yLogScale: true }, productDefaults, []);
    expect([config.type, config.yLog]).toEqual(['pct-area', false]);
    expect(readLine({ plotType: 'cake' }, productDefaults, []).type).toBe('line');
  });
});

test('a name that a run logs and the system too is suggested once, and not when it is taken', () => {
  expect(offered(['loss', '_runtime', '_runtime', 'cpu'], ['loss'])).toEqual(['_runtime', 'cpu']);
});
