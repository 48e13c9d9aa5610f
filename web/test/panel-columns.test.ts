import { describe, expect, test } from 'vitest';
import { barsOf, boxOf, densityOf, measures, quantile } from '../src/lib/panels/bar/bars';
import {
  columnOfMetric,
  cut,
  gradient,
  metricOfColumn,
  pixels,
  scaleOf,
  ticks,
} from '../src/lib/panels/column';
import { oneGroup } from '../src/lib/panels/groups';
import { panelTypes } from '../src/lib/panels/registry';
import { pointsOf, regression, running } from '../src/lib/panels/scatter/points';
import type { PanelConfig, PanelRun } from '../src/lib/panels/types';

const run = (name: string): PanelRun => ({ name, displayName: `run ${name}`, color: `c-${name}` });

describe('columns', () => {
  test('every spelling of a metric leads to its column, and back', () => {
    const spelled = [
      'loss',
      'summary:loss',
      'summary_metrics.loss',
      'config:lr.value',
      'c::lr',
      'run:createdAt',
    ];
    expect(spelled.map(columnOfMetric)).toEqual([
      'summary_metrics.loss',
      'summary_metrics.loss',
      'summary_metrics.loss',
      'config.lr',
      'config.lr',
      'createdAt',
    ]);
    for (const column of ['config.a.b', 'summary_metrics.val/loss', 'createdAt', 'config.lr'])
      expect(columnOfMetric(metricOfColumn(column))).toBe(column);
  });

  test('numbers are measured, anything else has a place a text', () => {
    const numbers = scaleOf([3, null, 1, 'NaN']);
    expect([numbers.kind, numbers.range, numbers.at('NaN'), numbers.at(2)]).toEqual([
      'number',
      [1, 3],
      null,
      2,
    ]);
    const texts = scaleOf(['b', 'a', null, 'b', 7]);
    expect([texts.kind, texts.categories, texts.at('b'), texts.at(null)]).toEqual([
      'category',
      ['7', 'a', 'b'],
      2,
      null,
    ]);
    expect(scaleOf([true, false]).kind).toBe('category');
    const dates = scaleOf(['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z']);
    expect([dates.kind, dates.range[1] - dates.range[0]]).toEqual(['date', 86_400_000]);
    expect(scaleOf([-1, 0, 10], true).range).toEqual([5, 20]);
    expect(scaleOf([5, 5]).range).toEqual([4.5, 5.5]);
  });

  test('ticks are round and within the ends', () => {
    expect(ticks([0, 10], 5)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(ticks([0.11, 0.34], 4).map((at) => at.toFixed(1))).toEqual(['0.2', '0.3']);
    expect(ticks([1e-4, 1], 5, true)).toEqual([0.0001, 0.001, 0.01, 0.1, 1]);
    expect(pixels([1, 100], [0, 200], true)(10)).toBe(100);
    expect(cut('abcdefgh', 32)).toBe('abcd…');
  });

  test('a gradient goes through the colours that were chosen', () => {
    const custom = gradient([
      { color: '#000000', offset: 0 },
      { color: '#ffffff', offset: 100 },
    ]);
    expect(custom(0.25)).toBe('color-mix(in oklab, #ffffff 25.0%, #000000)');
    expect(gradient(undefined)(2)).toContain('100.0%');
  });
});

describe('bars', () => {
  const values: Record<string, Record<string, unknown>> = {
    r: { 'summary_metrics.a': 1, 'config.k': 4 },
    s: { 'summary_metrics.a': 3, 'config.k': 8 },
    t: { 'summary_metrics.a': 'NaN' },
  };
  const runs = ['r', 's', 't'].map(run);
  const get = (name: string, column: string) => values[name]?.[column] ?? null;
  const rest = { runs, agg: 'mean', area: 'minmax', most: 10 } as const;

  test('a bar a run that has a value, or a bar a group with its spread', () => {
    const all = measures(['a'], [], ['a'], get);
    expect(
      barsOf({ ...rest, groups: null, measures: all }).map((bar) => [bar.name, bar.value]),
    ).toEqual([
      ['run r', 1],
      ['run s', 3],
    ]);
    const [bar] = barsOf({ ...rest, groups: oneGroup(runs, 'all'), measures: all });
    expect(bar).toMatchObject({ value: 2, low: 1, high: 3, values: [1, 3] });
  });

  test('expressions are measured in the place of metrics, from summary and config', () => {
    const all = measures([], ['a * 2', 'a -'], ['a'], get);
    expect(all.map((one) => [one.label, one.columns, one.value('s')])).toEqual([
      ['a * 2', ['summary_metrics.a'], 6],
    ]);
    expect(measures([], ['${config:k.value} / a'], ['a'], get)[0]?.value('r')).toBe(4);
  });

  test('quartiles, whiskers and outliers', () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(boxOf([1, 2, 3, 4, 5, 100])).toMatchObject({
      median: 3.5,
      low: 1,
      high: 5,
      outliers: [100],
    });
    expect(boxOf([7])).toMatchObject({ low: 7, median: 7, high: 7, outliers: [] });
  });

  test('a violin is widest where most values are', () => {
    const all = densityOf([1, 5, 5, 5, 5, 9]);
    const widest = all.reduce((best, one) => (one.density > best.density ? one : best));
    expect(widest.at).toBeCloseTo(5, 0);
    expect(widest.density).toBe(1);
    expect(densityOf([3, 3]).every(({ density }) => Number.isFinite(density))).toBe(true);
  });
});

describe('scatter', () => {
  const points = [
    { key: 'b', name: '', color: '', x: 2, y: 1, z: null },
    { key: 'a', name: '', color: '', x: 1, y: 3, z: null },
    { key: 'c', name: '', color: '', x: 3, y: 5, z: null },
  ];

  test('only runs with both values are points', () => {
    const known: Record<string, Record<string, unknown>> = {
      r: { x: 1, y: 2, z: 'a' },
      s: { x: 1 },
    };
    const get = (name: string, axis: 'x' | 'y' | 'z') => known[name]?.[axis] ?? null;
    const scales = { x: scaleOf([1]), y: scaleOf([2]), z: scaleOf(['a', 'b']) };
    expect(pointsOf([run('r'), run('s')], null, get, scales)).toEqual([
      { key: 'r', name: 'run r', color: 'c-r', x: 1, y: 2, z: 0 },
    ]);
  });

  test('what runs through the points follows their x', () => {
    expect(running(points, 'min').map(({ y }) => y)).toEqual([3, 1, 1]);
    expect(running(points, 'max').map(({ y }) => y)).toEqual([3, 3, 5]);
    expect(running(points, 'mean').map(({ y }) => y)).toEqual([3, 2, 3]);
    expect(regression(points)).toEqual({ slope: 1, start: 1 });
    expect(
      regression([
        { x: 1, y: 1 },
        { x: 1, y: 2 },
      ]),
    ).toBeNull();
  });
});

describe('titles', () => {
  test('a scatter plot is called after the axes that are chosen', () => {
    const title = (config: PanelConfig) => panelTypes['Scatter Plot']?.titleOf(config);
    expect(title({ yAxis: 'summary:loss', xAxis: 'config:lr.value' })).toBe('loss / lr');
    expect(title({ yAxis: 'summary:loss' })).toBe('loss');
    expect(title({})).toBe('');
  });
});
