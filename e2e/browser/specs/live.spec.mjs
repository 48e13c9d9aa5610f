/** A page that stays open: what comes by itself, what a hidden tab costs, and what is left without a connection. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, launch, open } from '../lib/browser.mjs';
import { curve, LoggedRun } from '../lib/client.mjs';
import { startServer } from '../lib/server.mjs';

const user = 'ada';
const password = 'a long enough phrase';
const place = { entity: user, project: 'watch' };
let server, browser, page, key, running;

before(async () => {
  server = await startServer();
  key = server.run(['user', 'create', user, '--password-stdin', '--print-api-key'], password);
  for (let index = 0; index < 60; index += 1) {
    const name = `old${String(index).padStart(5, '0')}`;
    const run = await LoggedRun.start(server.url, key, { ...place, name, displayName: `old-${index}`, config: { seed: index } });
    await run.log(curve(5, index + 1));
    await run.finish();
  }
  running = await LoggedRun.start(server.url, key, { ...place, name: 'now00001', displayName: 'now' });
  await running.log(curve(10));
  browser = await launch();
  page = await open(browser);
  await page.goto(`${server.url}/login`);
  await page.getByLabel('User name or e-mail').fill(user);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const counted = (text) => page.locator('.runs').getByText(text, { exact: true }).waitFor();

/** As the browser does when somebody goes to another tab, or comes back. */
const hide = (hidden) =>
  page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (hidden ? 'hidden' : 'visible') });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);

test('what a page asks before its code is there is asked once, and a run that begins meanwhile still comes', async () => {
  const own = { entity: user, project: 'early' };
  const first = await LoggedRun.start(server.url, key, { ...own, name: 'one00001', displayName: 'one' });
  await first.log(curve(5));
  const asked = [];
  const note = (request) => {
    const name = request.url().endsWith('/graphql') && /query (\w+)/.exec(request.postData())?.[1];
    if (name) asked.push(name);
  };
  page.on('request', note);
  // The run begins after the page was told of its runs, and before it hears of changes.
  let began;
  const begun = new Promise((resolve) => (began = resolve));
  await page.route('**/graphql', async (route) => {
    const list = /query RunList/.test(route.request().postData());
    const answer = list ? await route.fetch() : undefined;
    if (list) await LoggedRun.start(server.url, key, { ...own, name: 'gap00001', displayName: 'in between' }).then(began);
    await (answer ? route.fulfill({ response: answer }) : route.continue());
  }, { times: 4 });
  let deaf;
  await page.route('**/api/live/**', async (route) => {
    await begun;
    deaf ??= asked.length;
    await route.continue();
  });
  await page.goto(`${server.url}/${user}/early`);
  await page.locator('article .u-over').first().waitFor();
  await counted('2 runs');
  // What was asked before the page could hear of changes may be asked again when it does.
  const times = (name, of) => of.filter((one) => one === name).length;
  for (const name of ['ProjectPage', 'WorkspaceViews', 'MetricDefinitions', 'RunList']) {
    assert.ok(times(name, asked) > 0, `${name} in ${asked}`);
    // Views wait for the name of who looks: a page that has just been told it asks for them, too.
    const most = name === 'WorkspaceViews' ? 2 : 1;
    assert.ok(times(name, asked.slice(0, deaf)) <= most, `${name} in ${asked}, deaf for ${deaf}`);
  }
  assert.ok(times('RunList', asked.slice(deaf)) > 0, `${asked}, deaf for ${deaf}`);
  page.off('request', note);
  await page.unrouteAll({ behavior: 'wait' });
});

test('a point that comes before the page hears of changes is drawn when it does', async () => {
  let logged;
  const late = new Promise((resolve) => (logged = resolve));
  await page.route('**/api/live/**', async (route) => {
    await late;
    await route.continue();
  }, { times: 1 });
  await page.goto(`${server.url}/${user}/watch/runs/now00001/charts`);
  await page.locator('article .u-over').first().waitFor();
  await running.log([{ 'late/metric': 0.98765 }]);
  logged();
  await page.locator('[data-panel$=":late/metric"]').getByText('0.98765').waitFor();
});

test('of many runs the first are drawn while others are on their way', async () => {
  const other = await open(browser, { storageState: await page.context().storageState() });
  // The first part of an answer comes late, the others when the test says so.
  await other.addInitScript(() => {
    const plain = globalThis.fetch;
    globalThis.rest = new Promise((resolve) => (globalThis.release = resolve));
    globalThis.fetch = async (address, init) => {
      const answer = await plain(address, init);
      if (!String(address).includes('/api/series/')) return answer;
      const bytes = new Uint8Array(await answer.arrayBuffer());
      const end = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
      const body = new ReadableStream({
        async start(out) {
          await new Promise((resolve) => setTimeout(resolve, 300));
          out.enqueue(bytes.slice(0, end));
          await globalThis.rest;
          out.enqueue(bytes.slice(end));
          out.close();
        },
      });
      return new Response(body, answer);
    };
  });
  await other.goto(`${server.url}/${user}/watch`);
  const picture = other.getByRole('img', { name: /^Chart of train\/loss, \d+ runs?/ }).first();
  await picture.waitFor();
  const drawn = async () => Number(/, (\d+) run/.exec(await picture.getAttribute('aria-label'))[1]);
  const some = await drawn();
  assert.ok(some > 0 && some < 61, `${some} runs`);
  await other.evaluate(() => globalThis.release());
  await other.getByRole('img', { name: /^Chart of train\/loss, 61 runs/ }).first().waitFor();
  await other.context().close();
});

test('new runs and points come within two seconds, and nothing moves under the eyes', async () => {
  await page.goto(`${server.url}/${user}/watch/runs`);
  await counted('61 runs');
  const grid = page.locator('.grid');
  await grid.evaluate((box) => (box.scrollTop = 600));
  await page.getByRole('link', { name: 'old-35', exact: true }).waitFor();
  await page.waitForTimeout(500);
  const at = async () => Math.round((await page.getByRole('link', { name: 'old-35', exact: true }).boundingBox()).y);
  const before = await at();
  const start = Date.now();
  await LoggedRun.start(server.url, key, { ...place, name: 'new00001', displayName: 'newest' });
  await counted('62 runs');
  assert.ok(Date.now() - start < 2500, `after ${Date.now() - start} ms`);
  assert.equal(await at(), before, 'the row in view stays');
  await grid.evaluate((box) => (box.scrollTop = 0));
  await page.getByRole('link', { name: 'newest', exact: true }).waitFor();
});

test('the charts do not jump, and are not dimmed, while points come', async () => {
  await page.goto(`${server.url}/${user}/watch`);
  await page.locator('article .u-over').first().waitFor();
  const box = page.locator('.charts');
  await box.evaluate((box) => (box.scrollTop = 100));
  await page.waitForTimeout(800);
  const before = await box.evaluate((box) => box.scrollTop);
  assert.ok(before > 0);
  await page.evaluate(() => {
    globalThis.moves = 0;
    globalThis.dims = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) globalThis.moves += entry.value;
    }).observe({ type: 'layout-shift' });
    new MutationObserver(() => (globalThis.dims += document.querySelectorAll('.plot .dim').length)).observe(document.body, {
      ...{ subtree: true, attributes: true, attributeFilter: ['class'] },
    });
  });
  const asked = page.waitForResponse((answer) => answer.url().includes('/api/series/'));
  await running.log(curve(3, 2));
  await asked;
  await page.waitForTimeout(500);
  assert.equal(await box.evaluate((box) => box.scrollTop), before);
  assert.deepEqual(await page.evaluate(() => [globalThis.moves, globalThis.dims]), [0, 0]);
});

test('a hidden tab lets go of its connection and asks for nothing; it catches up when it is looked at', async () => {
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await hide(true);
  await page.waitForTimeout(11_000);
  asked.length = 0;
  await running.log(curve(3, 3));
  await LoggedRun.start(server.url, key, { ...place, name: 'new00002', displayName: 'meanwhile' });
  await page.waitForTimeout(4000);
  assert.deepEqual(asked, [], 'nothing is asked while nobody looks');
  await hide(false);
  await counted('63 runs');
  assert.ok(asked.some((url) => url.includes('/api/live/')), 'listens again');
  page.removeAllListeners('request');
});

test('without a connection everything loaded is still read, and says that it is not live', async () => {
  await page.locator('article .u-over').first().waitFor();
  await page.context().setOffline(true);
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await page.getByText('Not live: reconnecting').waitFor();
  await page.locator('article canvas').first().waitFor();
  await page.locator('article .u-over').first().hover({ position: { x: 80, y: 40 } });
  await page.locator('.over .dot').first().waitFor();
  await page.getByRole('button', { name: 'Open as a table' }).click();
  await page.getByRole('link', { name: 'meanwhile', exact: true }).waitFor();
  await page.locator('.grid').evaluate((box) => (box.scrollTop = 300));
  await page.getByRole('link', { name: 'old-50', exact: true }).waitFor();
  await assertAccessible(page);
  await page.context().setOffline(false);
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await page.getByText('Not live: reconnecting').waitFor({ state: 'hidden' });
});

test('a page that was never loaded says so without a connection, and comes when there is one', async () => {
  await page.goto(`${server.url}/${user}/watch/runs`);
  await counted('63 runs');
  await page.context().setOffline(true);
  await page.getByRole('link', { name: 'old-50', exact: true }).or(page.getByRole('link', { name: 'newest', exact: true })).first().click();
  await page.getByRole('button', { name: 'Try again' }).first().waitFor();
  await page.context().setOffline(false);
  await page.getByRole('tab').or(page.getByRole('link', { name: 'Logs' })).first().waitFor();
});

test('two tabs share one connection; when the first is closed the other goes on', async () => {
  const [one, two] = [await page.context().newPage(), await page.context().newPage()];
  const streams = [];
  for (const tab of [one, two]) {
    tab.on('request', (request) => request.url().includes('/api/live/') && streams.push(request.url()));
    await tab.goto(`${server.url}/${user}/watch/runs`);
    await tab.locator('.runs').getByText('63 runs', { exact: true }).waitFor();
  }
  await page.goto('about:blank');
  await two.waitForTimeout(1500);
  const most = streams.length;
  assert.ok(most <= 2, streams.join('\n'));
  await one.close();
  await LoggedRun.start(server.url, key, { ...place, name: 'new00003', displayName: 'third' });
  await two.locator('.runs').getByText('64 runs', { exact: true }).waitFor();
  await two.close();
  assert.deepEqual(page.problems, []);
});
