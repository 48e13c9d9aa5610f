/** How nodes that are more than text stand in the editor: other blocks as the components that read them, formulas, boxes. */
import type { Node } from 'prosemirror-model';
import type { EditorView, NodeView, NodeViewConstructor } from 'prosemirror-view';
import { mount, unmount } from 'svelte';
import { t } from '../../i18n/messages.svelte';
import Formula from '../../panels/markdown/Formula.svelte';
import ObjectView from '../blocks/ObjectView.svelte';
import type { Block } from '../spec';

type Where = () => number | undefined;
type Context = Map<unknown, unknown>;

/** Replaces what a node holds, as a step that can be taken back. */
function setAttrs(view: EditorView, where: Where, attrs: object): void {
  const at = where();
  const node = at === undefined ? null : view.state.doc.nodeAt(at);
  if (at === undefined || !node) return;
  view.dispatch(view.state.tr.setNodeMarkup(at, null, { ...node.attrs, ...attrs }));
}

class ObjectNode implements NodeView {
  readonly dom = document.createElement('div');
  readonly #shown: Record<string, unknown>;
  readonly #set: (block: Block) => void;

  constructor(
    private node: Node,
    view: EditorView,
    where: Where,
    context: Context,
  ) {
    this.dom.className = 'object';
    this.dom.contentEditable = 'false';
    let current = $state.raw(node.attrs.block as Block);
    this.#set = (block) => (current = block);
    this.#shown = mount(ObjectView, {
      target: this.dom,
      context,
      props: {
        get block() {
          return current;
        },
        change: (block: Block) => setAttrs(view, where, { block }),
      },
    });
  }

  update(node: Node): boolean {
    if (node.type !== this.node.type) return false;
    const next = node.attrs.block as Block;
    // Another kind of block in this place is another view.
    if (next.type !== (this.node.attrs.block as Block).type) return false;
    this.node = node;
    this.#set(next);
    return true;
  }
  selectNode(): void {
    this.dom.classList.add('selected');
  }
  deselectNode(): void {
    this.dom.classList.remove('selected');
  }
  stopEvent(): boolean {
    return true;
  }
  ignoreMutation(): boolean {
    return true;
  }
  destroy(): void {
    void unmount(this.#shown);
  }
}

class FormulaNode implements NodeView {
  readonly dom = document.createElement('button');
  #shown: Record<string, unknown>;

  constructor(
    private node: Node,
    private where: Where,
    edit: (at: number, content: string) => void,
  ) {
    this.dom.className = 'formula';
    this.dom.type = 'button';
    this.dom.title = t('web.report.editBlock', { name: t('web.report.formula') });
    this.dom.addEventListener('click', () => {
      const at = this.where();
      if (at !== undefined) edit(at, String(this.node.attrs.content));
    });
    this.#shown = this.#draw();
  }
  #draw() {
    const text = String(this.node.attrs.content);
    return mount(Formula, { target: this.dom, props: { text, display: false } });
  }
  update(node: Node): boolean {
    if (node.type !== this.node.type) return false;
    if (node.attrs.content !== this.node.attrs.content) {
      void unmount(this.#shown);
      this.node = node;
      this.#shown = this.#draw();
    }
    this.node = node;
    return true;
  }
  ignoreMutation(): boolean {
    return true;
  }
  destroy(): void {
    void unmount(this.#shown);
  }
}

class ItemNode implements NodeView {
  readonly dom = document.createElement('li');
  readonly contentDOM: HTMLElement;
  readonly #box: HTMLInputElement | null;

  constructor(
    private node: Node,
    view: EditorView,
    where: Where,
  ) {
    this.#box = node.attrs.checked === null ? null : document.createElement('input');
    this.contentDOM = this.#box ? document.createElement('div') : this.dom;
    if (!this.#box) return;
    this.#box.type = 'checkbox';
    this.#box.checked = node.attrs.checked === true;
    this.#box.setAttribute('aria-label', t('web.report.done'));
    this.#box.addEventListener('change', () =>
      setAttrs(view, where, { checked: this.#box?.checked === true }),
    );
    const label = document.createElement('label');
    label.contentEditable = 'false';
    label.append(this.#box);
    this.dom.className = 'task';
    this.dom.append(label, this.contentDOM);
  }
  update(node: Node): boolean {
    if (node.type !== this.node.type) return false;
    if ((node.attrs.checked === null) !== (this.#box === null)) return false;
    this.node = node;
    if (this.#box) this.#box.checked = node.attrs.checked === true;
    return true;
  }
  stopEvent(event: Event): boolean {
    return event.target === this.#box;
  }
}

export const nodeViews = (
  context: Context,
  editFormula: (at: number, content: string) => void,
): Record<string, NodeViewConstructor> => ({
  object: (node, view, where) => new ObjectNode(node, view, where, context),
  formula: (node, _view, where) => new FormulaNode(node, where, editFormula),
  list_item: (node, view, where) => new ItemNode(node, view, where),
});
