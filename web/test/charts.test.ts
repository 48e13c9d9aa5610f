import { expect, test, vi } from 'vitest';
import type { Series } from '../src/lib/api/series';
import { axes } from '../src/lib/charts/axes';
import { type Line, xRange, yRange } from '../src/lib/charts/scale';
import { matcher } from '../src/lib/charts/sections';
import { readings } from '../src/lib/charts/readings';
import { paint } from '../src/lib/charts/paint';
import { nearest, smooth } from '../src/lib/charts/smooth';
import { spikes } from '../src/lib/charts/spikes';

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

test('ticks between steps are whole numbers', () => {
  const wish = { axis: '_step', log: false, xLog: false, titles: { x: '', y: '' } };
  const [x] = axes(wish, () => ({ text: '', grid: '' }));
  expect((x?.incrs as number[]).every(Number.isInteger)).toBe(true);
});

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

test('a search that is no regular expression is plain text', () => {
  expect(matcher('loss(')('train/loss(1)')).toBe(true);
  expect(matcher('LOSS$')('train/loss')).toBe(true);
});

/** A chart of 100 by 100 pixels that shows 0 to 100 both ways. */
const chart = {
  scales: { x: { min: 0, max: 100 }, y: { min: 0, max: 100 } },
  bbox: { left: 0, top: 0, width: 100, height: 100 },
  valToPos: (value: number) => value,
} as unknown as Parameters<typeof readings>[0];

function odd(one: Line, ...unusual: [number, number][]): Line {
  return { ...one, series: { ...one.series, unusual } };
}

test('a line goes as far as the marks of what is no number', () => {
  const ends = odd(line(column(0, 5), column(1, 2)), [9, NaN], [7, Infinity]);
  expect(xRange([ends])).toEqual([0, 9]);
  expect(xRange([odd(line(column(), column()), [4, NaN], [-2, NaN])], [null, null], true)).toEqual([
    3.5, 4.5,
  ]);
});

test('the crosshair reads NaN and infinity where they were logged', () => {
  vi.stubGlobal('devicePixelRatio', 1);
  const one = odd(line(column(0, 20, 40), column(1, 2, 3)), [30, NaN], [40, -Infinity], [60, NaN]);
  const at = (x: number) => readings(chart, [one], x).map(({ value, odd, x }) => [value, odd, x]);
  expect(at(21)).toEqual([[2, null, 20]]);
  expect(at(29)).toEqual([[NaN, NaN, 30]]);
  expect(at(40)).toEqual([[3, -Infinity, 40]]);
  expect(at(59)).toEqual([[NaN, NaN, 60]]);
  expect(at(70)).toEqual([]);
  const none = odd(line(column(), column()), [10, Infinity]);
  expect(readings(chart, [none], 10).map(({ value, top }) => [value, top])).toEqual([
    [Infinity, 0],
  ]);
  vi.unstubAllGlobals();
});

/** A series of averages over many rows, and how far apart the values of each point are. */
function averaged(spans: readonly number[]): Series {
  const x = column(...spans.keys());
  const mean = column(...spans.map(() => 1));
  const max = column(...spans.map((span) => 1 + span / 2));
  const min = column(...spans.map((span) => 1 - span / 2));
  return { run: 'r', key: 'k', exact: false, nan: 0, inf: 0, x, mean, min, max };
}

test('values that stick out of a line of averages are found, noise is none', () => {
  const noise = Array.from({ length: 300 }, (_, n) => 0.1 * (1 + (n % 7) / 7));
  expect([...spikes(averaged(noise))]).toEqual([]);
  const planted = noise.map((span, n) => (n === 77 || n === 200 ? 1e6 : span));
  expect([...spikes(averaged(planted))]).toEqual([77, 200]);
  expect([...spikes({ ...averaged(planted), exact: true })]).toEqual([]);
});

test('one value of a million is drawn up to its height, among however many lines', () => {
  vi.stubGlobal('devicePixelRatio', 1);
  const flat = averaged(Array<number>(300).fill(0.1));
  const spiky = averaged(Array.from({ length: 300 }, (_, n) => (n === 77 ? 2e6 : 0.1)));
  const lines = Array.from({ length: 1000 }, (_, n): Line => {
    const series = n === 500 ? spiky : flat;
    return { id: `${n}`, run: `${n}`, name: '', color: 'red', series, y: series.mean };
  });
  let top = Infinity;
  const record = (_: number, y: number) => (top = Math.min(top, y));
  const context = new Proxy({} as Record<string, unknown>, {
    get: (target, name) =>
      name === 'lineTo' ? record : (target[String(name)] ?? (() => undefined)),
    set: () => true,
  });
  const scales = { x: { min: 0, max: 299 }, y: { min: 0, max: 1e6 + 1 } };
  const bbox = { left: 0, top: 0, width: 300, height: 200 };
  const chart = { ctx: context, bbox, scales } as unknown as Parameters<typeof paint>[0];
  paint(chart, lines, { colors: new Map(), pointed: null, moving: false });
  expect(top).toBeLessThan(1);
  vi.unstubAllGlobals();
});
