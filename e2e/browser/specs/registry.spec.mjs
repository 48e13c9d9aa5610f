/** Registries as people use them: made, filled, searched, shared, protected, refused and deleted. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { logArtifact, useArtifact } from '../lib/artifact.mjs';
import { assertAccessible, assertNoSidewaysScroll, launch, open, sizes } from '../lib/browser.mjs';
import { curve, LoggedRun } from '../lib/client.mjs';
import { startServer } from '../lib/server.mjs';

const password = 'a long enough phrase';
let server, browser, page, bob;

async function signIn(name, next) {
  const own = await open(browser);
  await own.goto(`${server.url}/login?next=${next}`);
  await own.getByLabel('User name or e-mail').fill(name);
  await own.getByLabel('Password').fill(password);
  await own.getByRole('button', { name: 'Sign in' }).click();
  await own.waitForURL(new RegExp(`${next}$`));
  return own;
}
const goto = (own, path) => own.goto(`${server.url}/${path}`);
const drawer = (own) => own.getByRole('dialog');
async function log(key, entity, run, versions) {
  const place = { entity, project: 'digits' };
  const logged = await LoggedRun.start(server.url, key, { ...place, name: run, displayName: run });
  await logged.log(curve(3));
  let id;
  for (const own of versions) id = await logArtifact({ url: server.url, key }, { ...place, run, ...own });
  await useArtifact({ url: server.url, key }, { ...place, run }, id);
  await logged.finish();
}
/** Does something that sends a mutation, and waits until it is answered. */
const sent = (own, mutation, act) =>
  Promise.all([own.waitForResponse((response) => response.request().postData()?.includes(mutation)), act()]);
/** Links the version whose page is open. */
async function link(own, { registry, collection, aliases }) {
  await own.getByRole('button', { name: 'Link to registry' }).click();
  const form = drawer(own);
  if (registry) await form.getByRole('combobox', { name: 'Registry' }).selectOption(registry);
  if (collection) await form.getByRole('combobox', { name: 'Collection' }).fill(collection);
  if (aliases) await form.getByLabel('Aliases').fill(aliases);
  await form.getByRole('button', { name: 'Link to registry' }).click();
  return form;
}

before(async () => {
  server = await startServer();
  const create = (name, ...more) =>
    server.run(['user', 'create', name, ...more, '--password-stdin', '--print-api-key'], password);
  const [ada, bobs] = [create('ada', '--admin'), create('bob')];
  create('eve');
  server.run(['team', 'create', 'lab', '--admin', 'ada']);
  const net = (accuracy) => ({
    ...{ type: 'model', name: 'net', metadata: { accuracy } },
    files: { 'net.pt': `weights ${accuracy}`, 'same.txt': 'the same' },
  });
  await log(ada, 'ada', 'train001', [net(0.7), net(0.95)]);
  await log(bobs, 'bob', 'train002', [{ ...net(0.8), name: 'bobs' }]);
  browser = await launch();
  page = await signIn('ada', 'registry');
  bob = await signIn('bob', 'registry');
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('a registry is made by who may, with what it takes; others are told why not', async () => {
  await page.getByText('A registry holds the versions that an organization relies on').waitFor();
  await page.getByRole('button', { name: 'Create registry' }).click();
  const form = drawer(page);
  await form.getByLabel('Name', { exact: true }).fill('bad/name');
  await form.getByRole('button', { name: 'Create registry' }).click();
  await form.getByText('1 to 113 characters').waitFor();
  await form.getByLabel('Name', { exact: true }).fill('model');
  await form.getByLabel('Description').fill('In **production**');
  await form.getByRole('radio', { name: /Some types/ }).check();
  await form.getByRole('button', { name: 'Create registry' }).click();
  await form.getByText('Name at least one type.').waitFor();
  await form.getByRole('textbox', { name: 'Types' }).fill('model, dataset');
  await assertAccessible(page);
  await form.getByRole('button', { name: 'Create registry' }).click();
  await page.waitForURL(/registry\/model$/);
  await page.getByText('Nothing is linked to this registry yet.').waitFor();
  await page.locator('strong', { hasText: 'production' }).waitFor();
  await goto(page, 'registry');
  await page.getByRole('table', { name: 'Registries', exact: true }).getByRole('link', { name: 'model' }).waitFor();
  await page.getByText('dataset, model').waitFor();
  await assertAccessible(page);

  const button = bob.getByRole('button', { name: 'Create registry' });
  await button.waitFor();
  assert.equal(await button.getAttribute('aria-disabled'), 'true');
  await button.focus();
  await bob.getByRole('tooltip').filter({ hasText: 'bob' }).waitFor();
});

test('the page of permissions has the roles in a registry, by who sees it', async () => {
  await goto(page, 'admin/permissions');
  const table = page.getByRole('region', { name: 'Permissions' }).getByRole('table');
  await table.getByRole('row', { name: /^run:read/ }).waitFor();
  const registries = page.getByRole('group', { name: 'Registries' });
  await registries.getByRole('button', { name: 'Organization' }).click();
  await page.getByText('Everybody on this server reads a registry').waitFor();
  const columns = await table.getByRole('columnheader').allTextContents();
  assert.deepEqual(columns.slice(1), [
    'Other users', 'Restricted view-only', 'View-only', 'Member', 'Collection owner', 'Admin', 'Server administrator',
  ]);
  assert.equal(await table.getByRole('row', { name: /^run:read/ }).count(), 0);
  const may = async (action) => {
    const cells = table.getByRole('row', { name: new RegExp(`^${action}`) }).getByRole('cell');
    return (await cells.allTextContents()).map((text) => text.includes('yes'));
  };
  assert.deepEqual(await may('artifact:download'), [true, true, true, true, true, true, true]);
  await registries.getByRole('button', { name: 'Restricted' }).click();
  await page.getByText('Only people and teams who were added').waitFor();
  assert.deepEqual(await may('artifact:read'), [false, true, true, true, true, true, true]);
  assert.deepEqual(await may('artifact:download'), [false, false, true, true, true, true, true]);
  assert.deepEqual(await may('artifact:protect'), [false, false, false, false, false, true, true]);
  await assertAccessible(page);
});

test('versions are linked from their page, under a name and aliases of choice', async () => {
  for (const [version, aliases] of [['v0', 'old'], ['v1', 'prod, eu']]) {
    await goto(page, `ada/digits/artifacts/model/net/${version}`);
    const form = await link(page, { collection: 'Net', aliases });
    await form.waitFor({ state: 'detached' });
    await page.getByText('Linked to').waitFor();
  }
  await goto(page, 'registry/model');
  const table = page.getByRole('table', { name: 'Collections' });
  const row = table.getByRole('row', { name: /Net/ });
  await row.getByText('prod').waitFor();
  await row.getByRole('link', { name: 'v1' }).waitFor();
  await page.getByText('2 versions').first().waitFor();
  await assertAccessible(page);
  await row.getByRole('link', { name: 'Net' }).click();
  await page.waitForURL(/wandb-registry-model\/artifacts\/model\/Net$/);
  await page.getByRole('navigation', { name: 'You are here' }).getByRole('link', { name: 'model' }).click();
  await page.waitForURL(/registry\/model$/);
});

test('an artifact of a type that the registry does not take is not linked', async () => {
  await goto(page, 'registry/model/settings');
  await page.getByText('Protected aliases').waitFor();
  await goto(page, 'registry');
  await page.getByRole('button', { name: 'Create registry' }).click();
  const form = drawer(page);
  await form.getByLabel('Name', { exact: true }).fill('dataset');
  await form.getByRole('radio', { name: /Some types/ }).check();
  await form.getByRole('textbox', { name: 'Types' }).fill('dataset');
  await form.getByRole('button', { name: 'Create registry' }).click();
  await page.waitForURL(/registry\/dataset$/);
  await goto(page, 'ada/digits/artifacts/model/net/v1');
  await page.getByRole('button', { name: 'Link to registry' }).click();
  await form.getByRole('combobox', { name: 'Registry' }).selectOption('dataset');
  await form.getByRole('heading', { name: 'dataset takes dataset; this artifact is of type model.' }).waitFor();
  await assertAccessible(page);
});

test('versions are found by alias, metadata and name', async () => {
  await goto(page, 'registry/model/versions');
  const table = page.getByRole('table', { name: 'Versions' });
  const names = () => table.getByRole('link').allInnerTexts();
  await table.getByRole('link', { name: 'Net:v1' }).waitFor();
  for (const [search, found] of [
    ['alias:old', ['Net:v0']],
    ['metadata.accuracy>0.9', ['Net:v1']],
    ['net metadata.accuracy<0.9', ['Net:v0']],
  ]) {
    await page.getByLabel('Search versions').fill(search);
    await page.waitForFunction((wanted) => document.querySelectorAll('[role=rowgroup] a').length === wanted, found.length);
    await table.getByRole('link', { name: found[0] }).waitFor();
    assert.deepEqual(await names(), found, search);
  }
  await page.getByLabel('Search versions').fill('alias:nobody');
  await page.getByText('Nothing matches “alias:nobody”.').waitFor();
  await page.getByLabel('Search versions').fill('');
  await table.getByText('ada/digits/net:v1').waitFor();
  await assertAccessible(page);
});

test('who may only look is told why, and whom to ask', async () => {
  await goto(bob, 'bob/digits/artifacts/model/bobs/v0');
  await bob.getByRole('button', { name: 'Link to registry' }).click();
  const form = drawer(bob);
  await form.getByRole('combobox', { name: 'Registry' }).selectOption('model');
  const told = form.getByRole('alert');
  await told.getByText(/bob may not/).waitFor();
  await told.getByText(/ada/).waitFor();
  assert.equal(await form.getByRole('button', { name: 'Link to registry' }).getAttribute('aria-disabled'), 'true');
  await assertAccessible(bob);
});

test('people and teams get one of four roles', async () => {
  await goto(page, 'registry/model/members');
  const add = async (kind, label, name, role) => {
    await page.getByRole('radio', { name: new RegExp(`^${kind}`) }).check();
    await page.getByLabel(label).fill(name);
    await page.getByLabel('Role', { exact: true }).selectOption({ label: role });
    await page.getByRole('button', { name: 'Add to the registry' }).click();
  };
  await add('Person', 'User name', 'nobody', 'Member');
  await page.getByText('There is no user nobody.').waitFor();
  await add('Person', 'User name', 'bob', 'Restricted view-only');
  const table = page.getByRole('table', { name: 'Members and teams' });
  await table.getByLabel('Role of bob').waitFor();
  await add('Team', 'Name of the team', 'lab', 'View-only');
  await table.getByLabel('Role of lab').waitFor();
  assert.equal(await table.getByLabel('Role of lab').inputValue(), 'viewer');
  assert.equal(await table.getByLabel('Role of bob').inputValue(), 'restricted_viewer');
  await sent(page, 'SetRegistryUser', () => table.getByLabel('Role of bob').selectOption({ label: 'Member' }));
  await page.reload();
  await table.getByLabel('Role of bob').waitFor();
  assert.equal(await table.getByLabel('Role of bob').inputValue(), 'member');
  await assertAccessible(page);
  await table.getByRole('button', { name: 'Remove lab' }).click();
  await drawer(page).getByRole('button', { name: 'Remove' }).click();
  await table.getByLabel('Role of lab').waitFor({ state: 'detached' });
  await goto(bob, 'registry/model/members');
  const button = bob.getByRole('button', { name: 'Add to the registry' });
  await button.waitFor();
  assert.equal(await button.getAttribute('aria-disabled'), 'true', 'a member does not manage');
});

test('a protected alias has a lock, and only admins move it', async () => {
  await goto(page, 'registry/model/settings');
  await page.getByRole('button', { name: 'Protect an alias' }).click();
  await page.getByLabel('New alias').fill('prod');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Protect prod no longer' }).waitFor();
  const path = await page.evaluate(async () => {
    const response = await fetch('graphql', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Runstead-Csrf': '1' },
      body: JSON.stringify({ query: '{ viewer { organizations { orgEntity { name } } } }' }),
    });
    return (await response.json()).data.viewer.organizations[0].orgEntity.name;
  });
  const version = `${path}/wandb-registry-model/artifacts/model/Net/v1`;
  await goto(bob, version);
  const lock = bob.getByRole('button', { name: /^prod: Protected/ });
  await lock.focus();
  await bob.getByRole('tooltip').filter({ hasText: 'only admins of the registry model move this alias' }).waitFor();
  assert.equal(await bob.getByRole('button', { name: 'Remove the alias prod' }).count(), 0);
  await bob.getByRole('button', { name: 'Remove the alias eu' }).waitFor();
  await assertAccessible(bob);

  await goto(bob, 'bob/digits/artifacts/model/bobs/v0');
  const form = await link(bob, { registry: 'model', collection: 'Net', aliases: 'prod' });
  await form.getByText(/prod: Protected/).waitFor();
  await form.getByLabel('Aliases').fill('candidate');
  await form.getByRole('button', { name: 'Link to registry' }).click();
  await form.waitFor({ state: 'detached' });

  await goto(page, version);
  await page.getByRole('button', { name: 'Remove the alias prod' }).waitFor();
});

test('the addresses that the client prints lead to the version', async () => {
  const org = /\/([^/]+)\/wandb-registry/.exec(page.url())[1];
  const path = encodeURIComponent(`${org}/wandb-registry-model/Net`);
  await goto(page, `orgs/${org}/registry/model?selectionPath=${path}&view=membership&version=v0`);
  await page.waitForURL(/wandb-registry-model\/artifacts\/model\/Net\/v0$/);
  await goto(page, `${org}/wandb-registry-model`);
  await page.getByRole('table', { name: 'Collections' }).getByRole('link', { name: 'Net' }).waitFor();
});

test('code to copy names the registry, and the palette leads there', async () => {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Jump to' }).fill('registry model');
  await page.getByRole('option', { name: /model/ }).first().click();
  await page.waitForURL(/registry\/model$/);
  await page.getByRole('link', { name: 'How to use' }).click();
  await page.getByText('run.use_artifact("wandb-registry-model/Net:latest")').waitFor();
  await page.getByLabel('Collection').fill('Other');
  await page.getByText('run.use_artifact("wandb-registry-model/Other:latest")').waitFor();
  await page.getByLabel('Collection').fill('Net');
  await page.getByLabel('Alias').fill('prod');
  await page.getByText('run.use_artifact("wandb-registry-model/Net:prod")').waitFor();
  await page.getByText('wandb artifact get wandb-registry-model/Net:prod --root ./Net').waitFor();
  await assertAccessible(page);
});

test('deleting tells first what would go', async () => {
  await goto(page, 'ada/digits/artifacts/model/net/v1');
  await page.getByText('ada/digits/net:v1').waitFor();
  await page.getByRole('button', { name: 'Delete' }).click();
  const dialog = drawer(page);
  const fact = async (name) =>
    (await dialog.locator(`dt:has-text("${name}") + dd`).innerText()).trim();
  await dialog.getByText('Linked to').waitFor();
  assert.equal(await fact('Versions'), '1');
  assert.equal(await fact('Linked to'), '1 collection');
  assert.equal(await fact('Used by'), '1 run');
  assert.equal(await fact('Frees'), '12 B', 'what v0 has as well stays');
  await assertAccessible(page);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await goto(page, 'ada/digits/artifacts/model/net');
  await sent(page, 'KeepCollection', () => page.getByLabel('Kept').selectOption({ label: '90 days' }));
  await page.reload();
  await page.getByLabel('Kept').waitFor();
  assert.equal(await page.getByLabel('Kept').inputValue(), String(90 * 86_400));
  await page.getByRole('button', { name: 'Delete' }).click();
  await dialog.getByText('Linked to').waitFor();
  assert.equal(await fact('Versions'), '2');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
});

test('a restricted registry is seen only by its members', async () => {
  await goto(page, 'registry/model/settings');
  await page.getByRole('radio', { name: /Restricted/ }).check();
  await page.getByRole('button', { name: 'Save access' }).click();
  await page.getByRole('status').filter({ hasText: 'Saved' }).first().waitFor();
  await goto(bob, 'registry');
  await bob.getByRole('table', { name: 'Registries', exact: true }).getByRole('link', { name: 'model' }).waitFor();
  const eve = await signIn('eve', 'registry');
  await eve.getByRole('table', { name: 'Registries', exact: true }).getByRole('link', { name: 'dataset' }).waitFor();
  assert.equal(await eve.getByRole('link', { name: 'model' }).count(), 0);
  assert.equal(await eve.getByRole('link', { name: 'Net' }).count(), 0);
  await goto(eve, 'registry/model');
  await eve.getByRole('heading', { name: /^eve may not read .*restricted/ }).waitFor();
  await eve.getByText(/ada can add eve/).waitFor();
  await eve.getByRole('link', { name: /See why/ }).waitFor();
  assert.deepEqual(eve.problems, []);
  await eve.context().close();
});

test('the pages work on a phone', async () => {
  await page.setViewportSize(sizes.phone);
  for (const path of ['', '/model', '/model/versions', '/model/members', '/model/usage', '/model/settings']) {
    await goto(page, `registry${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.locator('main .skeleton').first().waitFor({ state: 'detached' });
    await assertNoSidewaysScroll(page);
    await assertAccessible(page);
  }
  await page.setViewportSize(sizes.desktop);
});

test('a registry is renamed and deleted; what was linked stays', async () => {
  await goto(page, 'registry/model/settings');
  await page.getByLabel('Description').fill('No longer used');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('status').filter({ hasText: 'Saved' }).first().waitFor();
  await page.getByLabel('Name', { exact: true }).fill('models');
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.waitForURL(/registry\/models\/settings$/);
  await page.getByRole('button', { name: 'Delete the registry' }).click();
  const dialog = drawer(page);
  await dialog.getByText('3 versions').waitFor();
  await dialog.getByRole('textbox').fill('models');
  await dialog.getByRole('button', { name: 'Delete the registry' }).click();
  await page.waitForURL(/registry$/);
  await page.getByRole('table', { name: 'Registries', exact: true }).getByRole('link', { name: 'dataset' }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'models' }).count(), 0);
  await goto(page, 'ada/digits/artifacts/model/net/v1');
  await page.getByText('ada/digits/net:v1').waitFor();
});

test('no page had an error', () => assert.deepEqual([...page.problems, ...bob.problems], []));
