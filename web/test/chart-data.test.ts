import { afterEach, expect, test, vi } from 'vitest';
import { ChartData } from '../src/lib/charts/data.svelte';
import { encodeParts } from '../dev/fixture/series.mjs';

/** A run whose metric has as many values as the server has heard of. */
let steps = 4;
const run = () => ({
  steps,
  keys: ['loss'],
  xOf: (_: string, step: number) => step,
  valueOf: (_: string, step: number) => step,
  noise: () => 0,
});
const question = { runs: ['a'], keys: ['loss'], x: '_step', buckets: 500, from: null, to: null };
const answer = () => new Response(new Uint8Array(encodeParts(question, { run })));

afterEach(() => vi.unstubAllGlobals());

test('a panel that is made anew while its answer is on its way gets one', async () => {
  vi.stubGlobal('document', { baseURI: 'http://server/' });
  let hold = false;
  const fetch = vi.fn((_: string, { signal }: RequestInit) => {
    if (!hold) return Promise.resolve(answer());
    return new Promise<Response>((_, reject) =>
      signal?.addEventListener('abort', () => reject(signal.reason as Error)),
    );
  });
  vi.stubGlobal('fetch', fetch);
  const data = new ChartData('ada', 'digits', 'history', Promise.resolve());
  data.show(['a'], '_step');
  const first = data.open('loss');
  await vi.waitFor(() => expect(first.data.series[0]?.x.length).toBe(4));

  steps = 5;
  hold = true;
  data.refetch();
  await vi.waitFor(() => expect(fetch).toHaveBeenCalledTimes(2));
  hold = false;
  first.close();
  const second = data.open('loss');
  await vi.waitFor(() => expect(second.data.series[0]?.x.length).toBe(5));
  expect(fetch).toHaveBeenCalledTimes(3);
  data.close();
});

test('an answer that came when nobody waited any more is not taken for an empty one', async () => {
  vi.stubGlobal('document', { baseURI: 'http://server/' });
  steps = 4;
  let come: (() => void) | undefined;
  const fetch = vi.fn(() => new Promise<Response>((resolve) => (come = () => resolve(answer()))));
  vi.stubGlobal('fetch', fetch);
  const data = new ChartData('ada', 'digits', 'history', Promise.resolve());
  data.show(['a'], '_step');
  const first = data.open('loss');
  await vi.waitFor(() => expect(fetch).toHaveBeenCalledTimes(1));
  come?.();
  await vi.waitFor(() => expect(first.data.series[0]?.x.length).toBe(4));
  data.refetch();
  await vi.waitFor(() => expect(fetch).toHaveBeenCalledTimes(2));
  first.close();
  come?.();
  await new Promise((resolve) => setTimeout(resolve, 20));

  const second = data.open('loss');
  expect(second.data.series[0]?.x.length, 'what is known is shown meanwhile').toBe(4);
  data.show(['a'], '_step');
  expect(second.data.series[0]?.x.length, 'and stays').toBe(4);
  await vi.waitFor(() => expect(fetch).toHaveBeenCalledTimes(3));
  come?.();
  await vi.waitFor(() => expect(second.data.series[0]?.x.length).toBe(4));
  data.close();
});
