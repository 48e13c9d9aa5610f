/** What people rely on every day without thinking of it: keys, motion, a laptop that was closed, many tabs, the view that
 *  everybody begins with, and somebody else in the same view. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, launch, open } from '../lib/browser.mjs';
import { curve, LoggedRun } from '../lib/client.mjs';
import { startServer } from '../lib/server.mjs';

const team = 'lab';
const project = 'daily';
const place = { entity: team, project };
const password = 'a long enough phrase';
let server, browser, key, running, ada, bo;

const home = () => `${server.url}/${team}/${project}`;
const section = (page, name) => page.getByRole('region', { name, exact: true });
const heading = (page, name) => section(page, name).getByRole('button', { name: new RegExp(`^${name}`) }).first();
const panel = (page, name, title) =>
  section(page, name).locator('[data-panel]').filter({ has: page.getByRole('heading', { name: title, exact: true }) });
const saved = (page) => page.getByText('Saved', { exact: true }).waitFor();
const viewAction = async (page, what) => {
  await page.getByRole('button', { name: 'Actions for this view' }).click();
  await page.getByRole('menuitem', { name: what, exact: true }).click();
};
async function sectionMenu(page, name, menu, what) {
  await section(page, name).hover();
  await section(page, name).getByRole('button', { name: `${menu} ${name}`, exact: true }).click();
  await page.getByRole('menuitem', { name: what, exact: true }).or(page.getByRole('menuitemcheckbox', { name: what, exact: true })).first().click();
}
async function signIn(name, options) {
  const page = await open(browser, options);
  await page.goto(`${server.url}/login`);
  await page.getByLabel('User name or e-mail').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
  return page;
}
async function workspace(page, address = home()) {
  await page.goto(address);
  await panel(page, 'Charts', 'learning_rate').waitFor();
}

before(async () => {
  server = await startServer();
  key = server.run(['user', 'create', 'ada', '--password-stdin', '--print-api-key'], password);
  server.run(['user', 'create', 'bo', '--password-stdin'], password);
  server.run(['team', 'create', team, '--admin', 'ada']);
  server.run(['team', 'add', team, 'bo']);
  for (const seed of [1, 2, 3]) {
    const run = await LoggedRun.start(server.url, key, { ...place, name: `daily00${seed}`, displayName: `run-${seed}` });
    await run.log(curve(30, seed));
    await run.finish();
  }
  running = await LoggedRun.start(server.url, key, { ...place, name: 'dailynow', displayName: 'now' });
  await running.log(curve(10));
  browser = await launch();
  ada = await signIn('ada');
  bo = await signIn('bo');
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('a question mark shows the keys of the page, which do what they say', async () => {
  await workspace(ada);
  await ada.keyboard.press('?');
  const sheet = ada.getByRole('dialog', { name: 'Keyboard' });
  await sheet.getByText('Jump to a page, project or run').waitFor();
  await sheet.getByText('Filter runs').waitFor();
  await assertAccessible(ada);
  await ada.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  await ada.keyboard.press('Control+k');
  await ada.getByRole('dialog').getByRole('combobox').waitFor();
  await ada.keyboard.press('Escape');
  await ada.goto(`${home()}/runs/daily001/logs`);
  await ada.getByRole('heading', { level: 1 }).waitFor();
  await ada.keyboard.press('?');
  await sheet.getByText('Follow the end of the log').waitFor();
  assert.equal(await sheet.getByText('Filter runs').count(), 0, 'only what works here');
  await ada.keyboard.press('Escape');
});

test('a section has the height somebody chose, for good', async () => {
  await workspace(ada);
  const height = async () => (await panel(ada, 'train', 'loss').boundingBox()).height;
  const before = await height();
  await sectionMenu(ada, 'train', 'Layout of', '400 px');
  await ada.waitForTimeout(300);
  const after = await height();
  assert.ok(after > before + 80, `${before} to ${after}`);
  const box = await panel(ada, 'train', 'loss').locator('canvas').first().boundingBox();
  assert.ok(box.height > 300, 'the picture grows with it');
  await saved(ada);
  await ada.reload();
  await panel(ada, 'train', 'loss').waitFor();
  assert.equal(await height(), after);
  await ada.keyboard.press('Control+z');
});

test('nothing moves for those who asked for less motion', async () => {
  const endless = (page) =>
    page.evaluate(() => document.getAnimations().filter((one) => one.effect.getTiming().iterations === Infinity).length);
  const slow = (page) =>
    page.evaluate(() =>
      [...document.querySelectorAll('*')].filter((one) => !/^(0s(, )?)+$/.test(getComputedStyle(one).transitionDuration)).length);
  await ada.emulateMedia({ reducedMotion: 'no-preference' });
  await ada.goto(`${home()}/runs`);
  await ada.getByRole('link', { name: 'now', exact: true }).waitFor();
  assert.ok((await endless(ada)) > 0, 'a running run is seen to run');
  await ada.emulateMedia({ reducedMotion: 'reduce' });
  for (const path of ['/runs', '', '/runs/dailynow']) {
    await ada.goto(`${home()}${path}`);
    await ada.getByText('now', { exact: true }).first().waitFor();
    await ada.waitForTimeout(300);
    assert.deepEqual([await endless(ada), await slow(ada)], [0, 0], path);
  }
  await ada.keyboard.press('?');
  await ada.getByRole('dialog', { name: 'Keyboard' }).waitFor();
  assert.equal(await slow(ada), 0);
  await ada.keyboard.press('Escape');
});

test('a page has the chosen theme before its code is there', async () => {
  const page = await signIn('bo', { colorScheme: 'light' });
  await page.goto(`${server.url}/settings/profile`);
  await page.getByLabel('Dark', { exact: true }).check();
  let come;
  const code = new Promise((resolve) => (come = resolve));
  await page.route('**/assets/app-*.js', async (route) => {
    await code;
    await route.continue();
  });
  await page.goto(home(), { waitUntil: 'commit' });
  await page.locator(':root[data-theme=dark]').waitFor();
  assert.equal(await page.locator('#app > *').count(), 0, 'nothing of the app');
  come();
  await panel(page, 'Charts', 'learning_rate').waitFor();
  assert.equal(await page.locator(':root').getAttribute('data-theme'), 'dark');
  await page.context().close();
});

test('the look of one line is chosen, and given back', async () => {
  await workspace(ada);
  const loss = panel(ada, 'train', 'loss');
  await loss.focus();
  await ada.keyboard.press('e');
  const drawer = ada.getByRole('dialog');
  const preview = drawer.locator('.preview');
  await preview.locator('.u-over').waitFor();
  const red = () =>
    preview.locator('canvas').first().evaluate((canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let found = 0;
      for (let at = 0; at < data.length; at += 4) if (data[at] > 250 && data[at + 1] < 20 && data[at + 2] < 20 && data[at + 3] > 200) found += 1;
      return found;
    });
  assert.equal(await red(), 0);
  const line = drawer.getByRole('group', { name: 'One line' });
  await line.getByLabel('Line', { exact: true }).selectOption({ label: 'run-2 – train/loss' });
  await line.getByLabel('Colour').fill('#ff0000');
  await ada.waitForTimeout(300);
  const solid = await red();
  assert.ok(solid > 100, `${solid} red pixels`);
  await line.getByLabel('Stroke').selectOption('dotted');
  await ada.waitForTimeout(300);
  const dotted = await red();
  assert.ok(dotted > 10 && dotted < solid * 0.8, `${dotted} of ${solid}`);
  await line.getByLabel('Name of a line').fill('the chosen one');
  await preview.getByText('the chosen one').waitFor();
  await assertAccessible(ada);
  await saved(ada);
  await ada.reload();
  await loss.getByText('the chosen one').waitFor();
  await loss.focus();
  await ada.keyboard.press('e');
  await line.getByLabel('Line', { exact: true }).selectOption({ label: '• run-2 – train/loss' });
  await line.getByRole('button', { name: 'As the others again' }).click();
  await preview.getByText('the chosen one').waitFor({ state: 'detached' });
  await ada.waitForTimeout(300);
  assert.equal(await red(), 0);
  await drawer.getByRole('button', { name: 'Done' }).click();
});

test('a removed section is found again among the empty ones, and its panels come back', async () => {
  await sectionMenu(ada, 'val', 'Actions for', 'Delete section');
  await section(ada, 'val').waitFor({ state: 'detached' });
  await ada.getByRole('button', { name: 'Settings', exact: true }).click();
  await ada.getByRole('dialog').getByLabel('Show empty sections').check();
  await ada.keyboard.press('Escape');
  await heading(ada, 'val').click();
  await section(ada, 'val').getByText('1 panel was removed.').waitFor();
  await assertAccessible(ada);
  await section(ada, 'val').getByRole('button', { name: 'Bring them back' }).click();
  await panel(ada, 'val', 'loss').waitFor();
  await ada.getByRole('button', { name: 'Settings', exact: true }).click();
  await ada.getByRole('dialog').getByLabel('Show empty sections').uncheck();
  await ada.keyboard.press('Escape');
  await panel(ada, 'train', 'loss').hover();
  await panel(ada, 'train', 'loss').getByRole('button', { name: 'Actions for loss' }).click();
  await ada.getByRole('menuitem', { name: 'Remove panel' }).click();
  await panel(ada, 'train', 'loss').waitFor({ state: 'detached' });
  await sectionMenu(ada, 'train', 'Actions for', 'Bring back removed panels');
  await panel(ada, 'train', 'loss').waitFor();
  await saved(ada);
});

test('pinned runs stay on top, whatever the order', async () => {
  await ada.goto(`${home()}/runs`);
  const names = () => ada.locator('.grid [role=row] a').allInnerTexts();
  await ada.getByRole('link', { name: 'run-1', exact: true }).waitFor();
  assert.notEqual((await names())[0], 'run-1');
  await ada.getByRole('link', { name: 'run-1', exact: true }).hover();
  await ada.getByRole('button', { name: 'Actions of run-1' }).click();
  await ada.getByRole('menuitemcheckbox', { name: 'Pin on top' }).click();
  await ada.waitForFunction(() => document.querySelector('.grid [role=row] a')?.textContent.trim() === 'run-1');
  await saved(ada).catch(() => undefined);
  await ada.waitForTimeout(1200);
  await ada.reload();
  await ada.waitForFunction(() => document.querySelector('.grid [role=row] a')?.textContent.trim() === 'run-1');
  await assertAccessible(ada);
});

test('everybody begins with the view that was made the project’s default, and changes only a copy', async () => {
  await workspace(ada);
  await heading(ada, 'val').click();
  await saved(ada);
  await viewAction(ada, 'Make this the project’s default');
  await ada.waitForTimeout(800);
  await workspace(bo);
  assert.equal(await heading(bo, 'val').getAttribute('aria-expanded'), 'false', 'as ada has left it');
  await heading(bo, 'train').click();
  await saved(bo);
  await bo.goto(`${home()}?nw=default`);
  await heading(bo, 'train').waitFor();
  assert.equal(await heading(bo, 'train').getAttribute('aria-expanded'), 'true', 'the default stays');
});

test('two people in one view: the later one is told who was there, and chooses', async () => {
  await workspace(ada);
  await viewAction(ada, 'Save as new view');
  await ada.getByRole('dialog').getByLabel('Name of the view').fill('Ours');
  await ada.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await ada.waitForURL(/\?nw=/);
  await ada.getByRole('button', { name: /View\s*Ours/ }).waitFor();
  await workspace(bo, ada.url());
  await heading(ada, 'train').click();
  await saved(ada);
  await heading(bo, 'Charts').click();
  await bo.getByText(/ada has saved this view since/).waitFor();
  await assertAccessible(bo);
  await bo.getByRole('button', { name: 'Keep mine as a new view' }).click();
  await bo.getByLabel('Name of the view').fill('Bo’s own');
  await bo.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await bo.getByRole('button', { name: /View\s*Bo’s own/ }).waitFor();
  assert.equal(await heading(bo, 'Charts').getAttribute('aria-expanded'), 'false', 'bo’s change is kept');
  await ada.reload();
  await heading(ada, 'Charts').waitFor();
  assert.equal(await heading(ada, 'Charts').getAttribute('aria-expanded'), 'true', 'and ada’s view is as she left it');
});

test('without a network for a while, what came meanwhile is there as soon as it is back', async () => {
  await ada.goto(home());
  await panel(ada, 'Charts', 'learning_rate').locator('canvas').first().waitFor();
  const picture = () => panel(ada, 'Charts', 'learning_rate').locator('canvas').first().evaluate((canvas) => canvas.toDataURL());
  const runs = (text) => ada.locator('.runs').getByText(text, { exact: true }).waitFor();
  await runs('4 runs');
  await ada.context().setOffline(true);
  await ada.evaluate(() => dispatchEvent(new Event('online')));
  await ada.getByText('Not live: reconnecting').waitFor();
  const before = await picture();
  await running.log(curve(40, 5));
  const late = await LoggedRun.start(server.url, key, { ...place, name: 'dailylate', displayName: 'late' });
  await late.log(curve(20, 2));
  await ada.waitForTimeout(1500);
  assert.equal(await picture(), before, 'nothing comes');
  await ada.context().setOffline(false);
  await runs('5 runs');
  await ada.getByText('Not live: reconnecting').waitFor({ state: 'hidden' });
  for (let i = 0; i < 60 && (await picture()) === before; i += 1) await ada.waitForTimeout(100);
  assert.notEqual(await picture(), before, 'the new points are drawn');
});

test('a laptop that was closed listens anew when it is opened', async () => {
  const page = await ada.context().newPage();
  await page.clock.install();
  const streams = [];
  page.on('request', (request) => request.url().includes('/api/live/') && streams.push(request.url()));
  await ada.goto('about:blank');
  await page.goto(`${home()}/runs`);
  await page.locator('.runs').getByText('5 runs', { exact: true }).waitFor();
  await page.waitForTimeout(1000);
  const before = streams.length;
  assert.equal(before, 1);
  await page.clock.fastForward(10 * 60_000);
  for (let i = 0; i < 50 && streams.length === before; i += 1) await page.waitForTimeout(100);
  assert.equal(streams.length, before + 1, 'the old connection may only look alive');
  await LoggedRun.start(server.url, key, { ...place, name: 'dailyopen', displayName: 'after the lid' });
  await page.locator('.runs').getByText('6 runs', { exact: true }).waitFor();
  await page.close();
});

test('many tabs of a project share one connection, and all of them hear', async () => {
  const tabs = [];
  const streams = [];
  for (let index = 0; index < 5; index += 1) {
    const tab = await ada.context().newPage();
    tab.on('request', (request) => request.url().includes('/api/live/') && streams.push(index));
    await tab.goto(`${home()}/runs`);
    await tab.locator('.runs').getByText('6 runs', { exact: true }).waitFor();
    tabs.push(tab);
  }
  assert.deepEqual(streams, [0]);
  await LoggedRun.start(server.url, key, { ...place, name: 'dailymany', displayName: 'for all' });
  await Promise.all(tabs.map((tab) => tab.locator('.runs').getByText('7 runs', { exact: true }).waitFor()));
  assert.deepEqual(streams, [0], 'still one');
  await Promise.all(tabs.map((tab) => tab.close()));
});

test('no page had an error of its own', () => {
  assert.deepEqual([...ada.problems, ...bo.problems], []);
});
