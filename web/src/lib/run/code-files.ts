/** The code of runs: what `save_code` puts among their files, and what `run.log_code` logs as artifacts. */
import { LoggedCodeDocument } from '../api/generated';
import { gql } from '../api/graphql';
import { ofEach, type Place } from '../runs/home';
import type { RunFile } from './files';

/** The files of each run's logged code under `code/`, where `save_code` puts the others; the newest of a name. */
export function loggedCode(
  lead: Place,
  runs: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, RunFile[]>> {
  return ofEach(lead, runs, async ({ entity, project }, ids) => {
    const filters = JSON.stringify({ name: { $in: ids } });
    const variables = { entity, project, filters, first: ids.length };
    const answer = await gql(LoggedCodeDocument, variables, signal);
    return new Map(
      (answer.project?.runs?.edges ?? []).map(({ node }) => {
        const files = node.codeArtifacts.flatMap(
          (version) => version.files?.edges.flatMap((edge) => edge.node ?? []) ?? [],
        );
        return [node.name, withCode([], files)];
      }),
    );
  });
}

/** Both together by name; of two with one name the first. */
export function withCode(files: readonly RunFile[], logged: readonly RunFile[]): RunFile[] {
  const all = new Map(files.map((file) => [file.name, file]));
  for (const file of logged) {
    const name = file.name.startsWith('code/') ? file.name : `code/${file.name}`;
    if (!all.has(name)) all.set(name, { ...file, name });
  }
  return [...all.values()];
}
