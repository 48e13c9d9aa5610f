/** Aliases of a registry that only its admins move, as the lists of aliases show them. */
import { deniedBy } from '../access/permission';
import type { ProtectedFragment } from '../api/generated';
import { t } from '../i18n/messages.svelte';

export interface Guard {
  names: readonly string[];
  text: string;
  /** Why the reader does not move them; null when they do. */
  denied: string | null;
}

export const guardOf = (registry: ProtectedFragment | null | undefined): Guard | undefined =>
  registry
    ? {
        names: registry.protectedAliases,
        text: t('web.registry.protectedAlias'),
        denied:
          deniedBy(registry.mayManage) &&
          t('web.registry.protectedDenied', { registry: registry.name }),
      }
    : undefined;
