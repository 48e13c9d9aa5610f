/** Every block of a report, put in as people do, read as it is read, and taken along; run sets of a grid; data that goes on. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { assertAccessible, assertNoSidewaysScroll, launch, open, sizes } from '../lib/browser.mjs';
import { curve, LoggedRun } from '../lib/client.mjs';
import { startServer } from '../lib/server.mjs';
import { signIn } from '../lib/sign-in.mjs';

const user = { name: 'ada', password: 'a long enough phrase' };
const place = { entity: user.name, project: 'findings' };
/** 1 × 1 px. */
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
let server, browser, page, key, running;

const home = () => `${server.url}/${place.entity}/${place.project}/reports`;
const editor = () => page.getByRole('textbox', { name: 'Text of the report' });
const paper = () => page.locator('.report');
const saved = () => page.getByRole('status').getByText('Saved', { exact: true }).waitFor();
const grid = () => page.getByRole('region', { name: 'Panel grid' });

async function fresh(title) {
  await page.goto(home());
  await page.getByRole('button', { name: 'New report' }).click();
  await editor().waitFor();
  await page.getByLabel('Title', { exact: true }).fill(title);
  await editor().click();
}
/** A block of the slash menu, by what it is called. */
async function slash(name) {
  await page.keyboard.type(`/${name.slice(0, 12)}`);
  const list = page.getByRole('listbox', { name: 'Insert' });
  await list.getByRole('option', { name, exact: true }).click();
  await list.waitFor({ state: 'detached' });
}
/** Into the empty paragraph that follows what is not text. */
const last = () => editor().locator(':scope > p').last().click();
async function publish(title) {
  await saved();
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByRole('heading', { name: title, level: 2 }).waitFor();
}
const taken = async (what) => {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Report actions' }).click().then(() => page.getByRole('menuitem', { name: what, exact: true }).click()),
  ]);
  return readFile(await file.path(), 'utf8');
};

before(async () => {
  server = await startServer();
  key = server.run(['user', 'create', user.name, '--password-stdin', '--print-api-key'], user.password);
  for (const seed of [1, 2]) {
    const run = await LoggedRun.start(server.url, key, { ...place, name: `find0${seed}`, displayName: `run-${seed}`, config: { lr: seed / 10 } });
    await run.log(curve(50, seed));
    await run.finish();
  }
  running = await LoggedRun.start(server.url, key, { ...place, project: 'other', name: 'find01', displayName: 'run-1' });
  await running.log(curve(20, 3));
  browser = await launch();
  page = await open(browser, { acceptDownloads: true });
  await signIn(page, server, user);
});
after(async () => {
  assert.deepEqual(page?.problems ?? [], []);
  await browser?.close();
  await server?.stop();
});

test('headings, lists of three kinds, a quote, a rule: written, read, taken along', async () => {
  await fresh('Texts');
  for (const level of [1, 2, 3]) {
    await slash(`Heading ${level}`);
    await page.keyboard.type(`Part ${level}`);
    await page.keyboard.press('Enter');
  }
  for (const [kind, words] of [['Bulleted list', ['red', 'green']], ['Numbered list', ['one', 'two']], ['Check list', ['done', 'open']]]) {
    await slash(kind);
    await page.keyboard.type(words[0]);
    await page.keyboard.press('Enter');
    await page.keyboard.type(words[1]);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
  }
  await editor().getByRole('checkbox').first().check();
  await last();
  await slash('Quote');
  await page.keyboard.type('Measure twice');
  await page.keyboard.press('Control+Enter');
  await slash('Horizontal rule');
  await assertAccessible(page);
  await publish('Texts');
  for (const level of [1, 2, 3]) await paper().getByRole('heading', { name: `Part ${level}` }).waitFor();
  assert.deepEqual(await paper().locator('ul > li').allInnerTexts().then((all) => all.map((one) => one.trim().split(/\s+/).at(-1))), ['red', 'green', 'done', 'open']);
  assert.equal(await paper().locator('ol > li').count(), 2);
  for (const [name, text] of [['Done', 'done'], ['Not done', 'open']]) {
    await paper().locator('ul > li', { hasText: text }).getByRole('img', { name, exact: true }).waitFor();
  }
  await paper().locator('blockquote', { hasText: 'Measure twice' }).waitFor();
  assert.equal(await paper().locator('hr').count(), 1);
  await assertAccessible(page);
  const markdown = await taken('Download as Markdown');
  for (const part of ['## Part 1', '### Part 2', '- red', '1. one', '- [x] done', '- [ ] open', '> Measure twice', '\n---\n']) {
    assert.ok(markdown.includes(part), `${part} is in\n${markdown}`);
  }
  const tex = await taken('Download as LaTeX');
  for (const part of ['\\section{Part 1}', '\\subsection{Part 2}', '\\begin{itemize}', '\\begin{enumerate}', '\\begin{quote}']) {
    assert.ok(tex.includes(part), `${part} is in\n${tex}`);
  }
});

test('a formula, Markdown, a picture: their source is edited where they stand', async () => {
  await fresh('Objects');
  await slash('LaTeX formula');
  await page.getByRole('textbox', { name: 'LaTeX formula' }).fill('\\frac{a}{b}');
  await editor().locator('math mfrac').waitFor();
  await last();
  await slash('Markdown');
  await page.getByRole('textbox', { name: 'Markdown' }).fill('| a | b |\n| - | - |\n| 1 | 2 |');
  await editor().getByRole('cell', { name: '2' }).waitFor();
  await last();
  await slash('Picture');
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), editor().getByRole('button', { name: /picture/i }).first().click()]);
  await chooser.setFiles({ name: 'dot.png', mimeType: 'image/png', buffer: PNG });
  await editor().getByLabel('Caption').fill('One dot');
  await editor().getByRole('img', { name: 'One dot' }).waitFor();
  await assertAccessible(page);
  await publish('Objects');
  await paper().locator('math mfrac').waitFor();
  await paper().getByRole('cell', { name: '2' }).waitFor();
  const picture = paper().getByRole('img', { name: 'One dot' });
  await page.waitForFunction((one) => one.naturalWidth === 1, await picture.elementHandle());
  await assertAccessible(page);
  const markdown = await taken('Download as Markdown');
  for (const part of ['\\frac{a}{b}', '| a | b |', 'One dot']) assert.ok(markdown.includes(part), `${part} is in\n${markdown}`);
  assert.ok((await taken('Download as LaTeX')).includes('\\frac{a}{b}'));
});

test('what is chosen becomes bold, italic, code, a link; the keys do the same', async () => {
  await fresh('Words');
  await page.keyboard.type('strong slanted coded linked');
  // What is written anew sets the cursor anew, too.
  const written = (mark) => page.locator(`[contenteditable] ${mark}`);
  const chosen = () => page.evaluate(() => getSelection().toString());
  const choose = async (from, text) => {
    await page.keyboard.press('Home');
    for (let n = 0; n < from; n += 1) await page.keyboard.press('ArrowRight');
    for (let n = 0; n < text.length; n += 1) await page.keyboard.press('Shift+ArrowRight');
    assert.equal(await chosen(), text);
    // The editor hears of a selection a moment after the browser has made it.
    await page.waitForTimeout(300);
  };
  await choose(0, 'strong');
  await page.keyboard.press('Control+b');
  await written('strong').waitFor();
  await choose(7, 'slanted');
  await page.keyboard.press('Control+i');
  await written('em').waitFor();
  await choose(15, 'coded');
  await page.getByRole('toolbar', { name: 'Text tools' }).getByRole('button', { name: 'Code in the text' }).click();
  await written('code').waitFor();
  await choose(21, 'linked');
  await page.getByRole('toolbar', { name: 'Text tools' }).getByRole('button', { name: 'Link', exact: true }).click();
  const ask = page.getByRole('dialog');
  await ask.getByRole('textbox').fill('https://example.org/paper');
  await page.keyboard.press('Enter');
  await publish('Words');
  await paper().locator('strong', { hasText: 'strong' }).waitFor();
  await paper().locator('em', { hasText: 'slanted' }).waitFor();
  await paper().locator('code', { hasText: 'coded' }).waitFor();
  const link = paper().getByRole('link', { name: 'linked' });
  assert.equal(await link.getAttribute('href'), 'https://example.org/paper');
  assert.match(await link.getAttribute('rel'), /noopener/);
});

test('a grid has sets of runs, also of another project, in one picture; one is named, left out and removed', async () => {
  await fresh('Sets');
  await slash('Panel grid');
  await grid().getByRole('button', { name: 'Add run set' }).click();
  await grid().getByRole('button', { name: 'Actions for Run set 2' }).waitFor();
  const menu = async (of, what) => {
    await grid().getByRole('button', { name: `Actions for ${of}` }).click();
    await page.getByRole('menuitem', { name: what, exact: true }).click();
  };
  await menu('Run set 2', 'Rename');
  await page.getByRole('dialog').getByRole('textbox').fill('Abroad');
  await page.keyboard.press('Enter');
  await grid().getByRole('button', { name: /^Abroad/ }).waitFor();
  await menu('Abroad', 'Runs of another project');
  await page.getByRole('dialog').getByRole('textbox').fill(`${place.entity}/other`);
  await page.keyboard.press('Enter');
  await grid().locator('[data-panel]').first().hover();
  await grid().locator('[data-panel]').getByRole('button', { name: /^Actions for/ }).first().click();
  await page.getByRole('menuitem', { name: 'Edit panel' }).click();
  const drawer = page.getByRole('dialog');
  await drawer.getByRole('combobox', { name: 'Metrics' }).first().fill('train/loss');
  await page.keyboard.press('Enter');
  await drawer.getByRole('button', { name: 'Done' }).click();
  const drawn = (runs) => grid().getByRole('img', { name: new RegExp(`train/loss, ${runs} runs?`) }).waitFor();
  await drawn(3);
  // One run of each has the same id: they are two, and each says where it is from.
  await grid().getByText('run-1 (other)', { exact: true }).first().waitFor();
  await grid().getByRole('button', { name: 'Add run set' }).click();
  await menu('Run set 3', 'Remove run set');
  await grid().getByRole('button', { name: 'Actions for Run set 3' }).waitFor({ state: 'detached' });
  await grid().getByRole('button', { name: 'Draw Abroad', exact: true }).click();
  await drawn(2);
  await grid().getByRole('button', { name: 'Draw Abroad', exact: true }).click();
  await drawn(3);
  await grid().getByRole('button', { name: 'Draw Run set', exact: true }).click();
  await drawn(1);
  await grid().getByRole('button', { name: 'Draw Run set', exact: true }).click();
  await drawn(3);
  // What can only speak of one project says so.
  await grid().getByRole('button', { name: 'Add panel' }).click();
  await drawer.getByRole('button', { name: /^Parameter importance/ }).click();
  await drawer.getByRole('button', { name: 'Done' }).click();
  await grid().getByText(`Of ${place.entity}/${place.project} alone: 1 run of another project is left out.`).waitFor();
  await assertAccessible(page);
  await grid().getByRole('button', { name: 'Freeze data' }).click();
  await grid().getByRole('button', { name: 'Show live data' }).waitFor();
  await drawn(3);
  await grid().getByRole('button', { name: 'Show live data' }).click();
  await drawn(3);
  await publish('Sets');
  await drawn(3);
});

test('data of a report goes on by itself until it is frozen', async () => {
  await page.reload();
  await grid().getByRole('img', { name: /train\/loss, 3 runs/ }).waitFor();
  const asked = page.waitForResponse((answer) => answer.url().includes('/api/series/'), { timeout: 15_000 });
  await running.log(curve(5, 4));
  await asked;
});

test('on a phone, and in the dark, every block fits', async () => {
  await page.setViewportSize(sizes.phone);
  await page.emulateMedia({ colorScheme: 'dark' });
  for (const title of ['Texts', 'Objects', 'Sets']) {
    await page.goto(home());
    await page.getByRole('link', { name: title, exact: true }).click();
    await page.getByRole('heading', { name: title, level: 2 }).waitFor();
    await page.waitForTimeout(400);
    await assertNoSidewaysScroll(page);
    await assertAccessible(page);
  }
});
