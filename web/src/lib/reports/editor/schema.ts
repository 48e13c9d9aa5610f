/** What the editor edits: text blocks as ProseMirror nodes; every other block is one `object` that keeps the vendor's JSON. */
import { Schema, type DOMOutputSpec, type NodeSpec } from 'prosemirror-model';
import type { Block, Piece } from '../spec';
import { safeLink } from '../../panels/markdown/tokens';

/** What every block has: the vendor's block it was read from, whose unknown fields are kept, and its name for comments. */
const held = { held: { default: null }, id: { default: null } };

const block = (spec: NodeSpec): NodeSpec => ({
  group: 'block',
  ...spec,
  attrs: { ...held, ...spec.attrs },
});
const textblock = (tag: string, spec: NodeSpec = {}): NodeSpec =>
  block({
    content: 'inline*',
    parseDOM: [{ tag }],
    toDOM: () => [tag, 0],
    ...spec,
  });
const mark = (tag: string, tags: string[] = []) => ({
  parseDOM: [tag, ...tags].map((one) => ({ tag: one })),
  toDOM: (): DOMOutputSpec => [tag, 0],
});
const levels = [1, 2, 3];
const json = (text: string | null): unknown => {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
};
/** A block that was copied here; only objects count. */
const copied = (text: string | null): Block | null => {
  const value = json(text);
  return typeof value === 'object' && !Array.isArray(value) ? (value as Block | null) : null;
};

export const schema = new Schema({
  nodes: {
    doc: { content: 'block+' },
    paragraph: textblock('p'),
    heading: textblock('h2', {
      attrs: { level: { default: 1 } },
      defining: true,
      parseDOM: [1, 2, 3, 4, 5, 6].map((level) => ({
        tag: `h${level}`,
        attrs: { level: Math.max(1, Math.min(3, level - 1)) },
      })),
      toDOM: ({ attrs }) => [`h${Math.min(6, Number(attrs.level) + 1)}`, 0],
    }),
    quote: textblock('blockquote', { defining: true }),
    callout: textblock('aside', {
      defining: true,
      toDOM: () => ['aside', { class: 'callout' }, 0],
    }),
    code: block({
      content: 'text*',
      marks: '',
      code: true,
      defining: true,
      attrs: { language: { default: 'python' } },
      parseDOM: [{ tag: 'pre', preserveWhitespace: 'full' }],
      toDOM: ({ attrs }) => [
        'pre',
        { class: 'code', 'data-language': String(attrs.language ?? '') },
        ['code', 0],
      ],
    }),
    list: block({
      content: 'list_item+',
      attrs: { kind: { default: 'bullet' } },
      parseDOM: [
        { tag: 'ol', attrs: { kind: 'ordered' } },
        { tag: 'ul.check', attrs: { kind: 'check' } },
        { tag: 'ul', attrs: { kind: 'bullet' } },
      ],
      toDOM: ({ attrs }) => [
        attrs.kind === 'ordered' ? 'ol' : 'ul',
        attrs.kind === 'check' ? { class: 'check' } : {},
        0,
      ],
    }),
    list_item: {
      content: 'paragraph (paragraph | list)*',
      attrs: { ...held, checked: { default: null } },
      defining: true,
      parseDOM: [{ tag: 'li' }],
      toDOM: ({ attrs }) => [
        'li',
        attrs.checked === null ? {} : { 'data-checked': String(attrs.checked) },
        0,
      ],
    },
    object: block({
      atom: true,
      selectable: true,
      draggable: false,
      attrs: { block: { default: { type: 'horizontal-rule', children: [{ text: '' }] } } },
      parseDOM: [
        {
          tag: 'div[data-block]',
          getAttrs: (element) => {
            const found = copied(element.getAttribute('data-block'));
            return found ? { block: found } : false;
          },
        },
        { tag: 'hr' },
      ],
      toDOM: ({ attrs }) => ['div', { 'data-block': JSON.stringify(attrs.block) }],
    }),
    text: { group: 'inline' },
    break: {
      group: 'inline',
      inline: true,
      selectable: false,
      linebreakReplacement: true,
      parseDOM: [{ tag: 'br' }],
      toDOM: () => ['br'],
    },
    formula: {
      group: 'inline',
      inline: true,
      atom: true,
      attrs: { content: { default: '' }, held: { default: null } },
      parseDOM: [
        {
          tag: 'span[data-formula]',
          getAttrs: (element) => ({ content: element.getAttribute('data-formula') ?? '' }),
        },
      ],
      toDOM: ({ attrs }) => ['span', { 'data-formula': String(attrs.content) }],
    },
    /** Something within a text that is not known here. */
    unknown: {
      group: 'inline',
      inline: true,
      atom: true,
      attrs: { piece: { default: null } },
      toDOM: ({ attrs }) => ['span', { class: 'unknown' }, (attrs.piece as Piece)?.type ?? '…'],
    },
  },
  marks: {
    link: {
      attrs: { url: {}, held: { default: null } },
      inclusive: false,
      parseDOM: [
        {
          tag: 'a[href]',
          getAttrs: (element) => {
            const url = safeLink(element.getAttribute('href') ?? '');
            return url ? { url } : false;
          },
        },
      ],
      // What is no link here is kept, and is not one.
      toDOM: ({ attrs }) => ['a', { href: safeLink(String(attrs.url)), rel: 'noreferrer' }, 0],
    },
    bold: mark('strong', ['b']),
    italic: mark('em', ['i']),
    underline: mark('u'),
    strikethrough: mark('s', ['del']),
    inlineCode: { ...mark('code'), excludes: '' },
    /** Fields of a text that are not known here, such as the vendor's inline comments. */
    fields: { attrs: { json: {} }, excludes: '', toDOM: () => ['span', 0] },
  },
});

export const { nodes, marks } = schema;
export const markNames = ['bold', 'italic', 'underline', 'strikethrough', 'inlineCode'] as const;
export type MarkName = (typeof markNames)[number];
export const listKinds = ['bullet', 'ordered', 'check'] as const;
export type ListKind = (typeof listKinds)[number];
export const headingLevels = levels;
