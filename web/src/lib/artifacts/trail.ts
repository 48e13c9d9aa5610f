/** The names above a collection or a version: of its project, or of its registry. */
import { t } from '../i18n/messages.svelte';
import { to } from '../router.svelte';
import { registryName, type Place } from './names';

interface Step {
  name: string;
  link: string;
}

export function trailOf({ entity, project, type }: Place): Step[] {
  const registry = registryName(project);
  if (registry !== null)
    return [
      { name: t('web.registries'), link: to('registry') },
      { name: registry, link: to('registry', registry) },
    ];
  return [
    { name: entity, link: to(entity) },
    { name: project, link: to(entity, project) },
    { name: t('web.artifacts'), link: to(entity, project, 'artifacts', type) },
  ];
}
