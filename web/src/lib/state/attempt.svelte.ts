/** Code that is loaded when first needed, and tried again when somebody says so. */
import type { Component } from 'svelte';

let attempt = $state(0);

/** Loads anew what did not come. */
export const again = (): void => void (attempt += 1);

type Loader = () => Promise<unknown>;

/** The loaders with `instead` for what does not come; a template that calls one calls it again after `again`. */
export function guarded<Loaders extends Record<string, Loader>>(
  loaders: Loaders,
  instead: Component,
): Loaders {
  const guard = (load: Loader) => () => {
    void attempt;
    return load().catch(() => ({ default: instead }));
  };
  const all = Object.entries(loaders).map(([name, load]) => [name, guard(load)]);
  return Object.fromEntries(all) as Loaders;
}
