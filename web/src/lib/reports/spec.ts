/** The document of a report: the vendor's JSON of a view of type `runs`. Blocks and fields that are not known stay as
 *  they are; what a block holds is read through the functions here. */
import { changed, parse, write } from '../workspace/json';
import { newId } from '../workspace/spec';

/** A piece of text, with what somebody did to it; or a link, a formula, or something unknown within a text. */
export interface Piece {
  readonly type?: string;
  readonly text?: string;
  readonly url?: string;
  readonly content?: string;
  readonly children?: readonly Piece[];
  readonly [field: string]: unknown;
}

export interface Block {
  readonly type?: string;
  readonly children?: readonly Piece[];
  /** What comments name it by; given when there is a first one. */
  readonly __id__?: string;
  readonly [field: string]: unknown;
}

export type Width = 'readable' | 'fixed' | 'fluid';
export const widths: readonly Width[] = ['readable', 'fixed', 'fluid'];

export interface Spec {
  readonly version?: number;
  readonly blocks?: readonly Block[];
  readonly width?: string;
  readonly authors?: readonly { name?: string; username?: string }[];
  /** In a draft of a published report: which state of which report it began with. */
  readonly draftOf?: { readonly id: string; readonly updatedAt: string };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads a document; throws where the text is none. */
export function read(text: string): Spec {
  const value = parse(text);
  if (!isObject(value)) throw new SyntaxError('not an object');
  return value;
}

export { changed, write };

/** The blocks; reports of before blocks have markdown and panel groups instead. */
export function blocksOf(spec: Spec): readonly Block[] {
  return Array.isArray(spec.blocks) ? spec.blocks.filter(isObject) : oldBlocks(spec);
}

interface OldGroup {
  readonly name?: string;
  readonly markdown?: unknown;
  readonly [field: string]: unknown;
}

/** Blocks of a report in the older form, `panelGroups` of run sets and panels with a text before each. */
function oldBlocks(spec: Spec): readonly Block[] {
  const { panelGroups, markdown } = spec as { panelGroups?: unknown; markdown?: unknown };
  const texts = (value: unknown): Block[] =>
    typeof value === 'string' && value.trim()
      ? [{ type: 'markdown-block', children: [{ text: '' }], content: value }]
      : [];
  const groups = Array.isArray(panelGroups) ? (panelGroups.filter(isObject) as OldGroup[]) : [];
  return [
    ...texts(markdown),
    ...groups.flatMap(({ markdown: before, ...metadata }): Block[] => [
      ...texts(before),
      { type: 'panel-grid', children: [{ text: '' }], metadata },
    ]),
  ];
}

export const withBlocks = (spec: Spec, blocks: readonly Block[]): Spec => changed(spec, { blocks });

export function widthOf(spec: Spec): Width {
  return widths.find((one) => one === spec.width) ?? 'readable';
}

export const paragraph = (text = ''): Block => ({ type: 'paragraph', children: [{ text }] });

/** A report in which nothing is written. */
export const blank = (author?: { name: string; username: string }): Spec =>
  ({
    version: 5,
    panelSettings: {},
    blocks: [paragraph()],
    width: 'readable',
    authors: author ? [author] : [],
    discussionThreads: [],
    ref: {},
  }) as Spec;

export const childrenOf = (holder: Piece | Block): readonly Piece[] =>
  Array.isArray(holder.children) ? holder.children.filter(isObject) : [];

export const field = (holder: Piece | Block, name: string): string => {
  const value = holder[name];
  return typeof value === 'string' ? value : '';
};

/** What is written in a block, without marks. */
export function plain(holder: Piece | Block): string {
  if (typeof holder.text === 'string') return holder.text;
  if (typeof holder.content === 'string') return holder.content;
  const lines = ['code-line', 'callout-line', 'list-item'];
  const between = childrenOf(holder).some((one) => lines.includes(one.type ?? '')) ? '\n' : '';
  return childrenOf(holder).map(plain).join(between);
}

export const levelOf = (block: Block): number => {
  const level = Number(block.level ?? 1);
  return level >= 1 && level <= 6 ? Math.round(level) : 1;
};

/** Blocks that a heading keeps folded. */
export function foldedOf(block: Block): readonly Block[] {
  const { collapsedChildren } = block;
  return Array.isArray(collapsedChildren) ? (collapsedChildren.filter(isObject) as Block[]) : [];
}

/** FNV-1a, twice with other beginnings: a short name of a text. */
function digest(text: string): string {
  const one = (begin: number) => {
    let hash = begin;
    for (let i = 0; i < text.length; i += 1)
      hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
    return hash.toString(36);
  };
  return `b${one(0x811c9dc5)}${one(0x1b873593)}`;
}

/** What comments call each block: the id it has, or one out of what it says, the same for everybody who reads it. */
export function anchors(blocks: readonly Block[]): string[] {
  const seen = new Set(blocks.flatMap(({ __id__ }) => __id__ ?? []));
  return blocks.map((block) => {
    if (block.__id__) return block.__id__;
    const id = digest(`${block.type ?? ''}\n${plain(block)}\n${field(block, 'url')}`);
    let free = id;
    for (let turn = 2; seen.has(free); turn += 1) free = `${id}-${turn}`;
    seen.add(free);
    return free;
  });
}

/** The blocks, each id once: a copy of a block is another block. */
export function distinct(blocks: readonly Block[]): readonly Block[] {
  const seen = new Set<string>();
  return blocks.map((block) => {
    const { __id__: id } = block;
    if (!id || !seen.has(id)) {
      if (id) seen.add(id);
      return block;
    }
    return changed(block, { __id__: undefined } as Partial<Block>);
  });
}

export { newId };

export { address, idIn } from './address';
