import { expect, test } from 'vitest';
import type { Series } from '../src/lib/api/series';
import { type Line, xRange, yRange } from '../src/lib/charts/scale';
import { matcher, sections } from '../src/lib/charts/sections';
import { nearest, smooth } from '../src/lib/charts/smooth';

const column = (...values: number[]) => Float64Array.from(values);

function line(x: Float64Array, y: Float64Array): Line {
  const series: Series = {
    run: 'r',
    key: 'k',
    exact: true,
    nan: 0,
    inf: 0,
    x,
    mean: y,
    min: y,
    max: y,
  };
  return { id: 'r:k', run: 'r', name: 'r', color: 'red', series, y };
}

test('smoothing keeps a constant, starts at the first value and flattens a spike', () => {
  const x = column(0, 1, 2, 3, 4);
  expect([...smooth(x, column(2, 2, 2, 2, 2), 0.9)].map((v) => v.toFixed(9))).toEqual(
    Array(5).fill('2.000000000'),
  );
  const spiky = smooth(x, column(1, 1, 9, 1, 1), 0.999);
  expect(spiky[0]).toBe(1);
  expect(spiky[2]).toBeLessThan(9);
  expect(smooth(x, column(1, 2, 3, 4, 5), 0)).toEqual(column(1, 2, 3, 4, 5));
});

test('smoothing weighs by x: after a long gap the old counts for less', () => {
  const even = smooth(column(0, 1, 2, 100), column(0, 0, 0, 1), 0.99);
  const late = smooth(column(0, 97, 98, 100), column(0, 0, 0, 1), 0.99);
  expect(even[3]).toBeGreaterThan(late[3] ?? 1);
});

test('the nearest step is found', () => {
  const x = column(0, 10, 20, 30);
  expect([-5, 4, 6, 15.1, 99].map((value) => nearest(x, value))).toEqual([0, 0, 1, 2, 3]);
  expect(nearest(column(), 1)).toBe(-1);
});

test('ranges have air, stay positive on a log axis and survive one point', () => {
  const lines = [line(column(0, 5, 10), column(0, 1, 100))];
  expect(xRange(lines)).toEqual([0, 10]);
  expect(yRange(lines, [0, 10], false)[0]).toBe(0);
  expect(yRange(lines, [0, 10], true)[0]).toBeGreaterThan(0.5);
  expect(yRange(lines, [0, 5], false)[1]).toBeLessThan(2);
  expect(xRange([line(column(3), column(7))])).toEqual([2.5, 3.5]);
  expect(xRange([])).toEqual([0, 1]);
});

test('metrics are grouped by prefix, in natural order, without axes and media', () => {
  const number = (key: string) => ({ key, type: 'number' });
  const all = ['val/a', 'lr', 'layer/10', 'layer/2', '_step', 'a/b/c'].map(number);
  const found = sections([...all, { key: 'img', type: 'image-file' }], '');
  expect(found.map(({ name, metrics }) => [name, metrics.map(({ title }) => title)])).toEqual([
    ['', ['lr']],
    ['a', ['b/c']],
    ['layer', ['2', '10']],
    ['val', ['a']],
  ]);
  expect(sections(all, '^val|lr$').map(({ name }) => name)).toEqual(['', 'val']);
});

test('a search that is no regular expression is plain text', () => {
  expect(matcher('loss(')('train/loss(1)')).toBe(true);
  expect(matcher('LOSS$')('train/loss')).toBe(true);
});
