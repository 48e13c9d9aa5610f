import { expect, test } from 'vitest';
import { claimLines, examples, readClaims, snippet } from '../src/lib/access/claims';
import { answered, waiting } from '../src/lib/access/order';
import { firstReason } from '../src/lib/access/permission';
import { fromGib, toGib } from '../src/lib/access/quota';
import { roleOptions } from '../src/lib/access/roles';
import { lastAdmin, matching } from '../src/lib/access/team';

const member = (name: string, role: string, disabled = false) => ({
  name,
  role,
  disabled,
  fullName: null,
  email: `${name}@example.org`,
});

test('the last admin is the only one who can still sign in', () => {
  expect(lastAdmin([member('ann', 'admin'), member('bob', 'member')])).toBe('ann');
  expect(lastAdmin([member('ann', 'admin'), member('bob', 'admin')])).toBeNull();
  expect(lastAdmin([member('ann', 'admin'), member('bob', 'admin', true)])).toBe('ann');
  expect(lastAdmin([member('bob', 'viewer')])).toBeNull();
});

test('members are found by any of their names', () => {
  const all = [member('ann', 'admin'), { ...member('bob', 'viewer'), fullName: 'Robert Ann' }];
  expect(matching(all, ' ANN ').map((one) => one.name)).toEqual(['ann', 'bob']);
  expect(matching(all, 'bob@').map((one) => one.name)).toEqual(['bob']);
  expect(matching(all, '')).toHaveLength(2);
});

test('of requests the oldest that waits is first, and the newest answer', () => {
  const request = (id: string, state: string, createdAt: string, answeredAt: string | null) => ({
    id,
    state,
    createdAt,
    answeredAt,
  });
  const all = [
    request('new', 'pending', '2026-02-02', null),
    request('yes', 'approved', '2026-01-01', '2026-01-05'),
    request('old', 'pending', '2026-02-01', null),
    request('no', 'declined', '2026-01-03', '2026-01-04'),
  ];
  expect(waiting(all).map((one) => one.id)).toEqual(['old', 'new']);
  expect(answered(all).map((one) => one.id)).toEqual(['yes', 'no']);
});

test('a quota is typed in GiB; nothing is no limit, nonsense is refused', () => {
  expect(toGib(null)).toBe('');
  expect(toGib(200 * 2 ** 30)).toBe('200');
  expect(toGib(1.5 * 2 ** 30)).toBe('1.5');
  expect(fromGib('1,5')).toBe(1.5 * 2 ** 30);
  expect(fromGib(' ')).toBe(-1);
  for (const text of ['x', '0', '-3', '1 GB']) expect(fromGib(text)).toBeUndefined();
});

test('claims are lines, read back as they were written', () => {
  const claims = { repository: 'acme/vision', sub: 'a = b' };
  expect(readClaims(claimLines(claims))).toEqual({ claims });
  expect(readClaims('\n ref=refs/heads/* \n')).toEqual({ claims: { ref: 'refs/heads/*' } });
  expect(readClaims('a = 1\nnonsense').bad).toBe('nonsense');
  expect(readClaims('a =').bad).toBe('a =');
  expect(readClaims(examples.github.claims).bad).toBeUndefined();
  expect(readClaims(examples.kubernetes.claims).bad).toBeUndefined();
});

test('the examples name the server and ask for a token of the audience', () => {
  const server = 'https://runs.example.org/base';
  const github = snippet('github', server, server);
  expect(github).toContain(`WANDB_BASE_URL=${server}`);
  expect(github).toContain(`audience=${encodeURIComponent(server)}`);
  expect(snippet('kubernetes', server, 'aud')).toContain('audience: aud');
  expect(snippet('other', server, server)).toBeUndefined();
});

test('a role that can no longer be given is still shown where somebody has it', () => {
  const values = (current?: string) => roleOptions(['viewer'], current).map((one) => one.value);
  expect(values('labeller')).toEqual(['viewer', 'labeller']);
  expect(values('viewer')).toEqual(['viewer']);
  expect(values()).toEqual(['viewer']);
});

test('the first reason counts', () => {
  expect(firstReason(null, undefined, '', 'why', 'also')).toBe('why');
  expect(firstReason(null)).toBeNull();
});
