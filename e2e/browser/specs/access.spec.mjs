/** From a denial in the terminal to a run: the page about it, the request, the approval, the retry; English asks, Japanese answers. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, assertNoSidewaysScroll, launch, open, picture, sizes } from '../lib/browser.mjs';
import { LoggedRun } from '../lib/client.mjs';
import { startServer } from '../lib/server.mjs';

const password = 'a long enough phrase';
const place = { entity: 'vision', project: 'digits', name: 'first001', displayName: 'first' };
let server, browser, bob, olga, key, reference;

async function signIn(page, user, labels) {
  await page.goto(`${server.url}/login`);
  await page.getByLabel(labels.user).fill(user);
  await page.getByLabel(labels.password, { exact: true }).fill(password);
  await page.getByRole('button', { name: labels.button, exact: true }).click();
  await page.getByRole('heading', { name: labels.home, level: 1 }).waitFor();
}

/** What the terminal says, and the reference in it. */
async function refused() {
  try {
    await LoggedRun.start(server.url, key, place);
  } catch (error) {
    return error.message;
  }
  return assert.fail('the run was created');
}

before(async () => {
  server = await startServer();
  const create = (user, language) =>
    server.run(
      ['user', 'create', user, '--password-stdin', '--print-api-key', '--language', language],
      password,
    );
  create('olga', 'ja');
  key = create('bob', 'en');
  server.run(['team', 'create', 'vision', '--admin', 'olga']);
  browser = await launch();
  [bob, olga] = [await open(browser), await open(browser, { locale: 'ja-JP' })];
  await signIn(bob, 'bob', {
    user: 'User name or e-mail',
    password: 'Password',
    button: 'Sign in',
    home: 'Home',
  });
  await signIn(olga, 'olga', {
    user: 'ユーザー名またはメールアドレス',
    password: 'パスワード',
    button: 'サインイン',
    home: 'ホーム',
  });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('the link in the message explains the refusal, line by line', async () => {
  const message = await refused();
  reference = /\/e\/(\w+)/.exec(message)?.[1];
  assert.ok(reference, message);
  await bob.goto(`${server.url}/e/${reference}`);
  await bob.getByRole('heading', { name: /bob may not write to vision\/digits/ }).waitFor();
  await bob.getByText('bob is signed in and the account is active.').waitFor();
  await bob.getByText("wandb.init(entity='bob', project='digits')").first().waitFor();
  await assertAccessible(bob);
  await picture(bob, 'denial');
});

test('asking for access, with a sentence', async () => {
  await bob.getByLabel(/A sentence for whoever decides/).fill('For the paper with Ana.');
  await bob.getByRole('button', { name: 'Request access' }).click();
  await bob.getByText('Waiting for an answer').first().waitFor();
  await bob.setViewportSize(sizes.phone);
  await assertNoSidewaysScroll(bob);
  await bob.setViewportSize(sizes.desktop);
});

test('the admin reads it in Japanese, and approves', async () => {
  await olga.goto(`${server.url}/requests`);
  await olga.getByText('For the paper with Ana.').waitFor();
  await assertAccessible(olga);
  await olga.goto(`${server.url}/e/${reference}`);
  await olga.getByRole('heading', { name: /bob は/ }).waitFor();
  await picture(olga, 'denial-ja');
  await olga.getByRole('button', { name: '承認' }).click();
  await olga.getByText('olga さんが承認しました').first().waitFor();
});

test('who asked sees it, and what to type; typed, it works', async () => {
  await bob.goto(`${server.url}/e/${reference}`);
  await bob.getByText('Approved by olga').first().waitFor();
  await bob.getByText("wandb.init(entity='vision', project='digits')").first().waitFor();
  await bob.getByText('wandb sync --entity vision --project digits').first().waitFor();
  await picture(bob, 'denial-approved');
  await LoggedRun.start(server.url, key, place);
  await bob.goto(`${server.url}/vision/digits`);
  await bob.getByText('first').first().waitFor();
  assert.deepEqual([...bob.problems, ...olga.problems], []);
});

test('an invitation named in a denial is found and accepted', async () => {
  server.run(['team', 'create', 'speech', '--admin', 'olga']);
  const invite = `mutation { invite(input: { entityName: "speech", userName: "bob", role: "member" }) { url } }`;
  await olga.evaluate(async (query) => {
    const headers = { 'Content-Type': 'application/json', 'X-Runstead-Csrf': '1' };
    await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify({ query }) });
  }, invite);
  place.entity = 'speech';
  const link = /Accept it at (\S+)/.exec(await refused())?.[1];
  assert.ok(link);
  await bob.goto(link);
  await bob.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
  await bob.getByRole('button', { name: 'Accept' }).first().click();
  await bob.getByRole('heading', { name: 'speech' }).first().waitFor();
  await LoggedRun.start(server.url, key, { ...place, name: 'second01' });
});
