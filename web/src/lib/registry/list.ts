/** Registries as lists show them: searched and ordered here, since an organization has tens of them, not thousands. */
import type { RegistriesQuery, RegistryRowFragment } from '../api/generated';
import { matches } from '../access/search';
import type { MessageKey } from '../i18n/messages.svelte';

type Organization = NonNullable<RegistriesQuery['viewer']>['organizations'][number];
/** A project that is a registry. */
export type RegistryRow = RegistryRowFragment & {
  registry: NonNullable<RegistryRowFragment['registry']>;
};

const isRegistry = (row: RegistryRowFragment): row is RegistryRow => row.registry !== null;

export const registriesIn = (organization: Organization | undefined): RegistryRow[] =>
  (organization?.orgEntity?.projects?.edges ?? [])
    .flatMap(({ node }) => node ?? [])
    .filter(isRegistry);

export const registryOrders = [
  { name: 'updated', words: 'web.artifact.byUpdate' },
  { name: 'created', words: 'web.artifact.byCreation' },
  { name: 'name', words: 'web.artifact.byName' },
  { name: 'collections', words: 'web.registry.byCollections' },
  { name: 'size', words: 'web.artifact.size' },
] as const satisfies readonly { name: string; words: MessageKey }[];
export type RegistryOrder = (typeof registryOrders)[number]['name'];

export const isOrder = (text: string): text is RegistryOrder =>
  registryOrders.some(({ name }) => name === text);

const time = (text: string | null) => (text ? Date.parse(text) : 0);
const by: Record<RegistryOrder, (a: RegistryRow, b: RegistryRow) => number> = {
  name: (a, b) => a.registry.name.localeCompare(b.registry.name),
  created: (a, b) => time(b.createdAt) - time(a.createdAt),
  updated: (a, b) => time(b.updatedAt ?? b.createdAt) - time(a.updatedAt ?? a.createdAt),
  collections: (a, b) => b.registry.collections - a.registry.collections,
  size: (a, b) => b.registry.bytes - a.registry.bytes,
};

export const sortedRegistries = (
  rows: readonly RegistryRow[],
  search: string,
  order: RegistryOrder,
): RegistryRow[] =>
  rows
    .filter((row) => matches(search.trim(), row.registry.name, row.description))
    .sort((a, b) => by[order](a, b) || by.name(a, b));

export const typesOf = (row: RegistryRow): string[] =>
  row.artifactTypes.edges.flatMap(({ node }) => node?.name ?? []);

/** Everybody in the organization sees it, or only those who were added. */
export const isRestricted = (row: RegistryRow): boolean => row.access === 'RESTRICTED';
