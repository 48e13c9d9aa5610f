import { expect, test } from 'vitest';
import {
  COLUMNS,
  fitted,
  heightOf,
  inRows,
  laidOut,
  pack,
  type Placed,
} from '../../src/lib/workspace/grid';
import { proposals } from '../../src/lib/workspace/quick';

const at = (key: string, x: number, y: number, w = 8, h = 6): Placed => ({ key, x, y, w, h });
const overlaps = (all: readonly Placed[]) =>
  all.some((a, i) =>
    all.some(
      (b, j) => i < j && a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h,
    ),
  );

test('panels fall up, and one that is held pushes the others down', () => {
  expect(pack([at('a', 0, 9), at('b', 0, 20)])).toEqual([at('a', 0, 0), at('b', 0, 6)]);
  const moved = pack([at('a', 0, 0), at('b', 8, 0), at('c', 4, 1)], 'c');
  expect(overlaps(moved)).toBe(false);
  expect(moved.find((one) => one.key === 'c')?.y).toBeLessThan(2);
});

test('panels that the package left on top of each other get places of their own', () => {
  const all = pack(Array.from({ length: 9 }, (_, i) => at(`p${i}`, 0, 0)));
  expect(overlaps(all)).toBe(false);
  expect(heightOf(all)).toBe(54);
});

test('a panel stays inside the grid and is never too small', () => {
  expect(fitted(at('a', 23, -4, 1, 0))).toEqual(at('a', 20, 0, 4, 3));
  expect(fitted(at('a', -5, 2, 99, 6)).w).toBe(COLUMNS);
  expect(fitted(at('a', NaN, NaN, NaN, NaN))).toEqual(at('a', 0, 0, 4, 3));
});

test('equal panels stand in rows, and a new one below the others', () => {
  expect(inRows(['a', 'b', 'c', 'd'], 3)[3]).toEqual(at('d', 0, 6));
  expect(inRows(['a', 'b'], 1)[1]).toEqual(at('b', 0, 6, 24));
  const all = laidOut([
    { key: 'new', layout: undefined },
    { key: 'old', layout: { x: 0, y: 0, w: 24, h: 4 } },
  ]);
  expect(all).toEqual([at('new', 0, 4), at('old', 0, 0, 24, 4)]);
});

test('500 panels are packed at once', () => {
  const all = Array.from({ length: 500 }, (_, i) => at(`p${i}`, (i * 7) % 24, i % 90));
  const start = performance.now();
  const packed = pack(all);
  expect(performance.now() - start).toBeLessThan(500);
  expect(overlaps(packed)).toBe(false);
});

const metrics = ['train/loss', 'train/acc', 'val/loss', 'val/acc', 'layer_1/norm', 'layer_2/norm'];

test('a pattern makes one panel, its groups make several', () => {
  expect(proposals('loss$', metrics)).toEqual([
    {
      title: 'loss$',
      metrics: ['train/loss', 'val/loss'],
      config: { metrics: [], metricRegex: 'loss$', useMetricRegex: true },
    },
  ]);
  expect(
    proposals('^(?:train|val)/(.*)$', metrics)?.map((one) => [one.title, one.metrics]),
  ).toEqual([
    ['loss', ['train/loss', 'val/loss']],
    ['acc', ['train/acc', 'val/acc']],
  ]);
  expect(proposals('(\\w+)/(loss)|norm', metrics)?.map((one) => one.title)).toEqual([
    'train loss',
    'val loss',
    'layer_1/norm, layer_2/norm',
  ]);
});

test('what matches nothing makes nothing, and what is no pattern is said', () => {
  expect(proposals('nothing', metrics)).toEqual([]);
  expect(proposals('  ', metrics)).toEqual([]);
  expect(proposals('lo(ss', metrics)).toBeNull();
});
