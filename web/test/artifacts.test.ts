import { expect, test } from 'vitest';
import { logNext, shell, useInRun, useInShell } from '../src/lib/artifacts/code';
import { fileDiff, leaves, metadataDiff, summary } from '../src/lib/artifacts/diff';
import { layout } from '../src/lib/artifacts/layout';
import { isMachineType, nameFilter, registryName } from '../src/lib/artifacts/names';
import { readAll } from '../src/lib/artifacts/pages';
import { isReference } from '../src/lib/artifacts/reference';
import { FileTree, type ListedFile } from '../src/lib/files/tree';
import { deletedAt, FOLLOW, KEEP, ttlChoice } from '../src/lib/artifacts/ttl';
import { csvTable } from '../src/lib/run/csv';
import { previewOf } from '../src/lib/run/files';

const file = (name: string, sizeBytes = 1, digest = name): ListedFile => ({
  id: name,
  name,
  sizeBytes,
  digest,
});
const lines = (tree: FileTree, open: (path: string) => boolean) =>
  tree.rows(open).map(({ path, size, count }) => `${path} ${size} ${count}`);

test('files come as a tree: folders first, sizes and counts of all below', () => {
  const tree = new FileTree([file('b.txt', 5), file('a/2.txt', 2), file('a/10.txt', 10)]);
  expect(lines(tree, () => true)).toEqual(['a 12 2', 'a/2.txt 2 1', 'a/10.txt 10 1', 'b.txt 5 1']);
  expect(lines(tree, () => false)).toEqual(['a 12 2', 'b.txt 5 1']);
  tree.add([file('a/1.txt'), file('c')]);
  expect(lines(tree, () => true).map((line) => line.split(' ')[0])).toEqual([
    'a',
    'a/1.txt',
    'a/2.txt',
    'a/10.txt',
    'b.txt',
    'c',
  ]);
  expect(tree.count).toBe(5);
});

test('a folder and a file of the same name are two lines, and odd names are kept', () => {
  const tree = new FileTree([file('a'), file('a/b'), file('/x'), file('d//e')]);
  expect(
    tree
      .rows(() => true)
      .filter((row) => row.file)
      .map((row) => row.path),
  ).toEqual(['/x', 'a/b', 'd//e', 'a']);
});

test('a folder of 100,000 files is ordered as plain text, which is fast', () => {
  const tree = new FileTree(
    Array.from({ length: 100_000 }, (_, index) => file(`train/${100_000 - index}.npy`)),
  );
  const rows = tree.rows(() => true);
  expect(rows.length).toBe(100_001);
  expect(rows.slice(0, 4).map(({ name }) => name)).toEqual(['train', '1.npy', '10.npy', '100.npy']);
}, 30_000);

test('metadata is compared value by value', () => {
  expect([...leaves({ a: { b: 1 }, c: [], d: null })]).toEqual([
    ['a.b', '1'],
    ['c', '[]'],
    ['d', 'null'],
  ]);
  const rows = metadataDiff('{"a":1,"b":{"c":2},"e":0}', '{"a":1,"b":{"c":3},"d":"x"}');
  expect(rows.map(({ name, change, before, after }) => [name, change, before, after])).toEqual([
    ['a', 'same', '1', '1'],
    ['b.c', 'changed', '2', '3'],
    ['d', 'added', null, 'x'],
    ['e', 'removed', '0', null],
  ]);
  expect(metadataDiff(null, null)).toEqual([]);
});

test('files are compared by their digest, and what was gained in bytes is summed up', () => {
  const rows = fileDiff(
    [file('same', 4), file('gone', 10), file('new', 3, 'x')],
    [file('same', 4), file('new', 5, 'y'), file('more', 1)],
  );
  expect(rows.map(({ name, change }) => `${name} ${change}`)).toEqual([
    'gone removed',
    'more added',
    'new changed',
    'same same',
  ]);
  expect(summary(rows)).toEqual({
    counts: { added: 1, removed: 1, changed: 1, same: 1 },
    bytes: 2 - 10 + 1,
  });
});

test('arrows of a lineage lead to later columns', () => {
  const arrows = [
    { from: 'data', to: 'train' },
    { from: 'train', to: 'model' },
    { from: 'model', to: 'eval' },
    { from: 'data', to: 'eval' },
    { from: 'code', to: 'eval' },
  ];
  const spots = layout(['model', 'train', 'data', 'eval', 'code'], arrows);
  const column = (name: string) => spots.get(name)?.column ?? -1;
  for (const { from, to } of arrows) expect(column(from)).toBeLessThan(column(to));
  expect(column('code')).toBe(column('eval') - 1);
  expect(Math.min(...[...spots.values()].map(({ row }) => row))).toBe(0);
  const places = [...spots.values()].map((spot) => `${spot.column} ${spot.row}`);
  expect(new Set(places).size).toBe(places.length);
});

test('a circle and a lonely node are placed too', () => {
  const spots = layout(
    ['artifact', 'run', 'alone'],
    [
      { from: 'artifact', to: 'run' },
      { from: 'run', to: 'artifact' },
    ],
  );
  expect(spots.get('artifact')?.column).not.toBe(spots.get('run')?.column);
  expect(spots.has('alone')).toBe(true);
  expect(layout([], []).size).toBe(0);
});

test('nodes stand beside what they are joined to, so that arrows do not cross', () => {
  const spots = layout(
    ['a', 'b', 'x', 'y'],
    [
      { from: 'a', to: 'y' },
      { from: 'b', to: 'x' },
    ],
  );
  const row = (name: string) => spots.get(name)?.row ?? 0;
  expect(Math.sign(row('a') - row('b'))).toBe(Math.sign(row('y') - row('x')));
});

test('what programs made, registries, and the filter of a search', () => {
  expect(['job', 'run_table', 'code', 'wandb-history'].every(isMachineType)).toBe(true);
  expect(['model', 'dataset', 'jobs'].some(isMachineType)).toBe(false);
  expect(registryName('wandb-registry-model')).toBe('model');
  expect(registryName('vision')).toBeNull();
  expect(nameFilter(' ')).toBe('{}');
  expect(JSON.parse(nameFilter('a.b'))).toEqual({ name: { $regex: '(?i)a\\.b' } });
});

test('code is ready to paste', () => {
  const named = {
    entity: 'acme',
    project: 'vision',
    type: 'model',
    collection: 'my "net"',
    version: 'v3',
  };
  expect(useInRun(named)).toContain('run.use_artifact("acme/vision/my \\"net\\":v3")');
  expect(logNext(named)).toContain('wandb.Artifact("my \\"net\\"", type="model")');
  expect(useInShell(named)).toBe(
    `wandb artifact get 'acme/vision/my "net":v3' --root './my "net"'`,
  );
  expect(shell("it's")).toBe("'it'\\''s'");
});

test('references are told from our own addresses', () => {
  const ours = ['https://runs.example.org/base/', 'http://localhost:8080/'];
  expect(isReference('https://runs.example.org/base/blob/x', ours)).toBe(false);
  expect(isReference('/blob/x', ours)).toBe(false);
  expect(isReference('http://localhost:8080/blob/x', ours)).toBe(false);
  expect(isReference('s3://bucket/key', ours)).toBe(true);
  expect(isReference('https://example.org/blob/x', ours)).toBe(true);
  expect(isReference('file:///data/x', ours)).toBe(true);
});

test('how long a version is kept', () => {
  expect(ttlChoice(-1, true)).toBe(FOLLOW);
  expect(ttlChoice(86_400, true)).toBe(FOLLOW);
  expect(ttlChoice(-2, false)).toBe(KEEP);
  expect(ttlChoice(86_400, false)).toBe(86_400);
  expect(deletedAt('2026-01-01T00:00:00Z', 86_400)?.toISOString()).toBe('2026-01-02T00:00:00.000Z');
  expect(deletedAt('2026-01-01T00:00:00Z', -2)).toBeNull();
});

test('a list is read to its end, page by page', async () => {
  const pages = [
    { edges: [1, 2], totalCount: 3, pageInfo: { hasNextPage: true, endCursor: 'b' } },
    { edges: [3], totalCount: 3, pageInfo: { hasNextPage: false, endCursor: 'c' } },
  ];
  const asked: (string | null)[] = [];
  const got: number[] = [];
  await readAll(
    async (after) => {
      asked.push(after);
      return pages[asked.length - 1];
    },
    (rows) => got.push(...rows),
  );
  expect([asked, got]).toEqual([
    [null, 'b'],
    [1, 2, 3],
  ]);
});

test('tables of text', () => {
  const text = 'id,name,note\r\n1,"a, ""b""",\r\n007,c,"two\nlines"\n';
  expect(csvTable(text, ',', false)).toEqual({
    columns: ['id', 'name', 'note'],
    data: [
      [1, 'a, "b"', ''],
      ['007', 'c', 'two\nlines'],
    ],
  });
  expect(csvTable('a\tb\n1\t2\n3\t', '\t', true)?.data).toEqual([[1, 2]]);
  expect(csvTable('just text\nof lines\n', ',', false)).toBeNull();
});

test('sound and film have a preview', () => {
  expect(['a.wav', 'b.mp4', 'c.PNG', 'd.bin'].map(previewOf)).toEqual([
    'audio',
    'video',
    'image',
    'none',
  ]);
});
