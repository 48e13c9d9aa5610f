import { expect, test } from 'vitest';
import { readFileSync } from 'node:fs';
import { blocksIn, docOf } from '../../src/lib/reports/editor/convert';
import { nodes, schema } from '../../src/lib/reports/editor/schema';
import {
  address,
  anchors,
  type Block,
  blocksOf,
  distinct,
  idIn,
  plain,
  read,
  write,
} from '../../src/lib/reports/spec';

const nobody: ReadonlySet<string> = new Set();
const through = (blocks: readonly Block[]) => {
  const doc = docOf(blocks, anchors(blocks));
  doc.check();
  return blocksIn(doc, nobody);
};
/** The same document with every node new, so that nothing is known of where it came from. */
const rewritten = (blocks: readonly Block[]) => {
  const doc = schema.nodeFromJSON(docOf(blocks, anchors(blocks)).toJSON());
  return blocksIn(doc, nobody);
};
const text = readFileSync(new URL('testdata/package.json', import.meta.url), 'utf8');
const everything = blocksOf(read(text));

test('what nobody touched is written as it was, letter by letter', () => {
  const spec = read(text);
  expect(write({ ...spec, blocks: through(blocksOf(spec)) })).toBe(write(spec));
  through(everything).forEach((block, index) => expect(block).toBe(everything[index]));
});

test('every block of the package can be written anew and says the same', () => {
  const again = rewritten(everything);
  expect(again.map((one) => one.type)).toEqual(everything.map((one) => one.type));
  expect(again.map(plain)).toEqual(everything.map(plain));
});

test('links, formulas, marks and fields that are not known stay in a text that was changed', () => {
  const block: Block = {
    type: 'paragraph',
    align: 'center',
    children: [
      { text: 'a ', bold: true, inlineComment_x: { refID: '1' } },
      { type: 'link', url: 'https://e.org', title: 'kept', children: [{ text: 'l' }] },
      { type: 'latex', content: 'x', children: [{ text: '' }] },
      { type: 'mention', user: 'bo', children: [{ text: '' }] },
    ],
  };
  expect(rewritten([block])).toEqual([block]);
});

test('a list keeps its kind, its boxes and the lists in it', () => {
  const item = (word: string, more: object = {}) => ({
    type: 'list-item',
    children: [{ type: 'paragraph', children: [{ text: word }] }],
    ...more,
  });
  const lists: Block[] = [
    { type: 'list', children: [item('a'), item('b')] },
    { type: 'list', ordered: true, children: [item('a', { ordered: true })] },
    { type: 'list', children: [item('a', { checked: true }), item('b', { checked: false })] },
    {
      type: 'list',
      children: [
        {
          type: 'list-item',
          children: [
            { type: 'paragraph', children: [{ text: 'a' }] },
            { type: 'list', children: [item('inner')] },
          ],
        },
      ],
    },
  ];
  expect(rewritten(lists)).toEqual(lists);
});

test('code is a line a line, in its language', () => {
  const doc = nodes.doc.create(null, nodes.code.create({ language: 'yaml' }, schema.text('a\n b')));
  expect(blocksIn(doc, nobody)).toEqual([
    {
      type: 'code-block',
      language: 'yaml',
      children: [
        { type: 'code-line', children: [{ text: 'a' }], language: 'yaml' },
        { type: 'code-line', children: [{ text: ' b' }], language: 'yaml' },
      ],
    },
  ]);
});

test('a block that comments name is given its name, and only that one', () => {
  const blocks: Block[] = [
    { type: 'paragraph', children: [{ text: 'a' }] },
    { type: 'paragraph', children: [{ text: 'a' }] },
  ];
  const [first = '', second = ''] = anchors(blocks);
  expect(first).not.toBe(second);
  const written = blocksIn(docOf(blocks, [first, second]), new Set([second]));
  expect(written).toEqual([blocks[0], { ...blocks[1], __id__: second }]);
  expect(anchors(written)).toEqual([first, second]);
});

test('a copy of a block has a name of its own', () => {
  const one: Block = { type: 'paragraph', __id__: 'x', children: [{ text: 'a' }] };
  expect(distinct([one, one])).toEqual([one, { type: 'paragraph', children: [{ text: 'a' }] }]);
});

test('a report of before blocks has its text and its panels', () => {
  const old = read(
    '{"panelGroups":[{"name":"G","markdown":"# Hi","runSets":[{"name":"r"}],"panels":{"views":{"0":{"config":[]}}}}]}',
  );
  expect(blocksOf(old).map((one) => one.type)).toEqual(['markdown-block', 'panel-grid']);
});

test('an address has the title for people and the id for us', () => {
  expect(address('What we found: 50 %', 'VmlldzoxMg==')).toBe('What-we-found-50--VmlldzoxMg');
  expect(idIn('What--we-found--VmlldzoxMg')).toBe('VmlldzoxMg==');
  expect(idIn('no-id')).toBeNull();
  expect(address('', 'VmlldzoxMjM=')).toBe('report--VmlldzoxMjM');
});
