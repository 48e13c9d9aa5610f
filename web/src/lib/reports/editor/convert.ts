/** Between the vendor's blocks and the editor's document. A node that nobody touched is written as the very block it was
 *  read from; one that was keeps the fields of its block that are not known here. */
import { Fragment, type Mark, type Node } from 'prosemirror-model';
import { type Block, childrenOf, changed, field, levelOf, type Piece, plain } from '../spec';
import { type ListKind, markNames, marks, nodes, schema } from './schema';

/** What a node was read from. Nodes never change, so one that is still there is as it was. */
const origins = new WeakMap<Node, Block | Piece>();
const from = (origin: Block | Piece, node: Node): Node => {
  origins.set(node, origin);
  return node;
};

const known = new Set(['text', 'inline_code', ...markNames]);

function textMarks(piece: Piece): Mark[] {
  const found = markNames
    .filter((name) => piece[name] === true || (name === 'inlineCode' && piece.inline_code === true))
    .map((name) => marks[name].create());
  const others = Object.entries(piece).filter(([key, value]) => !known.has(key) && value !== null);
  if (others.length > 0)
    found.push(marks.fields.create({ json: JSON.stringify(Object.fromEntries(others)) }));
  return found;
}

/** A text, its line ends as nodes of their own. */
function textNodes(text: string, held: readonly Mark[]): Node[] {
  return text
    .split('\n')
    .flatMap((line, index) => [
      ...(index > 0 ? [nodes.break.create(null, null, held)] : []),
      ...(line === '' ? [] : [schema.text(line, held)]),
    ]);
}

function pieces(list: readonly Piece[], held: readonly Mark[] = []): Node[] {
  return list.flatMap((piece, index): Node[] => {
    if (typeof piece.text === 'string')
      return textNodes(piece.text, [...held, ...textMarks(piece)]);
    if (piece.type === 'link') {
      const link = marks.link.create({ url: field(piece, 'url'), held: piece });
      return pieces(childrenOf(piece), [...held, link]);
    }
    if (piece.type === 'latex') {
      const attrs = { content: field(piece, 'content'), held: piece };
      return [nodes.formula.create(attrs, null, held)];
    }
    if (piece.type === 'paragraph' || piece.type === 'callout-line')
      return [...(index > 0 ? [nodes.break.create()] : []), ...pieces(childrenOf(piece), held)];
    return [nodes.unknown.create({ piece }, null, held)];
  });
}

function listKind(block: Block): ListKind {
  const [first] = childrenOf(block);
  if (typeof first?.checked === 'boolean') return 'check';
  return block.ordered === true || first?.ordered === true ? 'ordered' : 'bullet';
}

function item(piece: Piece, kind: ListKind): Node {
  const made: Node[] = [];
  let loose: Piece[] = [];
  const settle = () => {
    if (loose.length > 0 || made.length === 0)
      made.push(nodes.paragraph.create(null, pieces(loose)));
    loose = [];
  };
  for (const child of childrenOf(piece)) {
    if (child.type === 'list' || child.type === 'paragraph') {
      if (loose.length > 0 || (child.type === 'list' && made.length === 0)) settle();
      made.push(child.type === 'list' ? list(child) : text(child, 'paragraph'));
    } else loose.push(child);
  }
  if (loose.some((one) => plain(one) !== '') || made.length === 0) settle();
  const checked = kind === 'check' ? piece.checked === true : null;
  return from(piece, nodes.list_item.create({ held: piece, checked }, made));
}

function list(block: Block, id: string | null = null): Node {
  const kind = listKind(block);
  const items = childrenOf(block).map((piece) => item(piece, kind));
  const filled = items.length ? items : [nodes.list_item.create(null, nodes.paragraph.create())];
  return from(block, nodes.list.create({ held: block, id, kind }, filled));
}

function text(
  block: Block,
  name: 'paragraph' | 'heading' | 'quote' | 'callout',
  attrs: object = {},
): Node {
  const node = nodes[name].create({ held: block, ...attrs }, pieces(childrenOf(block)));
  return from(block, node);
}

/** A block as a node. */
export function nodeOf(block: Block, id: string | null = null): Node {
  switch (block.type) {
    case 'paragraph':
    case 'default':
      return text(block, 'paragraph', { id });
    case 'heading':
      return text(block, 'heading', { id, level: levelOf(block) });
    case 'block-quote':
      return text(block, 'quote', { id });
    case 'callout-block':
      return text(block, 'callout', { id });
    case 'code-block': {
      const language = block.language === undefined ? 'python' : block.language;
      const written = plain(block);
      const content = written === '' ? null : schema.text(written);
      return from(block, nodes.code.create({ held: block, id, language }, content));
    }
    case 'list':
      return list(block, id);
    default:
      return from(block, nodes.object.create({ block, id }));
  }
}

/** The whole document; there is always a paragraph to write in. */
export function docOf(blocks: readonly Block[], ids: readonly string[]): Node {
  const read = blocks.map((block, index) => nodeOf(block, ids[index] ?? null));
  return nodes.doc.create(null, read.length ? read : nodes.paragraph.create());
}

function textPiece(node: Node, held: readonly Mark[]): Piece {
  const fields = held.find((mark) => mark.type === marks.fields);
  const own = markNames
    .filter((name) => held.some((mark) => mark.type.name === name))
    .map((name) => [name, true]);
  const others = fields ? (JSON.parse(String(fields.attrs.json)) as object) : {};
  return { text: node.isText ? (node.text ?? '') : '\n', ...others, ...Object.fromEntries(own) };
}

/** Texts of the same kind that follow each other are one. */
function joined(list: readonly Piece[]): Piece[] {
  const made: Piece[] = [];
  for (const piece of list) {
    const last = made.at(-1);
    const like = (one: Piece) => JSON.stringify({ ...one, text: '' });
    if (
      typeof last?.text === 'string' &&
      typeof piece.text === 'string' &&
      like(last) === like(piece)
    )
      made[made.length - 1] = { ...last, text: last.text + piece.text };
    else made.push(piece);
  }
  return made;
}

function inline(content: Fragment): Piece[] {
  const made: Piece[] = [];
  let open: { mark: Mark; inside: Piece[] } | null = null;
  const close = () => {
    if (!open) return;
    const { mark, inside } = open;
    const held = (mark.attrs.held ?? { type: 'link' }) as Piece;
    made.push(changed(held, { url: String(mark.attrs.url), children: joined(inside) }));
    open = null;
  };
  content.forEach((node) => {
    const link = node.marks.find((mark) => mark.type === marks.link);
    if (!link || (open && !open.mark.eq(link))) close();
    const others = node.marks.filter((mark) => mark.type !== marks.link);
    const piece = pieceOf(node, others);
    if (!link) made.push(piece);
    else {
      open ??= { mark: link, inside: [] };
      open.inside.push(piece);
    }
  });
  close();
  return made.length ? joined(made) : [{ text: '' }];
}

function pieceOf(node: Node, held: readonly Mark[]): Piece {
  if (node.type === nodes.unknown) return node.attrs.piece as Piece;
  if (node.type !== nodes.formula) return textPiece(node, held);
  const before = (node.attrs.held ?? { type: 'latex', children: [{ text: '' }] }) as Piece;
  return changed(before, { content: String(node.attrs.content) });
}

/** The block with other members, whatever it was before: only what belongs to its type is taken over. */
function over(held: unknown, type: string, members: Partial<Block>): Block {
  const before = held as Block | null;
  const same = before?.type === type || (before?.type === 'default' && type === 'paragraph');
  return same ? changed(before, members) : changed<Block>({ type }, members);
}

function writtenItem(node: Node, kind: ListKind): Piece {
  const origin = origins.get(node);
  if (origin && kindOfItem(origin, node) === kind) return origin;
  const children = parts(node);
  const ordered = kind === 'ordered' ? true : undefined;
  const checked = kind === 'check' ? node.attrs.checked === true : undefined;
  return over(node.attrs.held, 'list-item', { children, ordered, checked } as Partial<Block>);
}

const kindOfItem = (piece: Piece, node: Node): ListKind =>
  node.attrs.checked !== null ? 'check' : piece.ordered === true ? 'ordered' : 'bullet';

function parts(node: Node): Piece[] {
  const made: Piece[] = [];
  node.forEach((child) => made.push(blockOf(child)));
  return made;
}

function writtenList(node: Node): Block {
  const kind = node.attrs.kind as ListKind;
  const items: Piece[] = [];
  node.forEach((child) => items.push(writtenItem(child, kind)));
  const ordered = kind === 'ordered' ? true : undefined;
  return over(node.attrs.held, 'list', { children: items, ordered } as Partial<Block>);
}

function writtenCode(node: Node): Block {
  const { language } = node.attrs as { language: string | null };
  const line = (text: string): Piece => ({ type: 'code-line', children: [{ text }], language });
  const children = node.textContent.split('\n').map(line);
  return over(node.attrs.held, 'code-block', { children, language });
}

/** A node as a block. */
export function blockOf(node: Node): Block {
  const origin = origins.get(node);
  if (origin) return origin;
  const { held } = node.attrs as { held: Block | null };
  switch (node.type) {
    case nodes.heading:
      return over(held, 'heading', {
        children: inline(node.content),
        level: Number(node.attrs.level),
      });
    case nodes.quote:
      return over(held, 'block-quote', { children: inline(node.content) });
    case nodes.callout:
      return over(held, 'callout-block', { children: [calloutLine(node)] });
    case nodes.code:
      return writtenCode(node);
    case nodes.list:
      return writtenList(node);
    case nodes.object:
      return node.attrs.block as Block;
    default:
      return over(held, 'paragraph', { children: inline(node.content) });
  }
}

/** One line for the whole callout: readers of the format that know only the first have all of it. */
const calloutLine = (node: Node): Piece => ({
  type: 'callout-line',
  children: inline(node.content),
});

/** The blocks of a document; `named` are the names that comments use, which those blocks are given. */
export function blocksIn(doc: Node, named: ReadonlySet<string>): Block[] {
  const made: Block[] = [];
  doc.forEach((node) => {
    const block = blockOf(node);
    const id = node.attrs.id as string | null;
    made.push(id && named.has(id) && block.__id__ !== id ? changed(block, { __id__: id }) : block);
  });
  return made;
}
