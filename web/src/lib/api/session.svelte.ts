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

export const logIn = async (username: string, password: string) =>
  adopt(await post('api/login', { username, password }));

export async function logOut(then = to('login')): Promise<void> {
  await post('api/logout', {});
  if (current) current = { ...current, user: null };
  go(then);
}

/** Sends people to the sign-in page and back to where they were. */
export function askToSignIn(): void {
  if (current?.user) current = { ...current, user: null };
  if (route().page === 'login' || route().page === 'setup') return;
  const back = here();
  go(to('login') + (back ? `?next=${encodeURIComponent(back)}` : ''), true);
}

onSignedOut(askToSignIn);
