/** What is not a flat picture is used: turned, played, drawn in another way; and what is made to do harm by it does none. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, launch, open, requestsElsewhere, setUp } from '../lib/browser.mjs';
import { LoggedRun } from '../lib/client.mjs';
import { startServer } from '../lib/server.mjs';
import { wav } from '../lib/sound.mjs';

const user = { name: 'ada', email: 'ada@example.org', password: 'a long enough phrase' };
/** `outside`: addresses of other servers that the page asked. */
let server, browser, page, outside;

const panel = (key) => page.locator(`[data-panel$=":${key}"]`);

const pad = (value, size) => String(value).padStart(size);
const atom = (n, name, residue, x, y, z) =>
  `ATOM  ${pad(n, 5)}  ${name.padEnd(3)} ALA A${pad(residue, 4)}    ${[x, y, z].map((v) => pad(v.toFixed(3), 8)).join('')}  1.00  0.00           ${name[0]}`;
/** A helix of a few residues, so that it can be drawn as a ribbon. */
const protein = Array.from({ length: 8 }, (_, at) => {
  const place = (turn, rise) => [2.3 * Math.cos(turn), 2.3 * Math.sin(turn), rise];
  const turn = at * 1.745;
  return [
    atom(at * 4 + 1, 'N', at + 1, ...place(turn - 0.5, at * 1.5 - 0.9)),
    atom(at * 4 + 2, 'CA', at + 1, ...place(turn, at * 1.5)),
    atom(at * 4 + 3, 'C', at + 1, ...place(turn + 0.6, at * 1.5 + 0.9)),
    atom(at * 4 + 4, 'O', at + 1, ...place(turn + 0.7, at * 1.5 + 2)),
  ].join('\n');
}).join('\n');
const solid = 'solid s\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 1\nendloop\nendfacet\nendsolid s\n';
/** A triangle in a file of its own, and one that wants its points and its picture from another server. */
const triangle = Buffer.from(new Float32Array([0, 0, 0, 1, 0, 0, 0, 1, 0.5]).buffer).toString('base64');
const gltf = (uri, more = {}) =>
  JSON.stringify({
    ...{ asset: { version: '2.0' }, scene: 0, scenes: [{ nodes: [0] }], nodes: [{ mesh: 0 }] },
    meshes: [{ primitives: [{ attributes: { POSITION: 0 }, ...(more.materials ? { material: 0 } : {}) }] }],
    accessors: [{ bufferView: 0, componentType: 5126, count: 3, type: 'VEC3', max: [1, 1, 1], min: [0, 0, 0] }],
    bufferViews: [{ buffer: 0, byteLength: 36 }],
    buffers: [{ uri, byteLength: 36 }],
    ...more,
  });
const script = '<img src=x onerror="top.owned=1"><script>top.owned=1</script>';
const bokeh = JSON.stringify({
  version: '3.9.2',
  title: 'Bokeh Application',
  roots: [{ type: 'object', name: 'Div', id: 'p1', attributes: { text: '<b id="shown">Bokeh shown</b>' } }],
});
const figure = { data: [{ x: [1, 2, 3], y: [3, 1, 2], type: 'bar', name: 'bars' }], layout: { title: { text: 'A figure' } } };

before(async () => {
  server = await startServer();
  browser = await launch();
  page = await open(browser);
  outside = requestsElsewhere(page, server);
  const key = await setUp(page, server, user);
  const begin = (project, name) => LoggedRun.start(server.url, key, { entity: user.name, project, name, displayName: name });
  const filer = (run) => async (path, body, type, more = {}) => {
    await run.upload(path, body);
    return { _type: type, path, sha256: 'x', size: Buffer.byteLength(body), ...more };
  };
  const good = await begin('figures', 'good0001');
  let file = filer(good);
  const points = Array.from({ length: 400 }, (_, at) => [Math.sin(at), Math.cos(at), at / 100, 20 * (at % 10), 90, 200]);
  const corners = [[-1, -1, 0], [-1, 1, 0], [-1, -1, 4], [1, -1, 0], [1, 1, 0], [-1, 1, 4], [1, -1, 4], [1, 1, 4]];
  const scene = { type: 'lidar/beta', points, boxes: [{ corners, label: 'box', color: [255, 0, 0] }], vectors: [] };
  await good.log([
    {
      cloud: await file('media/object3D/cloud_0_a.pts.json', JSON.stringify(scene), 'object3D-file'),
      solid: await file('media/object3D/solid_0_a.stl', solid, 'object3D-file'),
      model: await file('media/object3D/model_0_a.gltf', gltf(`data:application/octet-stream;base64,${triangle}`), 'object3D-file'),
      protein: await file('media/molecule/protein_0_a.pdb', `${protein}\nEND\n`, 'molecule-file'),
      sound: await file('media/audio/sound_0_a.wav', wav(440, [4e3, 2e4]), 'audio-file', { caption: 'beep' }),
      film: await file('media/videos/film_0_a.wav', wav(440, [4e3, 2e4]), 'video-file', { width: 16, height: 16 }),
      bokeh: await file('media/bokeh/bokeh_0_a.bokeh.json', bokeh, 'bokeh-file'),
      figure: await file('media/plotly/figure_0_a.plotly.json', JSON.stringify(figure), 'plotly-file'),
    },
  ]);
  await good.finish();
  const bad = await begin('harm', 'bad00001');
  file = filer(bad);
  const far = 'https://elsewhere.example/points.bin';
  const picture = { materials: [{ pbrMetallicRoughness: { baseColorTexture: { index: 0 } } }], textures: [{ source: 0 }], images: [{ uri: 'https://elsewhere.example/p.png' }] };
  await bad.log([
    {
      far: await file('media/object3D/far_0_a.gltf', gltf(far), 'object3D-file'),
      painted: await file('media/object3D/painted_0_a.gltf', gltf(`data:application/octet-stream;base64,${triangle}`, picture), 'object3D-file'),
      broken: await file('media/object3D/broken_0_a.pts.json', '[[1,2', 'object3D-file'),
      protein: await file('media/molecule/protein_0_a.pdb', `REMARK ${script}\n${protein}`, 'molecule-file'),
      table: await file('media/table/table_0_a.table.json', JSON.stringify({ columns: [script, 'b'], data: [[script, 'javascript:top.owned=1']] }), 'table-file', { ncols: 2, nrows: 1 }),
      sound: await file('media/audio/sound_0_a.wav', script, 'audio-file', { caption: script }),
      mask: { ...(await file('media/images/mask_0_a.png', 'no png', 'image-file', { width: 8, height: 8, format: 'png', caption: script })) },
      bars: { _type: 'histogram', values: [1e308, -1, 'NaN'], bins: [0, 1, 2, 3] },
    },
  ]);
  await bad.finish();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

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
/** What is drawn, as a text that differs when it does. */
const picture = (canvas) => canvas.evaluate((one) => one.toDataURL());
const drawn = (canvas) =>
  canvas.elementHandle().then((one) =>
    page.waitForFunction((at) => new Set(at.getContext('2d').getImageData(0, 0, at.width, at.height).data).size > 2, one),
  );

test('a cloud and a mesh are turned and zoomed by mouse and by key, and framed again', async () => {
  await openProject('figures');
  for (const key of ['cloud', 'solid', 'model']) {
    await find(key);
    const canvas = panel(key).locator('.scene canvas');
    await drawn(canvas);
    const first = await picture(canvas);
    await canvas.focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForTimeout(200);
    const turned = await picture(canvas);
    assert.notEqual(turned, first, `${key} is turned by key`);
    await page.keyboard.press('-');
    await page.waitForTimeout(200);
    assert.notEqual(await picture(canvas), turned, `${key} is farther away`);
    const box = await canvas.boundingBox();
    const before = await picture(canvas);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 + 60, box.y + box.height / 2 + 20, { steps: 4 });
    await page.mouse.up();
    await page.waitForTimeout(200);
    assert.notEqual(await picture(canvas), before, `${key} is turned by mouse`);
    await panel(key).getByRole('button', { name: 'Show the whole scene' }).click();
    await page.waitForTimeout(200);
    assert.equal(await picture(canvas), first, `${key} stands as at first`);
  }
  await assertAccessible(page);
});

test('a molecule is drawn as a ribbon, as sticks or as spheres', async () => {
  await find('protein');
  const frame = panel('protein').locator('iframe').first();
  const seen = new Set();
  for (const style of ['cartoon', 'stick', 'sphere']) {
    await panel('protein').getByLabel('Molecules as').selectOption(style);
    await panel('protein').locator('.frame[aria-busy=false]').first().waitFor();
    await page.waitForTimeout(800);
    seen.add((await frame.screenshot()).toString('base64'));
  }
  assert.equal(seen.size, 3, 'each looks different');
});

test('a press into the outline of a sound moves there, and it plays on from there', async () => {
  await find('sound');
  const audio = panel('sound').locator('audio');
  const outline = panel('sound').getByRole('button', { name: /Move to a place in beep/ });
  await outline.waitFor();
  const box = await outline.boundingBox();
  await outline.click({ position: { x: box.width / 2, y: box.height / 2 } });
  assert.ok(Math.abs((await audio.evaluate((one) => one.currentTime)) - 1) < 0.1);
  await audio.evaluate((one) => {
    one.muted = true;
    return one.play();
  });
  await page.waitForFunction((one) => one.currentTime > 1.1 && one.duration > 1.9, await audio.elementHandle());
  await audio.evaluate((one) => one.pause());
});

test('a film plays and moves to any place', async () => {
  await find('film');
  const video = panel('film').locator('video').first();
  await page.waitForFunction((one) => one.readyState >= 1, await video.elementHandle());
  assert.equal(await video.evaluate((one) => one.controls), true);
  await video.evaluate((one) => {
    one.muted = true;
    one.currentTime = 1;
    return one.play();
  });
  await page.waitForFunction((one) => one.currentTime > 1.1, await video.elementHandle());
  await video.evaluate((one) => one.pause());
});

test('bokeh and plotly draw, and plotly’s own tools work', async () => {
  await find('bokeh');
  await panel('bokeh').frameLocator('iframe').first().locator('#shown').waitFor();
  await find('figure');
  const plot = panel('figure').frameLocator('iframe').first();
  await plot.locator('.barlayer path').nth(2).waitFor({ state: 'attached' });
  const area = await plot.locator('.nsewdrag').first().boundingBox();
  await page.mouse.move(area.x + area.width / 2, area.y + area.height * 0.9, { steps: 3 });
  await plot.locator('.hovertext').first().waitFor({ state: 'attached' });
});

test('files that want something from elsewhere, or are not what they say, do no harm', async () => {
  await openProject('harm');
  const canvas = (key) => panel(key).locator('.scene canvas');
  await find('painted');
  await drawn(canvas('painted'));
  for (const key of ['far', 'broken']) {
    await find(key);
    await panel(key).getByText('This could not be shown.').first().waitFor();
  }
  await find('sound');
  await panel('sound').getByText('This could not be shown.').first().waitFor();
  await panel('sound').getByText(script).first().waitFor();
  await find('table');
  await panel('table').getByText('javascript:top.owned=1').first().waitFor();
  assert.equal(await panel('table').locator('a[href^=javascript]').count(), 0);
  await find('mask');
  await panel('mask').getByText('not an image').waitFor();
  await find('protein');
  await panel('protein').locator('.frame[aria-busy=false]').first().waitFor();
  await find('bars');
  await page.waitForTimeout(500);
  assert.deepEqual(await page.evaluate(() => [globalThis.owned ?? null, document.querySelectorAll('[onerror], main script').length]), [null, 0]);
  assert.deepEqual(outside, [], 'no other server was asked');
  await assertAccessible(page);
});

test('no page had an error of its own', () => {
  assert.deepEqual(page.problems, []);
});
