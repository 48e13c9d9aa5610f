/** What people see who may not: a stranger to a team, then one of its viewers. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, assertNoSidewaysScroll, launch, open, sizes } from '../lib/browser.mjs';
import { curve, LoggedRun } from '../lib/client.mjs';
import { startServer } from '../lib/server.mjs';

const password = 'a long enough phrase';
let server, browser, page;

before(async () => {
  server = await startServer();
  const create = (user) =>
    server.run(['user', 'create', user, '--password-stdin', '--print-api-key'], password);
  const key = create('olga');
  create('bob');
  server.run(['team', 'create', 'vision', '--admin', 'olga']);
  const run = await LoggedRun.start(server.url, key, {
    entity: 'vision',
    project: 'digits',
    name: 'base0001',
    displayName: 'baseline',
  });
  await run.log(curve(20));
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

for (const path of ['vision/digits', 'vision/digits/runs/base0001']) {
  test(`a stranger reads at ${path} why not, and whom to ask`, async () => {
    await page.goto(`${server.url}/${path}`);
    const alert = page.getByRole('alert');
    await alert.getByText('bob is not a member of the team vision').waitFor();
    assert.match(await alert.innerText(), /olga/, 'who can help is named');
    const why = alert.getByRole('link', { name: 'request access' });
    assert.match(await why.getAttribute('href'), /^\.\/e\/[\w-]+$/, 'the page about it is one click away');
    assert.equal(await page.getByText('baseline').count(), 0, 'nothing of the project shows');
    await page.waitForTimeout(1500);
    assert.equal(await page.getByText('Not live').count(), 0, 'what is denied is not tried again');
    await assertAccessible(page);
    await page.setViewportSize(sizes.phone);
    await assertNoSidewaysScroll(page);
    await page.setViewportSize(sizes.desktop);
  });
}

test('a viewer sees the run; what they may not do is visible and says why', async () => {
  server.run(['team', 'add', 'vision', 'bob', '--role', 'viewer']);
  await page.goto(`${server.url}/vision/digits/runs/base0001`);
  for (const verb of ['Stop', 'Delete']) {
    const button = page.getByRole('button', { name: verb });
    await button.waitFor();
    assert.equal(await button.getAttribute('aria-disabled'), 'true');
    await button.hover();
    await page.getByRole('tooltip').getByText('bob').first().waitFor();
    await button.click({ force: true });
    assert.equal(await page.getByRole('dialog').count(), 0);
  }
  await assertAccessible(page);
});

test('no page had an error of its own', () => {
  assert.deepEqual(page.problems, []);
});
