/** The app in other languages: the browser's before signing in, the saved one after, and the choice in the settings. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, assertNoSidewaysScroll, launch, open, sizes } from '../lib/browser.mjs';
import { startServer } from '../lib/server.mjs';

const password = 'a long enough phrase';
let server, browser, page;

const lang = () => page.evaluate(() => document.documentElement.lang);

before(async () => {
  server = await startServer();
  server.run(['user', 'create', 'root', '--admin']);
  server.run(['user', 'create', 'hana', '--password-stdin', '--language', 'ja'], password);
  server.run(['team', 'create', 'vision', '--admin', 'root']);
  browser = await launch();
  page = await open(browser, { locale: 'fr-FR' });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('before signing in, the app speaks as the browser does', async () => {
  await page.goto(`${server.url}/login`);
  await page.getByLabel('Mot de passe').waitFor();
  assert.equal(await lang(), 'fr');
  await page.getByLabel('Nom d’utilisateur ou e-mail').fill('hana');
  await page.getByLabel('Mot de passe').fill('something wrong');
  await page.getByRole('button', { name: 'Se connecter' }).click();
  await page.getByText('Le nom d’utilisateur ou le mot de passe est incorrect.').waitFor();
});

test('after signing in, pages and denials are in the saved language', async () => {
  await page.getByLabel('Mot de passe').fill(password);
  await page.getByRole('button', { name: 'Se connecter' }).click();
  await page.getByRole('heading', { name: 'ホーム', level: 1 }).waitFor();
  assert.equal(await lang(), 'ja');
  await assertAccessible(page);
  await page.setViewportSize(sizes.phone);
  await assertNoSidewaysScroll(page);
  await page.setViewportSize(sizes.desktop);
  await page.goto(`${server.url}/vision/digits`);
  await page.getByRole('alert').getByText('hana は').first().waitFor();
});

test('the settings offer every language, and change at once and for good', async () => {
  await page.goto(`${server.url}/settings/profile`);
  const choice = page.getByLabel('言語');
  await choice.waitFor();
  const codes = await choice.locator('option').evaluateAll((all) => all.map(({ value }) => value));
  assert.deepEqual(codes.sort(), ['de', 'en', 'es', 'fr', 'ja']);
  for (const [code, heading] of [
    ['es', 'Ajustes'],
    ['fr', 'Réglages'],
    ['de', 'Einstellungen'],
  ]) {
    await page.locator('select:has(option[value=ja])').selectOption(code);
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
    assert.equal(await lang(), code);
    await assertAccessible(page);
    await page.setViewportSize(sizes.phone);
    await assertNoSidewaysScroll(page);
    await page.setViewportSize(sizes.desktop);
  }
  await page.reload();
  await page.getByRole('heading', { name: 'Einstellungen', level: 1 }).waitFor();
});

test('no page had an error of its own', () => {
  assert.deepEqual(page.problems, []);
});
