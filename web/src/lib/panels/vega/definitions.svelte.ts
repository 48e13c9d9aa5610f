/** Where a chart's definition comes from: the panel itself, ours by the client's name for it, or a preset of an entity. */
import { resource } from '../../state/resource.svelte';
import type { ChartConfig } from './config';
import { type Preset, preset } from './presets.svelte';

interface Named {
  name: string;
  text: string | undefined;
  preset: Preset | null;
}

/** A preset's text as an editor shows it: programs send theirs without line breaks. */
function readable(spec: string): string {
  try {
    return spec.includes('\n') ? spec : JSON.stringify(JSON.parse(spec), null, 2);
  } catch {
    return spec;
  }
}

export class Definition {
  readonly #plan: () => Pick<ChartConfig, 'own' | 'definition'>;

  /** Must be made while a component is initialised. */
  constructor(plan: () => Pick<ChartConfig, 'own' | 'definition'>) {
    this.#plan = plan;
  }

  readonly #name = $derived.by(() => this.#plan().definition);

  readonly #named = resource<Named>(() => {
    const name = this.#name;
    const asked = name.startsWith('wandb/') || !name.includes('/') ? null : preset(name);
    return async () => {
      const text = (await import('./builtin')).builtinText(name);
      const found = text === undefined && asked ? await asked : null;
      return { name, text: found ? readable(found.spec) : text, preset: found };
    };
  });

  readonly #known = $derived.by(() => {
    const known = this.#named.data;
    return known?.name === this.#name ? known : undefined;
  });

  /** Its JSON; undefined while it is loaded, or when there is none. */
  readonly text = $derived.by(() => this.#plan().own ?? this.#known?.text);

  /** The preset it names; null where it names none. */
  readonly preset = $derived.by(() => this.#known?.preset ?? null);

  /** Nobody has defined it. */
  readonly missing = $derived.by(
    () => this.text === undefined && !this.#named.loading && this.#known !== undefined,
  );

  get error(): Error | undefined {
    return this.#plan().own === undefined ? this.#named.error : undefined;
  }

  reload(): void {
    this.#named.reload();
  }
}
