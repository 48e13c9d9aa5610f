/** The files of a run as the lines of a tree of folders. */

export interface RunFile {
  id: string;
  name: string;
  sizeBytes: number;
  mimetype: string | null;
  updatedAt: string | null;
  directUrl: string;
}

export interface FileRow {
  path: string;
  name: string;
  depth: number;
  /** Null for a folder. */
  file: RunFile | null;
  /** Bytes of the file, or of all files in the folder. */
  size: number;
}

const order = new Intl.Collator('en', { numeric: true });

interface Folder {
  folders: Map<string, Folder>;
  files: RunFile[];
  size: number;
}

const empty = (): Folder => ({ folders: new Map(), files: [], size: 0 });

/** Folders first, then files, each by name; a closed folder hides what is in it. */
export function fileRows(files: readonly RunFile[], closed: ReadonlySet<string>): FileRow[] {
  const root = empty();
  for (const file of files) {
    let folder = root;
    const parts = file.name.split('/');
    for (const part of parts.slice(0, -1)) {
      const next = folder.folders.get(part) ?? empty();
      folder.folders.set(part, next);
      next.size += file.sizeBytes;
      folder = next;
    }
    folder.files.push(file);
  }
  const rows: FileRow[] = [];
  const walk = (folder: Folder, parent: string, depth: number) => {
    for (const [name, child] of [...folder.folders].sort(([a], [b]) => order.compare(a, b))) {
      const path = parent + name;
      rows.push({ path, name, depth, file: null, size: child.size });
      if (!closed.has(path)) walk(child, `${path}/`, depth + 1);
    }
    for (const file of [...folder.files].sort((a, b) => order.compare(a.name, b.name))) {
      const name = file.name.slice(parent.length);
      rows.push({ path: file.name, name, depth, file, size: file.sizeBytes });
    }
  };
  walk(root, '', 0);
  return rows;
}

export type Preview = 'image' | 'audio' | 'video' | 'text' | 'none';

/** Whether a file can be shown here, judged by its name. */
export function previewOf(name: string): Preview {
  if (/\.(png|jpe?g|gif|webp|bmp|avif)$/i.test(name)) return 'image';
  if (/\.(wav|mp3|ogg|flac|m4a)$/i.test(name)) return 'audio';
  if (/\.(mp4|webm|mov|ogv)$/i.test(name)) return 'video';
  if (
    /\.(txt|log|json|jsonl|csv|tsv|ya?ml|toml|md|py|sh|patch|diff|ini|cfg|rs|ts|js|html|xml)$/i.test(
      name,
    )
  ) {
    return 'text';
  }
  return /(^|\/)[^./]+$/.test(name) ? 'text' : 'none';
}
