/** The same table of several versions and runs beside each other, and columns arranged as somebody needs them. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { logArtifact } from '../lib/artifact.mjs';
import { assertAccessible, assertNoSidewaysScroll, launch, open, sizes } from '../lib/browser.mjs';
import { LoggedRun } from '../lib/client.mjs';
import { startServer } from '../lib/server.mjs';
import { signIn } from '../lib/sign-in.mjs';

const user = { name: 'ada', password: 'a long enough phrase' };
const place = { entity: user.name, project: 'digits' };
const FILE = 'media/table/guesses_1_0123456789abcdef0123.table.json';
const ROWS = 400;
let server, browser, page;

/** `changed` rows have another score, `gone` ones at the beginning are not there, `more` columns stand at the end. */
const table = ({ changed = [], gone = 0, more = 0 } = {}) =>
  JSON.stringify({
    columns: ['id', 'score', 'class', ...Array.from({ length: more }, (_, n) => `extra${n}`)],
    data: Array.from({ length: ROWS }, (_, n) => [
      `i${n}`,
      changed.includes(n) ? 1000 + n : n / 2,
      n % 3 ? 'cat' : 'dog',
      ...Array.from({ length: more }, (_, at) => n * at),
    ]).slice(gone),
  });
const grid = () => page.getByRole('grid');
const rows = (text) => page.getByText(text, { exact: true }).waitFor();
const head = (name) => grid().getByRole('columnheader', { name: new RegExp(`^${name}\\b`) });
/** The columns in view, as they stand. */
const order = () =>
  grid()
    .getByRole('columnheader')
    .evaluateAll((heads) =>
      heads
        .sort((a, b) => a.getBoundingClientRect().left - b.getBoundingClientRect().left)
        .map((one) => one.querySelector('.names .truncate')?.textContent)
        .filter(Boolean),
    );
async function stands(expected) {
  for (let tries = 0; tries < 50; tries += 1) {
    if ((await order()).slice(0, expected.length).join() === expected.join()) return;
    await page.waitForTimeout(100);
  }
  assert.deepEqual((await order()).slice(0, expected.length), expected);
}
async function menu(column, item) {
  await head(column).hover();
  await head(column).getByRole('button', { name: `Menu of ${column}` }).click();
  await page.getByRole('menu').getByText(item, { exact: true }).click();
}
const version = (number) =>
  page.goto(`${server.url}/ada/digits/artifacts/dataset/guesses/v${number}/files?file=all.table.json`);

before(async () => {
  server = await startServer();
  const key = server.run(['user', 'create', user.name, '--password-stdin', '--print-api-key'], user.password);
  const kinds = [{}, { changed: [3, 7], gone: 2 }, { changed: [9] }];
  for (const [n, kind] of kinds.entries()) {
    const run = await LoggedRun.start(server.url, key, { ...place, name: `run0000${n}`, displayName: `try ${n}` });
    await run.upload(FILE, table(kind));
    await run.log([{ loss: n, guesses: { _type: 'table-file', path: FILE, ncols: 3, nrows: ROWS, sha256: 'x', size: 1 } }]);
    await run.finish();
  }
  const artifact = { ...place, type: 'dataset', name: 'guesses', run: 'run00000' };
  for (const kind of [{}, { changed: [5], gone: 1 }, { more: 30 }]) {
    await logArtifact({ url: server.url, key }, { ...artifact, files: { 'all.table.json': table(kind) } });
  }
  browser = await launch();
  page = await open(browser);
  await signIn(page, server, user);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('the table of another version stands beside it, rows matched by their id, differences marked', async () => {
  await version(1);
  await rows('399 rows');
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  const sheet = page.getByRole('dialog', { name: 'Compare' });
  await sheet.getByRole('checkbox', { name: 'v0' }).check();
  await rows('400 rows');
  assert.ok(await sheet.getByRole('checkbox', { name: 'v0' }).isChecked(), 'the sheet stays open');
  await assertAccessible(page);
  await page.keyboard.press('Escape');
  assert.equal(await page.getByLabel('Several tables').inputValue(), 'id');
  await head('score').filter({ hasText: 'v0' }).waitFor();
  await head('score').filter({ hasText: 'v1' }).waitFor();
  await page.getByRole('button', { name: 'Only differences' }).click();
  // One changed, and one is only in the older version.
  await rows('2 of 400 rows');
  await page.locator('.differs').first().waitFor();
  assert.equal(await page.locator('.differs').count(), 6, 'both scores, and all of the row that is gone');
  await page.waitForURL(/with=v0/);
  await page.reload();
  await rows('400 rows');
  await head('score').filter({ hasText: 'v0' }).waitFor();
});

test('tables of other runs are found by their names, also below each other', async () => {
  await page.goto(`${server.url}/ada/digits/runs/run00000/files?file=${encodeURIComponent(FILE)}`);
  await rows('400 rows');
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  const sheet = page.getByRole('dialog', { name: 'Compare' });
  await sheet.getByRole('checkbox', { name: 'try 1' }).waitFor();
  await sheet.getByRole('searchbox').fill('TRY 2');
  await sheet.getByRole('checkbox', { name: 'try 1' }).waitFor({ state: 'detached' });
  await sheet.getByRole('checkbox', { name: 'try 2' }).check();
  await page.keyboard.press('Escape');
  await head('score').filter({ hasText: 'try 2' }).waitFor();
  await page.getByRole('button', { name: 'Only differences' }).click();
  await rows('1 of 400 rows');
  await page.getByLabel('Several tables').selectOption({ label: 'Below each other' });
  await rows('800 rows');
  await page.getByRole('button', { name: 'Only differences' }).waitFor({ state: 'detached' });
});

test('a table of the summary is looked at from the overview, and compared there', async () => {
  await page.goto(`${server.url}/ada/digits/runs/run00001`);
  await page.getByRole('button', { name: 'Open guesses' }).click();
  const dialog = page.getByRole('dialog', { name: 'guesses', exact: true });
  await dialog.getByText('398 rows').waitFor();
  await dialog.getByRole('button', { name: 'Compare', exact: true }).click();
  await page.getByRole('dialog', { name: 'Compare' }).getByRole('checkbox', { name: 'try 0' }).check();
  await dialog.getByText('400 rows').waitFor();
  await assertAccessible(page);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
});

test('columns are moved by key and by mouse, pinned, hidden and found again', async () => {
  await version(2);
  await stands(['id', 'score', 'class', 'extra0']);
  await head('class').getByRole('button').first().focus();
  await page.keyboard.press('Alt+ArrowLeft');
  await stands(['id', 'class', 'score', 'extra0']);
  await head('extra1').dragTo(head('class'));
  await stands(['id', 'extra1', 'class', 'score', 'extra0']);
  await menu('extra2', 'Pin to the left');
  await stands(['extra2', 'id', 'extra1']);
  // What is pinned stays when the rest scrolls away, with its cells.
  await grid().evaluate((box) => (box.scrollLeft = box.scrollWidth));
  await head('extra29').waitFor();
  const [left, pinned] = await Promise.all([grid().boundingBox(), head('extra2').boundingBox()]);
  assert.ok(pinned.x >= left.x && pinned.x < left.x + 100, `${pinned.x} in ${left.x}`);
  await grid().locator('[role=row][aria-rowindex="4"] .stays').getByText('4', { exact: true }).waitFor();
  await assertAccessible(page);
  await grid().evaluate((box) => (box.scrollLeft = 0));
  await menu('score', 'Hide this column');
  await stands(['extra2', 'id', 'extra1', 'class', 'extra0']);
  await page.getByRole('button', { name: /^Columns 1/ }).click();
  const sheet = page.getByRole('dialog', { name: 'Columns' });
  await sheet.getByRole('searchbox').fill('score');
  await assertAccessible(page);
  await sheet.getByRole('checkbox', { name: 'score', exact: true }).check();
  await sheet.getByRole('searchbox').fill('');
  await sheet.getByRole('button', { name: 'Pin extra2', exact: true }).click();
  await page.keyboard.press('Escape');
  await stands(['id', 'extra1', 'class', 'score', 'extra0']);
});

test('a column is made wider by mouse and by key, and its menu sorts and groups', async () => {
  const edge = head('class').getByRole('separator', { name: 'Width of class' });
  const width = async () => Math.round((await head('class').boundingBox()).width);
  const before = await width();
  const box = await edge.boundingBox();
  await page.mouse.move(box.x + 3, box.y + 8);
  await page.mouse.down();
  await page.mouse.move(box.x + 63, box.y + 8, { steps: 4 });
  await page.mouse.up();
  assert.equal(await width(), before + 60);
  await edge.focus();
  await page.keyboard.press('ArrowLeft');
  assert.equal(await width(), before + 44);
  await menu('score', 'Sort descending');
  assert.equal(await head('score').getAttribute('aria-sort'), 'descending');
  await grid().locator('[role=row][aria-rowindex="2"]').getByText('i399').waitFor();
  await menu('class', 'Group by this');
  await rows('2 groups');
});

test('on a phone nothing is pinned away from view', async () => {
  await page.setViewportSize(sizes.phone);
  await version(1);
  await rows('399 rows');
  await assertNoSidewaysScroll(page);
  await assertAccessible(page);
  await page.setViewportSize(sizes.desktop);
  assert.deepEqual(page.problems, []);
});
