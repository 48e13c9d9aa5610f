/** Who may read and not change: everything is seen, and what is off says why. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, launch, open } from '../lib/browser.mjs';
import { curve, LoggedRun } from '../lib/client.mjs';
import { startServer } from '../lib/server.mjs';

const password = 'a long enough phrase';
const place = { entity: 'vision', project: 'digits' };
let server, browser, page;

before(async () => {
  server = await startServer();
  const create = (user) => server.run(['user', 'create', user, '--password-stdin', '--print-api-key'], password);
  const key = create('olga');
  create('bob');
  server.run(['team', 'create', 'vision', '--admin', 'olga']);
  server.run(['team', 'add', 'vision', 'bob', '--role', 'viewer']);
  for (let index = 0; index < 3; index += 1) {
    const names = { name: `base000${index}`, displayName: `baseline-${index}` };
    const run = await LoggedRun.start(server.url, key, { ...place, ...names, config: { lr: 0.1 * index } });
    await run.log(curve(20));
    if (index > 0) await run.finish();
  }
  browser = await launch();
  page = await open(browser);
  await page.goto(`${server.url}/login`);
  await page.getByLabel('User name or e-mail').fill('bob');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('a viewer sees the charts and the runs', async () => {
  await page.goto(`${server.url}/vision/digits`);
  await page.getByText('3 shown').waitFor();
  await page.locator('article canvas').first().waitFor();
  await page.goto(`${server.url}/vision/digits/runs`);
  await page.getByRole('columnheader', { name: /^lr/ }).waitFor();
  assert.equal(await page.locator('[role=row] a').count(), 3);
  await assertAccessible(page);
});

test('what may not be done with a run is off, and says why', async () => {
  const row = page.getByRole('row', { name: /baseline-0/ });
  await row.getByRole('link').hover();
  await row.getByRole('button', { name: 'Actions of baseline-0' }).click();
  for (const name of ['Rename', 'Stop', 'Delete']) {
    const item = page.getByRole('menuitem', { name: new RegExp(`^${name}`) });
    await page.waitForFunction((element) => element.getAttribute('aria-disabled') === 'true', await item.elementHandle());
    const described = await item.getAttribute('aria-describedby');
    assert.match(await page.locator(`[id="${described}"]`).innerText(), /bob/, `${name} says why`);
  }
  await page.keyboard.press('Escape');
});

test('what may not be done with many runs is off, and says why', async () => {
  await page.getByRole('checkbox', { name: 'Select baseline-1' }).check();
  const bulk = page.getByRole('toolbar', { name: '1 selected' });
  for (const name of ['Tags', 'Group', 'Move', 'Stop', 'Delete']) {
    const button = bulk.getByRole('button', { name, exact: true });
    await page.waitForFunction((element) => element.getAttribute('aria-disabled') === 'true', await button.elementHandle());
    const described = await button.getAttribute('aria-describedby');
    assert.match(await page.locator(`[id="${described}"]`).innerText(), /bob/, `${name} says why`);
    await button.click({ force: true });
    assert.equal(await page.getByRole('dialog').count(), 0, `${name} opens nothing`);
  }
  await assertAccessible(page);
  await page.getByRole('button', { name: 'Clear' }).click();
  assert.equal(await page.locator('[role=row] a').count(), 3);
  assert.deepEqual(page.problems, []);
});
