/** Alerts of runs (`run.alert`), newest first, and which of them this browser has not shown yet. */
import { type AlertsQuery, AlertsDocument } from '../api/generated';
import { isAbort } from '../api/errors';
import { gql } from '../api/graphql';
import { listenEverywhere } from '../api/live.svelte';
import { Stored } from '../state/stored.svelte';

export type RunAlert = AlertsQuery['recentAlerts'][number];

const EVERY = 60_000;
const SOON = 700;
const seen = new Stored<string>('alerts:seen', '');
let list = $state.raw<readonly RunAlert[]>();
let failure = $state.raw<Error>();

export const alerts = (): readonly RunAlert[] | undefined => list;
export const alertsFailure = (): Error | undefined => failure;

/** How many of them are newer than what was seen. */
export const unseenIn = (rows: readonly RunAlert[], until: string): number =>
  rows.filter(({ alert }) => alert.createdAt > until).length;
export const unseen = (): number => unseenIn(list ?? [], seen.value);
export const isUnseen = ({ alert }: RunAlert, until: string): boolean => alert.createdAt > until;
export const seenUntil = (): string => seen.value;

/** All that are there now count as seen. */
export function markSeen(): void {
  const newest = list?.[0]?.alert.createdAt;
  if (newest && newest > seen.value) seen.value = newest;
}

export async function loadAlerts(): Promise<void> {
  try {
    list = (await gql(AlertsDocument, {})).recentAlerts;
    failure = undefined;
  } catch (error) {
    if (!isAbort(error)) failure = error as Error;
  }
}

/** Keeps them true while the page is looked at, until the returned function is called. */
export function followAlerts(): () => void {
  let soon: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    if (!document.hidden) void loadAlerts();
  };
  look();
  const timer = setInterval(look, EVERY);
  const deaf = listenEverywhere(({ change }) => {
    if (!change.includes('alerts')) return;
    soon ??= setTimeout(() => {
      soon = undefined;
      look();
    }, SOON);
  });
  document.addEventListener('visibilitychange', look);
  return () => {
    list = undefined;
    deaf();
    clearTimeout(soon);
    clearInterval(timer);
    document.removeEventListener('visibilitychange', look);
  };
}
