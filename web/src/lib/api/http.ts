/** One way to send a request: below the base, with the header that marks it as ours. */
import { ApiError, errorOf, isAbort, Unreachable } from './errors';

/** The absolute address of a path below the base. */
export const at = (path: string): string => new URL(path, document.baseURI).href;

/** Called when the server says that nobody is signed in. */
let signedOut: () => void = () => undefined;
export const onSignedOut = (handler: () => void): void => void (signedOut = handler);

/** What a share link brought: sent with every request, kept nowhere but in this tab's memory. */
let token: string | null = null;
export const useAccessToken = (given: string | null): void => void (token = given);
export const accessToken = (): string | null => token;

function request(path: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  // What is only read needs no mark: without one it may be the answer that the page itself has asked for ahead.
  if (init.method) headers.set('X-Runstead-Csrf', '1');
  if (token) headers.set('X-Access-Token', token);
  return fetch(at(path), { ...init, headers, credentials: 'same-origin' });
}

/** Sends a request and returns its answer, or throws the error it describes. */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = (await earlyAnswer(path, init)) ?? (await request(path, init));
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new Unreachable();
  }
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => undefined);
  if (response.status === 401 && !['api/login', 'api/password'].includes(path)) signedOut();
  throw errorOf(body, response.status) ?? new ApiError(response.statusText, response.status);
}

/** Answers that were asked for before whoever needs them was there, by their questions: each is given once. */
const early = new Map<string, Promise<Response>>();
/** Milliseconds after which such an answer is too old. */
const OLD = 15_000;

const named = (path: string, { body }: RequestInit): string =>
  `${path} ${typeof body === 'string' ? body : ''}`;

/** Sends a request that `send` will be asked for soon. */
export function sendEarly(path: string, init: RequestInit = {}): Promise<Response> {
  const name = named(path, init);
  const answer = request(path, init);
  early.set(name, answer);
  setTimeout(() => early.delete(name), OLD);
  // Whoever asks for it is told; else nobody has to be.
  answer.catch(() => undefined);
  return answer;
}

async function earlyAnswer(path: string, init: RequestInit): Promise<Response | undefined> {
  const name = named(path, init);
  const asked = early.get(name);
  early.delete(name);
  const answer = await asked?.catch(() => undefined);
  init.signal?.throwIfAborted();
  return answer?.ok ? answer : undefined;
}

const posted = (text: string): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: text,
});

/** What `post` will be asked for soon. */
export const postEarly = (path: string, body: unknown): Promise<Response> =>
  sendEarly(path, posted(JSON.stringify(body)));

/** Whether `post` would be given an answer that was asked for early. */
export const isPosted = (path: string, body: unknown): boolean =>
  early.has(named(path, posted(JSON.stringify(body))));

/** Browsers send no more than 64 KB for a page that is gone. */
const LAST_WORDS = 60_000;

/** Posts JSON; what a page says while it goes away is still sent. */
export function post(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const text = JSON.stringify(body);
  return send(path, {
    ...posted(text),
    signal: signal ?? null,
    keepalive: typeof document !== 'undefined' && document.hidden && text.length < LAST_WORDS,
  });
}
