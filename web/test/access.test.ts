import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Line, readLine, readMessage } from '../src/lib/access/message';
import { errorOf, Denial } from '../src/lib/api/errors';

const message = [
  'ann may not write to ml/p: ann is not a member of the team ml. You can write to ann.',
  'Did you mean one of your own entities? They are: ann',
  "Fix: wandb.init(entity='ann', project='p'), or free space at https://runs.example.org/ml",
  'Ask: bob can add ann to ml',
  'Details: https://runs.example.org/base/e/8F2K-x (there you can also request access)',
].join('\n');
const plain = ({ items }: Line) =>
  items.map((item) => item.code ?? item.parts.map((part) => part.text).join(''));

test('a denial is a title, prose and code to type; its own link is left out', () => {
  const { title, lines } = readMessage(message);
  expect(title).toBe(message.split('\n')[0]);
  expect(lines.map(plain)).toEqual([
    ['Did you mean one of your own entities? They are: ann'],
    ["wandb.init(entity='ann', project='p')", 'or free space at https://runs.example.org/ml'],
    ['Ask: bob can add ann to ml'],
  ]);
  expect(lines.map((line) => line.label)).toEqual(['', 'Fix', '']);
});

test('code is what a line begins with, apart from the words between', () => {
  const both = readLine(
    'Fix: export WANDB_MODE=offline, and later: wandb sync wandb/offline-run-*',
  );
  expect(plain(both)).toEqual([
    'export WANDB_MODE=offline',
    'and later:',
    'wandb sync wandb/offline-run-*',
  ]);
  const bare = 'wandb login --relogin --host https://runs.example.org';
  expect(readLine(bare)).toEqual({ label: '', items: [{ code: bare }] });
  for (const prose of ['wandb is not the problem', 'Ask: bob, then run wandb sync x']) {
    expect(readLine(prose).items.every((item) => item.code === undefined)).toBe(true);
  }
});

test('every language gives the same code to type', () => {
  const folder = new URL('../../locales/', import.meta.url);
  const codes = readdirSync(folder).map((name) => {
    const text = readFileSync(new URL(name, folder), 'utf8');
    const catalogue = Object.entries(JSON.parse(text) as Record<string, string>);
    const fixes = catalogue.filter(([key]) => /^denied\.\w+\.fix/.test(key));
    return fixes.map(([key, message]) => {
      const line = readLine(message.replaceAll(/[[\]{}]/g, ''));
      return [key, ...line.items.flatMap((item) => item.code ?? [])];
    });
  });
  expect(codes.length).toBe(5);
  const typed = codes[0]?.filter((fix) => fix.length > 1) ?? [];
  expect(typed.length).toBeGreaterThan(10);
  for (const own of codes) expect(own).toEqual(codes[0]);
});

test('addresses in prose are links, without the full stop after them', () => {
  const link = 'https://runs.example.org/settings';
  expect(readLine(`Your keys are at ${link}.`).items).toEqual([
    { parts: [{ text: 'Your keys are at ' }, { text: link, link }, { text: '.' }] },
  ]);
});

test('the reference of a denial comes with the error', () => {
  const body = (extensions: object) => ({ errors: [{ message, extensions }] });
  const code = 'PERMISSION_ERROR';
  const denial = errorOf(body({ code, reason: 'NOT_MEMBER', ref: '8F2K-x' }), 403);
  expect(denial).toBeInstanceOf(Denial);
  expect(denial).toMatchObject({ reason: 'NOT_MEMBER', reference: '8F2K-x' });
  expect(errorOf(body({ code }), 403)).toMatchObject({ reason: '', reference: null });
  expect(errorOf(body({}), 200)).not.toBeInstanceOf(Denial);
});
