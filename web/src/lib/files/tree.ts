/** Files as the lines of a tree; made for 100,000 of them, which come page by page. */

export interface NamedFile {
  name: string;
  sizeBytes: number;
}

/** A file of a version. */
export interface ListedFile extends NamedFile {
  id: string;
  digest: string | null;
}

export interface TreeRow {
  path: string;
  name: string;
  depth: number;
  /** Null for a folder. */
  file: NamedFile | null;
  /** Bytes of the file, or of all files in the folder. */
  size: number;
  /** Files in the folder; 1 for a file. */
  count: number;
}

interface Folder {
  folders: Map<string, Folder>;
  files: NamedFile[];
  size: number;
  count: number;
  sorted: boolean;
}

/** Above so many names in a folder they are ordered as plain text: by language it would take seconds. */
const MANY = 5000;
const natural = new Intl.Collator('en', { numeric: true }).compare;
const plain = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const orderOf = (names: number) => (names > MANY ? plain : natural);

const empty = (): Folder => ({ folders: new Map(), files: [], size: 0, count: 0, sorted: true });

export class FileTree {
  readonly #root = empty();

  constructor(files: readonly NamedFile[] = []) {
    this.add(files);
  }

  get count(): number {
    return this.#root.count;
  }

  add(files: readonly NamedFile[]): void {
    for (const file of files) {
      let folder = this.#root;
      const parts = file.name.split('/');
      grow(folder, file);
      for (const part of parts.slice(0, -1)) {
        let next = folder.folders.get(part);
        if (!next) folder.folders.set(part, (next = empty()));
        grow(next, file);
        folder = next;
      }
      folder.files.push(file);
      folder.sorted = false;
    }
  }

  /** Folders first, then files, each by name; only open folders are looked into. */
  rows(isOpen: (path: string) => boolean): TreeRow[] {
    const rows: TreeRow[] = [];
    const walk = (folder: Folder, parent: string, depth: number) => {
      const order = orderOf(folder.folders.size);
      for (const [name, child] of [...folder.folders].sort(([a], [b]) => order(a, b))) {
        const path = parent + name;
        rows.push({ path, name, depth, file: null, size: child.size, count: child.count });
        if (isOpen(path)) walk(child, `${path}/`, depth + 1);
      }
      if (!folder.sorted) {
        const byName = orderOf(folder.files.length);
        folder.files.sort((a, b) => byName(a.name, b.name));
        folder.sorted = true;
      }
      for (const file of folder.files) {
        const name = file.name.slice(parent.length);
        rows.push({ path: file.name, name, depth, file, size: file.sizeBytes, count: 1 });
      }
    };
    walk(this.#root, '', 0);
    return rows;
  }
}

function grow(folder: Folder, file: NamedFile) {
  folder.size += file.sizeBytes;
  folder.count += 1;
}
