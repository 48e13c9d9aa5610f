/** The runs of a project as somebody tends them: labelled, coloured, stopped, moved, thrown away and taken back. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { assertAccessible, launch, open } from '../lib/browser.mjs';
import { curve, LoggedRun } from '../lib/client.mjs';
import { startServer } from '../lib/server.mjs';

const user = 'ada';
const password = 'a long enough phrase';
const place = { entity: user, project: 'search' };
let server, browser, page, going;

before(async () => {
  server = await startServer();
  const key = server.run(['user', 'create', user, '--password-stdin', '--print-api-key'], password);
  going = [];
  for (let index = 0; index < 8; index += 1) {
    const run = await LoggedRun.start(server.url, key, {
      ...place,
      name: `tend000${index}`,
      displayName: `trial-${index}`,
      config: { lr: (index + 1) / 10, optimizer: index % 2 ? 'sgd' : 'adamw' },
      tags: index < 3 ? ['first'] : [],
    });
    await run.log(curve(12, index + 1));
    if (index >= 6) going.push(run);
    else await run.finish(index === 5 ? 1 : 0);
  }
  browser = await launch();
  page = await open(browser);
  await page.goto(`${server.url}/login`);
  await page.getByLabel('User name or e-mail').fill(user);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
  await page.goto(`${server.url}/${user}/search/runs`);
  await counted('8 runs');
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
const bulk = () => page.getByRole('toolbar', { name: /selected/ });

async function select(...wanted) {
  for (const name of wanted) await page.getByRole('checkbox', { name: `Select ${name}` }).check();
}
async function actions(name) {
  await row(name).getByRole('link').hover();
  await row(name).getByRole('button', { name: `Actions of ${name}` }).click();
}
async function filtered(text, count) {
  await tool('Filter').click();
  const dialog = sheet('Filter');
  const asText = dialog.getByRole('button', { name: 'As text' });
  if ((await asText.getAttribute('aria-pressed')) !== 'true') await asText.click();
  await dialog.getByRole('textbox').fill(text);
  await counted(count);
  await page.keyboard.press('Escape');
}

test('a column is made wider by mouse and narrower by key, for good', async () => {
  const head = page.getByRole('columnheader', { name: /^State/ });
  const edge = head.getByRole('separator', { name: 'Width of State' });
  const width = async () => Math.round((await head.boundingBox()).width);
  const before = await width();
  const box = await edge.boundingBox();
  await page.mouse.move(box.x + 2, box.y + 8);
  await page.mouse.down();
  await page.mouse.move(box.x + 62, box.y + 8, { steps: 4 });
  await page.mouse.up();
  assert.equal(await width(), before + 60);
  await edge.focus();
  await page.keyboard.press('ArrowLeft');
  assert.equal(await width(), before + 44);
  await page.waitForTimeout(1200);
  await page.reload();
  await head.waitFor();
  assert.equal(await width(), before + 44);
});

test('runs are found by an expression, a tag, a state and how long ago they began', async () => {
  const field = page.getByRole('searchbox', { name: 'Search runs' });
  await field.fill('-[0-3]$');
  await counted('4 runs');
  await field.fill('');
  await counted('8 runs');
  await filtered('tags = first', '3 runs');
  await filtered('state in [failed]', '1 run');
  await filtered('config.optimizer ~ "^ad"', '4 runs');
  await filtered('created within 1h', '8 runs');
  await filtered('created < "2020-01-01"', '0 runs');
  await tool('Filter').click();
  await sheet('Filter').getByRole('button', { name: 'Remove all' }).click();
  await page.keyboard.press('Escape');
  await counted('8 runs');
});

test('a group shows any of its aggregates', async () => {
  await tool('Group').click();
  const field = sheet('Group').getByRole('combobox', { name: /column/ }).last();
  await field.fill('^config:optimizer$');
  await field.press('Enter');
  const shown = page.getByRole('row', { name: /optimizer adamw/ });
  for (const [name, expected] of [
    ['Minimum', /0\.1(\s|$)/],
    ['Maximum', /0\.7(\s|$)/],
    ['Mean', /0\.4/],
  ]) {
    await sheet('Group').getByLabel('Groups show').selectOption({ label: name });
    await shown.getByText(expected).first().waitFor();
  }
  await sheet('Group').getByRole('button', { name: 'Remove optimizer' }).click();
  await page.keyboard.press('Escape');
  await row('trial-7').waitFor();
});

test('colours follow a value, or are chosen for one run, and go back', async () => {
  const color = (name) => row(name).locator('i.dot').evaluate((dot) => dot.style.background);
  const own = await color('trial-0');
  await tool('Colour').click();
  const field = sheet('Colour').getByRole('combobox');
  await field.fill('^config:lr$');
  await field.press('Enter');
  await sheet('Colour').getByText('0.8').waitFor();
  assert.notEqual(await color('trial-0'), await color('trial-7'), 'ends of the ramp');
  assert.match(await color('trial-0'), /series-(2\d|3\d)/, 'a step of the ramp');
  await assertAccessible(page);
  await sheet('Colour').getByRole('radio', { name: 'Each run its own' }).check();
  await page.keyboard.press('Escape');
  assert.equal(await color('trial-0'), own);
  await actions('trial-0');
  await page.getByRole('menuitem', { name: 'Choose a colour' }).click();
  await page.getByRole('menuitemradio', { name: 'Colour 5', exact: true }).click();
  assert.match(await color('trial-0'), /series-4\)/);
  await tool('Colour').click();
  await sheet('Colour').getByRole('button', { name: /Reset 1/ }).click();
  await page.keyboard.press('Escape');
  assert.equal(await color('trial-0'), own);
});

test('many runs get a group at once, and are taken out of it', async () => {
  await select('trial-0', 'trial-1');
  await bulk().getByRole('button', { name: 'Group' }).click();
  await page.getByRole('textbox', { name: 'Name of the group' }).fill('sweep-a');
  await page.keyboard.press('Enter');
  await page.getByText('2 runs changed.').waitFor();
  await filtered('group = sweep-a', '2 runs');
  await bulk().getByRole('button', { name: 'Group' }).click();
  await page.getByRole('button', { name: 'Take out of the group' }).click();
  await counted('0 runs');
  await tool('Filter').click();
  await sheet('Filter').getByRole('button', { name: 'Remove all' }).click();
  await page.keyboard.press('Escape');
  await counted('8 runs');
  await page.getByRole('button', { name: 'Clear' }).click();
});

test('notes are written in place', async () => {
  await actions('trial-1');
  await page.getByRole('menuitem', { name: 'Edit notes' }).click();
  const field = page.getByRole('textbox', { name: 'Notes' });
  await field.fill('lr too high after step 8');
  await field.press('Enter');
  await row('trial-1').getByText('lr too high after step 8').waitFor();
  await page.waitForTimeout(1200);
  await page.reload();
  await row('trial-1').getByText('lr too high after step 8').waitFor();
});

test('runs that go on are stopped together, and their clients hear it', async () => {
  await select('trial-6', 'trial-7');
  await bulk().getByRole('button', { name: 'Stop', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Stop' });
  await dialog.getByText('2 runs will be asked to stop').waitFor();
  await dialog.getByRole('button', { name: 'Stop' }).click();
  await page.getByText('2 runs were asked to stop.').waitFor();
  for (const run of going) {
    assert.equal((await run.log(curve(1))).stopped, true);
    await run.finish(255);
  }
  await page.getByRole('button', { name: 'Clear' }).click();
});

test('runs move to another project, and a link to where they were leads there', async () => {
  await select('trial-2', 'trial-3');
  await bulk().getByRole('button', { name: 'Move' }).click();
  await page.getByRole('textbox', { name: 'Project to move to' }).or(page.getByRole('combobox', { name: 'Project to move to' })).fill('elsewhere');
  await assertAccessible(page);
  await page.keyboard.press('Enter');
  await page.getByText('2 runs changed.').waitFor();
  await counted('6 runs');
  await page.goto(`${server.url}/${user}/elsewhere/runs`);
  await counted('2 runs');
  assert.deepEqual((await names()).sort(), ['trial-2', 'trial-3']);
  await page.goto(`${server.url}/${user}/search/runs/tend0002`);
  await page.waitForURL(/elsewhere\/runs\/tend0002/);
  await page.goto(`${server.url}/${user}/search/runs`);
  await counted('6 runs');
});

test('deleted runs lie in the trash, come back one by one, and are removed for good', async () => {
  await select('trial-4', 'trial-5', 'trial-6');
  await bulk().getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('dialog', { name: 'Delete' }).getByRole('button', { name: 'Delete' }).click();
  await counted('3 runs');
  await tool('Trash').click();
  const trash = page.getByRole('dialog', { name: 'Trash', exact: true });
  await trash.getByRole('listitem').nth(2).waitFor();
  await assertAccessible(page);
  await trash.getByRole('button', { name: 'Restore trial-5' }).click();
  await trash.getByText('1 run restored.').waitFor();
  await page.reload();
  await trash.getByRole('listitem').nth(1).waitFor();
  await trash.getByRole('button', { name: 'Empty the trash' }).click();
  const question = page.getByRole('dialog', { name: 'Empty the trash' });
  await question.getByText('2 runs will be removed for good').waitFor();
  await question.getByRole('button', { name: 'Empty the trash' }).click();
  await trash.getByText(/2 runs removed/).waitFor();
  await trash.getByText('The trash is empty.').waitFor();
  await page.keyboard.press('Escape');
  await counted('4 runs');
  assert.ok((await names()).includes('trial-5'));
});

test('everything leaves as Parquet', async () => {
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await page.getByRole('menuitem', { name: 'All columns as Parquet' }).click();
  const bytes = await readFile(await (await waiting).path());
  assert.equal(bytes.subarray(0, 4).toString(), 'PAR1');
  assert.equal(bytes.subarray(-4).toString(), 'PAR1');
  assert.deepEqual(page.problems, []);
});
