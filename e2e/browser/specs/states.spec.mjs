/** Every page when all is not well: while it loads, when the server fails and when it is back, and with nothing in it yet. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, assertNoSidewaysScroll, sizes } from '../lib/browser.mjs';
import { entity, entered, nowhere, project, run } from '../lib/everything.mjs';

let server, page, pages, visit, stop;
/** Pages that ask the server for nothing that they could not do without. */
const asksNothing = new Set(['authorize', nowhere]);

before(async () => ({ server, page, pages, visit, stop } = await entered()));
after(() => stop?.());

const heading = () => page.locator('h1').first().waitFor();

test('while the server thinks, a page has its frame, says nothing wrong and does not scroll sideways', async () => {
  await page.route(/\/graphql$/, () => undefined);
  for (const path of pages.filter((one) => !asksNothing.has(one))) {
    await page.goto(`${server.url}/${path}`);
    await heading();
    await page.waitForTimeout(250);
    assert.equal(await page.getByRole('alert').count(), 0, `/${path}`);
    assert.equal(await page.getByText(/^(No |Nothing|There is no)/).count(), 0, `/${path} does not say that there is nothing`);
    await assertNoSidewaysScroll(page);
    await assertAccessible(page);
  }
  await page.unrouteAll();
});

test('when the server fails, a page says so, and comes when it is asked again', async () => {
  const silent = [];
  for (const path of pages.filter((one) => !asksNothing.has(one))) {
    await page.route(/\/graphql$/, (route) => route.fulfill({ status: 500, contentType: 'application/json', body: JSON.stringify({ errors: [{ message: 'request 7f3a failed' }] }) }));
    await page.goto(`${server.url}/${path}`);
    await heading();
    const alert = page.getByRole('alert').filter({ hasText: 'request 7f3a failed' });
    const told = await alert.first().waitFor({ timeout: 4000 }).then(() => true, () => false);
    if (!told) {
      silent.push(`/${path} says nothing`);
      await page.unrouteAll();
      continue;
    }
    await assertAccessible(page);
    await page.unrouteAll();
    const again = alert.first().getByRole('button', { name: 'Try again' });
    if (!(await again.count())) {
      silent.push(`/${path} does not offer to try again`);
      continue;
    }
    for (let n = 0; n < 6 && (await again.count()); n += 1) {
      await again.click({ timeout: 2000 }).catch(() => undefined);
      await page.waitForTimeout(400);
    }
    if (await alert.count()) silent.push(`/${path} does not come back`);
  }
  assert.deepEqual(silent, []);
});

test('what is empty says so, and with what it is filled', async () => {
  server.run(['project', 'create', `${entity}/empty`]);
  for (const [path, says, way] of [
    [`${entity}/empty`, /wandb\.init/, null],
    [`${entity}/empty/sweeps`, /wandb sweep|wandb\.sweep/, null],
    [`${entity}/empty/reports`, /No reports yet/, 'New report'],
    [`${entity}/empty/artifacts`, /log_artifact/, null],
    ['registry', /A registry holds/, 'Create registry'],
    ['vision', /wandb\.init/, null],
  ]) {
    await visit(path);
    await page.getByText(says).first().waitFor();
    if (way) await page.getByRole('button', { name: way }).first().waitFor();
    for (const size of Object.values(sizes)) {
      await page.setViewportSize(size);
      await page.waitForTimeout(150);
      await assertNoSidewaysScroll(page);
      await assertAccessible(page);
    }
    await page.setViewportSize(sizes.desktop);
  }
});

test('every page of a project leads to the others, from its head or from a list on a phone', async () => {
  const names = ['Workspace', 'Overview', 'Reports', 'Sweeps', 'Artifacts', 'Project settings'];
  const parts = page.getByRole('navigation', { name: 'Pages of the project' });
  await visit(`${entity}/${project}`);
  for (const name of [...names.slice(1), 'Workspace']) {
    await parts.getByRole('link', { name, exact: true }).click();
    await parts.getByRole('link', { name, exact: true }).and(page.locator('[aria-current=page]')).waitFor();
    assert.equal(await parts.getByRole('link').count(), names.length);
  }
  await page.setViewportSize(sizes.phone);
  for (const name of ['Sweeps', 'Workspace']) {
    await page.getByRole('button', { name: 'Pages of the project' }).click();
    await page.getByRole('menu').getByText(name, { exact: true }).click();
    await page.waitForURL(name === 'Sweeps' ? /\/sweeps$/ : new RegExp(`/${project}$`));
    await assertNoSidewaysScroll(page);
  }
  await page.setViewportSize(sizes.desktop);
});

test('an address leads to the same place again: a tab, a line, a search, a panel', async () => {
  const at = `${entity}/${project}/runs/${run}`;
  await visit(`${at}/logs?line=2`);
  await page.locator('.logs .row.current', { hasText: 'no more memory' }).waitFor();
  await visit(`${at}/logs?search=memory`);
  await page.getByText('1 matching line').waitFor();
  await visit(`${at}/files`);
  await page.getByRole('button', { name: /train\.py/ }).first().click();
  await page.getByText('import wandb').first().waitFor();
  const address = page.url();
  await page.goto(`${server.url}/`);
  await page.goto(address);
  await page.getByText('import wandb').first().waitFor();
});

test('no page had an error of its own', () => {
  assert.deepEqual(page.problems, []);
});
