/** Files of several runs for one panel. */
import { ApiError } from '../api/errors';
import { PanelFilesDocument } from '../api/generated';
import { gql } from '../api/graphql';
import { at } from '../api/http';
import { t } from '../i18n/messages.svelte';
import type { RunFile } from '../run/files';
import { ofEach, type Place } from '../runs/home';

/** The files of each run that have one of these names, or whose names a SQL pattern finds. */
export function filesOf(
  lead: Place,
  runs: readonly string[],
  which: { names: string[] } | { pattern: string },
  signal: AbortSignal,
): Promise<Map<string, RunFile[]>> {
  const variables = { names: null, pattern: null, ...which };
  return ofEach(lead, runs, async ({ entity, project }, ids) => {
    const filters = JSON.stringify({ name: { $in: ids } });
    const question = { entity, project, filters, first: ids.length, ...variables };
    const answer = await gql(PanelFilesDocument, question, signal);
    const all = (answer.project?.runs?.edges ?? []).map(({ node }) => {
      const files = node.files?.edges.flatMap((edge) => edge.node ?? []);
      return [node.name, files ?? []] as const;
    });
    return new Map(all);
  });
}

/** Where a file is read from: our own signed addresses work under whatever name this page was opened. */
export function urlOf({ directUrl }: Pick<RunFile, 'directUrl'>): string {
  const path = /\/blob\/.*$/.exec(directUrl)?.[0];
  return path ? at(`.${path}`) : directUrl;
}

/** A file's whole text. */
export async function textOf(file: RunFile, signal: AbortSignal): Promise<string> {
  const response = await fetch(urlOf(file), { signal });
  if (!response.ok) throw new ApiError(t('web.files.failed'), response.status);
  return response.text();
}
