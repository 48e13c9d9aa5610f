/** What people do with a workspace: find, arrange, edit, save, share, and meet somebody who does the same. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, assertNoSidewaysScroll, launch, open, sizes } from '../lib/browser.mjs';
import { curve, LoggedRun } from '../lib/client.mjs';
import { startServer } from '../lib/server.mjs';

const user = { name: 'ada', email: 'ada@example.org', password: 'a long enough phrase' };
const project = 'panels';
let server, browser, page, key;

const home = () => `${server.url}/${user.name}/${project}`;
const section = (name) => page.getByRole('region', { name, exact: true });
const panels = (name) => section(name).locator('[data-panel]');
const titles = (name) => section(name).getByRole('heading', { level: 3 }).allInnerTexts();
const panel = (name, title) =>
  panels(name).filter({ has: page.getByRole('heading', { name: title, exact: true }) });
const saved = () => page.getByText('Saved', { exact: true }).waitFor();
const drawer = () => page.getByRole('dialog');

/** Waits until a section has these panels, in this order. */
async function assertPanels(name, wished) {
  let found;
  for (let i = 0; i < 40; i += 1) {
    found = await titles(name);
    if (JSON.stringify(found) === JSON.stringify(wished)) return;
    await page.waitForTimeout(100);
  }
  assert.deepEqual(found, wished);
}
async function act(name, title, action) {
  await panel(name, title).hover();
  await panel(name, title)
    .getByRole('button', { name: `Actions for ${title}` })
    .click();
  await page.getByRole('menuitem', { name: action, exact: true }).click();
}
async function add(what) {
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('menuitem', { name: what, exact: true }).click();
}
async function viewAction(what) {
  await page.getByRole('button', { name: 'Actions for this view' }).click();
  await page.getByRole('menuitem', { name: what, exact: true }).click();
}

before(async () => {
  server = await startServer();
  browser = await launch();
  page = await open(browser);
  await page.goto(server.setupUrl);
  await page.getByLabel('User name').fill(user.name);
  await page.getByLabel('E-mail').fill(user.email);
  await page.getByLabel('Password').fill(user.password);
  await page.getByRole('button', { name: 'Create user' }).click();
  await page.getByLabel('Name of the key').fill('laptop');
  await page.getByRole('button', { name: 'Create key' }).click();
  key = (await page.locator('code.secret').innerText()).trim();
  for (const seed of [1, 2]) {
    const place = {
      entity: user.name,
      project,
      name: `panels0${seed}`,
      displayName: `run-${seed}`,
    };
    const run = await LoggedRun.start(server.url, key, place);
    await run.log(
      curve(200, seed).map((row) => ({ ...row, 'val/accuracy': row['train/accuracy'] })),
    );
    await run.finish();
  }
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('every logged metric has a panel, in a section by its prefix', async () => {
  await page.goto(home());
  await page.getByRole('img', { name: /train\/loss, 2 runs/ }).waitFor();
  await assertPanels('Charts', ['learning_rate']);
  await assertPanels('train', ['accuracy', 'loss']);
  await assertPanels('val', ['accuracy', 'loss']);
  await assertAccessible(page);
});

test('what is changed is there after a reload, without a button to save it', async () => {
  await section('Charts')
    .getByRole('button', { name: /^Charts/ })
    .click();
  await saved();
  await page.reload();
  await panel('train', 'loss').waitFor();
  assert.equal(await panels('Charts').count(), 0, 'the closed section stays closed');
  await section('Charts')
    .getByRole('button', { name: /^Charts/ })
    .click();
  await panel('Charts', 'learning_rate').waitFor();
});

test('a panel is edited beside a live preview, and taken back and repeated by keyboard', async () => {
  await act('train', 'loss', 'Edit panel');
  await drawer()
    .getByRole('img', { name: /train\/loss, 2 runs/ })
    .waitFor();
  await drawer().getByLabel('Title', { exact: true }).fill('Training loss');
  await assertAccessible(page);
  await drawer().getByRole('button', { name: 'Done' }).click();
  await panel('train', 'Training loss').waitFor();
  await page.keyboard.press('Control+z');
  await panel('train', 'loss').waitFor();
  await page.keyboard.press('Control+Shift+z');
  await panel('train', 'Training loss').waitFor();
  await act('train', 'Training loss', 'Undo all changes of this panel');
  await panel('train', 'loss').waitFor();
});

test('settings go from the workspace to the section to the panel, and say where they come from', async () => {
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await drawer().getByLabel('X axis').selectOption('_runtime');
  await drawer().getByText('Set here').waitFor();
  await assertAccessible(page);
  await page.keyboard.press('Escape');

  await section('train').hover();
  await section('train').getByRole('button', { name: 'Actions for train', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Settings of the section' }).click();
  await drawer().getByText('From the workspace').waitFor();
  await drawer().getByLabel('X axis').selectOption('_timestamp');
  await page.keyboard.press('Escape');

  await act('train', 'loss', 'Edit panel');
  await drawer().getByRole('button', { name: 'Settings' }).click();
  await drawer().getByText('From the section').waitFor();
  assert.equal(await drawer().getByLabel('X axis', { exact: true }).inputValue(), '_timestamp');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
});

test('a pattern with a group makes a panel for each of its values', async () => {
  await add('Quick add');
  await drawer().getByLabel('Metric or regular expression').fill('^(?:train|val)/(.*)$');
  await drawer().getByText('Makes 2 panels.').waitFor();
  await assertAccessible(page);
  await drawer().getByRole('button', { name: 'Add 2 panels' }).click();
  await page.keyboard.press('Escape');
  await assertPanels('Charts', ['accuracy', 'loss', 'learning_rate']);
  await page.getByRole('img', { name: /train\/loss, val\/loss/ }).waitFor();
});

test('a panel of a chosen type is added to a new section', async () => {
  await add('Add section');
  await section('New section').getByRole('button', { name: 'Add a panel to New section' }).click();
  await drawer().getByRole('button', { name: 'Line plot' }).click();
  await drawer().getByLabel('Title', { exact: true }).fill('Mine');
  await drawer().getByRole('button', { name: 'Done' }).click();
  await panel('New section', 'Mine').waitFor();
  await section('New section').getByRole('button', { name: 'Actions for New section' }).click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.getByLabel('Name of the section').fill('Own');
  await page.keyboard.press('Enter');
  await panel('Own', 'Mine').waitFor();
});

test('panels are dragged to another section, and moved and resized by keyboard', async () => {
  const from = await panel('Charts', 'accuracy').getByRole('heading').boundingBox();
  const to = await panel('Own', 'Mine').boundingBox();
  await page.mouse.move(from.x + 5, from.y + 5);
  await page.mouse.down();
  await page.mouse.move(to.x + to.width - 20, to.y + 60, { steps: 8 });
  await page.mouse.up();
  await assertPanels('Own', ['Mine', 'accuracy']);

  await panel('Own', 'accuracy').focus();
  await page.keyboard.press('Alt+ArrowLeft');
  await assertPanels('Own', ['accuracy', 'Mine']);
  const width = async () => (await panel('Own', 'Mine').boundingBox()).width;
  const before = await width();
  await panel('Own', 'Mine').focus();
  await page.keyboard.press('Alt+Shift+ArrowRight');
  await page.waitForTimeout(200);
  assert.ok((await width()) > before + 40, 'wider on the grid');
  await assertAccessible(page);
  await page.keyboard.press('Control+z');
});

test('a corner that is dragged makes a panel larger, and the others make room', async () => {
  const mine = panel('Own', 'Mine');
  const before = await mine.boundingBox();
  await mine.hover();
  await page.mouse.move(before.x + before.width - 5, before.y + before.height - 5);
  await page.mouse.down();
  await page.mouse.move(before.x + before.width + 200, before.y + before.height + 90, { steps: 8 });
  await page.mouse.up();
  await page.waitForTimeout(300);
  const after = await mine.boundingBox();
  assert.ok(after.width > before.width + 100 && after.height > before.height + 50, 'larger');
  const boxes = await Promise.all((await panels('Own').all()).map((one) => one.boundingBox()));
  const [a, b] = boxes;
  const apart =
    a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
  assert.ok(apart, 'no panel lies on another');
  await page.keyboard.press('Control+z');
});

test('a panel fills the screen, the keys [ and ] go to the others, and its link leads back', async () => {
  await panel('train', 'accuracy').focus();
  await page.keyboard.press('Enter');
  const full = page.getByRole('dialog', { name: 'accuracy' });
  await full.getByRole('img', { name: /train\/accuracy/ }).waitFor();
  await page.keyboard.press(']');
  await page
    .getByRole('dialog', { name: 'loss' })
    .getByRole('img', { name: /train\/loss/ })
    .waitFor();
  await assertAccessible(page);
  await page.keyboard.press('[');
  await full.waitFor();
  await page.keyboard.press('Escape');
  await page.goto(`${home()}?panel=${encodeURIComponent('__auto_panel__:val/loss')}`);
  await page
    .getByRole('dialog', { name: 'loss' })
    .getByRole('img', { name: /val\/loss/ })
    .waitFor();
  await page.keyboard.press('Escape');
});

test('panels are searched by name and by pattern', async () => {
  await page.getByLabel('Search panels').fill('^val/');
  await assertPanels('val', ['accuracy', 'loss']);
  assert.equal(await section('train').count(), 0);
  await page.getByLabel('Search panels').fill('');
  await panel('train', 'loss').waitFor();
});

test('a panel is removed, and brought back from the settings', async () => {
  await act('val', 'accuracy', 'Remove panel');
  await assertPanels('val', ['loss']);
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await drawer().getByText('1 panel was removed.').waitFor();
  await drawer().getByRole('button', { name: 'Bring them back' }).click();
  await page.keyboard.press('Escape');
  await assertPanels('val', ['accuracy', 'loss']);
});

let link;
test('a workspace is saved as a view that its address opens', async () => {
  await viewAction('Save as new view');
  await drawer().getByLabel('Name of the view').fill('For the paper');
  await assertAccessible(page);
  await drawer().getByRole('button', { name: 'Save' }).click();
  await page.waitForURL(/\?nw=[a-z0-9]{11}$/);
  link = page.url();
  await page.getByRole('button', { name: /View\s*For the paper/ }).waitFor();
  await page.goto(home());
  await page.getByRole('button', { name: /View\s*My workspace/ }).click();
  await assertAccessible(page);
  await drawer()
    .getByRole('button', { name: /For the paper/ })
    .click();
  await page.waitForURL(link);
  await panel('Own', 'Mine').waitFor();
});

test('two people change the same view: the later one chooses', async () => {
  await page.goto(link);
  await panel('Own', 'Mine').waitFor();
  const other = await page.context().newPage();
  await other.goto(link);
  await other.getByRole('button', { name: /View\s*For the paper/ }).waitFor();
  await section('val').getByRole('button', { name: /^val/ }).click();
  await saved();
  await other
    .getByRole('region', { name: 'train', exact: true })
    .getByRole('button', { name: /^train/ })
    .click();
  await other.getByText(/has saved this view since/).waitFor();
  await assertAccessible(other);
  await other.getByRole('button', { name: 'Load theirs' }).click();
  await other.getByText(/has saved this view since/).waitFor({ state: 'detached' });
  const region = (name) => other.getByRole('region', { name, exact: true });
  await region('train').locator('[data-panel]').first().waitFor();
  assert.equal(await region('val').locator('[data-panel]').count(), 0, 'as the other one left it');

  await section('Charts')
    .getByRole('button', { name: /^Charts/ })
    .click();
  await page.waitForTimeout(1500);
  await region('train')
    .getByRole('button', { name: /^train/ })
    .click();
  await other.getByRole('button', { name: 'Keep mine as a new view' }).click();
  await other.getByLabel('Name of the view').fill('My version');
  await other.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await other.getByRole('button', { name: /View\s*My version/ }).waitFor();
  await other.close();
});

test('an earlier state is restored, and that can be undone', async () => {
  await page.goto(link);
  await section('val').waitFor();
  assert.equal(await panels('val').count(), 0);
  await viewAction('Earlier states');
  await assertAccessible(page);
  await drawer()
    .getByRole('button', { name: /Restore the state of/ })
    .last()
    .click();
  await page.keyboard.press('Escape');
  await assertPanels('val', ['accuracy', 'loss']);
  await page.keyboard.press('Control+z');
  await page.waitForTimeout(300);
  assert.equal(await panels('val').count(), 0);
});

test('a view is deleted after a question', async () => {
  await viewAction('Delete view');
  await drawer().getByRole('button', { name: 'Delete view' }).click();
  await page.getByRole('button', { name: /View\s*My workspace/ }).waitFor();
  await page.goto(link);
  await page.getByText(/There is no view/).waitFor();
});

test('what define_metric says is heard: hidden metrics have no panel, a step metric is the x', async () => {
  const defined = [
    { 1: 'train/epoch', 6: [2, 3] },
    { 2: 'train/*', 5: 1, 6: [1] },
  ];
  const place = { entity: user.name, project: 'defined', name: 'defined1', displayName: 'defined' };
  const run = await LoggedRun.start(server.url, key, { ...place, own: { m: defined } });
  const rows = Array.from({ length: 40 }, (_, i) => ({
    'train/epoch': i / 10,
    'train/loss': 1 / (i + 1),
  }));
  await run.log(rows);
  await run.finish();
  await page.goto(`${server.url}/${user.name}/defined`);
  await page.getByRole('img', { name: /train\/loss, 1 run/ }).waitFor();
  await assertPanels('train', ['loss']);
  await act('train', 'loss', 'Edit panel');
  await drawer().getByRole('button', { name: 'Settings' }).click();
  assert.equal(await drawer().getByLabel('X axis', { exact: true }).inputValue(), 'train/epoch');
  await page.keyboard.press('Escape');
});

test('at phone width it is one column, readable and without sideways scrolling', async () => {
  await page.setViewportSize(sizes.phone);
  await page.goto(home());
  await panel('train', 'loss').waitFor();
  await assertNoSidewaysScroll(page);
  await assertAccessible(page);
  await page.setViewportSize(sizes.desktop);
});

test('nothing went wrong that nobody saw', () => {
  assert.deepEqual(page.problems, []);
});
