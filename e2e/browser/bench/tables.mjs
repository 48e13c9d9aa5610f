/** How fast a large logged table is looked at: `RUNSTEAD_BIN=… node bench/tables.mjs [ROWS] [COLUMNS]`, medians of five. */
import { readFileSync } from 'node:fs';
import { LoggedRun, post } from '../lib/client.mjs';
import { startServer } from '../lib/server.mjs';

const [rows = 1_000_000, columns = 100] = process.argv.slice(2).map(Number);
const TIMES = 5;
const place = { entity: 'ada', project: 'tables' };
const FILE = 'media/table/wide_1_0123456789abcdef0123.table.json';

/** Every fourth column holds texts; of every fifth of those, few. */
const cell = (row, column) => {
  const mixed = (row * 2654435761 + column * 40503) >>> 0;
  if (column === 0) return `"row-${row}"`;
  if (column === 1) return `"class ${mixed % 20}"`;
  if (column % 4 === 3) return `"text ${mixed % (column % 20 === 3 ? 20 : 50_000)}"`;
  return (mixed / 4294967296).toFixed(4);
};

async function* table() {
  const names = Array.from({ length: columns }, (_, n) => `c${n}`);
  yield Buffer.from(`{"columns": ${JSON.stringify(names)}, "data": [`);
  for (let start = 0; start < rows; start += 1000) {
    const lines = [];
    for (let row = start; row < Math.min(rows, start + 1000); row += 1) {
      const cells = Array.from({ length: columns }, (_, column) => cell(row, column));
      lines.push(`${row === 0 ? '' : ', '}[${cells.join(', ')}]`);
    }
    yield Buffer.from(lines.join(''));
  }
  yield Buffer.from(']}');
}

const memory = (pid) => /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1] / 1024;
/** Processor seconds of the server so far. */
function cpu(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const server = await startServer();
try {
  const key = server.run(['user', 'create', 'ada', '--password-stdin', '--print-api-key'], 'a long enough phrase');
  const run = await LoggedRun.start(server.url, key, { ...place, name: 'wide0001' });
  const query = `mutation F($e: String!, $p: String!, $r: String!, $files: [String!]!) {
    createRunFiles(input: { entityName: $e, projectName: $p, runName: $r, files: $files }) { files { uploadUrl } } }`;
  const variables = { e: place.entity, p: place.project, r: 'wide0001', files: [FILE] };
  const { data } = await post(`${server.url}/graphql`, key, { query, variables });
  const answer = await fetch(data.createRunFiles.files[0].uploadUrl, { method: 'PUT', body: table(), duplex: 'half' });
  if (!answer.ok) throw new Error(`upload: ${answer.status}`);
  await run.log([{ loss: 1, wide: { _type: 'table-file', path: FILE, ncols: columns, nrows: rows } }]);

  const question = { sources: [{ run: 'wide0001', key: 'wide' }], columns: Array.from({ length: 16 }, (_, n) => `c${n}`), limit: 100 };
  const ask = (more) => post(`${server.url}/api/tables/ada/tables`, key, { ...question, ...more });
  const report = (name, wall, spent) => console.log(`| ${name} | ${wall.toFixed(0)} | ${(spent * 1000).toFixed(0)} |`);
  async function timed(name, act, times = 1) {
    const walls = [];
    const before = cpu(server.pid);
    for (let n = 0; n < times; n += 1) {
      const start = performance.now();
      await act(n);
      walls.push(performance.now() - start);
    }
    walls.sort((a, b) => a - b);
    report(name, walls[Math.floor(times / 2)], (cpu(server.pid) - before) / times);
  }

  console.log(`| a table of ${rows.toLocaleString('en')} rows × ${columns} columns | ms | server's processor ms |\n| --- | --- | --- |`);
  await timed('read for the first time', async () => {
    while ('size' in (await ask({ limit: 0 }))) await new Promise((resolve) => setTimeout(resolve, 50));
  });
  await timed('first page', () => ask({}), TIMES);
  await timed('page in the middle', (n) => ask({ offset: Math.floor(rows / 2) + n * 1000 }), TIMES);
  const numbers = [2, 4, 5, 6, 8].map((n) => `c${n}`);
  const texts = [3, 7, 11, 15, 19].map((n) => `c${n}`);
  const sorted = (column) => ({ sort: [{ column, descending: true }] });
  await timed('sort by a column of numbers, not in memory', (n) => ask(sorted(numbers[n])), TIMES);
  await timed('sort by a column of texts, not in memory', (n) => ask(sorted(texts[n])), TIMES);
  await timed('next page of that', (n) => ask({ ...sorted(numbers[0]), offset: 100 * (n + 1) }), TIMES);
  await timed('sort by the other direction', (n) => ask({ sort: [{ column: numbers[n], descending: false }] }), TIMES);
  await timed('filter by a number', (n) => ask({ filter: { [numbers[n]]: { $gt: 0.9 } } }), TIMES);
  await timed('filter by a regular expression', (n) => ask({ filter: { [texts[n]]: { $regex: '7$' } } }), TIMES);
  await timed('search in all texts, the first', () => ask({ search: 'text 4711' }));
  await timed('search in all texts', (n) => ask({ search: `text 47${n}` }), TIMES);
  await timed('group by 20 values, 16 columns of means', () => ask({ group: ['c1'] }), TIMES);
  await timed('group by two columns, 400 groups', () => ask({ group: ['c1', 'c23'] }), TIMES);
  await timed('group by 50,000 values', (n) => ask({ group: [texts[(n + 1) % 5]] }), TIMES);
  console.log(`| memory of the server | ${memory(server.pid).toFixed(0)} MiB at most | |`);
} finally {
  await server.stop();
}
