import { expect, test } from 'vitest';
import { decodeSeries } from '../src/lib/api/series';
import { partsOf } from '../src/lib/api/parts';
import { encodeParts, encodeSeries } from '../dev/fixture/series.mjs';

const run = {
  steps: 4,
  keys: ['loss'],
  xOf: (_: string, step: number) => step,
  valueOf: (_: string, step: number) => 1 / (step + 1),
  noise: () => 0,
};
const world = { run: (id: string) => (id === 'a' || id === 'b' ? run : undefined) };
const request = { runs: ['a', 'b', 'gone'], keys: ['loss', 'none'], x: '_step', buckets: 500 };

function answer(): ArrayBuffer {
  const bytes: Buffer = encodeSeries({ ...request, from: null, to: null }, world);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

test('columns are read in place', () => {
  const buffer = answer();
  const { series, denied } = decodeSeries(buffer);
  expect(denied).toEqual([]);
  expect(series.map(({ run, key, x }) => [run, key, x.length])).toEqual([
    ['a', 'loss', 4],
    ['a', 'none', 0],
    ['b', 'loss', 4],
    ['b', 'none', 0],
  ]);
  const first = series[0];
  expect([...(first?.x ?? [])]).toEqual([0, 1, 2, 3]);
  expect([...(first?.mean ?? [])]).toEqual([1, 1 / 2, 1 / 3, 1 / 4]);
  expect(first?.mean.buffer).toBe(buffer);
  expect(first?.exact).toBe(true);
});

/** A body that comes in chunks of this size. */
function body(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(control) {
      for (let at = 0; at < bytes.length; at += size) control.enqueue(bytes.slice(at, at + size));
      control.close();
    },
  });
}

test('parts are whole however their bytes come, and one that breaks off is no answer', async () => {
  const whole = new Uint8Array(encodeParts({ ...request, from: null, to: null }, world));
  for (const size of [1, 7, 100, whole.length]) {
    const runs: string[] = [];
    for await (const part of partsOf(body(whole, size)))
      runs.push(
        decodeSeries(part)
          .series.map((one) => one.run)
          .join(),
      );
    expect(runs).toEqual(['a,a', 'b,b']);
  }
  const broken = async () => {
    const runs: string[] = [];
    for await (const part of partsOf(body(whole.slice(0, -8), 100)))
      runs.push(decodeSeries(part).series[0]?.run ?? '');
  };
  await expect(broken()).rejects.toThrow('broke off');
});

test('anything else is refused', () => {
  expect(() =>
    decodeSeries(new TextEncoder().encode('{"error":"no"}').buffer as ArrayBuffer),
  ).toThrow();
});
