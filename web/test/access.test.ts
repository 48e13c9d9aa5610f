import { expect, test } from 'vitest';
import { readLine, readMessage } from '../src/lib/access/message';
import { errorOf, Denial } from '../src/lib/api/errors';

const message = [
  'ann may not write to ml/p: ann is not a member of the team ml. You can write to ann.',
  'Did you mean one of your own entities? They are: ann',
  "Fix: wandb.init(entity='ann', project='p')",
  'Ask: bob can add ann to ml',
  'Details: https://runs.example.org/base/e/8F2K-x',
].join('\n');

test('a denial is a title, prose and code to type; its own link is left out', () => {
  const { title, lines } = readMessage(message);
  expect(title).toBe(message.split('\n')[0]);
  expect(lines.map((line) => line.code ?? line.parts.map((part) => part.text).join(''))).toEqual([
    'Did you mean one of your own entities? They are: ann',
    "wandb.init(entity='ann', project='p')",
    'Ask: bob can add ann to ml',
  ]);
  expect(lines[1]?.label).toBe('Fix');
});

test('code is found after the word for it in every language, or without one', () => {
  const code = 'wandb login --relogin --host https://runs.example.org';
  for (const label of ['Fix', 'Solución', 'Solution ', 'Lösung']) {
    expect(readLine(`${label}: ${code}`)).toMatchObject({ label: label.trim(), code });
  }
  expect(readLine(`対処：${code}`).code).toBe(code);
  expect(readLine(code)).toEqual({ label: '', code, parts: [] });
  expect(readLine('export WANDB_ENTITY=ann').code).toBe('export WANDB_ENTITY=ann');
  expect(readLine('wandb is not the problem: bob can help').code).toBeUndefined();
});

test('addresses in prose are links, without the full stop after them', () => {
  const { parts } = readLine('Your keys are at https://runs.example.org/settings.');
  expect(parts).toEqual([
    { text: 'Your keys are at ' },
    { text: 'https://runs.example.org/settings', link: 'https://runs.example.org/settings' },
    { text: '.' },
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
