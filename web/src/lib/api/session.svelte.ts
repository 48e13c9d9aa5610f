/** Who is signed in, and the requests about it. */
import { go, here, route, to } from '../router.svelte';
import { setLanguage } from '../i18n/messages.svelte';
import { onSignedOut, post, send } from './http';

export interface SessionUser {
  name: string;
  email: string;
  admin: boolean;
  language: string | null;
  entity: string;
}

export interface Session {
  version: string;
  baseUrl: string;
  setupNeeded: boolean;
  user: SessionUser | null;
  /** Which ways there are to sign in. */
  signIn: { password: boolean; provider: { name: string } | null };
}

let current = $state.raw<Session>();

export const session = (): Session | undefined => current;

/** This server's address as people type it, without a trailing slash. */
export const serverUrl = (): string =>
  (current?.baseUrl || new URL('.', document.baseURI).href).replace(/\/$/, '');

async function adopt(response: Response): Promise<Session> {
  current = (await response.json()) as Session;
  await setLanguage(current.user?.language ?? null);
  return current;
}

export const loadSession = async () => adopt(await send('api/session'));

export const setUp = async (input: {
  token: string;
  username: string;
  email: string;
  password: string;
}) => adopt(await post('api/setup', input));

/** Makes the account that an invitation is for, signs in and accepts. */
export const joinByInvitation = async (input: {
  token: string;
  name: string;
  password: string;
  fullName?: string;
}) => adopt(await post('api/invitation', input));

/** `code` is the second step, asked for by the reason `TWO_FACTOR` of a first try without it. */
export const logIn = async (username: string, password: string, code?: string) =>
  adopt(await post('api/login', { username, password, code }));

/** Sets the password of an account by the token of its link. */
export const choosePassword = (token: string, password: string) =>
  post('api/password', { token, password });

export async function logOut(then = to('login')): Promise<void> {
  await post('api/logout', {});
  if (current) current = { ...current, user: null };
  go(then);
}

/** Sends people to the sign-in page and back to where they were. */
export function askToSignIn(): void {
  if (current?.user) current = { ...current, user: null };
  if (['login', 'password', 'setup'].includes(route().page)) return;
  const back = here();
  go(to('login') + (back ? `?next=${encodeURIComponent(back)}` : ''), true);
}

onSignedOut(askToSignIn);
