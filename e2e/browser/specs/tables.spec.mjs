/** Logged tables as people use them: in a file, a version and a panel; sorted, filtered, grouped, compared, taken away. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { logArtifact } from '../lib/artifact.mjs';
import { assertAccessible, assertNoSidewaysScroll, launch, open, sizes } from '../lib/browser.mjs';
import { LoggedRun } from '../lib/client.mjs';
import { startServer } from '../lib/server.mjs';

const password = 'a long enough phrase';
const place = { entity: 'ada', project: 'digits' };
const FILE = 'media/table/guesses_1_0123456789abcdef0123.table.json';
const ROWS = 5000;
let server, browser, page;

const table = (shift) =>
  JSON.stringify({
    columns: ['id', 'score', 'class', 'note'],
    data: Array.from({ length: ROWS }, (_, n) => [`i${n}`, ((n * 7 + shift) % ROWS) / 2, n % 3 ? 'cat' : 'dog', n % 10 ? null : `note ${n}`]),
  });
const grid = (within = page) => within.getByRole('grid');
const head = (name, within = page) => grid(within).getByRole('columnheader', { name: new RegExp(`^${name}`) });
const cell = (row, column, within = page) => grid(within).locator(`[role=row][aria-rowindex="${row + 1}"] [aria-colindex="${column + 1}"][role=gridcell]`);
async function shows(row, column, text, within = page) {
  await cell(row, column, within).getByText(text, { exact: true }).waitFor();
}

before(async () => {
  server = await startServer();
  const key = server.run(['user', 'create', 'ada', '--password-stdin', '--print-api-key'], password);
  for (const [name, shift] of [['run00001', 0], ['run00002', 1]]) {
    const run = await LoggedRun.start(server.url, key, { ...place, name, displayName: `try ${shift}` });
    const value = { _type: 'table-file', path: FILE, ncols: 4, nrows: ROWS, sha256: 'x', size: 1 };
    await run.upload(FILE, table(shift));
    await run.log([{ loss: 1, guesses: value }]);
    await run.finish();
  }
  await logArtifact({ url: server.url, key }, { ...place, type: 'dataset', name: 'guesses', run: 'run00001', files: { 'all.table.json': table(0), 'broken.table.json': '{"columns": ["a"], "data": [[1, 2]]}' } });
  browser = await launch();
  page = await open(browser);
  await page.goto(`${server.url}/login?next=ada/digits/runs/run00001/files`);
  await page.getByLabel('User name or e-mail').fill('ada');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((url) => !url.pathname.endsWith('/login'));
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('a table among the files of a run is paged and sorted', async () => {
  await page.goto(`${server.url}/ada/digits/runs/run00001/files?file=${encodeURIComponent(FILE)}`);
  await page.getByText('5,000 rows').waitFor();
  await shows(1, 1, 'i0');
  await head('score').getByRole('button').first().click();
  await shows(1, 1, 'i0');
  await head('score').getByRole('button').first().click();
  await shows(1, 2, '2499.5');
  assert.equal(await head('score').getAttribute('aria-sort'), 'descending');
  await grid().focus();
  await page.keyboard.press('Control+End');
  await shows(ROWS, 2, '0');
  await page.keyboard.press('Control+Home');
  await assertAccessible(page);
});

test('rows are searched, filtered and grouped, and a group is looked into', async () => {
  await page.getByRole('searchbox', { name: 'Search in texts' }).fill('NOTE 49');
  await page.getByText('11 of 5,000 rows').waitFor();
  await page.getByRole('searchbox', { name: 'Search in texts' }).fill('');
  await page.getByRole('button', { name: /^Filter/ }).click();
  await page.getByRole('button', { name: 'Add filter' }).click();
  await page.getByLabel('Choose a column').selectOption('score');
  await page.getByLabel('Comparison').selectOption('<');
  await page.getByLabel('Value').fill('10');
  await page.getByText('20 of 5,000 rows').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Group/ }).click();
  await page.getByRole('checkbox', { name: 'class' }).check();
  await page.keyboard.press('Escape');
  await page.getByText('2 groups').waitFor();
  await shows(2, 1, 'dog');
  await cell(2, 1).getByRole('button').click();
  await page.getByText(/^\d of 5,000 rows$/).waitFor();
  await assertAccessible(page);
});

test('a version shows its table, and says why a broken one cannot be shown', async () => {
  await page.goto(`${server.url}/ada/digits/artifacts/dataset/guesses/v0/files?file=all.table.json`);
  await shows(1, 1, 'i0');
  await cell(1, 4).dblclick();
  const dialog = page.getByRole('dialog', { name: 'note' });
  await dialog.getByText('note 0').waitFor();
  await page.keyboard.press('Escape');
  await page.goto(`${server.url}/ada/digits/artifacts/dataset/guesses/v0/files?file=broken.table.json`);
  await page.getByText(/row 1 has 2 cells/).waitFor();
});

test('a panel puts the tables of runs below each other and side by side', async () => {
  await page.goto(`${server.url}/ada/digits`);
  const panel = page.locator('[data-panel$=":guesses"]');
  await panel.scrollIntoViewIfNeeded();
  await panel.getByText('10,000 rows').waitFor();
  await panel.getByLabel('Several tables').selectOption({ label: 'Side by side by id' });
  await panel.getByText('5,000 rows').waitFor();
  // The row number, the id, and three columns of each run.
  assert.equal(await grid(panel).getAttribute('aria-colcount'), '8');
  await panel.locator('.differs').first().waitFor();
});

test('the rows are taken away as CSV', async () => {
  await page.goto(`${server.url}/ada/digits/runs/run00001/files?file=${encodeURIComponent(FILE)}`);
  await shows(1, 1, 'i0');
  const address = await page.getByRole('link', { name: 'All these rows as CSV' }).getAttribute('href');
  const text = await page.evaluate(async (from) => (await fetch(from)).text(), address);
  const lines = text.split('\r\n');
  assert.equal(lines.length, ROWS + 2);
  assert.equal(lines[1], '"i0",0,"dog","note 0"');
});

test('it can be used on a phone and in the dark', async () => {
  await page.setViewportSize(sizes.phone ?? { width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(`${server.url}/ada/digits/runs/run00001/files?file=${encodeURIComponent(FILE)}`);
  await shows(1, 1, 'i0');
  await assertNoSidewaysScroll(page);
  await assertAccessible(page);
});
