/** What people do with blocks: turn one into another, move, copy, remove, insert. */
import { setBlockType, toggleMark } from 'prosemirror-commands';
import type { Node } from 'prosemirror-model';
import { liftListItem, wrapInList } from 'prosemirror-schema-list';
import { type Command, type EditorState, NodeSelection, TextSelection } from 'prosemirror-state';
import { Selection } from 'prosemirror-state';
import type { Block } from '../spec';
import { blockOf, nodeOf } from './convert';
import { type ListKind, type MarkName, marks, nodes } from './schema';

/** The block at the selection, counted from 0. */
export const blockAt = ({ selection, doc }: EditorState): number =>
  Math.min(selection.$from.index(0), doc.childCount - 1);

/** Where a block begins. */
export function startOf(doc: Node, index: number): number {
  let at = 0;
  for (let i = 0; i < index; i += 1) at += doc.child(i).nodeSize;
  return at;
}

export const mark = (name: MarkName): Command => toggleMark(marks[name]);

/** Whether the selection has a mark. */
export function hasMark({ selection, doc, storedMarks }: EditorState, name: MarkName): boolean {
  const { from, to, empty, $from } = selection;
  if (empty) return Boolean(marks[name].isInSet(storedMarks ?? $from.marks()));
  return doc.rangeHasMark(from, to, marks[name]);
}

/** The list around the selection. */
export function listAround({
  selection: { $from },
}: EditorState): { node: Node; at: number } | null {
  for (let depth = $from.depth; depth > 0; depth -= 1) {
    const node = $from.node(depth);
    if (node.type === nodes.list) return { node, at: $from.before(depth) };
  }
  return null;
}

/** Turns the list around the selection into another kind; `at` is its place. */
const setKind =
  (at: number, kind: ListKind): Command =>
  (state, dispatch) => {
    const list = state.doc.nodeAt(at);
    if (!list || !dispatch) return list !== null;
    const { tr } = state;
    tr.setNodeMarkup(at, null, { ...list.attrs, kind });
    list.forEach((item, offset) => {
      const checked = kind === 'check' ? item.attrs.checked === true : null;
      tr.setNodeMarkup(at + 1 + offset, null, { ...item.attrs, checked });
    });
    dispatch(tr.scrollIntoView());
    return true;
  };

/** A list of this kind: made, changed, or, where it is one already, undone. */
export const toggleList =
  (kind: ListKind): Command =>
  (state, dispatch, view) => {
    const around = listAround(state);
    if (around?.node.attrs.kind === kind) return liftListItem(nodes.list_item)(state, dispatch);
    if (around) return setKind(around.at, kind)(state, dispatch);
    if (state.selection.$from.parent.type !== nodes.paragraph)
      setBlockType(nodes.paragraph)(state, dispatch);
    const now = view?.state ?? state;
    return wrapInList(nodes.list, { kind })(now, (tr) => {
      // Items are made without a box.
      if (kind === 'check')
        tr.doc.nodesBetween(tr.selection.from, tr.selection.to, (node, at) => {
          if (node.type === nodes.list_item)
            tr.setNodeMarkup(at, null, { ...node.attrs, checked: false });
        });
      dispatch?.(tr.scrollIntoView());
    });
  };

export type Kind =
  'paragraph' | 'heading1' | 'heading2' | 'heading3' | 'quote' | 'callout' | 'code';
export const kinds: readonly Kind[] = [
  'paragraph',
  'heading1',
  'heading2',
  'heading3',
  'quote',
  'callout',
  'code',
];

/** What the block at the selection is. */
export function kindAt(state: EditorState): Kind | null {
  const { type, attrs } = state.selection.$from.parent;
  if (type === nodes.heading) {
    const name = `heading${String(attrs.level)}`;
    return kinds.find((kind) => kind === name) ?? null;
  }
  return kinds.find((kind) => type === nodes[kind as 'paragraph']) ?? null;
}

/** Turns the text at the selection into another kind of block; a list's line leaves it. */
export const turnInto =
  (kind: Kind): Command =>
  (state, dispatch, view) => {
    if (listAround(state)) liftListItem(nodes.list_item)(state, dispatch);
    const now = view?.state ?? state;
    const level = /^heading(\d)$/.exec(kind)?.[1];
    const type = level ? nodes.heading : nodes[kind as 'paragraph'];
    return setBlockType(type, level ? { level: Number(level) } : null)(now, dispatch);
  };

/** The language of the code at the selection. */
export const setLanguage =
  (language: string | null): Command =>
  (state, dispatch) => {
    const { $from } = state.selection;
    const attrs = { ...$from.parent.attrs, language };
    dispatch?.(state.tr.setNodeMarkup($from.before(), null, attrs));
    return true;
  };

/** Moves a block to stand before the one that is now at `before`. */
export function moveTo(index: number, before: number): Command {
  return (state, dispatch) => {
    const { doc } = state;
    if (index < 0 || index >= doc.childCount || before < 0 || before > doc.childCount) return false;
    if (before === index || before === index + 1) return false;
    if (!dispatch) return true;
    const node = doc.child(index);
    const from = startOf(doc, index);
    const offset = state.selection.from - from;
    const tr = state.tr.delete(from, from + node.nodeSize);
    const to = tr.mapping.map(startOf(doc, before));
    tr.insert(to, node);
    const inside = offset > 0 && offset < node.nodeSize ? to + offset : to + 1;
    const place = tr.doc.resolve(Math.min(inside, tr.doc.content.size));
    tr.setSelection(node.isAtom ? NodeSelection.create(tr.doc, to) : TextSelection.near(place));
    dispatch(tr.scrollIntoView());
    return true;
  };
}

/** The block at the selection, one place up or down. */
export const moveBy =
  (by: 1 | -1): Command =>
  (state, dispatch) => {
    const index = blockAt(state);
    return moveTo(index, by > 0 ? index + 2 : index - 1)(state, dispatch);
  };

/** Removes a block; a report keeps at least a line to write in. */
export const removeAt =
  (index: number): Command =>
  (state, dispatch) => {
    const { doc } = state;
    if (index >= doc.childCount) return false;
    const from = startOf(doc, index);
    const tr = state.tr.delete(from, from + doc.child(index).nodeSize);
    if (tr.doc.childCount === 0) tr.insert(0, nodes.paragraph.create());
    tr.setSelection(Selection.near(tr.doc.resolve(Math.min(from, tr.doc.content.size))));
    dispatch?.(tr.scrollIntoView());
    return true;
  };

export const copyAt =
  (index: number): Command =>
  (state, dispatch) => {
    const { doc } = state;
    const node = doc.maybeChild(index);
    if (!node) return false;
    const copy = { ...structuredClone(blockOf(node)), __id__: undefined };
    dispatch?.(state.tr.insert(startOf(doc, index + 1), nodeOf(copy)).scrollIntoView());
    return true;
  };

/** Puts a block in the place of the empty line at the selection, else after the block there. */
export const insert =
  (block: Block): Command =>
  (state, dispatch) => {
    const index = blockAt(state);
    const here = state.doc.child(index);
    const node = nodeOf(block);
    const from = startOf(state.doc, index);
    const empty = here.type === nodes.paragraph && here.content.size === 0;
    const at = empty ? from : from + here.nodeSize;
    const { tr } = state;
    if (empty) tr.replaceWith(from, from + here.nodeSize, node);
    else tr.insert(at, node);
    // There is always a line below to go on in.
    if (at + node.nodeSize === tr.doc.content.size)
      tr.insert(at + node.nodeSize, nodes.paragraph.create());
    const after = tr.doc.resolve(at + node.nodeSize);
    tr.setSelection(
      node.isAtom ? Selection.near(after) : TextSelection.near(tr.doc.resolve(at + 1)),
    );
    dispatch?.(tr.scrollIntoView());
    return true;
  };

/** An inline formula in the place of the selection. */
export const insertFormula =
  (content: string): Command =>
  (state, dispatch) => {
    dispatch?.(state.tr.replaceSelectionWith(nodes.formula.create({ content })).scrollIntoView());
    return true;
  };

/** Makes the selection a link, changes the one it is in, or with null takes it away. */
export const link =
  (url: string | null): Command =>
  (state, dispatch) => {
    const { from, to } = linkRange(state);
    if (!dispatch) return true;
    const { tr } = state;
    if (url === null) tr.removeMark(from, to, marks.link);
    else if (from === to) tr.replaceSelectionWith(linked(state, url), false);
    else tr.removeMark(from, to, marks.link).addMark(from, to, marks.link.create({ url }));
    dispatch(tr.scrollIntoView());
    return true;
  };
const linked = (state: EditorState, url: string): Node =>
  state.schema.text(url, [marks.link.create({ url })]);

/** The link that the selection is in, or the selection itself. */
export function linkRange(state: EditorState): { from: number; to: number; url: string } {
  const { $from, from, to, empty } = state.selection;
  const inside = marks.link.isInSet(empty ? $from.marks() : ($from.nodeAfter?.marks ?? []));
  if (!inside) return { from, to, url: '' };
  let begin = from;
  let end = to;
  $from.parent.forEach((node, offset) => {
    const at = $from.start() + offset;
    if (!inside.isInSet(node.marks)) return;
    if (at <= from && at + node.nodeSize >= from) {
      begin = Math.min(begin, at);
      end = Math.max(end, at + node.nodeSize);
    }
  });
  return { from: begin, to: end, url: String(inside.attrs.url) };
}
