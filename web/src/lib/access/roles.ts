/** Roles in words: the three that every server has, and custom ones by the name they were given. */
import { t, type MessageKey } from '../i18n/messages.svelte';

const names: Record<string, MessageKey> = {
  restricted_viewer: 'web.role.restrictedViewer',
  viewer: 'web.role.viewer',
  member: 'web.role.member',
  admin: 'web.role.admin',
};
const texts: Record<string, MessageKey> = {
  viewer: 'web.role.viewerText',
  member: 'web.role.memberText',
  admin: 'web.role.adminText',
};

export const plainRoles: readonly string[] = ['viewer', 'member', 'admin'];

export function roleName(role: string): string {
  const key = names[role];
  return key ? t(key) : role;
}

/** What a role may do, in one line; nothing for a custom one. */
export function roleText(role: string): string | undefined {
  const key = texts[role];
  return key && t(key);
}

/** Roles to choose from; `current` is among them even if it can no longer be given. */
export function roleOptions(
  roles: readonly string[],
  current?: string,
): { value: string; label: string }[] {
  const all = current && !roles.includes(current) ? [...roles, current] : roles;
  return all.map((role) => ({ value: role, label: roleName(role) }));
}
