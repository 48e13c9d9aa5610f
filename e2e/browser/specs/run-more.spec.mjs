/** More of a run's page: charts of its own, files that sound, numbers and dates as people of each language write them. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, launch, open } from '../lib/browser.mjs';
import { curve, LoggedRun } from '../lib/client.mjs';
import { startServer } from '../lib/server.mjs';
import { signIn } from '../lib/sign-in.mjs';

const user = { name: 'ada', password: 'a long enough phrase' };
const place = { entity: user.name, project: 'digits' };
let server, browser, page;

const home = () => `${server.url}/${user.name}/${place.project}`;
const goto = (path) => page.goto(`${home()}${path}`);
const panel = (key) => page.locator(`[data-panel$=":${key}"]`);
/** A second of silence. */
function wav() {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + 8000, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(8000, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write('data', 36);
  head.writeUInt32LE(8000, 40);
  return Buffer.concat([head, Buffer.alloc(8000, 128)]);
}

before(async () => {
  server = await startServer();
  const key = server.run(['user', 'create', user.name, '--password-stdin', '--print-api-key'], user.password);
  for (const seed of [1, 2]) {
    const run = await LoggedRun.start(server.url, key, { ...place, name: `more000${seed}`, displayName: `run-${seed}` });
    await run.log(curve(1500, seed), { big: 1234567.5 });
    if (seed === 1) {
      await run.lines(Array.from({ length: 1234 }, (_, n) => `line ${n}`));
      await run.upload('media/tone.wav', wav());
      await run.upload('media/film.webm', Buffer.from([26, 69, 223, 163]));
      await run.upload('config.yaml', 'lr: 0.1\n');
      await run.upload('page.html', '<script>top.owned = 1</script><h1>Mine</h1>');
      await run.upload('drawing.svg', '<svg xmlns="http://www.w3.org/2000/svg" onload="top.owned = 1"><script>top.owned = 1</script></svg>');
    }
    await run.finish();
  }
  browser = await launch();
  page = await open(browser);
  await signIn(page, server, user);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('the charts of a run are arranged by themselves: the project keeps its own', async () => {
  await goto('/runs/more0001/charts');
  await panel('train/loss').first().waitFor();
  await panel('train/accuracy').first().hover();
  await panel('train/accuracy').first().getByRole('button', { name: /^Actions for .*accuracy/ }).click();
  await page.getByRole('menuitem', { name: 'Remove panel', exact: true }).click();
  await panel('train/accuracy').first().waitFor({ state: 'detached' });
  // What was changed is saved by itself, a moment later.
  await page.waitForResponse((answer) => /upsertView/i.test(answer.request().postData() ?? ''));
  await page.reload();
  await panel('train/loss').first().waitFor();
  assert.equal(await panel('train/accuracy').count(), 0, 'also after a reload');
  await goto('/runs/more0002/charts');
  await panel('train/loss').first().waitFor();
  await page.getByRole('img', { name: /train\/loss, 1 run/ }).first().waitFor();
  await goto('');
  await panel('train/accuracy').first().waitFor();
  await page.getByRole('img', { name: /train\/loss, 2 runs/ }).first().waitFor();
});

test('files sound and are read; what could run code is only text or a picture', async () => {
  await goto('/runs/more0001/files');
  const choose = (name) => page.getByRole('button', { name: new RegExp(name.replace('.', '\\.')) }).first().click();
  await page.getByRole('button', { name: /tone\.wav/ }).waitFor();
  await choose('tone.wav');
  const audio = page.locator('audio');
  await audio.evaluate((one) => {
    one.muted = true;
    return one.play();
  });
  await page.waitForFunction((one) => Math.round(one.duration) === 1, await audio.elementHandle());
  await choose('film.webm');
  await page.locator('video[controls]').waitFor();
  await choose('config.yaml');
  await page.getByText('lr: 0.1').waitFor();
  await choose('page.html');
  await page.getByText('top.owned').first().waitFor();
  await choose('drawing.svg');
  await page.waitForTimeout(400);
  assert.equal(await page.evaluate(() => globalThis.owned ?? null), null);
  assert.equal(await page.locator('main script').count(), 0);
  await assertAccessible(page);
});

test('numbers and dates are written as people of each language write them', async () => {
  for (const [language, lines, date] of [
    ['de', /1\.234 Zeilen/, /\d{2}\.\d{2}\.\d{4}/],
    ['fr', /1[\u202f\u00a0]234 lignes/, /\d{1,2} \p{L}+\.? \d{4}/u],
    ['es', /1[.\u00a0]?234 líneas/, /\d{1,2} \p{L}+\.? \d{4}/u],
    ['ja', /1,234 行/, /\d{4}\/\d{2}\/\d{2}/],
    ['en', /1,234 lines/, /[A-Z][a-z]{2} \d{1,2}, \d{4}/],
  ]) {
    await page.goto(`${server.url}/settings/profile`);
    await page.locator('select:has(option[value=ja])').selectOption(language);
    await page.waitForFunction((wish) => document.documentElement.lang === wish, language);
    await goto('/runs/more0001/logs');
    await page.getByText(lines).first().waitFor();
    await goto('/runs/more0001');
    await page.locator('time').first().waitFor();
    const titles = await page.locator('time, [title]').evaluateAll((all) => all.map((one) => `${one.title} ${one.innerText}`));
    assert.ok(titles.some((title) => date.test(title)), `${language}: ${titles.slice(0, 12).join(' · ')}`);
  }
});

test('no page had an error of its own', () => {
  assert.deepEqual(page.problems, []);
});
