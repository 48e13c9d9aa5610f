/** The versions of a collection, newest first, fetched as far as somebody looks. */
import { ArtifactVersionsDocument, type ArtifactVersionRowFragment } from '../api/generated';
import { isAbort } from '../api/errors';
import { gql } from '../api/graphql';

const PAGE = 100;

export interface VersionRow {
  version: string;
  node: ArtifactVersionRowFragment;
}

export class VersionList {
  rows: readonly VersionRow[] | undefined = $state.raw();
  total = $state(0);
  error: Error | undefined = $state.raw();
  readonly #of: { entity: string; project: string; collection: string };
  #after: string | null = null;
  #busy = false;
  #control = new AbortController();

  constructor(of: { entity: string; project: string; collection: string }) {
    this.#of = of;
  }

  /** From the beginning; what is shown stays until the answer. */
  reload = (): void => {
    this.#control.abort();
    this.#control = new AbortController();
    [this.#after, this.#busy] = [null, false];
    void this.#load(true);
  };

  more = (): void => {
    if (this.#after !== null) void this.#load(false);
  };

  close(): void {
    this.#control.abort();
  }

  async #load(first: boolean) {
    if (this.#busy) return;
    this.#busy = true;
    try {
      const variables = { ...this.#of, after: this.#after, first: PAGE };
      const { project } = await gql(ArtifactVersionsDocument, variables, this.#control.signal);
      const page = project?.artifactCollection?.artifacts;
      this.rows = [...(first ? [] : (this.rows ?? [])), ...(page?.edges ?? [])];
      this.total = page?.totalCount ?? 0;
      this.#after = page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      this.error = undefined;
    } catch (reason) {
      if (isAbort(reason)) return;
      this.error = reason instanceof Error ? reason : new Error(String(reason));
    }
    this.#busy = false;
  }
}

/** The aliases that a version has in the collection that is open. */
export const aliasesIn = (row: ArtifactVersionRowFragment, collection: string): string[] =>
  row.aliases
    .filter((one) => !one.artifactCollection || one.artifactCollection.id === collection)
    .map(({ alias }) => alias);
