import { expect, test } from 'vitest';
import { findInRegistry, getFromRegistry, linkInRun } from '../src/lib/registry/code';
import { namesIn } from '../src/lib/registry/forms';
import { whyNotLink } from '../src/lib/registry/link';
import { type RegistryRow, sortedRegistries } from '../src/lib/registry/list';
import { isRegistryName, registryFilter } from '../src/lib/registry/names';
import { versionSearch } from '../src/lib/registry/search';

const yes = { allowed: true, reason: null };
const row = (name: string, own: Partial<RegistryRow> = {}, collections = 1): RegistryRow => ({
  ...{ id: name, name: `wandb-registry-${name}`, entityName: 'lab', description: null },
  ...{ access: 'PRIVATE', createdAt: '2026-01-01T00:00:00Z', updatedAt: null },
  ...{ allowAllArtifactTypesInRegistry: true, artifactTypes: { edges: [] } },
  registry: {
    ...{ name, collections, versions: 1, bytes: 1, protectedAliases: [] },
    ...{ mayLink: yes, mayUpdate: yes, mayManage: yes },
  },
  ...own,
});

test('a search for versions is split between collection and version', () => {
  const parts = (text: string) => {
    const { collections, versions } = versionSearch(text);
    return [JSON.parse(collections), JSON.parse(versions)] as unknown[];
  };
  expect(parts('  ')).toEqual([{}, {}]);
  expect(parts('net')).toEqual([{ name: { $regex: '(?i)net' } }, {}]);
  expect(parts('alias:prod')).toEqual([{}, { alias: 'prod' }]);
  expect(parts('res.net big tag=eu metadata.val.acc>=0.9 metadata.ok:true version:v3')).toEqual([
    { $and: [{ name: { $regex: '(?i)res\\.net' } }, { name: { $regex: '(?i)big' } }] },
    {
      $and: [
        { tag: 'eu' },
        { 'metadata.val.acc': { $gte: 0.9 } },
        { 'metadata.ok': true },
        { version: 'v3' },
      ],
    },
  ]);
  // An alias that looks like a number is a name all the same.
  expect(parts('alias:2026')).toEqual([{}, { alias: '2026' }]);
  expect(parts('owner:me')).toEqual([{ name: { $regex: '(?i)owner:me' } }, {}]);
});

test('registries are found by every word and ordered', () => {
  const rows = [
    row('model', { description: 'In production', updatedAt: '2026-03-01T00:00:00Z' }, 2),
    row('dataset', { createdAt: '2026-02-01T00:00:00Z' }, 5),
  ];
  const names = (search: string, order: 'name' | 'updated' | 'collections') =>
    sortedRegistries(rows, search, order).map(({ registry }) => registry.name);
  expect(names('', 'updated')).toEqual(['model', 'dataset']);
  expect(names('', 'collections')).toEqual(['dataset', 'model']);
  expect(names(' PROD in ', 'name')).toEqual(['model']);
  expect(names('nope', 'name')).toEqual([]);
});

test('names and filters are the ones the client uses', () => {
  expect(registryFilter('model')).toBe('{"name":"wandb-registry-model"}');
  expect(registryFilter()).toBe('{}');
  expect(['model', 'a b', '日本', '', ' x', 'a/b', 'x'.repeat(114)].map(isRegistryName)).toEqual([
    ...[true, true, true, false, false, false, false],
  ]);
  expect(namesIn(' model, dataset  model、x ')).toEqual(['model', 'dataset', 'x']);
});

test('code quotes what is named', () => {
  const named = { registry: 'my models', collection: 'it"s', alias: 'prod' };
  expect(linkInRun(named)).toContain(
    'run.link_artifact(artifact, "wandb-registry-my models/it\\"s", aliases=["prod"])',
  );
  expect(findInRegistry(named)).toContain('wandb.Api().registry("my models")');
  expect(getFromRegistry(named)).toContain("'wandb-registry-my models/it\"s:prod'");
});

test('a registry refuses with the explanation of the policy, or says what it takes', () => {
  const no = { allowed: false, reason: 'ada may not.\nAsk: cleo' };
  const closed = row('a');
  closed.registry.mayLink = no;
  expect(whyNotLink(closed, 'model')).toBe('ada may not.\nAsk: cleo');
  const typed = row('b', {
    allowAllArtifactTypesInRegistry: false,
    artifactTypes: { edges: [{ node: { name: 'dataset' } }] },
  });
  expect(whyNotLink(typed, 'dataset')).toBeNull();
  expect(whyNotLink(typed, 'model')).toMatch(/dataset.*model/);
  expect(whyNotLink(row('c'), 'model')).toBeNull();
});
