/** What artifacts are called, and where their pages are. */
import type { LineageArtifactFragment } from '../api/generated';
import { to } from '../router.svelte';

/** Types that programs make for themselves; lists leave them out until asked. */
export const isMachineType = (type: string): boolean =>
  /^(job|run_table|code)$/.test(type) || type.startsWith('wandb-');

export interface Place {
  entity: string;
  project: string;
  type: string;
  collection: string;
}

/** The page of a collection, of one of its versions, or of a part of that. */
export const artifactLink = (
  { entity, project, type, collection }: Place,
  ...more: string[]
): string => to(entity, project, 'artifacts', type, collection, ...more);

/** Where an artifact was first logged: its own collection and number. */
export function sourceOf(artifact: LineageArtifactFragment): Place & { version: string } {
  const { name, project } = artifact.artifactSequence;
  return {
    entity: project?.entityName ?? '',
    project: project?.name ?? '',
    type: artifact.artifactType.name,
    collection: name,
    version: `v${artifact.versionIndex ?? 0}`,
  };
}

export const sourceLink = (artifact: LineageArtifactFragment): string => {
  const source = sourceOf(artifact);
  return artifactLink(source, source.version);
};

/** `registry/name` of a project that is one, else null. */
export const registryName = (project: string): string | null =>
  /^wandb-registry-(.+)$/.exec(project)?.[1] ?? null;

/** A filter of the API that finds names with this text in them, in any case. */
export function nameFilter(search: string): string {
  const wish = search.trim();
  if (!wish) return '{}';
  return JSON.stringify({
    name: { $regex: `(?i)${wish.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}` },
  });
}
