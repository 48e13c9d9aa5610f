/** Every page, walked through: nothing is cut off in the languages with the longest words, nothing is wider than the window,
 *  and axe finds nothing in either theme. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { logArtifact, useArtifact } from '../lib/artifact.mjs';
import { assertAccessible, assertNoSidewaysScroll, launch, open, sizes } from '../lib/browser.mjs';
import { curve, LoggedRun, post } from '../lib/client.mjs';
import { startServer } from '../lib/server.mjs';

const entity = 'ada';
const team = 'vision';
const project = 'digits';
const password = 'a long enough phrase';
const run = 'every001';
const nowhere = 'not/a/page/at/all';
let server, browser, page, pages;

before(async () => {
  server = await startServer();
  const key = server.run(['user', 'create', entity, '--admin', '--password-stdin', '--print-api-key'], password);
  server.run(['user', 'create', 'bo']);
  server.run(['team', 'create', team, '--admin', entity]);
  const place = { entity, project };
  for (const [name, displayName] of [[run, 'baseline'], ['every002', 'with-a-name-that-goes-on-for-quite-a-while']]) {
    const made = await LoggedRun.start(server.url, key, { ...place, name, displayName, config: { lr: 0.1, optimizer: 'adam' }, tags: ['first'] });
    await made.log(curve(60));
    await made.system(Array.from({ length: 10 }, (_, at) => ({ 'system.cpu': at, 'system.gpu.0.gpu': 3 * at })));
    await made.print('epoch 1', 'ERROR no more memory');
    await made.upload('code/train.py', 'import wandb\n');
    await made.alert('Loss is high', 'It has not fallen for an hour.');
    if (name === run) await made.finish();
  }
  const id = await logArtifact({ url: server.url, key }, { ...place, run, type: 'dataset', name: 'pictures', files: { 'a.txt': 'one', 'b/c.json': '{}' } });
  await useArtifact({ url: server.url, key }, { ...place, run: 'every002' }, id);
  const ask = async (query, variables) => (await post(`${server.url}/graphql`, key, { query, variables })).data;
  const sweep = await ask(`mutation($e: String!, $p: String!, $config: String!) { upsertSweep(input: { entityName: $e, projectName: $p, config: $config }) { sweep { name } } }`, {
    ...{ e: entity, p: project },
    config: JSON.stringify({ method: 'random', metric: { name: 'train/loss', goal: 'minimize' }, parameters: { lr: { min: 0.1, max: 1 } } }),
  });
  const blocks = [{ type: 'heading', level: 1, children: [{ text: 'What we saw' }] }, { type: 'paragraph', children: [{ text: 'The loss fell.' }] }];
  const report = await ask(`mutation($input: UpsertViewInput!) { upsertView(input: $input) { view { id } } }`, {
    input: { entityName: entity, projectName: project, type: 'runs', displayName: 'Findings', description: '', spec: JSON.stringify({ version: 5, blocks }), createdUsing: 'USER' },
  });
  const at = `${entity}/${project}`;
  pages = [
    ...['', 'requests', 'authorize', entity, nowhere],
    ...['keys', 'profile', 'sessions', 'two-factor'].map((tab) => `settings/${tab}`),
    ...['users', 'teams', 'roles', 'keys', 'redirects', 'sign-in', 'settings', 'audit', 'permissions', 'view-as'].map((tab) => `admin/${tab}`),
    ...['members', 'invitations', 'service-accounts', 'privacy', 'requests', 'general'].map((tab) => `${team}/settings/${tab}`),
    ...['', '/runs', '/overview', '/settings', '/sweeps', '/reports', '/artifacts'].map((tab) => `${at}${tab}`),
    ...['overview', 'charts', 'system', 'logs', 'files', 'code', 'history'].map((tab) => `${at}/runs/${run}/${tab}`),
    ...[`${at}/sweeps/${sweep.upsertSweep.sweep.name}`, `${at}/reports/Findings--${report.upsertView.view.id.replace(/=+$/, '')}`],
    ...['', '/v0', '/v0/files', '/v0/lineage', '/v0/usage', '/v0/compare'].map((tab) => `${at}/artifacts/dataset/pictures${tab}`),
    'registry',
  ];
  browser = await launch();
  page = await open(browser, { locale: 'en-US' });
  await page.goto(`${server.url}/login`);
  await page.getByLabel('User name or e-mail').fill(entity);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function visit(path) {
  await page.goto(`${server.url}/${path}`);
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true], .skeleton'));
  await page.waitForTimeout(300);
}
async function speak(language) {
  await page.goto(`${server.url}/settings/profile`);
  const choice = page.locator('select:has(option[value=ja])');
  await choice.selectOption(language);
  await page.waitForFunction((language) => document.documentElement.lang === language, language);
}

/** Texts that do not fit where they stand: neither scrolled to nor shortened with a sign that they are. */
const cutOff = () =>
  page.evaluate(() => {
    const hides = (style) => /hidden|clip/.test(style.overflowX);
    const found = [];
    for (const element of document.body.querySelectorAll('*')) {
      const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join(' ').trim();
      if (!text || element.closest('svg, script, style, canvas, textarea, select') || !element.checkVisibility({ visibilityProperty: true })) continue;
      const range = document.createRange();
      range.selectNodeContents(element);
      const box = range.getBoundingClientRect();
      if (box.width <= 1 || box.height <= 1) continue;
      for (let at = element; at && at !== document.body; at = at.parentElement) {
        const style = getComputedStyle(at);
        // What is only for screen readers is one pixel large.
        if (at.clientWidth === 1 || /auto|scroll/.test(style.overflowX) || style.textOverflow === 'ellipsis') break;
        if (style.display === 'inline' || style.display === 'contents') continue;
        const around = at.getBoundingClientRect();
        const out = Math.round(Math.max(box.right - around.right, around.left - box.left));
        const own = at === element || at.parentElement === element;
        if (out > 1 && (hides(style) || (own && /^(button|a|label|th|td|dt|dd|h\d|summary)$/i.test(at.tagName)))) {
          found.push(`${text.slice(0, 40)} (${out} px beyond ${at.tagName.toLowerCase()}.${at.className})`);
          break;
        }
        if (style.position === 'fixed' || style.position === 'absolute') break;
      }
    }
    return found;
  });

test('what is cut off is found', async () => {
  await visit('');
  await page.evaluate(() => {
    const bad = document.body.appendChild(document.createElement('div'));
    bad.innerHTML = `<p style="width: 40px; overflow: hidden; white-space: nowrap">one that is hidden</p>
      <div style="width: 40px; overflow: hidden"><b style="white-space: nowrap">two in a box</b></div>
      <button style="width: 40px; padding: 0; white-space: nowrap">three beyond its button</button>
      <p class="truncate" style="width: 40px">four is shortened, and says so</p>`;
  });
  assert.deepEqual((await cutOff()).map((text) => text.split(' ')[0]), ['one', 'two', 'three']);
});

for (const language of ['de', 'ja']) {
  test(`in ${language} nothing is cut off, on a desk or on a phone`, async () => {
    await speak(language);
    await visit(nowhere);
    const missing = await page.locator('h1').first().innerText();
    const all = [];
    for (const path of pages) {
      await page.setViewportSize(sizes.desktop);
      await visit(path);
      assert.equal(await page.locator('h1').first().innerText() === missing, path === nowhere, path);
      for (const size of Object.values(sizes)) {
        await page.setViewportSize(size);
        await page.waitForTimeout(200);
        all.push(...(await cutOff()).map((text) => `/${path} at ${size.width}: ${text}`));
        await assertNoSidewaysScroll(page);
      }
    }
    await page.setViewportSize(sizes.desktop);
    assert.deepEqual(all, []);
  });
}

test('axe finds nothing on any page in either theme', async () => {
  await speak('en');
  for (const path of pages) {
    await visit(path);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await page.waitForTimeout(100);
      await assertAccessible(page);
    }
  }
});

test('no page had an error of its own', () => {
  assert.deepEqual(page.problems, []);
});
