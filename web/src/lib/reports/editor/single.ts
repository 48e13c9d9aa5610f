/** A block that was split is two: only the first goes on as the block it was read from. */
import { Plugin } from 'prosemirror-state';

export const single = (): Plugin =>
  new Plugin({
    appendTransaction: (transactions, _before, { doc, tr }) => {
      if (!transactions.some((one) => one.docChanged)) return null;
      const seen = new Set<unknown>();
      doc.descendants((node, at) => {
        const { held } = node.attrs as { held?: unknown };
        if (node.isInline || !held) return !node.isInline;
        if (seen.has(held)) tr.setNodeMarkup(at, null, { ...node.attrs, held: null, id: null });
        seen.add(held);
        return true;
      });
      return tr.docChanged ? tr : null;
    },
  });
