/** Two versions of a file, line by line. */
import { diffArrays, diffWordsWithSpace } from 'diff';
import type { RunFile } from '../../run/files';

/** Files that are compared beside those below `code/`. */
export const BESIDE = ['diff.patch', 'requirements.txt', 'conda-environment.yaml'];

/** The names of all files, those that several runs have before those of one, and code first. */
export function comparable(files: ReadonlyMap<string, readonly RunFile[]>): string[] {
  const runs = new Map<string, number>();
  for (const { name } of [...files.values()].flat()) runs.set(name, (runs.get(name) ?? 0) + 1);
  const rank = (name: string) =>
    (name.startsWith('code/') ? 0 : 1) + ((runs.get(name) ?? 0) > 1 ? 0 : 2);
  return [...runs.keys()].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b, 'en'));
}

export interface Line {
  /** Counted from 1. */
  number: number;
  text: string;
}

export interface DiffRow {
  left: Line | null;
  right: Line | null;
  same: boolean;
}

/** More changes than this are two different files: looking for what they share would take too long. */
const MOST_EDITS = 5000;

export const linesOf = (text: string): string[] =>
  text === '' ? [] : text.replace(/\r\n/g, '\n').replace(/\n$/, '').split('\n');

/** The rows of both beside each other; a change is on one row as far as both sides have lines. */
export function diffRows(left: string, right: string): DiffRow[] {
  const [before, after] = [linesOf(left), linesOf(right)];
  const parts = diffArrays(before, after, { maxEditLength: MOST_EDITS }) ?? [
    { value: before, removed: true, added: false, count: before.length },
    { value: after, removed: false, added: true, count: after.length },
  ];
  const rows: DiffRow[] = [];
  let [l, r] = [0, 0];
  let removed: Line[] = [];
  let added: Line[] = [];
  const flush = () => {
    const count = Math.max(removed.length, added.length);
    for (let i = 0; i < count; i += 1)
      rows.push({ left: removed[i] ?? null, right: added[i] ?? null, same: false });
    [removed, added] = [[], []];
  };
  for (const part of parts) {
    for (const text of part.value) {
      if (part.removed) removed.push({ number: (l += 1), text });
      else if (part.added) added.push({ number: (r += 1), text });
      else {
        flush();
        rows.push({
          left: { number: (l += 1), text },
          right: { number: (r += 1), text },
          same: true,
        });
      }
    }
  }
  flush();
  return rows;
}

/** One line of a unified diff. */
export interface UnifiedRow {
  kind: 'same' | 'removed' | 'added';
  left: number | null;
  right: number | null;
  text: string;
}

/** The rows below each other, what was taken away before what came. */
export function unified(rows: readonly DiffRow[]): UnifiedRow[] {
  const all: UnifiedRow[] = [];
  let added: UnifiedRow[] = [];
  const flush = () => {
    all.push(...added);
    added = [];
  };
  for (const { left, right, same } of rows) {
    if (same) {
      flush();
      const text = right?.text ?? '';
      all.push({ kind: 'same', left: left?.number ?? null, right: right?.number ?? null, text });
      continue;
    }
    if (left) all.push({ kind: 'removed', left: left.number, right: null, text: left.text });
    if (right) added.push({ kind: 'added', left: null, right: right.number, text: right.text });
  }
  flush();
  return all;
}

/** Unchanged lines kept around a change, when the others are folded. */
const AROUND = 3;

/** Rows with a number for how many unchanged ones are left out there. */
export function folded(rows: readonly DiffRow[]): (DiffRow | number)[] {
  const near = new Uint8Array(rows.length);
  rows.forEach(({ same }, index) => {
    if (!same) near.fill(1, Math.max(0, index - AROUND), Math.min(rows.length, index + AROUND + 1));
  });
  const all: (DiffRow | number)[] = [];
  let hidden = 0;
  rows.forEach((row, index) => {
    if (!near[index]) {
      hidden += 1;
      return;
    }
    if (hidden > 0) all.push(hidden);
    hidden = 0;
    all.push(row);
  });
  if (hidden > 0) all.push(hidden);
  return all;
}

export interface Piece {
  text: string;
  changed: boolean;
}

/** A longer line is marked as a whole. */
const LONGEST = 2000;

/** Which parts of a changed line are changed, for one of its sides. */
export function pieces(left: string, right: string, side: 'left' | 'right'): Piece[] {
  const whole = { text: side === 'left' ? left : right, changed: false };
  if (left.length > LONGEST || right.length > LONGEST) return [whole];
  return diffWordsWithSpace(left, right)
    .filter((part) => (side === 'left' ? !part.added : !part.removed))
    .map((part) => ({ text: part.value, changed: part.added || part.removed }));
}
