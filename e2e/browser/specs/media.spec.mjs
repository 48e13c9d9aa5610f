/** What people do with logged media: move through steps, look under masks, play, turn, and stay safe from what was logged. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { assertAccessible, assertNoSidewaysScroll, launch, open, requestsElsewhere, setUp, sizes } from '../lib/browser.mjs';
import { LoggedRun } from '../lib/client.mjs';
import { startServer } from '../lib/server.mjs';
import { wav } from '../lib/sound.mjs';

const user = { name: 'ada', email: 'ada@example.org', password: 'a long enough phrase' };
const project = 'media';
const STEPS = 3;
let server, browser, page;

const panel = (key) => page.locator(`[data-panel$=":${key}"]`);
const slider = (key) => panel(key).getByLabel('Step', { exact: true });

function crc(bytes) {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

/** A grey picture; `value` answers the byte of a pixel. */
function png(size, value) {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 0, 0, 0, 0], 8);
  const rows = Array.from({ length: size }, (_, y) => [0, ...Array.from({ length: size }, (_, x) => value(x, y))]);
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.from(rows.flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const atom = (n, name, x, y, z) =>
  `ATOM  ${String(n).padStart(5)}  ${name.padEnd(3)} ALA A   1    ${[x, y, z].map((v) => v.toFixed(3).padStart(8)).join('')}  1.00  0.00           ${name[0]}`;
const pdb = [atom(1, 'N', 0, 0, 0), atom(2, 'CA', 1.4, 0, 0), atom(3, 'C', 2, 1.4, 0), 'END', ''].join('\n');
const cube = 'v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nv 0 0 1\nf 1 2 3 4\nf 1 2 5\nf 2 3 5\n';

/** What somebody tries who logs a page to get at whoever looks at it. */
const attack = `
  const tried = [];
  const attempt = (name, act) => {
    try { const found = act(); tried.push(name + ': ' + (found ? 'REACHED ' + found : 'nothing')); }
    catch (error) { tried.push(name + ': ' + error.name); }
  };
  attempt('cookie', () => document.cookie);
  attempt('storage', () => { localStorage.setItem('owned', '1'); return 'localStorage'; });
  attempt('parent', () => { parent.document.title = 'owned'; return 'parent'; });
  attempt('top', () => { top.location.href = 'about:blank#owned'; return ''; });
  attempt('popup', () => open('/') && 'window');
  fetch('/graphql', { method: 'POST', credentials: 'include', body: '{}' })
    .then(() => 'REACHED', (error) => error.name)
    .then((found) => {
      tried.push('network: ' + found, 'origin: ' + self.origin);
      document.body.append(Object.assign(document.createElement('pre'), { id: 'tried', textContent: tried.join('\\n') }));
    });`;
const hostile = {
  html: `<h1>Harmless</h1><img src="x" onerror="parent.owned = 1"><script>${attack}</script>`,
  svg: `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" onload="top.owned = 1">
    <script>top.owned = 1; document.title = 'owned'</script><rect width="40" height="40"/></svg>`,
  image: `<!doctype html><script>top.owned = 1; document.title = 'owned'</script>`,
  plotly: JSON.stringify({
    data: [{ x: [1, 2], y: [1, 2], name: '<img src=x onerror="top.owned=1">', text: ['<script>top.owned=1</script>', 'b'] }],
    layout: {
      title: { text: '<a href="javascript:top.owned=1">title</a><svg onload="top.owned=1">' },
      images: [{ source: 'javascript:top.owned=1' }],
    },
  }),
  bokeh: JSON.stringify({
    version: '3.9.2',
    title: 'Bokeh Application',
    roots: [{ type: 'object', name: 'Div', id: 'p8', attributes: { text: '<b id="shown">Bokeh shown</b>' } }],
    callbacks: {
      type: 'map',
      entries: [['document_ready', [{ type: 'object', name: 'CustomJS', id: 'p9', attributes: { code: attack } }]]],
    },
  }),
};

async function logMedia(key, name, shift) {
  const run = await LoggedRun.start(server.url, key, {
    entity: user.name,
    project,
    name,
    displayName: name,
    own: {
      'mask/class_labels': {
        'seg_wandb_delimeter_truth': { type: 'mask/class_labels', key: 'seg', value: { 0: 'sky', 1: 'car' } },
      },
    },
  });
  const rows = [];
  const put = async (path, body) => {
    await run.upload(path, body);
    return path;
  };
  const boxes = {
    box_data: [
      { position: { minX: 0.1, maxX: 0.5, minY: 0.1, maxY: 0.5 }, class_id: 1, box_caption: 'a car', scores: { acc: 0.9 } },
      { position: { middle: [24, 24], width: 8, height: 8 }, domain: 'pixel', class_id: 2, box_caption: 'a road', scores: { acc: 0.2 } },
    ],
    class_labels: { 1: 'car', 2: 'road' },
  };
  for (let step = 0; step < STEPS; step += 1) {
    const file = async (folder, own, extension, body, type, more = {}) => ({
      ...{ _type: type, path: await put(`media/${folder}/${own}_${step}_0123456789abcdef.${extension}`, body) },
      ...{ sha256: 'x', size: body.length, ...more },
    });
    const picture = (own) =>
      file('images', own, 'png', png(32, (x, y) => (x * 4 + y * step * 3 + shift) % 256), 'image-file', {
        ...{ width: 32, height: 32, format: 'png', caption: `caption ${step}` },
      });
    const mask = await file('images/mask', 'seg', 'mask.png', png(32, (x) => (x < 16 ? 1 : 0)), 'mask');
    const metadata = await file('metadata/boxes2D', 'seg', 'boxes2D.json', JSON.stringify(boxes), 'boxes2D');
    const list = await Promise.all(['l0', 'l1'].map(picture));
    const points = Array.from({ length: 60 }, (_, at) => [Math.sin(at), Math.cos(at), at / 30, (at % 3) + 1]);
    const figure = { data: [{ x: [1, 2, 3], y: [step, 2, 1], type: 'scatter' }], layout: {} };
    const values = Array.from({ length: 8 }, (_, at) => Math.abs(at - step - shift) + 1);
    rows.push({
      loss: 1 / (step + 1),
      image: await picture('image'),
      samples: {
        ...{ _type: 'images/separated', width: 32, height: 32, format: 'png', count: 2 },
        ...{ filenames: list.map(({ path }) => path), captions: ['first', 'second'] },
      },
      seg: { ...(await picture('seg')), masks: { truth: mask }, boxes: { predictions: metadata } },
      sound: await file('audio', 'sound', 'wav', wav(220 + step * 110), 'audio-file', { caption: 'beep' }),
      page: await file('html', 'page', 'html', `<h1>Step ${step}</h1>`, 'html-file'),
      cloud: await file('object3D', 'cloud', 'pts.json', JSON.stringify(points), 'object3D-file'),
      mesh: await file('object3D', 'mesh', 'obj', cube, 'object3D-file'),
      protein: await file('molecule', 'protein', 'pdb', pdb, 'molecule-file'),
      figure: await file('plotly', 'figure', 'plotly.json', JSON.stringify(figure), 'plotly-file'),
      weights: { _type: 'histogram', values, bins: Array.from({ length: 9 }, (_, at) => at - 4 + shift) },
      table: await file('table', 'table', 'table.json', JSON.stringify({ columns: ['id', 'guess'], data: [[1, 'cat']] }), 'table-file', { ncols: 2, nrows: 1 }),
      // A container with nothing but a sound is one that every browser can play.
      film: await file('videos', 'film', 'wav', wav(440), 'video-file', { width: 16, height: 16 }),
      note: `said at ${step}`,
    });
  }
  await run.log(rows);
  await run.finish();
}

async function logHostile(key) {
  const run = await LoggedRun.start(server.url, key, { ...{ entity: user.name, project: 'hostile' }, name: 'bad001', displayName: 'bad' });
  const file = async (path, body, type) => {
    await run.upload(path, body);
    return { _type: type, path, sha256: 'x', size: body.length };
  };
  await run.log([
    {
      html: await file('media/html/html_0_0123456789abcdef.html', hostile.html, 'html-file'),
      svg: await file('media/images/svg_0_0123456789abcdef.svg', hostile.svg, 'image-file'),
      fake: await file('media/images/fake_0_0123456789abcdef.png', hostile.image, 'image-file'),
      plotly: await file('media/plotly/plotly_0_0123456789abcdef.plotly.json', hostile.plotly, 'plotly-file'),
      bokeh: await file('media/bokeh/bokeh_0_0123456789abcdef.bokeh.json', hostile.bokeh, 'bokeh-file'),
    },
  ]);
  await run.finish();
}

async function openProject(name) {
  await page.goto(`${server.url}/${user.name}/${name}`);
  await page.locator('[data-panel]').first().waitFor();
}

/** Shows a panel on whatever page of its section it is. */
async function find(key) {
  for (let turn = 0; turn < 6 && (await panel(key).count()) === 0; turn += 1) {
    await page.getByRole('button', { name: 'Next panels' }).first().click();
  }
  await panel(key).first().scrollIntoViewIfNeeded();
  return panel(key);
}

before(async () => {
  server = await startServer();
  browser = await launch();
  page = await open(browser);
  const key = await setUp(page, server, user);
  await logMedia(key, 'first', 0);
  await logMedia(key, 'second', 2);
  await logHostile(key);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Waits until the slider of a panel stands at a step. */
const stands = (name, step) => slider(name).and(page.locator(`[aria-valuetext="${step}"]`)).waitFor();

test('images stand side by side, and all panels move through the steps together', async () => {
  await openProject(project);
  await find('image');
  await panel('image').getByText('caption 2').first().waitFor();
  await panel('image').locator('img').nth(1).waitFor();
  assert.equal(await panel('image').locator('img').count(), 2, 'one a run');
  await slider('image').focus();
  await page.keyboard.press('ArrowLeft');
  await panel('image').getByText('caption 1').first().waitFor();
  await find('samples');
  await stands('samples', '1');
  await panel('samples').getByText('second').first().waitFor();
  await panel('samples').getByRole('button', { name: 'Same step in all media panels' }).click();
  await panel('samples').getByRole('group', { name: 'Media' }).focus();
  await page.keyboard.press('ArrowRight');
  await stands('samples', '2');
  await find('image');
  await stands('image', '1');
});

test('masks and boxes go on and off by class, fade, and are chosen by score', async () => {
  await openProject(project);
  await find('seg');
  const seg = panel('seg');
  const boxes = seg.locator('[data-group="predictions"]');
  await boxes.nth(3).waitFor();
  const masked = () =>
    seg.locator('canvas').first().evaluate((canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return [data[3], data[(canvas.width - 1) * 4 + 3]];
    });
  await page.waitForFunction((canvas) => canvas.dataset.masks === '1', await seg.locator('canvas').first().elementHandle());
  const before = await masked();
  assert.ok(before[0] > 0 && before[1] === 0, `the car is painted, the sky is clear: ${before}`);

  await seg.getByRole('button', { name: 'Masks and boxes' }).click();
  const sheet = page.getByRole('dialog', { name: 'Masks and boxes' });
  await sheet.getByLabel('Opacity of masks').fill('1');
  await page.waitForFunction(
    (canvas) => canvas.getContext('2d').getImageData(0, 0, 1, 1).data[3] === 255,
    await seg.locator('canvas').first().elementHandle(),
  );
  await sheet.getByRole('group', { name: 'truth' }).getByLabel('car').uncheck();
  await page.waitForFunction(
    (canvas) => canvas.getContext('2d').getImageData(0, 0, 1, 1).data[3] === 0,
    await seg.locator('canvas').first().elementHandle(),
  );
  assert.equal(await boxes.count(), 4);
  await sheet.getByRole('group', { name: 'Boxes with acc' }).getByLabel('At least').fill('0.5');
  await seg.getByText('a road').first().waitFor({ state: 'detached' });
  assert.equal(await boxes.count(), 2, 'cars are surer');
  await sheet.getByRole('group', { name: 'predictions' }).getByLabel('car').uncheck();
  await boxes.first().waitFor({ state: 'detached' });
  await assertAccessible(page);
  await page.keyboard.press('Escape');
});

test('one image in full size, with the arrow keys from step to step and run to run', async () => {
  await openProject(project);
  await find('image');
  await panel('image').getByRole('button', { name: /^Enlarge/ }).first().click();
  const dialog = page.getByRole('dialog', { name: /image · / });
  await dialog.getByText('caption 2').waitFor();
  await page.keyboard.press('ArrowLeft');
  await dialog.getByText('caption 1').waitFor();
  const name = await dialog.getAttribute('aria-label');
  await page.keyboard.press('ArrowDown');
  await page.waitForFunction((was) => document.querySelector('dialog[open]')?.getAttribute('aria-label') !== was, name);
  await assertAccessible(page);
  await page.keyboard.press('Escape');
});

test('a sound has its outline, a table its rows, a histogram its steps', async () => {
  await openProject(project);
  await find('sound');
  await panel('sound').getByRole('button', { name: /Move to a place in beep/ }).first().waitFor();
  await page.waitForFunction(() => {
    const canvas = document.querySelector('.sound canvas');
    const data = canvas?.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    return data.some((byte) => byte > 0);
  });
  await find('table');
  await panel('table').getByRole('gridcell', { name: 'cat' }).first().waitFor();
  await find('weights');
  const plot = panel('weights').getByRole('img', { name: /Histograms of weights, first, 3 steps/ });
  await plot.waitFor();
  assert.ok(
    await plot.locator('canvas').evaluate((canvas) =>
      canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte > 0),
    ),
  );
  await panel('weights').getByLabel('Histograms as').selectOption('ridgeline');
  await panel('weights').locator('path.ridge').nth(5).waitFor();
  await panel('weights').getByLabel('Histograms as').selectOption('bars');
  await panel('weights').locator('rect').nth(15).waitFor();
  await assertAccessible(page);
});

test('a film can be played, html stands in a frame, texts are read, and all of them in full size', async () => {
  await openProject(project);
  await find('film');
  const video = panel('film').locator('video').first();
  await video.waitFor();
  await page.waitForFunction((one) => one.readyState >= 1 && Math.round(one.duration) === 1, await video.elementHandle());
  await find('page');
  await panel('page').frameLocator('iframe').first().getByRole('heading', { name: 'Step 2' }).waitFor();
  assert.equal(await panel('page').locator('iframe').first().getAttribute('sandbox'), 'allow-scripts');
  // It comes first in its section.
  await openProject(project);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Add panel', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Media browser' }).click();
  await page.getByRole('dialog').getByLabel('Logged media').fill('note');
  await page.getByRole('dialog').getByLabel('Logged media').press('Tab');
  await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
  const note = page.getByRole('article', { name: 'note', exact: true });
  await note.scrollIntoViewIfNeeded();
  await note.getByText('said at 2').first().waitFor();
  await note.getByRole('button', { name: 'Full size' }).first().click();
  const dialog = page.getByRole('dialog', { name: /note · / });
  await dialog.getByText('said at 2').waitFor();
  await page.keyboard.press('ArrowLeft');
  await dialog.getByText('said at 1').waitFor();
  await assertAccessible(page);
  await page.keyboard.press('Escape');
});

test('a grid has the runs down and the steps across, or stands as a gallery with so many columns', async () => {
  await openProject(project);
  await find('image');
  await panel('image').focus();
  await page.keyboard.press('e');
  const drawer = page.getByRole('dialog', { name: 'image' });
  await drawer.getByLabel('Columns of the grid').fill('1');
  const cells = drawer.locator('.preview .cell');
  const left = async (at) => (await cells.nth(at).boundingBox()).x;
  await page.waitForFunction(() => {
    const all = [...document.querySelectorAll('dialog .preview .cell')].map((one) => one.getBoundingClientRect().x);
    return all.length === 2 && all[0] === all[1];
  });
  await drawer.getByLabel('Layout').selectOption('grid');
  await drawer.getByLabel('Across').selectOption('step');
  await drawer.getByLabel('Down').selectOption('run');
  await cells.nth(5).waitFor();
  const places = await cells.evaluateAll((all) => all.map((one) => [one.dataset.run, one.dataset.step]));
  assert.equal(places.length, 2 * STEPS);
  assert.deepEqual(places.slice(0, STEPS).map(([, step]) => step), ['0', '1', '2']);
  assert.equal(new Set(places.slice(0, STEPS).map(([run]) => run)).size, 1, 'a row a run');
  assert.ok((await left(1)) > (await left(0)));
  await assertAccessible(page);
  await drawer.getByRole('button', { name: 'Done' }).click();
  await panel('image').locator('.cell').nth(5).waitFor();
  await page.keyboard.press('Control+z');
});

test('scenes, molecules and figures are drawn by libraries of our own', async () => {
  const outside = requestsElsewhere(page, server);
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await openProject(project);
  const drawn = (selector) =>
    page.waitForFunction((at) => {
      const canvas = document.querySelector(at);
      const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      return new Set(data).size > 2;
    }, selector);
  for (const key of ['cloud', 'mesh']) {
    await find(key);
    await drawn(`[data-panel$=":${key}"] .scene canvas`);
  }
  await find('figure');
  await panel('figure').frameLocator('iframe').first().locator('.scatterlayer path').first().waitFor({ state: 'attached' });
  await find('protein');
  await panel('protein').frameLocator('iframe').first().locator('canvas').first().waitFor();
  assert.deepEqual(outside, []);
  assert.ok(asked.some((url) => /plotly/.test(url)), 'loaded when needed');
});

test('what was logged to attack runs without origin, and what only pretends to be an image does not run', async () => {
  await openProject('hostile');
  const address = page.url();
  await find('html');
  const frame = panel('html').frameLocator('iframe');
  const tried = (await frame.locator('#tried').innerText()).split('\n');
  assert.deepEqual(
    tried.filter((line) => /REACHED/.test(line)),
    [],
  );
  assert.ok(tried.includes('origin: null') && tried.length === 7, `the script did run: ${tried}`);

  await find('bokeh');
  const bokeh = panel('bokeh').frameLocator('iframe');
  const code = (await bokeh.locator('#tried').innerText()).split('\n');
  assert.deepEqual(
    code.filter((line) => /REACHED/.test(line)),
    [],
  );
  assert.ok(code.includes('origin: null'));

  await find('plotly');
  await panel('plotly').frameLocator('iframe').locator('.scatterlayer').waitFor({ state: 'attached' });
  await find('svg');
  await panel('svg').locator('img').waitFor();
  assert.equal(await page.locator('svg script').count(), 0, 'never in the page itself');
  await find('fake');
  await panel('fake').getByText('not an image').waitFor();

  assert.equal(page.url(), address);
  assert.deepEqual(await page.evaluate(() => [globalThis.owned ?? null, localStorage.getItem('owned')]), [null, null]);
  assert.doesNotMatch(await page.title(), /owned|ran/);
});

test('opened by its address alone, a logged file is no page of ours either', async () => {
  await openProject('hostile');
  await find('svg');
  const svg = await panel('svg').locator('img').getAttribute('src');
  const answer = await page.request.get(new URL(svg, server.url).href);
  const headers = answer.headers();
  assert.match(headers['content-security-policy'], /^sandbox; default-src 'none'/);
  assert.match(headers['content-disposition'], /^attachment/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  const frame = await page.request.get(`${server.url}/frame.html`);
  assert.match(frame.headers()['content-security-policy'], /^sandbox allow-scripts; default-src 'none'/);
  await page.goto(`${server.url}/frame.html`);
  assert.equal(await page.evaluate(() => self.origin), 'null', 'of no origin, also without a frame around it');
});

test('the page of a run has its media among its charts', async () => {
  await page.goto(`${server.url}/${user.name}/${project}/runs/first/charts`);
  await page.locator('[data-panel]').first().waitFor();
  await find('image');
  await panel('image').getByText('caption 2').first().waitFor();
  assert.equal(await panel('image').locator('img').count(), 1, 'of this run alone');
  await slider('image').focus();
  await page.keyboard.press('ArrowLeft');
  await panel('image').getByText('caption 1').first().waitFor();
  await find('weights');
  await panel('weights').getByRole('img', { name: /Histograms of weights, first, 3 steps/ }).waitFor();
  await assertAccessible(page);
});

test('on a phone nothing is wider than the window', async () => {
  const phone = await open(browser, { viewport: sizes.phone, storageState: await page.context().storageState() });
  await phone.goto(`${server.url}/${user.name}/${project}`);
  await phone.locator('[data-panel]').first().waitFor();
  await assertNoSidewaysScroll(phone);
  assert.deepEqual(phone.problems, []);
  await phone.context().close();
});
