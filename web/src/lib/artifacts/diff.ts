/** What differs between two versions: values of the metadata, and files. */
import { type Json, jsonText, parseJson } from '../run/json';
import type { ListedFile } from '../files/tree';

export type Change = 'added' | 'removed' | 'changed' | 'same';
export const changes: readonly Change[] = ['changed', 'added', 'removed', 'same'];

export interface Difference<Side> {
  name: string;
  change: Change;
  before: Side | null;
  after: Side | null;
}

/** Values at the ends of a tree by their path; an empty list or object is an end too. */
export function leaves(value: Json): Map<string, string> {
  const all = new Map<string, string>();
  const walk = (node: Json, path: string) => {
    const entries = typeof node === 'object' && node !== null ? Object.entries(node) : [];
    if (entries.length === 0 && path) all.set(path, jsonText(node));
    for (const [name, child] of entries) walk(child, path ? `${path}.${name}` : name);
  };
  walk(value, '');
  return all;
}

/** Joins two sides by name, ordered by name. */
function compare<Side>(
  before: ReadonlyMap<string, Side>,
  after: ReadonlyMap<string, Side>,
  same: (a: Side, b: Side) => boolean,
): Difference<Side>[] {
  const rows: Difference<Side>[] = [];
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const [a, b] = [before.get(name) ?? null, after.get(name) ?? null];
    const change = a === null ? 'added' : b === null ? 'removed' : same(a, b) ? 'same' : 'changed';
    rows.push({ name, change, before: a, after: b });
  }
  return rows.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

export const metadataDiff = (before: string | null, after: string | null): Difference<string>[] =>
  compare(leaves(parseJson(before)), leaves(parseJson(after)), (a, b) => a === b);

export const fileDiff = (
  before: readonly ListedFile[],
  after: readonly ListedFile[],
): Difference<ListedFile>[] => {
  const named = (files: readonly ListedFile[]) => new Map(files.map((file) => [file.name, file]));
  return compare(named(before), named(after), (a, b) => a.digest === b.digest);
};

/** How many of each kind, and by how many bytes what changed and was added or removed grew. */
export function summary(rows: readonly Difference<ListedFile>[]) {
  const counts: Record<Change, number> = { added: 0, removed: 0, changed: 0, same: 0 };
  let bytes = 0;
  for (const row of rows) {
    counts[row.change] += 1;
    bytes += (row.after?.sizeBytes ?? 0) - (row.before?.sizeBytes ?? 0);
  }
  return { counts, bytes };
}
