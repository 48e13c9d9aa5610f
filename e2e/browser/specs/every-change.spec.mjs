/** Every change that somebody makes to a workspace is taken back and made again, as the server keeps it; and what a large
 *  list of runs costs the page. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, open } from '../lib/browser.mjs';
import { curve, LoggedRun, post } from '../lib/client.mjs';
import { startServer } from '../lib/server.mjs';
import { signIn } from '../lib/sign-in.mjs';

const user = { name: 'ada', password: 'a long enough phrase' };
const project = 'changes';
const RUNS = 60;
let server, browser, page, key;

const section = (name) => page.getByRole('region', { name, exact: true });
const panel = (where, title) =>
  section(where).locator('[data-panel]').filter({ has: page.getByRole('heading', { name: title, exact: true }) }).first();
const drawer = () => page.getByRole('dialog');
const sheet = (name) => page.getByRole('dialog', { name, exact: true });
const tool = (name) => page.getByRole('toolbar').getByRole('button', { name: new RegExp(`^${name}`) });
const row = (name) => page.getByRole('row', { name: new RegExp(`${name}( |$)`) });
const SPEC = `query($e: String, $p: String) { project(entityName: $e, name: $p) {
  allViews(viewType: "project-view") { edges { node { name spec } } } } }`;

/** The document as the server has it, once nothing is under way. */
async function kept() {
  await page.waitForTimeout(700);
  await page.getByText('Saved', { exact: true }).waitFor();
  const answer = await post(`${server.url}/graphql`, key, { query: SPEC, variables: { e: user.name, p: project } });
  const { data } = typeof answer.json === 'function' ? await answer.json() : answer;
  const own = data.project.allViews.edges.find(({ node }) => node.name.startsWith('nw-nwuser'));
  return own.node.spec;
}
async function sectionAct(name, menu, action) {
  await section(name).hover();
  await section(name).getByRole('button', { name: `${menu} ${name}`, exact: true }).click();
  await page.getByRole('menuitem', { name: action, exact: true }).or(page.getByRole('menuitemcheckbox', { name: action, exact: true })).first().click();
}
async function act(where, title, action) {
  await panel(where, title).hover();
  await panel(where, title).getByRole('button', { name: `Actions for ${title}` }).click();
  await page.getByRole('menuitem', { name: action }).click();
}
async function settings(change) {
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await change(drawer());
  await page.keyboard.press('Escape');
}
async function pick(name, text) {
  await tool(name).click();
  const field = sheet(name).getByRole('combobox', { name: /column/ }).last();
  await field.fill(text);
  await field.press('Enter');
  await page.keyboard.press('Escape');
}
async function ofRun(name, kind, action) {
  await row(name).getByRole('link').first().hover();
  await row(name).getByRole('button', { name: `Actions of ${name}` }).click();
  await page.getByRole(kind, { name: action }).click();
}

/** Everything that is part of a workspace, changed in the way people change it. */
const changes = {
  'a section is closed': () => section('val').getByRole('button', { name: /^val/ }).click(),
  'a section is renamed': async () => {
    await sectionAct('train', 'Actions for', 'Rename');
    await page.getByLabel('Name of the section').fill('Training');
    await page.keyboard.press('Enter');
  },
  'a section goes down': () => sectionAct('train', 'Actions for', 'Move section down'),
  'a section is pinned': () => sectionAct('val', 'Actions for', 'Pin to the top'),
  'a section is sorted': () => sectionAct('train', 'Actions for', 'Sort by title'),
  'a section has other columns': () => sectionAct('train', 'Layout of', '2'),
  'a section becomes a grid': () => sectionAct('train', 'Layout of', 'Free grid'),
  'a section is deleted': () => sectionAct('val', 'Actions for', 'Delete section'),
  'a section is added': async () => {
    await page.getByRole('button', { name: 'Add', exact: true }).first().click();
    await page.getByRole('menuitem', { name: 'Add section', exact: true }).click();
  },
  'a panel is moved by key': async () => {
    await panel('train', 'loss').focus();
    await page.keyboard.press('Alt+ArrowLeft');
  },
  'a panel is resized by key': async () => {
    await panel('train', 'loss').focus();
    await page.keyboard.press('Alt+Shift+ArrowRight');
  },
  'a panel goes to another section': () => act('train', 'loss', /^val/),
  'a panel is duplicated': () => act('train', 'loss', 'Duplicate'),
  'a panel is removed': () => act('train', 'loss', 'Remove panel'),
  'a panel has another title': async () => {
    await act('train', 'loss', 'Edit panel');
    await drawer().getByLabel('Title', { exact: true }).fill('Better');
    await drawer().getByRole('button', { name: 'Done' }).click();
  },
  'a panel has a setting of its own': async () => {
    await act('train', 'loss', 'Edit panel');
    await drawer().getByRole('button', { name: 'Settings', exact: true }).click();
    await drawer().getByLabel('Smoothing', { exact: true }).selectOption('gaussian');
    await drawer().getByRole('button', { name: 'Done' }).click();
  },
  'panels are added by a pattern': async () => {
    await page.getByRole('button', { name: 'Add', exact: true }).first().click();
    await page.getByRole('menuitem', { name: 'Quick add', exact: true }).click();
    await drawer().getByLabel('Metric or regular expression').fill('^(?:train|val)/(loss)$');
    await drawer().getByRole('button', { name: 'Add 1 panel' }).click();
    await page.keyboard.press('Escape');
  },
  'the x axis of all panels': () => settings((form) => form.getByLabel('X axis', { exact: true }).selectOption('_runtime')),
  'sections by the last prefix': () => settings((form) => form.getByLabel('Sections by').selectOption('last')),
  'empty sections are shown': () => settings((form) => form.getByLabel('Show empty sections').check()),
  'the workspace becomes manual': () => settings((form) => form.getByRole('radio', { name: /Manual/ }).check()),
  'fewer runs are drawn': async () => {
    await page.getByText(`${RUNS} shown`).click();
    await page.getByRole('menuitemcheckbox', { name: '10', exact: true }).click();
  },
  'runs are searched': () => page.getByRole('searchbox', { name: 'Search runs' }).fill('trial-1'),
  'runs are grouped': () => pick('Group', '^config:depth$'),
  'runs are sorted': () => pick('Sort', '^config:depth$'),
  'runs are coloured by a metric': () => pick('Colour', '^summary:train/loss$'),
  'a run is hidden': () => row('trial-59').getByRole('button', { name: "Show trial-59 in charts" }).click(),
  'a run is pinned': () => ofRun('trial-58', 'menuitemcheckbox', 'Pin on top'),
  'a run is the baseline': () => ofRun('trial-58', 'menuitemcheckbox', 'Compare others with it'),
};

before(async () => {
  server = await startServer();
  key = server.run(['user', 'create', user.name, '--password-stdin', '--print-api-key'], user.password);
  for (let index = 0; index < RUNS; index += 1) {
    const run = await LoggedRun.start(server.url, key, {
      ...{ entity: user.name, project, name: `change${String(index).padStart(3, '0')}`, displayName: `trial-${index}` },
      config: Object.fromEntries([['depth', index % 3], ...Array.from({ length: 60 }, (_, at) => [`key_${at}`, at * index])]),
    });
    await run.log(index > 50 ? curve(10, index) : curve(1, index));
    await run.finish();
  }
  browser = await launch();
  page = await open(browser);
  await signIn(page, server, user, `${user.name}/${project}`);
  await panel('train', 'loss').locator('.u-over').waitFor();
  // From here on there is a document to go back to.
  await section('Charts').getByRole('button', { name: /^Charts/ }).click();
  await kept();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const [name, change] of Object.entries(changes)) {
  test(`${name}: taken back and made again`, async () => {
    const before = await kept();
    await change();
    const changed = await kept();
    assert.notEqual(changed, before, 'it is kept');
    await page.locator('body').evaluate(() => document.activeElement?.blur());
    await page.keyboard.press('Control+z');
    assert.equal(await kept(), before, 'taken back');
    await page.keyboard.press('Control+Shift+z');
    assert.equal(await kept(), changed, 'made again');
    await page.keyboard.press('Control+z');
    assert.equal(await kept(), before);
  });
}

test('colours follow a metric, in the list and in the charts', async () => {
  const color = (name) => row(name).locator('i.dot').evaluate((dot) => dot.style.background);
  const strokes = () =>
    panel('train', 'loss').locator('.legend path').evaluateAll((all) => all.map((one) => one.style.stroke));
  const own = await color('trial-59');
  await pick('Colour', '^summary:train/loss$');
  await page.waitForFunction(() => /series-[23]\d/.test(document.querySelector('[role=row] i.dot')?.style.background ?? ''));
  assert.notEqual(await color('trial-59'), own);
  for (let tries = 0; tries < 40 && !(await strokes()).every((one) => /series-[23]\d/.test(one)); tries += 1) await page.waitForTimeout(50);
  assert.equal((await strokes())[0], await color('trial-59'), 'the same in both');
  await page.keyboard.press('Control+z');
});

test('of many rows and columns only those in view are on the page', async () => {
  await page.goto(`${server.url}/${user.name}/${project}/runs`);
  await row('trial-59').waitFor();
  const made = () =>
    page.evaluate(() => [document.querySelectorAll('.grid [role=row]').length, document.querySelectorAll('[role=columnheader]').length]);
  const bounded = async () => {
    const [rows, columns] = await made();
    assert.ok(rows < 55 && columns < 30, `${rows} rows and ${columns} columns of ${RUNS} and 70`);
  };
  await bounded();
  await page.locator('.grid').evaluate((box) => box.scrollTo(4000, 100_000));
  await row('trial-0').waitFor();
  await bounded();
  assert.equal(await row('trial-59').count(), 0);
  assert.deepEqual(page.problems, []);
});
