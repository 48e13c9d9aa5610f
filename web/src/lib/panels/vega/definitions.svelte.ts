/** Where a chart's definition comes from: the panel itself, or ours by the client's name for it. */
import { resource } from '../../state/resource.svelte';
import type { ChartConfig } from './config';

export class Definition {
  readonly #plan: () => Pick<ChartConfig, 'own' | 'definition'>;

  /** Must be made while a component is initialised. */
  constructor(plan: () => Pick<ChartConfig, 'own' | 'definition'>) {
    this.#plan = plan;
  }

  readonly #name = $derived.by(() => this.#plan().definition);

  readonly #named = resource(() => {
    const name = this.#name;
    return async () => ({ name, text: (await import('./builtin')).builtinText(name) });
  });

  /** Its JSON; undefined while it is loaded, or when there is none. */
  readonly text = $derived.by(() => {
    const known = this.#named.data;
    return this.#plan().own ?? (known?.name === this.#name ? known.text : undefined);
  });

  /** Nobody has defined it. */
  readonly missing = $derived.by(
    () => this.text === undefined && !this.#named.loading && this.#named.data?.name === this.#name,
  );

  get error(): Error | undefined {
    return this.#plan().own === undefined ? this.#named.error : undefined;
  }

  reload(): void {
    this.#named.reload();
  }
}
