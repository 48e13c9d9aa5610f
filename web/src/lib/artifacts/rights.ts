/** Whether the reader may change artifacts of a project, asked of the policy itself. */
import { ArtifactRightsDocument } from '../api/generated';
import { gql } from '../api/graphql';
import { session } from '../api/session.svelte';
import { t } from '../i18n/messages.svelte';

/** Why not; null when it is allowed. */
export async function whyNotEdit(
  entity: string,
  project: string,
  signal: AbortSignal,
): Promise<string | null> {
  if (!session()?.user) return t('web.error.denied');
  const { update } = await gql(ArtifactRightsDocument, { target: `${entity}/${project}` }, signal);
  return update.allowed ? null : (update.message ?? t('web.error.denied'));
}
