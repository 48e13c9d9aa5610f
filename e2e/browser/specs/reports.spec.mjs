/** What people do with reports: write with blocks, draw live panels, publish, comment, share, print, take along. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { assertAccessible, assertNoSidewaysScroll, launch, open, sizes } from '../lib/browser.mjs';
import { curve, LoggedRun } from '../lib/client.mjs';
import { startServer } from '../lib/server.mjs';

const user = { name: 'ada', email: 'ada@example.org', password: 'a long enough phrase' };
const project = 'findings';
let server, browser, page, key;

const home = () => `${server.url}/${user.name}/${project}/reports`;
const editor = () => page.getByRole('textbox', { name: 'Text of the report' });
const saved = () => page.getByRole('status').getByText('Saved', { exact: true }).waitFor();
const blocks = () => editor().evaluate((dom) => [...dom.children].map((one) => one.innerText.trim()));
const menu = async (what) => {
  await page.getByRole('button', { name: 'Report actions' }).click();
  await page.getByRole('menuitem', { name: what, exact: true }).click();
};

/** Asks the server as the user of the page does. */
const ask = (query, variables = {}) =>
  page.evaluate(
    async ([text, given]) => {
      const answer = await fetch('/graphql', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Runstead-Csrf': '1' },
        body: JSON.stringify({ query: text, variables: given }),
      });
      return (await answer.json()).data;
    },
    [query, variables],
  );
async function stored(title, type = 'runs') {
  const { project: found } = await ask(
    `query V($e: String!, $p: String!, $t: String!) { project(entityName: $e, name: $p) {
      allViews(viewType: $t) { edges { node { id displayName description spec } } } } }`,
    { e: user.name, p: project, t: type },
  );
  const node = found.allViews.edges.map((edge) => edge.node).find((one) => one.displayName === title);
  return node && { ...node, spec: JSON.parse(node.spec) };
}
async function put(title, blocksGiven, type = 'runs') {
  const spec = { version: 5, panelSettings: {}, blocks: blocksGiven, width: 'readable', authors: [] };
  const { upsertView } = await ask(
    `mutation U($i: UpsertViewInput!) { upsertView(input: $i) { view { id } } }`,
    {
      i: { entityName: user.name, projectName: project, type, displayName: title, spec: JSON.stringify(spec) },
    },
  );
  return upsertView.view.id;
}
const addressOf = (id) => `${home()}/r--${id.replace(/=+$/, '')}`;
const p = (text) => ({ type: 'paragraph', children: [{ text }] });

before(async () => {
  server = await startServer();
  browser = await launch();
  page = await open(browser, { acceptDownloads: true });
  await page.goto(server.setupUrl);
  await page.getByLabel('User name').fill(user.name);
  await page.getByLabel('E-mail').fill(user.email);
  await page.getByLabel('Password').fill(user.password);
  await page.getByRole('button', { name: 'Create user' }).click();
  await page.getByLabel('Name of the key').fill('laptop');
  await page.getByRole('button', { name: 'Create key' }).click();
  key = (await page.locator('code.secret').innerText()).trim();
  for (const seed of [1, 2]) {
    const place = { entity: user.name, project, name: `find0${seed}`, displayName: `run-${seed}` };
    const run = await LoggedRun.start(server.url, key, { ...place, config: { lr: seed / 10 } });
    await run.log(curve(200, seed));
    await run.finish();
  }
});
after(async () => {
  assert.deepEqual(page?.problems ?? [], []);
  await browser?.close();
  await server?.stop();
});

test('a project without reports says what one is, and a new one is a draft', async () => {
  await page.goto(home());
  await page.getByText('No reports yet').waitFor();
  await assertAccessible(page);
  await page.getByRole('button', { name: 'New report' }).click();
  await editor().waitFor();
  await page.getByLabel('Title', { exact: true }).fill('What we found');
  await editor().click();
  await page.keyboard.type('It **learns** and $x^2$ falls.');
  await saved();
  assert.equal((await stored('What we found')), undefined, 'nobody else sees it');
  const draft = await stored('What we found', 'runs/draft');
  assert.equal(draft.description, '', 'the package reads no report without one');
  const [first] = draft.spec.blocks;
  assert.deepEqual(
    first.children.map((one) => [one.text ?? one.content, one.bold ?? one.type]),
    [['It ', undefined], ['learns', true], [' and ', undefined], ['x^2', 'latex'], [' falls.', undefined]],
  );
});

test('the slash menu puts blocks in, by keyboard alone', async () => {
  await editor().click();
  await page.keyboard.press('Control+End');
  await page.keyboard.press('Enter');
  await page.keyboard.type('/head');
  await page.getByRole('listbox', { name: 'Insert' }).getByText('Heading 1').waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.type('Results');
  await page.keyboard.press('Enter');
  await page.keyboard.type('- first');
  await page.keyboard.press('Enter');
  await page.keyboard.type('second');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await page.keyboard.type('/callout');
  await page.keyboard.press('Enter');
  await page.keyboard.type('Mind the step');
  await page.keyboard.press('Control+Enter');
  await page.keyboard.type('/code');
  await page.keyboard.press('Enter');
  await page.keyboard.type('import wandb');
  await editor().locator('.code-keyword').first().waitFor();
  await page.keyboard.press('Control+Enter');
  await page.keyboard.type('/table of');
  await page.keyboard.press('Enter');
  await page.getByRole('navigation', { name: 'Table of contents' }).getByText('Results').waitFor();
  await saved();
  const draft = await stored('What we found', 'runs/draft');
  const kinds = draft.spec.blocks.map((one) => one.type);
  assert.deepEqual(kinds.slice(0, 6), [
    'paragraph',
    'heading',
    'list',
    'callout-block',
    'code-block',
    'table-of-contents',
  ]);
  await assertAccessible(page);
});

test('blocks move by keyboard and by mouse, and every change is taken back', async () => {
  await editor().getByText('Mind the step').click();
  // The editor hears of a selection a moment after the browser has made it.
  await page.waitForFunction(() => document.querySelector('[aria-label="Kind of block"]').value === 'callout');
  await page.keyboard.press('Alt+Shift+ArrowUp');
  assert.equal((await blocks())[2], 'Mind the step');
  await page.keyboard.press('Control+z');
  assert.equal((await blocks())[3], 'Mind the step');
  await page.keyboard.press('Control+Shift+z');
  assert.equal((await blocks())[2], 'Mind the step');
  await page.keyboard.press('Control+z');

  await editor().getByText('Mind the step').hover();
  const handle = page.getByRole('button', { name: 'Block', exact: true });
  const from = await handle.boundingBox();
  const to = await editor().getByRole('heading', { name: 'Results' }).boundingBox();
  await page.mouse.move(from.x + 8, from.y + 8);
  await page.mouse.down();
  await page.mouse.move(from.x + 8, to.y + 20, { steps: 4 });
  await page.mouse.move(from.x + 8, to.y + 2, { steps: 4 });
  await page.mouse.up();
  assert.equal((await blocks())[1], 'Mind the step');
});

test('a panel grid draws runs live, and its panels are edited in place', async () => {
  await editor().click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('/panel');
  await page.keyboard.press('Enter');
  const grid = page.getByRole('region', { name: 'Panel grid' });
  await grid.getByRole('button', { name: 'Add panel' }).waitFor();
  await grid.locator('[data-panel]').first().hover();
  await grid.getByRole('button', { name: /^Actions for/ }).first().click();
  await page.getByRole('menuitem', { name: 'Edit panel' }).click();
  const drawer = page.getByRole('dialog');
  await drawer.getByLabel('Title', { exact: true }).fill('Loss of both');
  await drawer.getByRole('combobox', { name: 'Metrics' }).first().fill('train/loss');
  await page.keyboard.press('Enter');
  await page.getByRole('img', { name: /train\/loss, 2 runs/ }).first().waitFor();
  await drawer.getByRole('button', { name: 'Done' }).click();
  await grid.getByRole('img', { name: /train\/loss, 2 runs/ }).waitFor();
  await saved();
  const draft = await stored('What we found', 'runs/draft');
  const block = draft.spec.blocks.find((one) => one.type === 'panel-grid');
  const [panel] = block.metadata.panelBankSectionConfig.panels;
  assert.deepEqual(panel.config.metrics, ['train/loss']);
  assert.equal(panel.config.chartTitle, 'Loss of both');
});

test('published, everybody reads it; a change waits as a draft until it is published, too', async () => {
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByRole('button', { name: 'Edit', exact: true }).waitFor();
  await page.getByRole('heading', { name: 'What we found', level: 2 }).waitFor();
  await page.getByRole('img', { name: /train\/loss, 2 runs/ }).waitFor();
  assert.ok(await stored('What we found'));
  assert.equal(await stored('What we found', 'runs/draft'), undefined);
  await assertAccessible(page);

  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await editor().getByText('Mind the step').click();
  await page.keyboard.press('End');
  await page.keyboard.type(', please');
  await saved();
  assert.ok(!JSON.stringify((await stored('What we found')).spec).includes('please'));
  await page.getByRole('button', { name: 'Read', exact: true }).click();
  await page.getByText('Mind the step', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Go on with the draft' }).click();
  await editor().getByText('Mind the step, please').waitFor();
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByRole('button', { name: 'Edit', exact: true }).waitFor();
  await page.getByRole('heading', { name: 'What we found', level: 2 }).waitFor();
  assert.ok(JSON.stringify((await stored('What we found')).spec).includes('please'));
  assert.equal(JSON.stringify((await stored('What we found')).spec).includes('draftOf'), false);
});

test('frozen data stays in the report and asks nobody', async () => {
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  const grid = page.getByRole('region', { name: 'Panel grid' });
  await grid.scrollIntoViewIfNeeded();
  await grid.getByRole('img', { name: /train\/loss, 2 runs/ }).waitFor();
  await grid.getByRole('button', { name: 'Freeze data' }).click();
  await grid.getByText(/^Data as of/).waitFor();
  await saved();
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByRole('button', { name: 'Edit', exact: true }).waitFor();
  await page.getByRole('heading', { name: 'What we found', level: 2 }).waitFor();
  const asked = [];
  page.on('request', (request) => request.url().includes('/api/series/') && asked.push(request.url()));
  await page.reload();
  await grid.scrollIntoViewIfNeeded();
  await grid.getByRole('img', { name: /train\/loss, 2 runs/ }).waitFor();
  assert.deepEqual(asked, []);
});

test('the list finds a report by its title', async () => {
  await put('Another thing', [p('x')]);
  await page.goto(home());
  await page.getByRole('link', { name: 'Another thing' }).waitFor();
  await page.getByLabel('Search reports').fill('found');
  await page.getByRole('link', { name: 'Another thing' }).waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'What we found' }).waitFor();
  await assertAccessible(page);
});

test('two windows with one draft: the second hears of it and loses nothing', async () => {
  const id = await put('Shared draft', [p('start')], 'runs/draft');
  await page.goto(addressOf(id));
  await editor().waitFor();
  const other = await page.context().newPage();
  await other.goto(addressOf(id));
  const second = other.getByRole('textbox', { name: 'Text of the report' });
  await second.click();
  await other.keyboard.press('End');
  await other.keyboard.type(' theirs');
  await other.getByRole('status').getByText('Saved', { exact: true }).waitFor();
  await other.close();
  await editor().click();
  await page.keyboard.press('End');
  await page.keyboard.type(' mine');
  await page.getByRole('button', { name: 'Load theirs' }).waitFor();
  await page.getByRole('button', { name: 'Keep mine as a new draft' }).click();
  await editor().getByText('start mine').waitFor();
  assert.equal((await stored('Shared draft', 'runs/draft')) !== undefined, true);
});

test('unknown blocks and fields come back whole after an edit', async () => {
  const given = [
    p('first'),
    { type: 'weave-panel', children: [{ text: '' }], config: { a: [1, 2.0] } },
    { type: 'paragraph', align: 'center', children: [{ text: 'kept', inlineComment_1: { refID: 'r' } }] },
    { type: 'heading', level: 2, children: [{ text: 'Folded' }], collapsedChildren: [p('inside')] },
    { type: 'never-heard-of', children: [], deep: { er: true } },
  ];
  const id = await put('Strange', given);
  await page.goto(addressOf(id));
  await page.getByText('cannot be shown here').first().waitFor();
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await editor().getByText('first').click();
  await page.keyboard.press('End');
  await page.keyboard.type(' line');
  await saved();
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByRole('button', { name: 'Edit', exact: true }).waitFor();
  await page.getByRole('heading', { name: 'Strange', level: 2 }).waitFor();
  const { spec } = await stored('Strange');
  assert.deepEqual(spec.blocks, [p('first line'), ...given.slice(1)]);
});

test('nothing in a report runs', async () => {
  const script = '<img src=x onerror="window.ran=1"><script>window.ran=1</script>';
  const link = (url) => ({ type: 'link', url, children: [{ text: `go ${url.slice(0, 4)}` }] });
  const id = await put('Hostile', [
    { type: 'paragraph', children: [{ text: script }, link('javascript:window.ran=1'), link(' java\nscript:window.ran=1')] },
    { type: 'markdown-block', children: [{ text: '' }], content: `${script}\n\n[x](javascript:window.ran=1)` },
    { type: 'latex', children: [{ text: '' }], content: '\\href{javascript:window.ran=1}{x}', block: true },
    { type: 'image', children: [{ text: script }], url: 'javascript:window.ran=1' },
    { type: 'image', children: [{ text: '' }], url: 'https://elsewhere.example/x.png' },
    { type: 'soundcloud', children: [{ text: '' }], html: script },
    { type: 'video', children: [{ text: '' }], url: 'data:text/html,<script>window.ran=1</script>' },
    { type: 'gallery', children: [{ text: '' }], links: [{ type: 'url', url: 'vbscript:x', title: script }] },
    { type: 'code-block', language: 'html', children: [{ type: 'code-line', children: [{ text: script }] }] },
  ]);
  const outside = [];
  page.on('request', (request) => request.url().includes('elsewhere.example') && outside.push(request.url()));
  const check = async () => {
    await page.waitForTimeout(600);
    const found = await page.evaluate(() => ({
      ran: globalThis.ran ?? null,
      links: [...document.querySelectorAll('.report a[href]')]
        .map((one) => one.getAttribute('href'))
        .filter((href) => !/^(https?:|mailto:|\.?\/)/.test(href)),
      markup: document.querySelectorAll('.report script, .report iframe, .report [onerror]').length,
    }));
    assert.deepEqual(found, { ran: null, links: [], markup: 0 });
  };
  await page.goto(addressOf(id));
  await page.getByText('onerror').first().waitFor();
  await check();
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await editor().waitFor();
  await check();
  assert.deepEqual(outside, []);
  page.problems = page.problems.filter((text) => !/Content Security Policy/.test(text));
});

test('taken along as markdown and as LaTeX, and printed whole', async () => {
  const found = await stored('What we found');
  await page.goto(addressOf(found.id));
  await page.getByRole('heading', { name: 'What we found', level: 2 }).waitFor();
  const download = async (what) => {
    const [file] = await Promise.all([page.waitForEvent('download'), menu(what)]);
    return [file.suggestedFilename(), await readFile(await file.path(), 'utf8')];
  };
  const [name, text] = await download('Download as Markdown');
  assert.equal(name, 'What we found.md');
  assert.match(text, /^# What we found\n\nIt \*\*learns\*\* and \$x\^2\$ falls\./);
  assert.match(text, /\n## Results\n/);
  assert.match(text, /\n```python\nimport wandb\n```\n/);
  const [, tex] = await download('Download as LaTeX');
  assert.match(tex, /\\section\{Results\}/);
  assert.match(tex, /It \\textbf\{learns\} and \$x\^2\$ falls\./);

  await page.evaluate(() => {
    globalThis.print = () => (globalThis.printed = document.querySelectorAll('.report canvas, .report svg').length);
  });
  await menu('Print or save as PDF');
  await page.waitForFunction(() => globalThis.printed !== undefined);
  const pdf = await page.pdf();
  assert.ok(pdf.length > 10_000);
});

test('people comment on a block, answer and resolve', async () => {
  const id = await put('Discussed', [p('A bold claim'), p('Another')]);
  await page.goto(addressOf(id));
  await page.getByText('A bold claim').hover();
  await page.getByRole('button', { name: 'Comment on this block' }).first().click();
  const side = page.getByRole('dialog');
  await side.getByLabel('Comment on this block').fill('Is it so?');
  await side.getByRole('button', { name: 'Comment', exact: true }).click();
  await side.getByText('Is it so?').waitFor();
  await side.getByRole('button', { name: 'Answer' }).click();
  await side.getByLabel('Answer').fill('It is.');
  await side.getByLabel('Answer').press('Control+Enter');
  await side.getByText('It is.').waitFor();
  await assertAccessible(page);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: '1 open thread' }).waitFor();

  await page.reload();
  await page.getByRole('button', { name: '1 open thread' }).waitFor();
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await editor().getByText('A bold claim').click();
  await page.keyboard.press('End');
  await page.keyboard.type(' indeed');
  await saved();
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByRole('button', { name: 'Edit', exact: true }).waitFor();
  await page.getByRole('button', { name: '1 open thread' }).click();
  await side.getByRole('button', { name: 'A bold claim indeed' }).waitFor();
  await side.getByRole('button', { name: 'Resolve' }).click();
  await side.getByRole('button', { name: '1 resolved thread' }).waitFor();
});

test('a share link opens the report and its panels to whoever has it, until it is revoked', async () => {
  const grid = {
    type: 'panel-grid',
    children: [{ text: '' }],
    metadata: {
      runSets: [{ id: 'a', name: 'All', enabled: true }],
      panelBankSectionConfig: {
        panels: [
          { viewType: 'Run History Line Plot', layout: { x: 0, y: 0, w: 24, h: 8 }, config: { metrics: ['train/loss'] } },
        ],
      },
    },
  };
  const id = await put('For everybody', [p('Come in'), grid]);
  await page.goto(addressOf(id));
  await page.getByRole('button', { name: 'Share' }).click();
  const side = page.getByRole('dialog');
  await side.getByRole('button', { name: 'Make a share link' }).click();
  const link = await side.getByText(/#accessToken=/).innerText();
  const stranger = await open(browser);
  await stranger.goto(link.trim());
  await stranger.getByText('Come in').waitFor();
  await stranger.getByRole('img', { name: /train\/loss, 2 runs/ }).waitFor();
  await side.getByRole('button', { name: 'Revoke' }).click();
  await side.getByRole('button', { name: 'Revoke' }).waitFor({ state: 'detached' });
  await stranger.reload();
  await stranger.getByRole('heading', { name: 'There is no such report' }).first().waitFor();
  await stranger.context().close();
});

test('on a phone it is read and written without scrolling sideways', async () => {
  await page.keyboard.press('Escape');
  await page.setViewportSize(sizes.phone);
  const found = await stored('What we found');
  await page.goto(addressOf(found.id));
  await page.getByRole('heading', { name: 'What we found', level: 2 }).waitFor();
  await assertNoSidewaysScroll(page);
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await editor().waitFor();
  await assertNoSidewaysScroll(page);
  await assertAccessible(page);
  await page.setViewportSize(sizes.desktop);
});
