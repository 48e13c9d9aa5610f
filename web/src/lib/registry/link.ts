/** Why a version may not be linked to a registry. */
import { deniedBy } from '../access/permission';
import { t } from '../i18n/messages.svelte';
import { type RegistryRow, typesOf } from './list';

/** The policy's explanation, or that the registry does not take the type; null when it may be linked. */
export function whyNotLink(row: RegistryRow, type: string): string | null {
  const denied = deniedBy(row.registry.mayLink);
  if (denied || row.allowAllArtifactTypesInRegistry || typesOf(row).includes(type)) return denied;
  const types = typesOf(row).join(', ');
  return t('web.registry.otherType', { registry: row.registry.name, type, types });
}
