/** Keys and what is typed: marks, lists, breaks, and the short forms of markdown. */
import { baseKeymap, chainCommands, newlineInCode, setBlockType } from 'prosemirror-commands';
import { redo, undo } from 'prosemirror-history';
import {
  InputRule,
  inputRules,
  textblockTypeInputRule,
  wrappingInputRule,
} from 'prosemirror-inputrules';
import { keymap } from 'prosemirror-keymap';
import { liftListItem, sinkListItem, splitListItem } from 'prosemirror-schema-list';
import { type Command, type Plugin, TextSelection } from 'prosemirror-state';
import { mark, moveBy, toggleList, turnInto } from './commands';
import { type MarkName, marks, nodes } from './schema';

const newline: Command = (state, dispatch) => {
  if (state.selection.$from.parent.type === nodes.code) return newlineInCode(state, dispatch);
  dispatch?.(state.tr.replaceSelectionWith(nodes.break.create()).scrollIntoView());
  return true;
};

/** Enter in a quote or callout is a line of it; on an empty last line it ends the block. */
const lineOrEnd: Command = (state, dispatch) => {
  const { $from, empty } = state.selection;
  const { parent } = $from;
  if (parent.type !== nodes.quote && parent.type !== nodes.callout) return false;
  const last = $from.parentOffset === parent.content.size;
  if (!empty || !last || parent.lastChild?.type !== nodes.break)
    return parent.content.size === 0
      ? setBlockType(nodes.paragraph)(state, dispatch)
      : newline(state, dispatch);
  if (dispatch) {
    const tr = state.tr.delete($from.pos - 1, $from.pos);
    tr.split(tr.selection.from, 1, [{ type: nodes.paragraph }]);
    dispatch(tr.scrollIntoView());
  }
  return true;
};

/** Enter at the end of a heading begins a paragraph; a new item of a list with boxes has one, too. */
const newItem: Command = (state, dispatch) => {
  const item = state.selection.$from.node(-1);
  const attrs = { held: null, id: null, checked: item?.attrs.checked === null ? null : false };
  return splitListItem(nodes.list_item, attrs)(state, dispatch);
};

/** Goes on in a new paragraph below the block. */
const leave: Command = (state, dispatch) => {
  const after = state.selection.$from.after(1);
  if (!dispatch) return true;
  const tr = state.tr.insert(after, nodes.paragraph.create());
  dispatch(tr.setSelection(TextSelection.create(tr.doc, after + 1)).scrollIntoView());
  return true;
};

/** A block at its beginning becomes a paragraph before it is joined with the one above. */
const plainFirst: Command = (state, dispatch) => {
  const { $from, empty } = state.selection;
  if (!empty || $from.parentOffset > 0 || $from.depth !== 1) return false;
  if ($from.parent.type === nodes.paragraph) return false;
  return setBlockType(nodes.paragraph)(state, dispatch);
};

const indent: Command = (state, dispatch) => {
  if (state.selection.$from.parent.type !== nodes.code) return false;
  dispatch?.(state.tr.insertText('  ').scrollIntoView());
  return true;
};

/** `text` between these becomes marked text. */
function markRule(pattern: RegExp, name: MarkName): InputRule {
  return new InputRule(pattern, (state, match, start, end) => {
    const [whole, before = '', text = ''] = match;
    if (!text || !whole) return null;
    const from = start + before.length;
    const { tr } = state;
    tr.insertText(text, from, end);
    tr.addMark(from, from + text.length, marks[name].create());
    return tr.removeStoredMark(marks[name]);
  });
}

const rules = [
  textblockTypeInputRule(/^(#{1,3})\s$/, nodes.heading, ([, signs]) => ({
    level: signs?.length ?? 1,
  })),
  textblockTypeInputRule(/^>\s$/, nodes.quote),
  textblockTypeInputRule(/^```$/, nodes.code),
  wrappingInputRule(/^[-*]\s$/, nodes.list, { kind: 'bullet' }),
  wrappingInputRule(/^1[.)]\s$/, nodes.list, { kind: 'ordered' }),
  new InputRule(/^---$/, (state, _match, start) => {
    const { $from } = state.selection;
    if ($from.depth !== 1) return null;
    const rule = nodes.object.create({
      block: { type: 'horizontal-rule', children: [{ text: '' }] },
    });
    return state.tr.replaceWith(start - 1, $from.after(), [rule, nodes.paragraph.create()]);
  }),
  new InputRule(/(?<![\w$])\$([^$\s](?:[^$]*[^$\s])?)\$$/, (state, [, content], start, end) =>
    content ? state.tr.replaceWith(start, end, nodes.formula.create({ content })) : null,
  ),
  markRule(/(^|[\s(])\*\*([^*\s](?:[^*]*[^*\s])?)\*\*$/, 'bold'),
  markRule(/(^|[\s(])_([^_\s](?:[^_]*[^_\s])?)_$/, 'italic'),
  markRule(/(^|[\s(])~~([^~\s](?:[^~]*[^~\s])?)~~$/, 'strikethrough'),
  markRule(/(^|[\s(])`([^`]+)`$/, 'inlineCode'),
];

export const keyPlugins = (): Plugin[] => [
  inputRules({ rules }),
  keymap({
    'Mod-z': undo,
    'Mod-y': redo,
    'Mod-Shift-z': redo,
    'Mod-b': mark('bold'),
    'Mod-i': mark('italic'),
    'Mod-u': mark('underline'),
    'Mod-e': mark('inlineCode'),
    'Mod-Shift-x': mark('strikethrough'),
    'Mod-Alt-0': turnInto('paragraph'),
    'Mod-Alt-1': turnInto('heading1'),
    'Mod-Alt-2': turnInto('heading2'),
    'Mod-Alt-3': turnInto('heading3'),
    'Mod-Shift-7': toggleList('ordered'),
    'Mod-Shift-8': toggleList('bullet'),
    'Mod-Shift-9': toggleList('check'),
    'Alt-Shift-ArrowUp': moveBy(-1),
    'Alt-Shift-ArrowDown': moveBy(1),
    'Shift-Enter': newline,
    'Mod-Enter': leave,
    Enter: chainCommands(newItem, lineOrEnd),
    Tab: chainCommands(sinkListItem(nodes.list_item), indent),
    'Shift-Tab': liftListItem(nodes.list_item),
    Backspace: plainFirst,
  }),
  keymap(baseKeymap),
];
