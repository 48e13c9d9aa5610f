/** The roles in a registry, in words. */
import { roleName } from '../access/roles';
import { t, type MessageKey } from '../i18n/messages.svelte';

/** Weakest first. */
const texts = {
  restricted_viewer: 'web.registry.restrictedViewerText',
  viewer: 'web.registry.viewerText',
  member: 'web.registry.memberText',
  admin: 'web.registry.adminText',
} as const satisfies Record<string, MessageKey>;

export const roleChoices = () =>
  Object.entries(texts).map(([value, text]) => ({ value, label: roleName(value), text: t(text) }));
