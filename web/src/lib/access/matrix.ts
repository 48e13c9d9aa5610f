/** The permission matrix of `GET /api/permissions`: who may do what, by the visibility of the project or registry. */
import { send } from '../api/http';
import type { MessageKey } from '../i18n/messages.svelte';

export interface Matrix {
  visibilities: string[];
  /** The columns: viewer, member, admin and further ones. */
  who: string[];
  rows: { action: string; object: string; allowed: Record<string, string[]> }[];
}

/** Of projects, and of registries, which have roles of their own. */
export interface Permissions extends Matrix {
  registry: Matrix;
}

/** What is shown at a time: the places of one kind and visibility. */
export interface Places {
  kind: 'project' | 'registry';
  visibility: string;
}

interface Words {
  name: MessageKey;
  text: MessageKey;
}

export async function loadPermissions(signal: AbortSignal): Promise<Permissions> {
  return (await (await send('api/permissions', { signal })).json()) as Permissions;
}

/** A registry of the visibility `team` is the whole organization's. */
const words: Record<Places['kind'], Record<string, Words>> = {
  project: {
    open: { name: 'web.visibility.open', text: 'web.permissions.open' },
    public: { name: 'web.visibility.public', text: 'web.permissions.public' },
    team: { name: 'web.visibility.team', text: 'web.permissions.team' },
    restricted: { name: 'web.visibility.restricted', text: 'web.permissions.restricted' },
  },
  registry: {
    team: { name: 'web.registry.everybody', text: 'web.permissions.registryOrganization' },
    restricted: { name: 'web.registry.restricted', text: 'web.permissions.registryRestricted' },
  },
};

/** The words for a visibility; one that is not known has none. */
export const wordsOf = ({ kind, visibility }: Places): Words | undefined => words[kind][visibility];

const names: Record<string, MessageKey> = {
  anonymous: 'web.who.anonymous',
  user: 'web.who.user',
  restricted_viewer: 'web.role.restrictedViewer',
  viewer: 'web.role.viewer',
  member: 'web.role.member',
  owner: 'web.who.owner',
  admin: 'web.role.admin',
  org_admin: 'web.who.orgAdmin',
};

/** The word for a column; one that is not known is named as the server does. */
export const whoKey = (who: string, kind: Places['kind']): MessageKey | undefined =>
  who === 'owner' && kind === 'registry' ? 'web.who.collectionOwner' : names[who];
