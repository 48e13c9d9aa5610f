/** What the list of runs can do for somebody who looks for an answer: conditions of every type, several groups and their
 *  figures, several orders, colours, pinned runs, columns by mouse. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, launch, open, sizes } from '../lib/browser.mjs';
import { LoggedRun } from '../lib/client.mjs';
import { startServer } from '../lib/server.mjs';
import { signIn } from '../lib/sign-in.mjs';

const user = { name: 'ada', password: 'a long enough phrase' };
const place = { entity: user.name, project: 'search' };
let server, browser, page;

before(async () => {
  server = await startServer();
  const key = server.run(['user', 'create', user.name, '--password-stdin', '--print-api-key'], user.password);
  for (let index = 0; index < 12; index += 1) {
    const run = await LoggedRun.start(server.url, key, {
      ...place,
      name: `more${String(index).padStart(4, '0')}`,
      displayName: `trial-${index}`,
      config: { depth: index % 3, optimizer: index % 2 ? 'sgd' : 'adamw', pretrained: index < 5 },
      tags: index < 4 ? ['first', 'base'] : index < 6 ? ['base'] : [],
    });
    await run.log([{ score: index }, { score: index * 2 }]);
    await run.finish(index === 5 ? 1 : 0);
  }
  browser = await launch();
  // Wide enough for all columns.
  page = await open(browser, { viewport: { width: 2600, height: 900 } });
  await signIn(page, server, user, 'ada/search/runs');
  await counted('12 runs');
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const tool = (name) => page.getByRole('toolbar').getByRole('button', { name: new RegExp(`^${name}`) });
const sheet = (name) => page.getByRole('dialog', { name, exact: true });
const names = () => page.locator('[role=row] a').allInnerTexts();
const counted = (text) => page.locator('.runs').getByText(text, { exact: true }).waitFor();
const row = (name) => page.getByRole('row', { name: new RegExp(`${name}( |$)`) });
const color = (name) => row(name).locator('i.dot').evaluate((dot) => dot.style.background);
async function until(what, expected) {
  for (let tries = 0; tries < 50; tries += 1) {
    if (JSON.stringify(await what()) === JSON.stringify(expected)) return;
    await page.waitForTimeout(100);
  }
  assert.deepEqual(await what(), expected);
}
async function pick(dialog, text) {
  const field = dialog.getByRole('combobox', { name: /column/ }).last();
  await field.fill(text);
  await field.press('Enter');
}
async function filter(column, operator, fill) {
  await tool('Filter').click();
  const dialog = sheet('Filter');
  await dialog.getByRole('button', { name: 'Add filter' }).click();
  await pick(dialog, column);
  const comparison = dialog.getByRole('combobox', { name: 'Comparison' });
  const offered = await comparison.locator('option').allInnerTexts();
  await comparison.selectOption({ label: operator });
  await fill(dialog);
  return offered;
}
async function unfiltered() {
  await sheet('Filter').getByRole('button', { name: 'Remove all' }).click();
  await page.keyboard.press('Escape');
  await counted('12 runs');
}
const value = (text) => (dialog) => dialog.getByLabel('Value').fill(text);

test('conditions on numbers, texts, truth values, tags, states and dates are offered and work', async () => {
  const numbers = await filter('^summary:score$', '≥', value('20'));
  await counted('2 runs');
  assert.ok(numbers.includes('<') && !numbers.includes('matches'), numbers.join());
  await unfiltered();
  const texts = await filter('^run:displayName$', 'matches', (dialog) => dialog.getByRole('textbox').last().fill('-1[01]$'));
  await counted('2 runs');
  assert.ok(texts.includes('is one of'), texts.join());
  await assertAccessible(page);
  await unfiltered();
  await filter('^config:optimizer$', 'is one of', (dialog) => dialog.getByRole('textbox').last().fill('sgd, none'));
  await counted('6 runs');
  await unfiltered();
  await filter('^config:pretrained$', 'is', (dialog) => dialog.getByLabel('Value').selectOption('true'));
  await counted('5 runs');
  await unfiltered();
  await filter('^run:tags$', 'is', (dialog) => dialog.getByRole('textbox').last().fill('base'));
  await counted('6 runs');
  await unfiltered();
  await filter('^run:state$', 'is none of', (dialog) => dialog.getByRole('button', { name: 'Finished' }).click());
  await counted('1 run');
  await unfiltered();
  const dates = await filter('^run:createdAt$', 'is in the last', async (dialog) => {
    await dialog.getByLabel('Value').fill('2');
    await dialog.getByLabel('Unit').selectOption({ label: 'hours' });
  });
  await counted('12 runs');
  assert.ok(dates.includes('is before'), dates.join());
  await sheet('Filter').getByRole('combobox', { name: 'Comparison' }).selectOption({ label: 'is before' });
  await sheet('Filter').locator('input[type=datetime-local]').fill('2020-01-01T00:00');
  await counted('0 runs');
  await unfiltered();
});

test('a condition is joined with another by or, put in parentheses, switched off', async () => {
  await filter('^config:depth$', 'is', value('0'));
  await counted('4 runs');
  const dialog = sheet('Filter');
  await dialog.getByRole('button', { name: 'Add filter' }).click();
  await pick(dialog, '^config:depth$');
  await dialog.getByLabel('Value').last().fill('1');
  await counted('0 runs');
  await dialog.getByRole('combobox', { name: 'And or or' }).last().selectOption({ label: 'or' });
  await counted('8 runs');
  await dialog.getByRole('button', { name: 'Use this filter' }).last().click();
  await counted('4 runs');
  await assertAccessible(page);
  await unfiltered();
});

test('runs are sorted by three keys, of which one is turned round and one moved forward', async () => {
  const order = async () => (await names()).map((name) => Number(name.slice(6)));
  await tool('Sort').click();
  const keys = sheet('Sort');
  for (const key of ['^config:optimizer$', '^config:depth$', '^summary:score$']) await pick(keys, key);
  await until(order, [11, 5, 7, 1, 9, 3, 8, 2, 10, 4, 6, 0]);
  await keys.getByRole('button', { name: 'Sort descending' }).last().click();
  await until(order, [5, 11, 1, 7, 3, 9, 2, 8, 4, 10, 0, 6]);
  await keys.getByRole('button', { name: 'Move depth forward' }).click();
  await until(order, [5, 11, 2, 8, 1, 7, 4, 10, 3, 9, 0, 6]);
  await assertAccessible(page);
  for (const key of ['score', 'depth', 'optimizer']) await keys.getByRole('button', { name: `Remove ${key}` }).click();
  await page.keyboard.press('Escape');
  await until(async () => (await order())[0], 11);
});

test('two groups inside each other show any figure of their runs, and open', async () => {
  await tool('Group').click();
  await pick(sheet('Group'), '^config:optimizer$');
  await pick(sheet('Group'), '^config:depth$');
  await page.keyboard.press('Escape');
  const group = page.getByRole('row', { name: /optimizer adamw/ });
  await group.waitFor();
  const shows = async (name, figure) => {
    await tool('Group').click();
    await sheet('Group').getByLabel('Groups show').selectOption({ label: name });
    await page.keyboard.press('Escape');
    await group.getByText(figure, { exact: true }).first().waitFor();
  };
  // The last scores of adamw are 0, 4, 8, 12, 16, 20.
  await shows('Mean', '10');
  await shows('Minimum', '0');
  await shows('Maximum', '20');
  await shows('Latest', '20');
  await shows('Count', '6');
  const error = Math.sqrt([0, 4, 8, 12, 16, 20].reduce((sum, x) => sum + (x - 10) ** 2, 0) / 5 / 6);
  await tool('Group').click();
  await sheet('Group').getByLabel('Groups show').selectOption({ label: 'Standard error' });
  await page.keyboard.press('Escape');
  await group.getByText(new RegExp(`^${String(error).slice(0, 4)}`)).first().waitFor();
  const button = (name) => page.getByRole('row').getByRole('button', { name });
  await button('optimizer adamw').click();
  await button('depth 0').first().click();
  await row('trial-6').waitFor();
  await assertAccessible(page);
});

test('the runs of a group have its colour, or each its own', async () => {
  const inGroup = await color('trial-6');
  assert.equal(await color('trial-0'), inGroup);
  await tool('Colour').click();
  await sheet('Colour').getByRole('radio', { name: 'Each run its own' }).check();
  await page.keyboard.press('Escape');
  assert.notEqual(await color('trial-0'), await color('trial-6'));
  await tool('Colour').click();
  await sheet('Colour').getByRole('radio', { name: /^By group/ }).check();
  await page.keyboard.press('Escape');
  assert.equal(await color('trial-0'), inGroup);
  await tool('Group').click();
  for (const key of ['depth', 'optimizer']) await sheet('Group').getByRole('button', { name: `Remove ${key}` }).click();
  await page.keyboard.press('Escape');
  await counted('12 runs');
});

test('a pinned run stays on top, also after a reload, until it is let go', async () => {
  const last = (await names()).at(-1);
  const toggle = async () => {
    await row(last).first().getByRole('link').hover();
    await row(last).first().getByRole('button', { name: `Actions of ${last}` }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Pin on top' }).click();
  };
  await toggle();
  await until(async () => (await names())[0], last);
  await page.waitForTimeout(1200);
  await page.reload();
  await until(async () => (await names())[0], last);
  await assertAccessible(page);
  await toggle();
  await until(() => row(last).count(), 1);
  assert.equal((await names()).at(-1), last);
});

test('columns are dragged, pinned and hidden from their heads', async () => {
  const head = (name) => page.getByRole('columnheader', { name: new RegExp(`^${name}( |$)`) });
  const order = async () => (await page.getByRole('columnheader').allInnerTexts()).map((text) => text.trim().split('\n')[0]);
  const before = await order();
  assert.ok(before.indexOf('State') < before.indexOf('User'), before.join());
  await head('User').dragTo(head('State'));
  await until(async () => (await order()).indexOf('User') < (await order()).indexOf('State'), true);
  const menu = async (name, item) => {
    await head(name).hover();
    await head(name).getByRole('button', { name: `Menu of ${name}` }).click();
    await page.getByRole('menu').getByText(item, { exact: true }).click();
  };
  await menu('User', 'Pin to the left');
  await page.setViewportSize(sizes.desktop);
  const grid = page.locator('.grid');
  await grid.evaluate((box) => (box.scrollLeft = 900));
  await page.waitForTimeout(200);
  assert.ok(await head('User').isVisible());
  const [box, pinned] = await Promise.all([grid.boundingBox(), head('User').boundingBox()]);
  assert.ok(pinned.x >= box.x && pinned.x < box.x + box.width / 2, `${pinned.x} in ${box.x}`);
  await grid.evaluate((box) => (box.scrollLeft = 0));
  await menu('User', 'Hide this column');
  await head('User').waitFor({ state: 'detached' });
  assert.deepEqual(page.problems, []);
});
