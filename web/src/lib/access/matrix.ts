/** The permission matrix of `GET /api/permissions`: who may do what, by the visibility of the project. */
import { send } from '../api/http';
import type { MessageKey } from '../i18n/messages.svelte';

export interface Matrix {
  visibilities: string[];
  /** The columns: viewer, member, admin and further ones. */
  who: string[];
  rows: { action: string; object: string; allowed: Record<string, string[]> }[];
}

export async function loadMatrix(signal: AbortSignal): Promise<Matrix> {
  return (await (await send('api/permissions', { signal })).json()) as Matrix;
}

const names: Record<string, MessageKey> = {
  anonymous: 'web.who.anonymous',
  user: 'web.who.user',
  viewer: 'web.role.viewer',
  member: 'web.role.member',
  owner: 'web.who.owner',
  admin: 'web.role.admin',
  org_admin: 'web.who.orgAdmin',
};

/** The word for a column; one that is not known is named as the server does. */
export const whoKey = (who: string): MessageKey | undefined => names[who];
