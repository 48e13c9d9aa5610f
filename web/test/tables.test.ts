/** Table panels in the vendor's format, and what cells show. */
import { expect, test } from 'vitest';
import { artifactFile, isTable, lookOf, tableKey, withKey } from '../src/lib/panels/table/config';
import { cellText, isCut, mediumOf, numberText } from '../src/lib/tables/cells';
import type { TableColumn } from '../src/lib/tables/api';
import { arranged, likelyKey, moved, nudged, plainLook, withPin } from '../src/lib/tables/look';

const column = (kind: TableColumn['kind']): TableColumn => ({
  ...{ id: 'a', name: 'a', source: null, kind, types: [], count: 1 },
  ...{ min: null, max: null, mean: null },
});

test('a key is where the vendor’s package looks for it, and other fields stay', () => {
  const config = withKey({ panel2Config: { panelConfig: { x: 1 } }, own: 2 }, 'guesses');
  expect(tableKey(config)).toBe('guesses');
  const { panel2Config, own } = config as Record<string, Record<string, unknown>>;
  expect([own, panel2Config?.panelConfig]).toEqual([2, { x: 1 }]);
  expect([tableKey({}), artifactFile({}), lookOf({})]).toEqual([null, null, undefined]);
});

test('a file of a version is found in the vendor’s expression', () => {
  const inputs = { artifactName: { val: 'data' }, artifactVersionAlias: { val: 'v2' } };
  const artifactVersion = { fromOp: { inputs } };
  const exp = { fromOp: { inputs: { artifactVersion, path: { val: 't.table.json' } } } };
  const config = { panel2Config: { exp } };
  expect(artifactFile(config)).toEqual({ artifact: 'data:v2', file: 't.table.json' });
  expect(tableKey(config)).toBeNull();
});

test('every kind of logged table is one', () => {
  for (const type of ['table-file', 'incremental-table-file', 'joined-table', 'partitioned-table'])
    expect(isTable(type)).toBe(true);
  for (const type of ['image-file', 'number', 'table']) expect(isTable(type)).toBe(false);
});

test('cells show numbers in short, media as media, and long texts cut', () => {
  expect([1, 0.1 + 0.2, 1e-9, 123456789.5].map(numberText)).toEqual([
    '1',
    '0.3',
    '1.0000e-9',
    '1.2346e+8',
  ]);
  const cut = { _type: 'cut', text: 'abc', length: 9 };
  expect([isCut(cut), cellText(column('string'), cut), cellText(column('list'), [1])]).toEqual([
    true,
    'abc…',
    '[1]',
  ]);
  const image = { _type: 'image-file', path: 'm/a.png', caption: 'c' };
  expect(mediumOf(column('object'), 3, image)).toMatchObject({
    kind: 'image',
    run: '3',
    path: 'm/a.png',
  });
  expect(mediumOf(column('object'), 3, cut)).toBeNull();
});

const named = (...names: string[]): TableColumn[] =>
  names.map((name) => ({ ...column('number'), id: name, name }));
const ids = (columns: readonly TableColumn[]) => columns.map(({ id }) => id).join('');

test('columns stand as they were moved, the pinned ones first, new ones last', () => {
  const columns = named('a', 'b', 'c', 'd');
  expect(ids(arranged(columns, plainLook))).toBe('abcd');
  let look = { ...plainLook, ...moved(columns, plainLook, 'd', 'b') };
  expect(ids(arranged(columns, look))).toBe('adbc');
  look = { ...look, ...moved(columns, look, 'a', 'b') };
  expect(ids(arranged(columns, look))).toBe('dbac');
  look = { ...look, ...withPin(look, 'c', true), hidden: ['d'] };
  expect(ids(arranged(columns, look))).toBe('cba');
  expect(ids(arranged(named('x', 'a', 'b'), look))).toBe('bax');
});

test('a column moves by one among those that are shown, and not out of the pinned ones', () => {
  const columns = named('a', 'b', 'c', 'd');
  const look = { ...plainLook, hidden: ['b'], pinned: ['d'] };
  const next = { ...look, ...nudged(columns, look, 'a', 1) };
  expect(ids(arranged(columns, next))).toBe('dca');
  expect(nudged(columns, look, 'd', 1)).toEqual({});
  expect(nudged(columns, look, 'c', 1)).toEqual({});
  // Dropped on a pinned one it is pinned, too.
  expect({ ...look, ...moved(columns, look, 'a', 'd') }.pinned).toEqual(['d', 'a']);
});

test('tables are put together by what looks like a key', () => {
  const text = (name: string): TableColumn => ({ ...column('string'), id: name, name });
  expect(likelyKey([...named('score'), text('label'), text('image_id')])).toBe('image_id');
  expect(likelyKey([...named('score'), text('label')])).toBe('label');
  expect(likelyKey(named('score'))).toBe('score');
  expect(likelyKey([{ ...text('path'), types: ['image-file'] }])).toBeNull();
});
