/** What is asked before somebody needs it. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isPosted, post, postEarly, send, sendEarly } from '../src/lib/api/http';

let answers: Response[] = [];
const fetched = vi.fn(() => {
  const next = answers.shift();
  return next ? Promise.resolve(next) : Promise.reject(new TypeError('no network'));
});

beforeEach(() => {
  vi.stubGlobal('document', { baseURI: 'http://localhost/', hidden: false });
  vi.stubGlobal('fetch', fetched);
  fetched.mockClear();
});
afterEach(() => vi.unstubAllGlobals());

test('an early answer is given once, to whoever asks the same', async () => {
  answers = [new Response('early'), new Response('other'), new Response('later')];
  void postEarly('graphql', { query: 'a' });
  expect(isPosted('graphql', { query: 'a' })).toBe(true);
  expect(await (await post('graphql', { query: 'b' })).text()).toBe('other');
  expect(await (await post('graphql', { query: 'a' })).text()).toBe('early');
  expect(isPosted('graphql', { query: 'a' })).toBe(false);
  expect(await (await post('graphql', { query: 'a' })).text()).toBe('later');
  expect(fetched).toHaveBeenCalledTimes(3);
});

test('what failed early is asked again', async () => {
  answers = [new Response('', { status: 401 }), new Response('signed in')];
  await sendEarly('api/session');
  expect(await (await send('api/session')).text()).toBe('signed in');
  answers = [];
  void sendEarly('api/session');
  answers = [new Response('back')];
  expect(await (await send('api/session')).text()).toBe('back');
});

test('whoever no longer wants an answer is not given an early one', async () => {
  answers = [new Response('early')];
  void postEarly('graphql', { query: 'a' });
  const control = new AbortController();
  const asked = post('graphql', { query: 'a' }, control.signal);
  control.abort();
  await expect(asked).rejects.toThrow(DOMException);
});
