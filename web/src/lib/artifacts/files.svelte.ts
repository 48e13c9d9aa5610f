/** The names of all files of a version, page by page. */
import { ArtifactFilesDocument } from '../api/generated';
import { isAbort } from '../api/errors';
import { gql } from '../api/graphql';
import { readAll } from './pages';
import { FileTree, type ListedFile } from '../files/tree';

const PAGE = 5000;

export class FileList {
  files: readonly ListedFile[] = $state.raw([]);
  total = $state(0);
  loading = $state(true);
  error: Error | undefined = $state.raw();
  /** Grows with each page; made anew as a value, so that what shows it follows. */
  tree: { all: FileTree } = $state.raw({ all: new FileTree() });
  readonly #artifact: string;
  #control = new AbortController();

  constructor(artifact: string) {
    this.#artifact = artifact;
  }

  async load(): Promise<void> {
    this.#control.abort();
    const { signal } = (this.#control = new AbortController());
    const all = new FileTree();
    const files: ListedFile[] = [];
    [this.loading, this.error, this.files, this.tree] = [true, undefined, [], { all }];
    try {
      await readAll(
        async (after) => {
          const variables = { id: this.#artifact, after, first: PAGE };
          return (await gql(ArtifactFilesDocument, variables, signal)).artifact?.files;
        },
        (edges, total) => {
          const page = edges.flatMap(({ node }) => node ?? []);
          all.add(page);
          files.push(...page);
          [this.total, this.tree] = [total, { all }];
        },
      );
      this.files = files;
    } catch (error) {
      if (isAbort(error)) return;
      this.error = error instanceof Error ? error : new Error(String(error));
    }
    this.loading = false;
  }

  close(): void {
    this.#control.abort();
  }
}
