/** Table panels in the vendor's format, and what cells show. */
import { expect, test } from 'vitest';
import { artifactFile, isTable, lookOf, tableKey, withKey } from '../src/lib/panels/table/config';
import { cellText, isCut, mediumOf, numberText } from '../src/lib/tables/cells';
import type { TableColumn } from '../src/lib/tables/api';

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
