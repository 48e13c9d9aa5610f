/** The versions of a collection, newest first. */
import { ArtifactVersionsDocument, type ArtifactVersionRowFragment } from '../api/generated';
import { gql } from '../api/graphql';
import { Paged } from '../state/paged.svelte';

const PAGE = 100;

export interface VersionRow {
  version: string;
  node: ArtifactVersionRowFragment;
}
export type VersionList = Paged<VersionRow>;

export const versionsOf = (of: {
  entity: string;
  project: string;
  collection: string;
}): VersionList =>
  new Paged(async (after, signal) => {
    const { project } = await gql(ArtifactVersionsDocument, { ...of, after, first: PAGE }, signal);
    return project?.artifactCollection?.artifacts;
  });

/** The aliases that a version has in the collection that is open. */
export const aliasesIn = (row: ArtifactVersionRowFragment, collection: string): string[] =>
  row.aliases
    .filter((one) => !one.artifactCollection || one.artifactCollection.id === collection)
    .map(({ alias }) => alias);
