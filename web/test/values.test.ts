import { expect, test } from 'vitest';
import { Denial, errorOf } from '../src/lib/api/errors';
import { bytes, duration, measure, relativeTime, tick } from '../src/lib/i18n/format';
import { spans } from '../src/lib/run/ansi';
import { previewOf } from '../src/lib/run/files';
import { configValues, jsonRows, loggedTable, parseJson } from '../src/lib/run/json';
import { searchFilter } from '../src/lib/runs/runset';

test('a file is shown as a table only when it holds one', () => {
  expect(loggedTable('{"columns":["a",1],"data":[[1,"x"]]}')).toEqual({
    columns: ['a', '1'],
    data: [[1, 'x']],
  });
  expect(loggedTable('{"columns":["a"],"data":[1]}')).toBeNull();
  expect(loggedTable('{"columns":')).toBeNull();
});

test('ticks and durations are humane', () => {
  expect(tick(0.00025, 0.001)).toBe('0.00025');
  expect([1000, 2_500_000, 0.25, 0.001, 0.0001, 0, -1500].map((value) => tick(value))).toEqual([
    '1k',
    '2.5M',
    '0.25',
    '0.001',
    '10⁻⁴',
    '0',
    '−1.5k',
  ]);
  expect([0.42, 12, 200, 7500, 180_000].map(duration)).toEqual([
    '0.42s',
    '12s',
    '3m 20s',
    '2h 05m',
    '2d 02h',
  ]);
  expect([measure(NaN), measure(1234.5678), measure(1.5e-9)]).toEqual([
    'NaN',
    '1,234.6',
    '1.5×10⁻⁹',
  ]);
  expect([bytes(0), bytes(1536), bytes(512_000_000)]).toEqual(['0 B', '1.5 KiB', '488 MiB']);
});

test('a moment is relative for a week', () => {
  const now = Date.UTC(2026, 10, 22);
  expect(relativeTime(now - 7_200_000, now)).toBe('2 hr. ago');
  expect(relativeTime(now - 8 * 86_400_000, now)).toBe('Nov 14, 2026');
});

test('terminal colours become classes, never markup', () => {
  expect(spans('\u001b[1;31mbad\u001b[0m <b>')).toEqual([
    { text: 'bad', style: 'c1 b' },
    { text: ' <b>', style: '' },
  ]);
  expect(spans('\u001b[38;5;196mx\u001b[39my')[0]?.style).toBe('c9');
  const shown = spans('\u001b[2K\u001b]0;title\u0007done\u001b[0m').map(({ text }) => text);
  expect(shown.join('')).toBe('done');
});

test('config is unwrapped, NaN stays a word, a filter keeps parents', () => {
  const config = configValues(
    '{"lr":{"value":"NaN"},"o":{"value":{"name":"adam"}},"_wandb":{"value":{}}}',
  );
  expect(config).toEqual({ lr: 'NaN', o: { name: 'adam' } });
  const rows = jsonRows(
    config,
    () => false,
    (text) => text.includes('adam'),
    true,
  );
  expect(rows.map(({ path }) => path)).toEqual(['o', 'o.name']);
  expect(parseJson('{not json')).toBe('{not json');
});

test('what can be shown is judged by the name', () => {
  expect(['a.png', 'a.json', 'a.pt', 'Makefile'].map(previewOf)).toEqual([
    'image',
    'text',
    'none',
    'text',
  ]);
});

test('a search is a regular expression, or plain text when it is none', () => {
  const found = (query: string) => JSON.stringify(searchFilter({ query, isRegex: true }));
  expect(found(' ')).toBe('null');
  expect(found('^ab')).toContain('(?i)^ab');
  expect(found('a(')).toContain('(?i)a\\\\(');
});

test('a denial keeps its lines and its reason', () => {
  const extensions = { code: 'PERMISSION_ERROR', reason: 'NOT_MEMBER' };
  const error = errorOf({ errors: [{ message: 'first\n✗ member\n', extensions }] }, 403);
  expect(error).toBeInstanceOf(Denial);
  expect((error as Denial).lines).toEqual(['first', '✗ member']);
  expect((error as Denial).reason).toBe('NOT_MEMBER');
  expect(errorOf({ error: 'sentence' }, 400)?.message).toBe('sentence');
});
