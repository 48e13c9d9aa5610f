/** Artifacts as people see them: found by type, looked into, edited, compared, followed and deleted. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { logArtifact, useArtifact } from '../lib/artifact.mjs';
import { assertAccessible, assertNoSidewaysScroll, launch, open, sizes } from '../lib/browser.mjs';
import { curve, LoggedRun } from '../lib/client.mjs';
import { startServer } from '../lib/server.mjs';

const password = 'a long enough phrase';
const place = { entity: 'ada', project: 'digits' };
let server, browser, page, key;

const goto = (path) => page.goto(`${server.url}/ada/digits/${path}`);
const start = async (name, displayName) => {
  const run = await LoggedRun.start(server.url, key, { ...place, name, displayName });
  await run.log(curve(5));
  return run;
};
const log = (own) => logArtifact({ url: server.url, key }, { ...place, ...own });
const use = (run, id) => useArtifact({ url: server.url, key }, { ...place, run }, id);

before(async () => {
  server = await startServer();
  key = server.run(['user', 'create', 'ada', '--password-stdin', '--print-api-key'], password);
  const [prepare, train, judge] = [
    await start('prep0001', 'prepare'),
    await start('train001', 'train'),
    await start('eval0001', 'judge'),
  ];
  const shared = { 'README.md': '# Digits\n', 'classes.csv': 'id,name\n0,zero\n1,"one, or I"\n' };
  await log({ type: 'dataset', name: 'digits', run: 'prep0001', metadata: { images: 100, site: { name: 'x' } }, files: { ...shared, 'splits/old.txt': 'a\n', 'labels.json': '{"a":1}' } });
  const data = await log({
    type: 'dataset',
    name: 'digits',
    run: 'prep0001',
    metadata: { images: 250, site: { name: 'x' } },
    aliases: ['clean'],
    files: { ...shared, 'splits/new.txt': 'abc\n', 'labels.json': '{"a":2}', 'raw.tar': { ref: 's3://bucket/raw.tar', size: 1024 } },
  });
  await use('train001', data);
  const model = await log({ type: 'model', name: 'net', run: 'train001', files: { 'net.pt': 'weights' } });
  await use('eval0001', model);
  await log({ type: 'job', name: 'job-judge', run: 'eval0001', files: { 'job.json': '{}' } });
  await log({ type: 'code', name: 'source-digits', run: 'train001', files: { 'train.py': 'lr = 0.1\n', 'lib/net.py': 'layers = 3\n' } });
  await log({ type: 'wandb-history', name: 'run-train001-history', run: 'train001', files: { '0000.parquet': 'PAR1' } });
  await train.upload('code/train.py', 'import wandb\nlr = 0.1\n');
  await judge.upload('code/train.py', 'import wandb\nlr = 0.2\n');
  for (const run of [prepare, train, judge]) await run.finish();
  browser = await launch();
  page = await open(browser);
  await page.goto(`${server.url}/login?next=ada/digits/artifacts`);
  await page.getByLabel('User name or e-mail').fill('ada');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/digits\/artifacts$/);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('types and collections are listed, what the client made only when asked', async () => {
  const types = page.getByRole('complementary', { name: 'Types' });
  await types.getByRole('link', { name: /dataset/ }).click();
  await page.waitForURL(/artifacts\/dataset$/);
  const table = page.getByRole('table', { name: 'Collections of type dataset' });
  await table.getByRole('link', { name: 'digits' }).waitFor();
  await table.getByText('clean').waitFor();
  const made = [/^job/, /^code/, /^wandb-history/];
  for (const name of made) assert.equal(await types.getByRole('link', { name }).count(), 0);
  await types.getByLabel('Show types made by the client').check();
  for (const name of made) await types.getByRole('link', { name }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('DIG');
  await table.getByRole('link', { name: 'digits' }).waitFor();
  await page.keyboard.type('zz');
  await page.getByText('Nothing matches “DIGzz”.').waitFor();
  await assertAccessible(page);
});

test('a collection has its versions; its description and tags are edited in place', async () => {
  await goto('artifacts/dataset/digits');
  const table = page.getByRole('table', { name: 'Versions' });
  await table.getByRole('link', { name: 'v1' }).waitFor();
  await table.getByRole('link', { name: 'prepare' }).first().waitFor();
  await page.getByRole('button', { name: /^Description/ }).click();
  await page.getByLabel('Description', { exact: true }).fill('# Digits\n\n**Handwritten** by pupils <img src=x onerror=alert(1)>');
  await page.keyboard.press('Control+Enter');
  await page.locator('strong', { hasText: 'Handwritten' }).waitFor();
  assert.equal(await page.locator('.about img').count(), 0, 'nothing of it is markup');
  await page.getByRole('button', { name: /^Description: # Digits/ }).waitFor();
  await page.getByRole('button', { name: 'Add a tag' }).click();
  await page.getByLabel('New tag').fill('curated');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Remove the tag curated' }).waitFor();
  await assertAccessible(page);
});

test('a version: what it is, its aliases moved, and how long it is kept', async () => {
  await goto('artifacts/dataset/digits/v0');
  await page.getByText('ada/digits/digits:v0').waitFor();
  await page.getByText('images', { exact: true }).waitFor();
  await page.getByRole('button', { name: /^Description/ }).click();
  await page.getByLabel('Description', { exact: true }).fill('- cleaned\n- $a^2$ of **all**');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('listitem').filter({ hasText: 'cleaned' }).waitFor();
  await page.locator('strong', { hasText: 'all' }).waitFor();
  await page.locator('.overview math').waitFor();
  await page.getByRole('button', { name: 'Add an alias' }).click();
  await page.getByLabel('New alias').fill('v7');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  await page.getByLabel('New alias').fill('clean');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Remove the alias clean' }).waitFor();
  await page.getByLabel('Kept').selectOption({ label: '30 days' });
  await page.getByText(/^To be deleted/).waitFor();
  await page.getByLabel('Kept').selectOption({ label: 'For good' });
  await page.getByText('Not deleted by itself').waitFor();
  await assertAccessible(page);
  await page.keyboard.press('[');
  await page.waitForURL(/digits\/v1$/);
  await page.getByText('ada/digits/digits:v1').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Remove the alias clean' }).count(), 0, 'the alias has moved');
});

test('files are a tree, with previews, signed downloads and references', async () => {
  await goto('artifacts/dataset/digits/v1/files');
  await page.getByRole('button', { name: /classes\.csv/ }).click();
  await page.getByRole('cell', { name: 'one, or I' }).waitFor();
  await page.waitForURL(/file=classes\.csv/);
  await page.getByRole('button', { name: /labels\.json/ }).click();
  await page.getByText('"a": 2').waitFor();
  const address = await page.getByRole('link', { name: 'Download' }).getAttribute('href');
  const response = await fetch(address, { headers: { Range: 'bytes=0-3' } });
  assert.equal(response.status, 206, 'no header is needed, and ranges are given');
  assert.equal(await response.text(), '{"a"');
  await page.getByRole('button', { name: /raw\.tar/ }).click();
  await page.getByText('s3://bucket/raw.tar').first().waitFor();
  await page.getByLabel('Search files').fill('new');
  await page.getByText('1 file', { exact: true }).waitFor();
  await assertAccessible(page);
});

test('two versions are compared', async () => {
  await goto('artifacts/dataset/digits/v1/compare');
  await page.getByText('What changed from v0 to v1').waitFor();
  const files = page.getByRole('table', { name: 'Files' });
  await files.getByText('splits/new.txt').waitFor();
  for (const [change, name] of [['Added', 'splits/new.txt'], ['Removed', 'splits/old.txt'], ['Changed', 'labels.json']])
    await files.getByRole('row', { name: new RegExp(`${change}.*${name}`) }).waitFor();
  assert.equal(await files.getByText('README.md').count(), 0);
  await page.getByRole('button', { name: '2 unchanged' }).click();
  await files.getByText('README.md').waitFor();
  await page.getByRole('row', { name: /images 100 250/ }).waitFor();
  assert.equal(await page.getByText('site.name').count(), 0);
  await assertAccessible(page);
});

test('the lineage is followed across steps, with the keyboard', async () => {
  await goto('artifacts/model/net/v0/lineage');
  const graph = page.getByRole('group', { name: 'Lineage' });
  for (const name of [/^digits:v1/, /^train/, /^net:v0/, /^judge/]) await graph.getByRole('link', { name }).waitFor();
  await graph.getByText('1 made by the client').waitFor();
  await graph.getByRole('link', { name: /^net:v0/ }).focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await page.waitForURL(/dataset\/digits\/v1\/lineage$/);
  await page.getByRole('group', { name: 'Lineage' }).getByRole('link', { name: /^prepare/ }).waitFor();
  await assertAccessible(page);
});

test('code to copy names the version or an alias, and users are listed', async () => {
  await goto('artifacts/model/net/v0/usage');
  await page.getByText('wandb artifact get ada/digits/net:v0 --root ./net').waitFor();
  await page.getByLabel('Name it by').selectOption('latest');
  await page.getByText('run.use_artifact("ada/digits/net:latest")').waitFor();
  await page.getByRole('table', { name: 'Used by' }).getByRole('link', { name: 'judge' }).waitFor();
  await assertAccessible(page);
});

test('a run tells what it used and logged', async () => {
  await goto('runs/train001');
  await page.getByRole('table', { name: 'Used' }).getByRole('link', { name: 'digits:v1' }).waitFor();
  await page.getByRole('table', { name: 'Logged' }).getByRole('link', { name: 'net:v0' }).waitFor();
  await goto('runs/eval0001');
  await page.getByRole('button', { name: '1 made by the client' }).click();
  await page.getByRole('table', { name: 'Logged' }).getByRole('link', { name: 'job-judge:v0' }).waitFor();
});

test('the code of a run is what it saved and what it logged', async () => {
  await goto('runs/train001/code');
  await page.getByText('net.py').click();
  await page.getByText('layers = 3').waitFor();
  // Of two with one name, that among the files.
  await page.getByText('train.py').click();
  await page.getByText('import wandb').waitFor();
});

test('the code of two runs is compared from the page of one', async () => {
  await goto('runs/train001/code');
  await page.getByRole('button', { name: 'Compare with another run' }).click();
  const dialog = page.getByRole('dialog', { name: 'Compare with another run' });
  await dialog.getByText('lr = 0.1').first().waitFor();
  await dialog.getByText('lr = 0.2').first().waitFor();
  assert.equal(await dialog.locator('.removed').count(), 1);
  assert.equal(await dialog.locator('.added').count(), 1);
  await assertAccessible(page);
});

test('the pages work on a phone', async () => {
  await page.setViewportSize(sizes.phone);
  for (const path of ['artifacts', 'artifacts/dataset/digits', 'artifacts/dataset/digits/v1', 'artifacts/dataset/digits/v1/files', 'artifacts/dataset/digits/v1/compare', 'artifacts/model/net/v0/lineage', 'artifacts/model/net/v0/usage']) {
    await goto(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.locator('main .skeleton').first().waitFor({ state: 'detached' });
    await assertNoSidewaysScroll(page);
    await assertAccessible(page);
  }
  await page.setViewportSize(sizes.desktop);
});

test('deleting says what it frees, and takes the version away', async () => {
  await goto('artifacts/dataset/digits/v0');
  await page.getByText('ada/digits/digits:v0').waitFor();
  await page.getByRole('button', { name: 'Delete' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Frees').waitFor();
  assert.equal(await dialog.locator('dt:has-text("Versions") + dd').innerText(), '1');
  // Of its four files the other version has two.
  assert.equal(await dialog.locator('dt:has-text("Frees") + dd').innerText(), '9 B');
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await page.waitForURL(/dataset\/digits$/);
  await page.getByRole('table', { name: 'Versions' }).getByRole('link', { name: 'v1' }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'v0' }).count(), 0);
  await goto('artifacts/dataset/digits/v0');
  await page.getByRole('heading', { name: 'No artifact digits:v0', level: 1 }).waitFor();
});

test('no page had an error', () => assert.deepEqual(page.problems, []));
