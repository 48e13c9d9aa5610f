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

/** Sends a request and returns its answer, or throws the error it describes. */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  // What is only read needs no mark: without one it may be the answer that the page itself has asked for ahead.
  if (init.method) headers.set('X-Runstead-Csrf', '1');
  if (token) headers.set('X-Access-Token', token);
  let response: Response;
  try {
    response = await fetch(at(path), { ...init, headers, credentials: 'same-origin' });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new Unreachable();
  }
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => undefined);
  if (response.status === 401 && !['api/login', 'api/password'].includes(path)) signedOut();
  throw errorOf(body, response.status) ?? new ApiError(response.statusText, response.status);
}

/** Browsers send no more than 64 KB for a page that is gone. */
const LAST_WORDS = 60_000;

/** Posts JSON; what a page says while it goes away is still sent. */
export function post(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const text = JSON.stringify(body);
  return send(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: text,
    signal: signal ?? null,
    keepalive: typeof document !== 'undefined' && document.hidden && text.length < LAST_WORDS,
  });
}
