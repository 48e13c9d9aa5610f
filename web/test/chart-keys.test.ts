import { expect, test } from 'vitest';
import { keyed, type Seat } from '../src/lib/charts/keys';

const column = (...values: number[]) => Float64Array.from(values);
const seat = (x: number | null, more: Partial<Seat> = {}): Seat => ({
  ...{ x, range: [0, 10], full: [0, 10], log: false },
  points: [column(0, 2, 4, 10), column(1, 2, 2, 9)],
  ...more,
});

test('reading goes from point to point of any line', () => {
  expect(keyed('ArrowRight', false, seat(null))).toEqual({ x: 0 });
  expect(keyed('ArrowLeft', false, seat(null))).toEqual({ x: 10 });
  expect(keyed('ArrowRight', false, seat(0))).toEqual({ x: 1 });
  expect(keyed('ArrowRight', false, seat(2))).toEqual({ x: 4 });
  expect(keyed('ArrowLeft', false, seat(9))).toEqual({ x: 4 });
  expect(keyed('ArrowRight', false, seat(10))).toEqual({});
  expect([keyed('Home', false, seat(4)), keyed('End', false, seat(4))]).toEqual([
    { x: 0 },
    { x: 10 },
  ]);
});

test('a page is a tenth of what is in view, and what is read comes into view', () => {
  expect(keyed('PageDown', false, seat(2))).toEqual({ x: 4 });
  expect(keyed('PageDown', false, seat(9.5))).toEqual({ x: 10 });
  expect(keyed('ArrowRight', false, seat(2, { range: [0, 3] }))).toEqual({ x: 4, range: [1, 4] });
});

test('what is out of view is read too, though its points are not known', () => {
  const zoomed = { full: [-5, 100] as [number, number] };
  expect(keyed('End', false, seat(4, zoomed))).toEqual({ x: 100, range: [90, 100] });
  expect(keyed('ArrowRight', false, seat(10, zoomed))).toEqual({ x: 11, range: [1, 11] });
  expect(keyed('ArrowLeft', false, seat(0, zoomed))).toEqual({ x: -1, range: [-1, 9] });
  expect(keyed('ArrowRight', false, seat(100, { ...zoomed, range: [90, 100] }))).toEqual({});
});

test('zoom is about the place that is read, or about the middle', () => {
  expect(keyed('+', false, seat(0))).toEqual({ range: [0, 8] });
  expect(keyed('+', false, seat(null))).toEqual({ range: [1, 9] });
  expect(keyed('-', false, seat(0))).toEqual({ range: [0, 12.5] });
  expect(keyed('0', false, seat(0))).toEqual({ range: null });
  expect(keyed('ArrowRight', true, seat(0))).toEqual({ range: [1, 11] });
  const log = keyed('ArrowRight', true, seat(null, { range: [1, 100], log: true }))?.range;
  expect(log?.map((one) => Math.log10(one).toFixed(3))).toEqual(['0.200', '2.200']);
  expect(keyed('x', false, seat(0))).toBeNull();
});
