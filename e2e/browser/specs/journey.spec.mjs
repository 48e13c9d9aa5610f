/** One person's first hour: set the server up, get a key, log runs, watch them move, clean up. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, assertNoSidewaysScroll, launch, open, sizes } from '../lib/browser.mjs';
import { curve, LoggedRun } from '../lib/client.mjs';
import { startServer } from '../lib/server.mjs';

const user = { name: 'ada', email: 'ada@example.org', password: 'a long enough phrase' };
const project = 'digits';
const place = (name) => ({ entity: user.name, project, name });
let server, browser, page, key, running;

const goto = (path) => page.goto(`${server.url}/${path}`);
const runPath = (tab = '') => `${user.name}/${project}/runs/${running.place.name}${tab}`;

before(async () => {
  server = await startServer();
  browser = await launch();
  page = await open(browser);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('the setup link makes the first user and leaves the address bar', async () => {
  await page.goto(server.setupUrl);
  await page.getByLabel('User name').fill(user.name);
  assert.doesNotMatch(page.url(), /token/);
  await assertAccessible(page);
  await page.getByLabel('E-mail').fill(user.email);
  await page.getByLabel('Password').fill('short');
  await page.getByRole('button', { name: 'Create user' }).click();
  await page.getByText('Use at least 10 characters.').waitFor();
  await assertAccessible(page);
  await page.getByLabel('Password').fill(user.password);
  await page.getByRole('button', { name: 'Create user' }).click();
  await page.waitForURL(/\/authorize$/);
});

test('a key is shown once, with the commands that use it', async () => {
  await goto('authorize?ref=models');
  await page.getByLabel('Name of the key').fill('laptop');
  await assertAccessible(page);
  await page.getByRole('button', { name: 'Create key' }).click();
  key = (await page.locator('code.secret').innerText()).trim();
  assert.ok(key.length >= 20, 'a key is long');
  await page.getByText(`wandb login --host ${server.url}`).waitFor();
  await page.getByText(`export WANDB_API_KEY=${key}`).waitFor();
  await assertAccessible(page);
  await goto('authorize');
  await page.getByRole('button', { name: 'Create key' }).waitFor();
  assert.equal(await page.getByText(key).count(), 0, 'never shown again');
});

test('before the first run, home shows how to log one', async () => {
  await goto('');
  await page.getByText('Log your first run').waitFor();
  await page.getByText(`wandb login --host ${server.url}`).waitFor();
  await assertAccessible(page);
});

test('logged runs appear on home and on the project page with their charts', async () => {
  for (const seed of [1, 2, 3]) {
    const options = { displayName: `baseline-${seed}`, config: { lr: 3e-4, seed }, tags: ['demo'] };
    const run = await LoggedRun.start(server.url, key, { ...place(`base000${seed}`), ...options });
    await run.log(curve(400, seed));
    await run.finish(seed === 3 ? 1 : 0);
  }
  running = await LoggedRun.start(server.url, key, {
    ...place('live0001'),
    displayName: 'wide-and-deep',
    config: { lr: 1e-3, model: { layers: 12 } },
  });
  await running.log(curve(120, 4));

  await goto('');
  await page.getByRole('link', { name: 'wide-and-deep' }).waitFor();
  await page.getByRole('heading', { name: /^Running now/ }).waitFor();
  await page.getByRole('table', { name: 'Failed lately' }).getByText('baseline-3').waitFor();
  await assertAccessible(page);

  await goto(`${user.name}/${project}`);
  await page.getByRole('heading', { name: 'learning_rate' }).waitFor();
  await page.getByRole('img', { name: /train\/loss, 4 runs/ }).waitFor();
  await assertAccessible(page);
});

test('search, visibility and zoom work from the keyboard and the mouse', async () => {
  await page.keyboard.press('/');
  await page.keyboard.type('^base.*[12]$');
  await page.locator('aside').getByText('2 runs').waitFor();
  await page.getByRole('img', { name: /train\/loss, 2 runs/ }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('img', { name: /train\/loss, 4 runs/ }).waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('v');
  await page.getByRole('img', { name: /train\/loss, 3 runs/ }).waitFor();
  await page.keyboard.press('v');
  await page.getByRole('img', { name: /train\/loss, 4 runs/ }).waitFor();

  const plot = page.locator('.u-over').first();
  const box = await plot.boundingBox();
  await page.mouse.move(box.x + box.width * 0.2, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 4 });
  await page.mouse.up();
  await page.getByRole('button', { name: 'Reset zoom' }).click();
  await page.getByRole('button', { name: 'Reset zoom' }).waitFor({ state: 'detached' });
  await page.keyboard.press('?');
  await page.getByText('Jump to a page, project or run').waitFor();
  await assertAccessible(page);
  await page.keyboard.press('Escape');
});

test('a point logged now arrives without reload', async () => {
  await goto(runPath('/charts'));
  await page.getByRole('img', { name: /train\/loss, 1 run/ }).waitFor();
  await page.evaluate(() => (globalThis.stayed = true));
  await running.log([{ 'train/loss': 0.123456, 'fresh/metric': 1 }]);
  const panel = (key) => page.locator(`[data-panel$=":${key}"]`);
  await panel('train/loss').getByText('0.12346').waitFor();
  await panel('fresh/metric').waitFor();
  assert.equal(await page.evaluate(() => globalThis.stayed), true, 'the page was not reloaded');
  await assertAccessible(page);
});

test('the console follows, marks stderr and never becomes markup', async () => {
  await goto(runPath('/logs'));
  await running.print('epoch 1', '\u001b[32mgreen\u001b[0m <img src=x onerror=alert(1)>');
  await page.getByText('epoch 1').waitFor();
  await page.getByText('<img src=x onerror=alert(1)>').waitFor();
  await running.print(...Array.from({ length: 300 }, (_, i) => `line number ${i}`), 'ERROR it broke');
  await page.getByText('it broke').waitFor();
  await page.getByText('stderr', { exact: true }).waitFor();
  await page.getByLabel('Search lines').fill('number 4[12]$');
  await page.getByText('2 matching lines').waitFor();
  await assertAccessible(page);
  await page.getByLabel('Search lines').fill('');
});

test('name and tags are edited in place', async () => {
  await goto(runPath());
  await page.getByText('layers').waitFor();
  await page.getByRole('button', { name: /^Name/ }).click();
  await page.getByLabel('Name', { exact: true }).fill('wider');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'wider', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Add a tag' }).click();
  await page.getByLabel('New tag').fill('keep');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Remove the tag keep' }).waitFor();
  await assertAccessible(page);
});

test('a run is stopped, and its client hears it', async () => {
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
  await page.getByText('Stopping').first().waitFor();
  const answer = await running.log([{ 'train/loss': 0.1 }]);
  assert.equal(answer.stopped, true);
  await running.finish(255);
  await page.getByText('Killed').first().waitFor();
});

test('a run is deleted after a question', async () => {
  await page.getByRole('button', { name: 'Delete' }).click();
  await assertAccessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.waitForURL(new RegExp(`/${user.name}/${project}$`));
  await page.locator('aside').getByText('3 runs').waitFor();
  await goto(runPath());
  await page.getByRole('heading', { name: 'No run live0001', level: 1 }).waitFor();
  await assertAccessible(page);
});

test('a revoked key is gone and refused', async () => {
  await goto('settings');
  await page.getByText('laptop').waitFor();
  await assertAccessible(page);
  await page.getByRole('button', { name: 'Revoke laptop' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('laptop').first().waitFor({ state: 'detached' });
  if (process.env.RUNSTEAD_FIXTURE === '1') return;
  await assert.rejects(LoggedRun.start(server.url, key, place('late0001')), /401|revoked/i);
});

test('dark and at phone width every page is readable', async () => {
  await goto('settings/profile');
  await page.getByLabel('Dark').check();
  await page.setViewportSize(sizes.phone);
  for (const path of ['', user.name, `${user.name}/${project}`, `${user.name}/${project}/runs/base0001`, 'settings', 'settings/profile']) {
    await goto(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle').catch(() => undefined);
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
    await assertNoSidewaysScroll(page);
    await assertAccessible(page);
  }
  await goto(`${user.name}/${project}`);
  await page.getByRole('button', { name: '3 runs' }).click();
  await page.getByRole('dialog').getByText('baseline-1').waitFor();
  await assertAccessible(page);
  await page.keyboard.press('Escape');
  await page.setViewportSize(sizes.desktop);
  await goto(`${user.name}/${project}`);
  await page.getByRole('img', { name: /train\/loss/ }).waitFor();
});

test('on a phone what is rarely needed is behind More', async () => {
  await page.setViewportSize(sizes.phone);
  await goto('');
  const rail = page.getByRole('navigation', { name: 'Main' });
  assert.equal(await rail.getByRole('link', { name: 'Settings' }).isVisible(), false);
  await rail.getByRole('button', { name: 'More' }).click();
  await assertAccessible(page);
  await page.getByRole('menuitem', { name: 'Settings' }).click();
  await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
  await page.setViewportSize(sizes.desktop);
  await rail.getByRole('link', { name: 'Settings' }).waitFor();
  assert.equal(await rail.getByRole('button', { name: 'More' }).isVisible(), false);
});

test('signing out leads back to where one was after signing in', async () => {
  await goto('settings');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(/\/login/);
  await assertAccessible(page);
  await goto('settings');
  await page.waitForURL(/\/login\?next=settings$/);
  await page.getByLabel('User name or e-mail').fill(user.name);
  await page.getByLabel('Password').fill(user.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
});

test('no page had an error of its own', () => {
  assert.deepEqual(page.problems, []);
});
