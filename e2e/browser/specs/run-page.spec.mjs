/** Every part of a run's page with what a long run leaves there: a log that is long, many processes, files of all kinds. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { assertAccessible, assertNoSidewaysScroll, launch, open, sizes } from '../lib/browser.mjs';
import { LoggedRun } from '../lib/client.mjs';
import { startServer } from '../lib/server.mjs';
import { signIn } from '../lib/sign-in.mjs';

const user = { name: 'ada', password: 'a long enough phrase' };
const project = 'digits';
/** A million takes a build for debugging some minutes. */
const LINES = Number(process.env.RUNSTEAD_LOG_LINES ?? 200_000);
const TENTH = LINES / 10;
const STEPS = 50;
/** Lines that are printed between two steps. */
const EACH = LINES / STEPS;
/** A second a step, so that times tell which lines are of which step. */
const began = Math.floor(Date.now() / 1000) - 3600;
const machine = {
  ...{ os: 'Linux-6.1.0', python: 'CPython 3.11.7', program: 'train.py', host: 'node-12', username: 'trainer' },
  ...{ docker: 'acme/train:7', cpu_count: 8, cpu_count_logical: 16, disk: { '/': { total: '512000000000' } } },
  gpu_nvidia: [{ name: 'NVIDIA A100', memoryTotal: '85899345920', cudaCores: 6912, architecture: 'Ampere' }],
  git: { remote: 'https://ada:secret@github.com/acme/digits.git', commit: '9fceb02d0ae598e95dc970b74767f19372d61af8' },
};
/** 1 × 1 px. */
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
let server, browser, page, run;

const goto = (tab = '') => page.goto(`${server.url}/${user.name}/${project}/runs/long0001${tab && `/${tab}`}`);
const line = (number) => page.locator('.logs .row', { hasText: number.toLocaleString('en') });

/** What the browser keeps when a link to a file is pressed. */
async function downloaded(link) {
  const [download] = await Promise.all([page.waitForEvent('download', { timeout: 300_000 }), link.click()]);
  assert.equal(download.suggestedFilename(), 'long0001.log');
  return readFile(await download.path(), 'utf8');
}
/** The most that the server has held in memory, in MB. */
const memory = () => Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024);

before(async () => {
  server = await startServer();
  const key = server.run(['user', 'create', user.name, '--password-stdin', '--print-api-key'], user.password);
  run = await LoggedRun.start(server.url, key, {
    ...{ entity: user.name, project, name: 'long0001', displayName: 'long', own: { e: { a: machine } } },
    config: { lr: 0.001, model: { layers: 4, heads: 8 } },
  });
  const rows = Array.from({ length: STEPS }, (_, step) => ({ loss: 1 / (step + 1), _timestamp: began + step }));
  await run.log(rows, { best: { accuracy: 0.97, epoch: 12 } });
  const system = (n) => ({
    ...{ 'system.gpu.0.gpu': 50 + n, 'system.gpu.0.temp': 60, 'system.gpu.1.gpu': 40 + n, 'system.cpu': 20 },
    ...{ 'system.proc.memory.rssMB': 900 + n, 'system.proc.cpu.threads': 12, 'system.network.sent': n, 'system.disk./.usageGB': 3 },
  });
  await run.system(Array.from({ length: 30 }, (_, n) => system(n)));
  for (const [name, text] of [
    ['out/plots/loss.png', PNG],
    ['out/scores.csv', 'name,score\nann,3\nbob,4\n'],
    ['out/settings.json', '{"a":{"b":[1,2]}}'],
    ['out/note.txt', 'a plain note\n'],
    ['out/model.bin', Buffer.from([0, 1, 2, 255])],
  ]) {
    await run.upload(name, text);
  }
  browser = await launch();
  page = await open(browser);
  await signIn(page, server, user);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('notes are written in Markdown and read with it, without running anything', async () => {
  await goto();
  await page.getByRole('button', { name: /^Notes/ }).click();
  await page.getByLabel('Notes', { exact: true }).fill('# Why\n\n- lower **rate**\n- <img src=x onerror="document.title=1">\n\n[paper](https://example.org/p) $a^2$');
  await page.keyboard.press('Control+Enter');
  await page.getByText('rate', { exact: true }).and(page.locator('strong')).waitFor();
  assert.equal(await page.getByRole('link', { name: 'paper' }).getAttribute('href'), 'https://example.org/p');
  await page.locator('.overview math').first().waitFor();
  assert.equal(await page.locator('.overview img').count(), 0);
  await assertAccessible(page);
  await page.getByRole('button', { name: /^Notes/ }).click();
  assert.match(await page.getByLabel('Notes', { exact: true }).inputValue(), /^# Why/);
  await page.keyboard.press('Escape');
});

test('all that the client recorded can be read and searched, but for passwords', async () => {
  await page.getByText('acme/train:7').first().waitFor();
  await page.getByText('trainer', { exact: true }).first().waitFor();
  await page.getByText('All that the client recorded').click();
  const all = page.getByRole('list', { name: 'Environment' });
  await all.getByText('cudaCores').waitFor();
  await page.getByRole('searchbox', { name: 'Filter', exact: true }).fill('architecture');
  await all.getByText('Ampere').waitFor();
  assert.equal(await all.getByText('cudaCores').count(), 0);
  assert.equal(await page.getByText('secret').count(), 0);
  await assertAccessible(page);
});

test('config and summary are searched by name and by value', async () => {
  const summary = page.getByRole('list', { name: 'Summary' });
  await summary.getByText('loss', { exact: true }).waitFor();
  await page.getByRole('searchbox', { name: 'Filter summary' }).fill('0.97');
  await summary.getByText('accuracy').waitFor();
  await summary.getByText('loss', { exact: true }).waitFor({ state: 'detached' });
  await page.getByRole('searchbox', { name: 'Filter config' }).fill('heads');
  const config = page.getByRole('list', { name: 'Config' });
  await config.getByText('heads').waitFor();
  assert.equal(await config.getByText('layers').count(), 0);
});

test('system metrics stand by process, by GPU and by what they measure', async () => {
  await goto('system');
  for (const name of ['Process', 'GPU 0', 'GPU 1', 'CPU', 'Disk', 'Network']) {
    await page.getByRole('button', { name: new RegExp(`^${name}`) }).first().waitFor();
  }
  await page.locator('canvas').first().waitFor();
  await page.getByRole('searchbox').first().fill('gpu\\.1');
  await page.getByRole('button', { name: /^GPU 1/ }).waitFor();
  await page.getByRole('button', { name: /^GPU 0/ }).waitFor({ state: 'detached' });
  await assertAccessible(page);
});

test('files are a tree with previews by kind', async () => {
  await goto('files');
  const file = (name) => page.getByRole('button', { name: new RegExp(name.replace('.', '\\.')) });
  await file('plots').waitFor();
  await file('loss.png').click();
  await page.getByRole('img', { name: 'out/plots/loss.png' }).waitFor();
  await file('scores.csv').click();
  await page.getByRole('cell', { name: 'ann' }).waitFor();
  await file('settings.json').click();
  await page.getByText('"b": [').waitFor();
  await file('note.txt').click();
  await page.getByText('a plain note').waitFor();
  await file('model.bin').click();
  await page.getByText('This kind of file cannot be shown here.').waitFor();
  await file('plots').click();
  await file('loss.png').waitFor({ state: 'detached' });
  await page.getByRole('searchbox').fill('\\.csv$');
  await file('scores.csv').waitFor();
  assert.equal(await file('note.txt').count(), 0);
  await assertAccessible(page);
});

test('a long log: the end at once, any place, colours, times, a step, matches, and all of it to take away', async (t) => {
  // A build for debugging needs its time for so many lines.
  page.setDefaultTimeout(120_000);
  const iso = (second) => new Date(second * 1000).toISOString().slice(0, -1);
  let texts = [];
  for (let n = 0; n < LINES; n += 1) {
    const red = n % TENTH === 77;
    texts.push(`${iso(began + Math.floor(n / EACH))}000 ${red ? `\u001b[31mneedle ${n}\u001b[0m` : `line ${n}`}`);
    if (texts.length < 20_000) continue;
    await run.lines(texts);
    texts = [];
  }
  const took = async (name, act) => {
    const before = Date.now();
    await act();
    t.diagnostic(`${name}: ${Date.now() - before} ms`);
  };
  await took('the end', async () => {
    await goto('logs');
    await page.getByText(`line ${LINES - 1}`).waitFor();
    await page.getByText(`${LINES.toLocaleString('en')} lines`).waitFor();
  });
  await took('a line in the middle', async () => {
    await page.getByLabel('Go to line').fill(String(LINES / 2));
    await page.keyboard.press('Enter');
    await page.getByText(`line ${LINES / 2 - 1}`, { exact: true }).waitFor();
  });
  await took('what was printed at step 30', async () => {
    await page.getByLabel('Go to step').fill('30');
    await page.keyboard.press('Enter');
    await page.getByText(`line ${30 * EACH}`, { exact: true }).waitFor();
  });
  await page.waitForURL(new RegExp(`line=${30 * EACH + 1}`));
  await page.getByRole('button', { name: 'Times' }).click();
  await line(30 * EACH + 1).locator('time').waitFor();
  await page.getByRole('button', { name: 'Times' }).click();
  await page.getByLabel('Go to step').fill('999');
  await page.keyboard.press('Enter');
  await page.getByText(/Nothing was logged at step 999/).waitFor();
  await took('a search', async () => {
    await page.getByLabel('Search lines').fill('needle \\d+$');
    await page.getByText('10 matching lines').waitFor();
  });
  await page.getByLabel('Search lines').press('Enter');
  await page.getByText('1 of 10').waitFor();
  await line(78).locator('mark').first().waitFor();
  await took('a search that finds next to everything', async () => {
    await page.getByLabel('Search lines').fill('line');
    await page.getByText(LINES > 100_000 ? 'More than 100,000 matching lines' : /matching lines/).waitFor();
  });
  await page.getByLabel('Search lines').fill('needle \\d+$');
  await page.getByText('10 matching lines').waitFor();
  await took('only the matches, as a file', async () => {
    await page.getByRole('button', { name: 'Only matches' }).click();
    await page.getByRole('button', { name: 'Times' }).click();
    await page.getByRole('log').getByText(`needle ${9 * TENTH + 77}`).waitFor();
    const text = await downloaded(page.getByRole('link', { name: 'Download these lines' }));
    assert.deepEqual(text.split('\n').map((one) => one.slice(27)), [...Array(10).keys()].map((n) => `needle ${n * TENTH + 77}`).concat(''));
    assert.ok(text.startsWith(`${iso(began)}000 needle 77\n`), 'with the times, without colours');
    await page.getByRole('button', { name: 'Times' }).click();
    await page.getByRole('button', { name: 'Only matches' }).click();
  });
  await page.getByLabel('Search lines').press('Enter');
  await page.getByText('1 of 10').waitFor();
  await page.keyboard.press('Shift+Enter');
  await line(9 * TENTH + 78).locator('mark').first().waitFor();
  await assertAccessible(page);
  await page.getByLabel('Search lines').fill('');
  await page.getByLabel('Go to line').fill(String(9 * TENTH + 78));
  await page.keyboard.press('Enter');
  await line(9 * TENTH + 78).locator('.c1').waitFor();
  // The very last line is reached by scrolling, although the list is taller than browsers draw.
  const list = page.getByRole('log');
  await list.evaluate((box) => (box.scrollTop = box.scrollHeight));
  await page.getByText(`line ${LINES - 1}`).waitFor();
  await page.getByRole('button', { name: 'Follow' }).click();
  await run.lines([`${iso(began + STEPS)}000 one more`]);
  await page.getByText('one more').waitFor();
  await took('the download', async () => {
    const before = memory();
    const text = await downloaded(page.getByRole('link', { name: 'Download the console output' }));
    t.diagnostic(`memory of the server: ${before} MB before, at most ${memory()} MB`);
    const lines = text.split('\n');
    assert.equal(lines.length, LINES + 2);
    assert.deepEqual(lines.slice(-3), [`line ${LINES - 1}`, 'one more', '']);
    assert.equal(lines[77], 'needle 77');
  });
  page.setDefaultTimeout(20_000);
});

test('on a phone, and in the dark, it can be read', async () => {
  await page.setViewportSize(sizes.phone);
  await page.emulateMedia({ colorScheme: 'dark' });
  for (const tab of ['', 'logs', 'system', 'files']) {
    await goto(tab);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForTimeout(500);
    await assertNoSidewaysScroll(page);
    await assertAccessible(page);
  }
  assert.deepEqual(page.problems, []);
});
