/** The addresses of a registry that the client prints: they name a collection beside the path. */
import { ArtifactSelectionDocument } from '../api/generated';
import { gql } from '../api/graphql';
import { artifactLink } from '../artifacts/names';

/** The page of a selected `entity/project/collection`, and of a version of it; null when it is not there. */
export async function selection(
  path: string,
  version: string | null,
  signal: AbortSignal,
): Promise<string | null> {
  const [entity, project, collection] = path.split('/');
  if (!entity || !project || !collection) return null;
  const answer = await gql(ArtifactSelectionDocument, { entity, project, collection }, signal);
  const found = answer.project?.artifactCollection;
  if (!found) return null;
  const place = { entity, project, type: found.defaultArtifactType.name, collection: found.name };
  return artifactLink(place, ...(version ? [version] : []));
}
