/** Keyboard shortcuts: bound by the component that owns them, listed by the `?` sheet. */
import { untrack } from 'svelte';
import type { MessageKey } from '../i18n/messages.svelte';

export interface Shortcut {
  /** `?`, `j`, `Ctrl k`, `Ctrl Shift z`. */
  key: string;
  label: MessageKey;
  /** Without it the key is only told: a component hears it while it has the focus. */
  run?: () => void;
  /** What has the focus then. */
  on?: MessageKey;
}

let bound = $state.raw<readonly Shortcut[]>([]);

export const shortcuts = (): readonly Shortcut[] => bound;

/** Binds shortcuts until the returned function is called: `$effect(() => bind(…))`. */
export function bind(...more: Shortcut[]): () => void {
  bound = [...untrack(() => bound), ...more];
  return () => (bound = untrack(() => bound).filter((one) => !more.includes(one)));
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    /^(TEXTAREA|SELECT)$/.test(target.tagName) ||
    (target instanceof HTMLInputElement && !/^(checkbox|radio|range|button)$/.test(target.type)));

/** Starts listening; a key pressed while typing or in a dialog is left alone, unless with Ctrl. */
export function startKeys(): void {
  addEventListener('keydown', (event) => {
    const control = event.ctrlKey || event.metaKey;
    if (event.altKey || event.defaultPrevented) return;
    if (!control && (isTyping(event.target) || document.querySelector('dialog[open]'))) return;
    const letter = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    // What is typed in a field is taken back there.
    if (control && letter === 'z' && isTyping(event.target)) return;
    const name = (control ? 'Ctrl ' : '') + (control && event.shiftKey ? 'Shift ' : '') + letter;
    const shortcut = [...bound].reverse().find((one) => one.run && one.key === name);
    if (!shortcut?.run) return;
    event.preventDefault();
    shortcut.run();
  });
}
