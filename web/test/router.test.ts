import { expect, test } from 'vitest';
import { match, to } from '../src/lib/router.svelte';

test('the links the client prints', () => {
  expect(match('')).toEqual({ page: 'home' });
  expect(match('acme')).toEqual({ page: 'entity', entity: 'acme' });
  expect(match('acme/vision')).toMatchObject({ page: 'project', project: 'vision' });
  expect(match('acme/vision/workspace')).toMatchObject({ page: 'project', project: 'vision' });
  expect(match('acme/vision/runs/ab12')).toMatchObject({
    page: 'run',
    run: 'ab12',
    tab: 'overview',
  });
  expect(match('acme/vision/sweeps')).toMatchObject({ page: 'sweeps', project: 'vision' });
  expect(match('acme/vision/sweeps/ab12')).toMatchObject({ page: 'sweep', sweep: 'ab12' });
  expect(match('acme/vision/runs')).toMatchObject({ page: 'project', table: true });
  expect(match('acme/vision')).not.toHaveProperty('table');
  expect(match('acme/vision/runs/ab12/logs')).toMatchObject({ page: 'run', tab: 'logs' });
  expect(match('acme/a%20b')).toMatchObject({ page: 'project', project: 'a b' });
  expect(match('authorize')).toEqual({ page: 'authorize' });
});

test('artifacts', () => {
  const place = { entity: 'acme', project: 'vision', type: 'model', collection: 'net' };
  expect(match('acme/vision/artifacts')).toMatchObject({ page: 'artifacts', project: 'vision' });
  expect(match('acme/vision/artifacts/model')).toMatchObject({ page: 'artifacts', type: 'model' });
  expect(match('acme/vision/artifacts/model/net')).toEqual({ page: 'collection', ...place });
  expect(match('acme/vision/artifacts/model/net/v3')).toEqual({
    page: 'version',
    ...place,
    version: 'v3',
    tab: 'overview',
  });
  expect(match('acme/vision/artifacts/model/net/v3/files')).toMatchObject({ tab: 'files' });
  expect(match('acme/vision/artifacts/model/net/v3/nope')).toEqual({ page: 'missing' });
  expect(match('acme/vision/artifacts/model/net/v3/files/x')).toEqual({ page: 'missing' });
  const model = { page: 'registry', registry: 'model', tab: 'collections' };
  expect(match('orgs/lab/registry/model')).toEqual(model);
  expect(match('acme/registry/model')).toEqual(model);
  expect(match('orgs/lab')).toEqual({ page: 'missing' });
});

test('registries', () => {
  expect(match('registry')).toEqual({ page: 'registries' });
  expect(match('registry/model')).toMatchObject({ registry: 'model', tab: 'collections' });
  expect(match('registry/model/members')).toMatchObject({ registry: 'model', tab: 'members' });
  // The address of the project that it is.
  expect(match('lab/wandb-registry-model')).toMatchObject({ page: 'registry', registry: 'model' });
  expect(match('lab/wandb-registry-model/artifacts')).toMatchObject({ page: 'artifacts' });
  expect(match('registry/model/nope')).toEqual({ page: 'missing' });
  expect(match('registry/model/members/x')).toEqual({ page: 'missing' });
});

test('settings and administration have their parts in the address', () => {
  expect(match('settings')).toEqual({ page: 'settings', tab: 'keys' });
  expect(match('settings/two-factor')).toEqual({ page: 'settings', tab: 'two-factor' });
  expect(match('settings/nope')).toEqual({ page: 'missing' });
  expect(match('admin')).toEqual({ page: 'admin', tab: 'users' });
  expect(match('admin/audit')).toEqual({ page: 'admin', tab: 'audit' });
  expect(match('password')).toEqual({ page: 'password' });
});

test('the projects of a user called admin keep their addresses', () => {
  expect(match('admin/vision')).toMatchObject({ page: 'project', entity: 'admin' });
  expect(match('admin/vision/runs/ab12')).toMatchObject({ page: 'run', entity: 'admin' });
});

test('pages about access', () => {
  expect(match('e/8F2K-x')).toEqual({ page: 'denial', reference: '8F2K-x' });
  expect(match('requests')).toEqual({ page: 'requests' });
  expect(match('invite')).toEqual({ page: 'invite' });
  expect(match('acme/settings')).toEqual({ page: 'team', entity: 'acme', tab: 'members' });
  expect(match('acme/settings/privacy')).toMatchObject({ page: 'team', tab: 'privacy' });
  expect(match('acme/vision/settings')).toMatchObject({ page: 'projectSettings' });
});

test('a project named settings can be reached', () => {
  expect(match('acme/settings/workspace')).toMatchObject({ page: 'project', project: 'settings' });
  expect(match('acme/settings/runs/ab12')).toMatchObject({ page: 'run', project: 'settings' });
  expect(match('acme/settings/settings')).toMatchObject({ page: 'projectSettings' });
});

test('everything else is missing', () => {
  for (const path of [
    'acme/vision/runs/ab12/nope',
    'acme/vision/nope',
    'login/x',
    'api/session',
    'e',
  ]) {
    expect(match(path)).toEqual({ page: 'missing' });
  }
});

test('links are relative to the base and escaped', () => {
  expect(to()).toBe('./');
  expect(to('acme', 'a b/c')).toBe('./acme/a%20b%2Fc');
});
