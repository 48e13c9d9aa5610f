/** How charts are read: by keyboard alone, for more runs than are drawn, while their data is on its way. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, launch, open } from '../lib/browser.mjs';
import { LoggedRun } from '../lib/client.mjs';
import { startServer } from '../lib/server.mjs';
import { signIn } from '../lib/sign-in.mjs';

const user = { name: 'ada', password: 'a long enough phrase' };
const project = 'reading';
const RUNS = 12;
const STEPS = 20;
const TABLE = 'media/table/roc_table_3_0123456789abcdef0123.table.json';
let server, browser, page;

const home = () => `${server.url}/${user.name}/${project}`;
const panel = (key) => page.locator(`[data-panel$=":${key}"]`);
const reader = (where) => where.getByRole('slider', { name: /^Read / });
const drawer = () => page.getByRole('dialog');
const toolbar = (name) => page.getByRole('toolbar').getByRole('button', { name: new RegExp(`^${name}`) });
const sheet = (name) => page.getByRole('dialog', { name, exact: true });
const said = (where) => reader(where).getAttribute('aria-valuetext');
async function until(what, expected, why) {
  for (let tries = 0; tries < 60; tries += 1) {
    if (JSON.stringify(await what()) === JSON.stringify(expected)) return;
    await page.waitForTimeout(50);
  }
  assert.deepEqual(await what(), expected, why);
}

/** What `wandb.plot.line(table, "x", "y", title="Curve")` under the key `roc` writes. */
const drawn = {
  panel_type: 'Vega2',
  panel_config: {
    panelDefId: 'wandb/line/v0',
    fieldSettings: { x: 'x', y: 'y' },
    stringSettings: { title: 'Curve' },
    transform: { name: 'tableWithLeafColNames' },
    userQuery: {
      queryFields: [
        {
          name: 'runSets',
          args: [{ name: 'runSets', value: '${runSets}' }],
          fields: [{ name: 'summaryTable', args: [{ name: 'tableKey', value: 'roc_table' }], fields: [] }],
        },
      ],
    },
  },
};

before(async () => {
  server = await startServer();
  const key = server.run(['user', 'create', user.name, '--password-stdin', '--print-api-key'], user.password);
  for (let index = 0; index < RUNS; index += 1) {
    const last = index === RUNS - 1;
    const run = await LoggedRun.start(server.url, key, {
      ...{ entity: user.name, project, name: `read00${String(index).padStart(2, '0')}`, displayName: `run-${index}` },
      config: { size: index < 9 ? 'small' : 'large' },
      ...(last ? { own: { visualize: { roc: drawn } } } : {}),
    });
    if (last) await run.upload(TABLE, JSON.stringify({ columns: ['x', 'y'], data: [[0, 0], [1, 1]] }));
    const table = { _type: 'table-file', path: TABLE, ncols: 2, nrows: 2, size: 60 };
    const rows = Array.from({ length: STEPS }, (_, step) => ({ score: index, ramp: step + index * 100 }));
    await run.log(last ? [...rows.slice(0, -1), { ...rows.at(-1), roc_table: table }] : rows);
    await run.finish();
  }
  browser = await launch();
  page = await open(browser);
  await signIn(page, server, user, `${user.name}/${project}`);
  await panel('score').locator('.u-over').waitFor();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('what the crosshair reads stands beside it, by pointer and by keyboard, in the page and in full screen', async () => {
  /** How far the texts are from the line, and from the top of the plot. */
  const far = async (where) => {
    await page.locator('.tip').waitFor();
    await page.waitForTimeout(200);
    const [tip, line] = [await page.locator('.tip').boundingBox(), await where.locator('.over .line').boundingBox()];
    return [Math.min(Math.abs(tip.x - line.x), Math.abs(tip.x + tip.width - line.x)), Math.abs(tip.y - line.y)];
  };
  const near = async (where) => {
    const [across, down] = await far(where);
    assert.ok(across < 24 && down < 24, `${across} and ${down} pixels away`);
  };
  const point = async (where) => {
    const box = await where.locator('.u-over').boundingBox();
    await page.mouse.move(box.x + box.width / 3, box.y + box.height / 2);
  };
  await point(panel('score'));
  await near(panel('score'));
  await page.mouse.move(5, 5);
  await reader(panel('score')).focus();
  await page.keyboard.press('End');
  await near(panel('score'));
  await panel('score').focus();
  await page.keyboard.press('Enter');
  await drawer().locator('.u-over').waitFor();
  await point(drawer());
  await near(drawer());
  await page.mouse.move(5, 5);
  await page.keyboard.press('Escape');
  await drawer().waitFor({ state: 'detached' });
});

test('a line plot is read point by point, line by line, by keyboard alone', async () => {
  const ramp = panel('ramp');
  await ramp.focus();
  await page.keyboard.press('Tab');
  for (let tries = 0; tries < 4 && !(await reader(ramp).evaluate((one) => one === document.activeElement)); tries += 1)
    await page.keyboard.press('Tab');
  assert.equal(await said(ramp), 'Arrow keys read the values');
  await page.keyboard.press('ArrowRight');
  await until(() => said(ramp), 'Step 0, run-11 1,100, run-10 1,000, run-9 900, run-8 800, run-7 700, +7 more');
  await page.locator('.tip').getByText('Step 0', { exact: true }).waitFor();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await until(() => said(ramp), 'Step 2, run-10 1,002');
  await page.locator('.tip .pointed').getByText('run-10').waitFor();
  await panel('score').locator('.over .line').waitFor();
  await assertAccessible(page);
  await page.keyboard.press('End');
  await until(() => said(ramp), `Step ${STEPS - 1}, run-10 1,019`);
  await page.keyboard.press('Tab');
  await page.locator('.tip').waitFor({ state: 'detached' });
});

test('it is zoomed where one reads, moved, and given back, by keyboard alone', async () => {
  const range = (key = 'ramp') => reader(panel(key)).evaluate((one) => [one.ariaValueMin, one.ariaValueMax].map((end) => Number(Number(end).toFixed(2))));
  await reader(panel('ramp')).focus();
  await until(() => range(), [0, 19]);
  await page.keyboard.press('Home');
  await page.keyboard.press('+');
  await until(() => range(), [0, 15.2]);
  await until(() => range('score'), [0, 15.2], 'all panels are zoomed');
  await until(() => said(panel('ramp')).then((text) => text.startsWith('Step 0,')), true, 'still read there');
  await page.keyboard.press('Shift+ArrowRight');
  await until(() => range(), [1.52, 16.72]);
  await page.keyboard.press('End');
  await until(() => range().then(([, max]) => max), 19, 'what is read comes into view');
  await page.keyboard.press('0');
  await until(() => range(), [0, 19]);
});

test('the keys of a panel and of a plot are told among the others', async () => {
  await page.locator('body').press('?');
  const keys = sheet('Keyboard');
  await keys.getByRole('heading', { name: 'On a panel' }).waitFor();
  await keys.getByText('Resize the panel').waitFor();
  await keys.getByRole('heading', { name: 'On a line plot' }).waitFor();
  await keys.getByText('Read the next point').waitFor();
  await assertAccessible(page);
  await page.keyboard.press('Escape');
});

test('a group is of all runs that are shown, also of those that are not drawn', async () => {
  await page.getByText('12 shown').click();
  await page.getByRole('menuitemcheckbox', { name: '10', exact: true }).click();
  await page.getByText('10 shown').waitFor();
  await panel('score').focus();
  await page.keyboard.press('e');
  await drawer().getByLabel('Group runs').check();
  const preview = drawer().locator('.preview');
  await preview.getByText('All runs', { exact: false }).waitFor();
  // 0 to 11; of the ten that are drawn it would be 6.5.
  const reads = async () => {
    await reader(preview).focus();
    await page.keyboard.press('Home');
    return said(preview);
  };
  await until(reads, 'Step 0, All runs 5.5');
  await preview.locator('.legend').getByText('12', { exact: true }).waitFor();
  await assertAccessible(page);
  const field = drawer().getByLabel('Group by', { exact: true });
  await field.fill('config.size');
  await field.press('Tab');
  await preview.getByText('size: small', { exact: false }).waitFor();
  await until(reads, 'Step 0, size: large 10, size: small 4');
  await drawer().getByRole('button', { name: 'Settings', exact: true }).click();
  await drawer().getByLabel('Line of a group', { exact: true }).selectOption('min');
  await until(reads, 'Step 0, size: large 9, size: small 0');
  // Of the small ones that are drawn it would be 5.
  await drawer().getByLabel('Line of a group', { exact: true }).selectOption('median');
  await until(reads, 'Step 0, size: large 10, size: small 4');
  await drawer().getByRole('button', { name: 'Done' }).click();
  await panel('score').hover();
  await panel('score').getByRole('button', { name: /^Actions for / }).click();
  await page.getByRole('menuitem', { name: 'Undo all changes of this panel' }).click();
});

test('the groups of the run table are of all runs, too, but for hidden ones', async () => {
  await toolbar('Group').click();
  const column = sheet('Group').getByRole('combobox', { name: /column/ }).last();
  await column.fill('^config:size$');
  await column.press('Enter');
  await page.keyboard.press('Escape');
  const score = panel('score');
  await score.getByRole('img', { name: /score, 2 runs/ }).waitFor();
  await score.locator('.legend').getByText('9', { exact: true }).waitFor();
  const reads = async () => {
    await reader(score).focus();
    await page.keyboard.press('Home');
    return said(score);
  };
  await until(reads, 'Step 0, large 10, small 4');
  await toolbar('Group').click();
  await sheet('Group').getByRole('button', { name: 'Remove size' }).click();
  await page.keyboard.press('Escape');
  await score.getByRole('img', { name: /score, 10 runs/ }).waitFor();
});

async function add(type) {
  await page.getByRole('button', { name: 'Add', exact: true }).first().click();
  await page.getByRole('menuitem', { name: 'Add panel', exact: true }).click();
  await drawer().getByRole('button', { name: type, exact: true }).click();
}
/** Writes into a field of the drawer that is heard when it is left. */
async function write(label, text, at = 0) {
  const field = drawer().getByLabel(label, { exact: true }).nth(at);
  await field.fill(text);
  await field.press('Tab');
}
const done = () => drawer().getByRole('button', { name: 'Done' }).click();
const article = (name) => page.getByRole('article', { name, exact: true });

test('bars and points are read one by one by keyboard alone', async () => {
  await add('Bar chart');
  await write('Title', 'Scores');
  await write('Metrics', 'score');
  await done();
  const bars = article('Scores');
  await bars.getByText('run-11').first().waitFor();
  await reader(bars).focus();
  await page.keyboard.press('ArrowDown');
  await until(() => said(bars), 'run-11, 11');
  await bars.locator('.tip').getByText('run-11').waitFor();
  await page.keyboard.press('End');
  await until(() => said(bars), 'run-2, 2');
  await assertAccessible(page);
  await page.keyboard.press('Tab');
  await bars.locator('.tip').waitFor({ state: 'detached' });

  await add('Scatter plot');
  await write('Title', 'Points');
  await write('Column', 'summary_metrics.score');
  await write('Column', 'summary_metrics.ramp', 1);
  await done();
  const points = article('Points');
  await points.locator('circle').nth(9).waitFor();
  await reader(points).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await until(() => said(points), 'run-3, score 3, ramp 319');
  await points.locator('.tip').getByText('ramp 319').waitFor();
  await assertAccessible(page);
});

test('in parallel coordinates lines are read, ranges chosen and axes moved by keyboard alone', async () => {
  await add('Parallel coordinates');
  for (const column of ['config.size', 'summary_metrics.score', 'summary_metrics.ramp']) await write('Columns', column);
  await done();
  const chart = article('Parallel coordinates');
  await chart.locator('path.run').nth(9).waitFor();
  await reader(chart).focus();
  await page.keyboard.press('ArrowDown');
  await until(() => said(chart), 'run-11, size large, score 11, ramp 1,119');
  await chart.locator('.who').getByText('run-11').waitFor();
  const score = chart.getByRole('slider', { name: 'Choose runs by score' });
  await score.focus();
  // From 2 to 6.5, the lower half, and a tenth of the axis up.
  await page.keyboard.press('ArrowUp');
  await chart.getByText('5 runs chosen').waitFor();
  await page.keyboard.press('Shift+ArrowUp');
  await page.keyboard.press('Shift+ArrowUp');
  await chart.getByText('7 runs chosen').waitFor();
  await page.keyboard.press('Escape');
  await chart.getByText('runs chosen').waitFor({ state: 'detached' });
  const axes = () => chart.locator('text.title').evaluateAll((all) => all.map((one) => one.textContent.trim()));
  const title = chart.getByRole('button', { name: 'Move the axis size' });
  // What follows fast is one step back.
  await page.waitForTimeout(1100);
  await title.focus();
  await page.keyboard.press('ArrowRight');
  await until(axes, ['score', 'size', 'ramp']);
  await page.keyboard.press('ArrowRight');
  await until(axes, ['score', 'ramp', 'size']);
  await assertAccessible(page);
  await page.keyboard.press('Control+z');
  await until(axes, ['size', 'score', 'ramp']);
});

test('the table behind a chart waits in a closed section; the chart says that it is loading', async () => {
  const tables = page.getByRole('region', { name: 'Tables of custom charts', exact: true });
  await tables.getByRole('button', { name: /^Tables of custom charts/ }).waitFor();
  assert.equal(await tables.locator('[data-panel]').count(), 0, 'closed');
  assert.equal(await page.getByRole('region', { name: 'Charts', exact: true }).getByText('roc_table').count(), 0);
  await tables.getByRole('button', { name: /^Tables of custom charts/ }).click();
  await tables.locator('[data-panel]').scrollIntoViewIfNeeded();
  const note = tables.getByText('9 of 10 have no such table', { exact: true });
  await note.waitFor();
  assert.ok((await note.boundingBox()).height < 24, 'one line');
  await note.click();
  await tables.getByText('run-10, run-9', { exact: false }).waitFor();
  await assertAccessible(page);
  await tables.getByRole('button', { name: /^Tables of custom charts/ }).click();
  let answer;
  const asked = new Promise((resolve) => (answer = resolve));
  await page.route('**/blob/**', async (route) => {
    await asked;
    await route.continue();
  });
  await page.reload();
  const chart = page.getByRole('article', { name: 'Curve', exact: true });
  await chart.scrollIntoViewIfNeeded();
  await chart.locator('[aria-busy=true]').first().waitFor();
  await chart.getByText('Loading').first().waitFor({ state: 'attached' });
  await assertAccessible(page);
  answer();
  await chart.locator('svg').first().waitFor();
  await chart.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
  await page.unroute('**/blob/**');
});

test('no page had an error of its own', () => assert.deepEqual(page.problems, []));
