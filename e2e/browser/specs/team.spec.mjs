/** A team's day: who is in it and what they did, its projects, what is new at home, alerts, and the palette to all of it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { logArtifact } from '../lib/artifact.mjs';
import { assertAccessible, assertNoSidewaysScroll, launch, open, sizes } from '../lib/browser.mjs';
import { curve, LoggedRun, post } from '../lib/client.mjs';
import { startServer } from '../lib/server.mjs';
import { signIn } from '../lib/sign-in.mjs';

const password = 'a long enough phrase';
let server, browser, page, keys, going;

const goto = (path) => page.goto(`${server.url}/${path}`);
const table = (name) => page.getByRole('table', { name, exact: true });
const row = (name, text) => table(name).getByRole('row').filter({ hasText: text });
/** The first cell of each row. */
const firsts = async (name) => {
  const rows = await table(name).getByRole('row').all();
  return Promise.all(rows.slice(1).map((one) => one.getByRole('cell').first().innerText()));
};
async function logged(user, project, name, { steps = 20, code = 0, entity = 'vision' } = {}) {
  const run = await LoggedRun.start(server.url, keys[user], { entity, project, name, displayName: name });
  await run.log(curve(steps));
  if (code !== null) await run.finish(code);
  return run;
}
async function palette(text, option) {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Jump to a page, project or run' }).waitFor();
  await page.keyboard.type(text);
  await page.getByRole('option', { name: option }).first().waitFor();
  // Runs come later than what is known already.
  await page.waitForTimeout(600);
  const at = await page.getByRole('option').evaluateAll(
    (all, source) => all.findIndex((one) => new RegExp(source).test(one.textContent)),
    option.source,
  );
  for (let n = 0; n < at; n += 1) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
}

before(async () => {
  server = await startServer();
  const create = (user, ...more) =>
    server.run(['user', 'create', user, '--password-stdin', '--print-api-key', ...more], password);
  keys = { olga: create('olga', '--admin'), ann: create('ann'), bob: create('bob') };
  server.run(['team', 'create', 'vision', '--admin', 'olga']);
  server.run(['team', 'add', 'vision', 'ann']);
  server.run(['team', 'add', 'vision', 'bob', '--role', 'viewer']);
  server.run(['team', 'create', 'quiet', '--admin', 'olga']);
  await logged('ann', 'alpha', 'ann-one');
  await logged('ann', 'alpha', 'ann-two', { code: 1 });
  await logged('olga', 'beta', 'olga-one');
  await logArtifact({ url: server.url, key: keys.ann }, {
    ...{ entity: 'vision', project: 'alpha', run: 'ann-one', type: 'dataset', name: 'photos' },
    files: { 'all.bin': 'x'.repeat(64 * 1024) },
  });
  going = await logged('olga', 'gamma', 'olga-now', { code: null });
  browser = await launch();
  page = await open(browser);
  await signIn(page, server, { name: 'olga', password });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('a team shows who is in it, with what role, and who did something last', async () => {
  await goto('vision');
  await row('Members', 'ann').getByText('2', { exact: true }).waitFor();
  await row('Members', 'bob').getByText('View-only').waitFor();
  await row('Members', 'bob').getByText('No run yet').waitFor();
  assert.deepEqual((await firsts('Members')).map((one) => one.trim()), ['olga', 'ann', 'bob']);
  await row('Recent activity', 'olga-now').getByText('Running').waitFor();
  await row('Recent activity', 'ann-two').getByText('Failed').waitFor();
  await assertAccessible(page);
  await page.getByRole('link', { name: 'All members' }).click();
  await page.waitForURL(/vision\/settings/);
});

test('a team without projects shows how to begin, and its members all the same', async () => {
  await goto('quiet');
  await page.getByText('wandb login --host').waitFor();
  await row('Members', 'olga').waitFor();
  await assertAccessible(page);
});

test('who may only read sees the same team, without what is closed to them', async () => {
  const bob = await open(browser);
  await signIn(bob, server, { name: 'bob', password }, 'vision');
  await bob.getByRole('table', { name: 'Members' }).getByText('ann').waitFor();
  assert.equal(await bob.getByRole('table', { name: 'Projects' }).getByRole('link').count(), 3);
  const query = `mutation U($input: UpdateProjectInput!) { updateProject(input: $input) { project { id } } }`;
  const input = { entityName: 'vision', projectName: 'beta', visibility: 'restricted' };
  await post(`${server.url}/graphql`, keys.olga, { query, variables: { input } });
  await bob.reload();
  await bob.getByRole('table', { name: 'Members' }).getByText('ann').waitFor();
  assert.equal(await bob.getByRole('table', { name: 'Projects' }).getByRole('link').count(), 2);
  // What olga did there is not counted for bob.
  const olga = bob.getByRole('table', { name: 'Members' }).getByRole('row').filter({ hasText: 'olga' });
  await olga.getByText('1', { exact: true }).waitFor();
  assert.deepEqual(bob.problems, []);
  await bob.context().close();
});

test('projects are searched and sorted by activity, name, runs and age', async () => {
  await goto('vision');
  const sorted = async (by) => {
    await page.getByLabel('Sort by').selectOption(by);
    return (await firsts('Projects')).map((one) => one.trim());
  };
  // What was changed last, beta's visibility, counts as what was logged does.
  assert.deepEqual(await sorted('Last active'), ['beta', 'gamma', 'alpha']);
  assert.deepEqual(await sorted('Name'), ['alpha', 'beta', 'gamma']);
  assert.equal((await sorted('Runs'))[0], 'alpha');
  assert.deepEqual(await sorted('Created'), ['gamma', 'beta', 'alpha']);
  await page.keyboard.press('/');
  await page.keyboard.type('bet');
  await row('Projects', 'beta').getByText('Restricted').waitFor();
  assert.deepEqual(await firsts('Projects'), ['beta']);
  await page.reload();
  assert.equal(await page.getByLabel('Sort by').inputValue(), 'created', 'the order is kept');
});

test('a project says who works in it, how long it computed and what it stores', async () => {
  await goto('vision/alpha/overview');
  const fact = (name) => page.locator('.facts div', { has: page.getByText(name, { exact: true }) });
  await fact('Runs').getByText('2', { exact: true }).waitFor();
  assert.match(await fact('Storage').innerText(), /\d+(\.\d+)? (KiB|kB|KB)/);
  assert.match(await fact('Compute time').innerText(), /\ds/);
  await fact('Visibility').getByText('Team').waitFor();
  await page.getByRole('listitem').filter({ hasText: 'ann' }).getByText('2 runs').waitFor();
  await page.getByRole('button', { name: /^Description/ }).click();
  await page.getByLabel('Description', { exact: true }).fill('**Photos** of [cats](https://example.org/cats)');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('link', { name: 'cats' }).waitFor();
  await assertAccessible(page);
});

test('home says what runs, what failed and what is new, each once, and keeps up', async () => {
  await goto('');
  await row('Running now', 'olga-now').waitFor();
  await row('Failed lately', 'ann-two').waitFor();
  await row('New', 'ann-one').waitFor();
  assert.equal(await row('New', 'ann-two').count() + await row('New', 'olga-now').count(), 0);
  await going.finish();
  await table('Running now').waitFor({ state: 'detached', timeout: 20_000 });
  await row('New', 'olga-now').waitFor();
  await assertAccessible(page);
});

test('an alert of a colleague is told wherever one is, and leads to its run', async () => {
  await goto('settings/profile');
  await page.getByRole('heading', { level: 1 }).waitFor();
  const run = await logged('ann', 'alpha', 'ann-late', { code: null });
  await run.alert('Loss is NaN', 'Since step 3.', 'ERROR');
  await page.reload();
  await page.getByLabel('1 new alert').waitFor();
  await page.getByRole('button', { name: /^Alerts/ }).click();
  await page.getByRole('dialog', { name: 'Alerts' }).getByText('Since step 3.').click();
  await page.waitForURL(/vision\/alpha\/runs\/ann-late$/);
  await page.getByText('Since step 3.').first().waitFor();
  await run.finish();
});

test('the palette leads to a team, its settings, a project, a run, a saved view and a setting', async () => {
  const view = `mutation V($input: UpsertViewInput!) { upsertView(input: $input) { view { id name } } }`;
  const spec = JSON.stringify({ version: 5 });
  const input = { entityName: 'vision', projectName: 'alpha', name: 'nw-abc123-v', displayName: 'Loss only', type: 'project-view', spec };
  await post(`${server.url}/graphql`, keys.olga, { query: view, variables: { input } });
  await goto('vision/alpha');
  await page.getByRole('heading', { level: 1 }).waitFor();
  for (const [text, option, address] of [
    ['loss only', /Loss only/, /vision\/alpha\?nw=abc123/],
    ['gamma', /gamma/, /vision\/gamma$/],
    ['sweeps', /Sweeps/, /vision\/gamma\/sweeps$/],
    ['ann-two', /ann-two/, /vision\/alpha\/runs\/ann-two$/],
    ['logs', /Logs/, /runs\/ann-two\/logs$/],
    ['vision settings', /Settings of the team/, /vision\/settings$/],
    ['profile', /Profile/, /settings\/profile$/],
    ['audit', /Audit/, /admin\/audit$/],
  ]) {
    await palette(text, option);
    await page.waitForURL(address).catch((error) => assert.fail(`${text} led to ${page.url()}: ${error.message}`));
  }
});

test('on a phone these pages are cards', async () => {
  await page.setViewportSize(sizes.phone);
  for (const path of ['', 'vision', 'quiet', 'vision/alpha/overview']) {
    await goto(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForTimeout(400);
    await assertNoSidewaysScroll(page);
    await assertAccessible(page);
  }
  assert.deepEqual(page.problems, []);
});
