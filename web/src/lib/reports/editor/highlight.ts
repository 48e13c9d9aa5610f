/** Colours the words of code while it is written. */
import type { Node } from 'prosemirror-model';
import { Plugin, PluginKey } from 'prosemirror-state';
import { Decoration, DecorationSet } from 'prosemirror-view';
import { highlighter, type Lowlight, stretches, type Stretch } from '../code';
import { nodes } from './schema';

const key = new PluginKey<{ lowlight: Lowlight | null; set: DecorationSet }>('highlight');
const known = new WeakMap<Node, Stretch[]>();

function decorations(doc: Node, lowlight: Lowlight): DecorationSet {
  const made: Decoration[] = [];
  doc.descendants((node, at) => {
    if (node.type !== nodes.code) return node.type !== nodes.paragraph;
    const found =
      known.get(node) ?? stretches(lowlight, node.textContent, String(node.attrs.language ?? ''));
    known.set(node, found);
    for (const { from, to, kind } of found)
      made.push(Decoration.inline(at + 1 + from, at + 1 + to, { class: `code-${kind}` }));
    return false;
  });
  return DecorationSet.create(doc, made);
}

export const highlight = (): Plugin =>
  new Plugin({
    key,
    state: {
      init: () => ({ lowlight: null as Lowlight | null, set: DecorationSet.empty }),
      apply: (tr, before) => {
        const lowlight = (tr.getMeta(key) as Lowlight | undefined) ?? before.lowlight;
        if (!lowlight || (!tr.docChanged && lowlight === before.lowlight)) return before;
        return { lowlight, set: decorations(tr.doc, lowlight) };
      },
    },
    props: { decorations: (state) => key.getState(state)?.set },
    view: (view) => {
      highlighter().then(
        (lowlight) => {
          if (!view.isDestroyed) view.dispatch(view.state.tr.setMeta(key, lowlight));
        },
        // Not loaded: code is readable in one colour, too.
        () => undefined,
      );
      return {};
    },
  });
