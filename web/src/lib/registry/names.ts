/** What registries are called: a project's name is the registry's behind a prefix. */

export const projectOf = (registry: string): string => `wandb-registry-${registry}`;

/** A filter of the API that takes one registry, or all. */
export const registryFilter = (registry?: string): string =>
  JSON.stringify(registry === undefined ? {} : { name: projectOf(registry) });

/** The client's own rule for names of projects; the prefix is part of one. */
export const isRegistryName = (name: string): boolean =>
  /^[^/\\#?%:\s][^/\\#?%:]{0,112}$/.test(name);
