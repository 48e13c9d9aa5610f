/** A page that ends before its changes are saved: they are there when it is opened again, and are saved then. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, launch, open, setUp } from '../lib/browser.mjs';
import { curve, LoggedRun } from '../lib/client.mjs';
import { startServer } from '../lib/server.mjs';

const user = { name: 'ada', email: 'ada@example.org', password: 'a long enough phrase' };
const project = 'unsaved';
let server, browser, page;

const home = () => `${server.url}/${user.name}/${project}`;
const section = (name, where = page) => where.getByRole('region', { name, exact: true });
const toggle = (name, where = page) =>
  section(name, where).getByRole('button', { name: new RegExp(`^${name}`) }).click();
const saved = (where = page) => where.getByText('Saved', { exact: true }).waitFor();
const isSave = (request) => request.method() === 'POST' && /upsertView/.test(request.postData() ?? '');
/** Whether a section is open, once the workspace is shown. */
async function isOpen(name, where = page) {
  await section(name, where).waitFor();
  return (await section(name, where).getByRole('button', { name: new RegExp(`^${name}`) }).getAttribute('aria-expanded')) === 'true';
}
/** What the server has, asked by a window without anything of this one. */
async function elsewhere(look, address = home()) {
  const cookies = await page.context().cookies();
  const other = await open(browser, { storageState: { cookies, origins: [] } });
  try {
    await other.goto(address);
    return await look(other);
  } finally {
    await other.context().close();
  }
}
/** The next saves until `release`: `lost` on their way, or `unheard`, when only their answers are. Answers what waits for
 *  the first of them. What is held stays held (a route that is taken away would let it go on) and ends with its page. */
let holding = null;
async function hold(how) {
  let reached;
  const first = new Promise((resolve) => (reached = resolve));
  const mine = (holding = { reached });
  await page.unroute('**/graphql');
  await page.route('**/graphql', async (route) => {
    if (holding !== mine || !isSave(route.request())) return route.continue();
    if (how === 'unheard') await route.fetch();
    mine.reached();
  });
  return () => first;
}
const release = () => (holding = null);

before(async () => {
  server = await startServer();
  browser = await launch();
  page = await open(browser);
  const key = await setUp(page, server, user);
  const run = await LoggedRun.start(server.url, key, { entity: user.name, project, name: 'unsaved1', displayName: 'run' });
  await run.log(curve(20));
  await run.finish();
  await page.goto(home());
  await section('train').locator('[data-panel]').first().waitFor();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const how of ['lost', 'unheard']) {
  test(`a change made while a save is on its way outlives a reload, also when that save is ${how}`, async () => {
    const before = [await isOpen('train'), await isOpen('val')];
    const sent = await hold(how);
    await toggle('train');
    await sent();
    await toggle('val');
    await page.waitForTimeout(200);
    release();
    await page.reload();
    await saved();
    assert.deepEqual([await isOpen('train'), await isOpen('val')], before.map((one) => !one));
    assert.equal(await page.getByRole('alert').count(), 0, 'no conflict with oneself');
    const theirs = await elsewhere(async (other) => [await isOpen('train', other), await isOpen('val', other)]);
    assert.deepEqual(theirs, before.map((one) => !one), 'the server has it');
    assert.deepEqual(await page.evaluate(() => Object.keys(localStorage).filter((key) => /unsaved/.test(key))), []);
  });
}

test('a tab that is closed right after a change has saved it, or the next one does', async () => {
  const before = await isOpen('Charts');
  await toggle('Charts');
  const context = page.context();
  await page.close();
  page = await context.newPage();
  page.problems = [];
  await page.goto(home());
  await saved();
  assert.equal(await isOpen('Charts'), !before);
  assert.equal(await elsewhere((other) => isOpen('Charts', other)), !before);
});

test('what somebody else has saved meanwhile is not overwritten by it', async () => {
  const [train, val] = [await isOpen('train'), await isOpen('val')];
  const sent = await hold('lost');
  await toggle('train');
  await sent();
  await elsewhere(async (other) => {
    await toggle('val', other);
    await saved(other);
  });
  release();
  await page.reload();
  await page.getByText(/has saved this view since/).waitFor();
  assert.deepEqual([await isOpen('train'), await isOpen('val')], [!train, val], 'mine is shown');
  await assertAccessible(page);
  await page.reload();
  await page.getByRole('button', { name: 'Load theirs' }).click();
  await page.getByText(/has saved this view since/).waitFor({ state: 'detached' });
  assert.deepEqual([await isOpen('train'), await isOpen('val')], [train, !val], 'theirs is shown');
  await page.reload();
  await saved();
  assert.deepEqual([await isOpen('train'), await isOpen('val')], [train, !val], 'and stays');
});

test('the text of a report outlives a reload', async () => {
  await page.goto(`${home()}/reports`);
  await page.getByRole('button', { name: 'New report' }).first().click();
  const text = page.locator('.ProseMirror');
  await text.click();
  const sent = await hold('unheard');
  await page.keyboard.type('The first half, ');
  await sent();
  await page.keyboard.type('and the second.');
  await page.waitForTimeout(200);
  release();
  await page.reload();
  await text.getByText('The first half, and the second.').waitFor();
  await saved();
  const shown = await elsewhere((other) => other.locator('.ProseMirror').innerText(), page.url());
  assert.match(shown, /The first half, and the second\./);
});

test('so does the draft of one that is published', async () => {
  await page.getByLabel('Title').fill('Kept');
  await saved();
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByRole('heading', { name: 'Kept', level: 2 }).waitFor();
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  const sent = await hold('lost');
  await page.getByLabel('Title').fill('Kept longer');
  await sent();
  release();
  await page.reload();
  await saved();
  assert.equal(await page.getByLabel('Title').inputValue(), 'Kept longer');
  assert.deepEqual(page.problems, []);
});
