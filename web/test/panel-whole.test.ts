import { expect, test } from 'vitest';
import type { GroupSeries } from '../src/lib/api/series';
import { readLine } from '../src/lib/panels/line/config';
import { questionOf, wholeGroups } from '../src/lib/panels/line/whole';
import { productDefaults, type Beyond } from '../src/lib/panels/types';

const column = (...values: number[]) => Float64Array.from(values);
const beyond: Beyond = {
  ...{ count: 500, filters: '{"state":"finished"}', by: 'config.lr' },
  look: (value) => ({ key: JSON.stringify([value]), name: `lr ${value}`, color: 'red' }),
};
const config = (more: Record<string, unknown>) =>
  readLine({ metrics: ['loss'], ...more }, productDefaults, ['loss']);
const group = (value: unknown, runs: number): GroupSeries => ({
  ...{ values: [value], runs, key: 'loss', x: column(0, 1), count: column(runs, runs) },
  ...{ mean: column(2, 3), min: column(1, 1), max: column(4, 6) },
  ...{ deviation: column(1, 2), error: column(0.5, 0.25), median: column(2.5, 3.5) },
});

test('the server is asked where more runs are shown than drawn, and it can answer', () => {
  const { filters, count } = beyond;
  const whole = { by: ['config.lr'], filters, count, formulas: [] };
  expect(questionOf(config({}), beyond, true)).toEqual(whole);
  expect(questionOf(config({}), beyond, false)).toBeNull();
  expect(questionOf(config({}), { ...beyond, by: null }, true)).toBeNull();
  expect(questionOf(config({ aggregate: true }), beyond, true)?.by).toEqual([]);
  const own = config({ aggregate: true, groupBy: 'opt.value' });
  expect(questionOf(own, beyond, true)?.by).toEqual(['config.opt']);
  for (const groupAgg of ['median', 'sum'])
    expect(questionOf(config({ groupAgg }), beyond, true)).toEqual(whole);
  expect(questionOf(config({ groupAgg: 'samples' }), beyond, true)).toBeNull();
  expect(questionOf(config({ groupArea: 'samples' }), beyond, true)).toBeNull();
  expect(questionOf(config({ expressions: ['-loss * max(2, pi)'] }), beyond, true)).toEqual({
    ...whole,
    formulas: [['-loss * max(2, pi)', ['*', ['-', 0, 'loss'], ['max', 2, Math.PI]]]],
  });
  expect(questionOf(config({}), { ...beyond, count: 50_000 }, true)).toBeNull();
  expect(questionOf(config({}), null, true)).toBeNull();
});

test('groups have the line and the band that are asked for', () => {
  const shown = (more: Record<string, unknown>) => {
    const [first] = wholeGroups([group(0.1, 7)], config(more), beyond, 'All');
    const series = first?.series.get('loss');
    return [
      first?.name,
      first?.count,
      ...[series?.mean, series?.min, series?.max].map((own) => [...(own ?? [])]),
    ];
  };
  expect(shown({})).toEqual(['lr 0.1', 7, [2, 3], [1, 1], [4, 6]]);
  expect(shown({ groupArea: 'stddev' })).toEqual(['lr 0.1', 7, [2, 3], [1, 1], [3, 5]]);
  expect(shown({ groupArea: 'stderr', groupAgg: 'max' })).toEqual([
    ...['lr 0.1', 7, [4, 6], [3.5, 5.75], [4.5, 6.25]],
  ]);
  expect(shown({ groupArea: 'none' })[3]).toEqual([2, 3]);
  expect(shown({ groupAgg: 'median' })[2]).toEqual([2.5, 3.5]);
  expect(shown({ groupAgg: 'sum', groupArea: 'none' })[2]).toEqual([14, 21]);
  const all = wholeGroups(
    [{ ...group(0, 9), values: [] }],
    config({ aggregate: true }),
    beyond,
    'All',
  );
  expect(all.map(({ key, name, count }) => [key, name, count])).toEqual([['*', 'All', 9]]);
  const by = config({ aggregate: true, groupBy: 'opt.value' });
  const own = wholeGroups([group('sgd', 3), group('adam', 2)], by, beyond, 'All');
  expect(own.map(({ name, color }) => [name, color])).toEqual([
    ['opt: sgd', 'var(--series-1)'],
    ['opt: adam', 'var(--series-0)'],
  ]);
});
