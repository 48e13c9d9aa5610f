/** What can be put into a report, and the menu of it that opens where somebody types `/`. */
import { type EditorState, Plugin } from 'prosemirror-state';
import type { EditorView } from 'prosemirror-view';
import type { ComponentProps } from 'svelte';
import { t } from '../../i18n/messages.svelte';
import { best } from '../../ui/fuzzy';
import type Icon from '../../ui/Icon.svelte';
import { newGrid } from '../grid/metadata';
import type { Block } from '../spec';
import { insert, toggleList, turnInto } from './commands';
import { nodes } from './schema';

export interface Choice {
  id: string;
  label: string;
  icon: ComponentProps<typeof Icon>['name'];
  run: (view: EditorView) => void;
}

const empty = (type: string, more: object = {}): Block => ({
  type,
  children: [{ text: '' }],
  ...more,
});

/** Everything that can be put in, by what people call it. */
export function choices(): Choice[] {
  type Command = ReturnType<typeof insert>;
  const one = (id: string, label: string, icon: Choice['icon'], command: Command): Choice => ({
    id,
    label,
    icon,
    run: (view) => {
      command(view.state, view.dispatch, view);
      view.focus();
    },
  });
  const line = [{ viewType: 'Run History Line Plot', config: { metrics: [] } }];
  return [
    one('paragraph', t('web.report.paragraph'), 'list', turnInto('paragraph')),
    one('heading1', t('web.report.heading1'), 'edit', turnInto('heading1')),
    one('heading2', t('web.report.heading2'), 'edit', turnInto('heading2')),
    one('heading3', t('web.report.heading3'), 'edit', turnInto('heading3')),
    one('grid', t('web.report.grid'), 'chart', insert(newGrid(line))),
    one('bullet', t('web.report.bullet'), 'list', toggleList('bullet')),
    one('ordered', t('web.report.ordered'), 'number', toggleList('ordered')),
    one('check', t('web.report.check'), 'check', toggleList('check')),
    one('code', t('web.report.code'), 'file', turnInto('code')),
    one('latex', t('web.report.latex'), 'number', insert(empty('latex', latex))),
    one('quote', t('web.report.quote'), 'right', turnInto('quote')),
    one('callout', t('web.report.callout'), 'flag', turnInto('callout')),
    one(
      'image',
      t('web.report.image'),
      'image',
      insert(empty('image', { url: '', hasCaption: false })),
    ),
    one(
      'markdown',
      t('web.panel.markdown'),
      'file',
      insert(empty('markdown-block', { content: '' })),
    ),
    one('contents', t('web.report.contents'), 'list', insert(empty('table-of-contents'))),
    one('rule', t('web.report.rule'), 'columns', insert(empty('horizontal-rule'))),
  ];
}
const latex = { content: '', block: true };

/** The `/` that was typed last, and what follows it; null where there is none. */
function typed({ selection, doc }: EditorState): { from: number; query: string } | null {
  const { empty: caret, head } = selection;
  const place = selection.$from;
  if (!caret || place.parent.type !== nodes.paragraph) return null;
  const before = doc.textBetween(place.start(), head, '\n', ' ');
  const found = /(?:^|\s)\/([\p{L}\p{N} ]{0,30})$/u.exec(before);
  if (!found) return null;
  const query = found[1] ?? '';
  return { from: head - query.length - 1, query };
}

export class Slash {
  open = $state(false);
  query = $state('');
  at = $state(0);
  place = $state.raw({ left: 0, top: 0, bottom: 0 });
  /** Where a `/` was that somebody did not want a menu for. */
  #refused = -1;
  #from = 0;
  readonly found = $derived.by(() => {
    const all = choices();
    return best(all, this.query, (one) => `${one.label} ${one.id}`, all.length);
  });

  #follow(view: EditorView): void {
    const now = view.hasFocus() ? typed(view.state) : null;
    if (!now || now.from === this.#refused) {
      if (!now) this.#refused = -1;
      this.open = false;
      return;
    }
    if (!this.open) this.at = 0;
    this.#from = now.from;
    this.query = now.query;
    this.at = Math.min(this.at, Math.max(0, this.found.length - 1));
    this.open = this.found.length > 0;
    this.place = view.coordsAtPos(now.from);
  }

  choose(view: EditorView, choice: Choice | undefined): void {
    if (!choice) return;
    this.open = false;
    view.dispatch(view.state.tr.delete(this.#from, view.state.selection.from));
    choice.run(view);
  }

  plugin(): Plugin {
    return new Plugin({
      view: () => ({ update: (view) => this.#follow(view) }),
      props: {
        handleKeyDown: (view, event) => {
          if (!this.open) return false;
          const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          const { length } = this.found;
          if (by) this.at = (this.at + by + length) % length;
          else if (event.key === 'Enter' || event.key === 'Tab')
            this.choose(view, this.found[this.at]);
          else if (event.key === 'Escape') {
            this.#refused = this.#from;
            this.open = false;
          } else return false;
          event.preventDefault();
          return true;
        },
        handleDOMEvents: {
          blur: () => {
            this.open = false;
          },
        },
      },
    });
  }
}
