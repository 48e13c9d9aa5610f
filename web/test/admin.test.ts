import { encode } from 'uqr';
import { expect, test } from 'vitest';
import { byObject } from '../src/lib/access/actions';
import { keyState, lifetimes, usualLifetime } from '../src/lib/access/keys';
import { loginError } from '../src/lib/access/login';
import { matches } from '../src/lib/access/search';
import { errorOf } from '../src/lib/api/errors';
import { isLastAdmin } from '../src/pages/admin/accounts';
import { exportLink, fromAddress, nothing, toAddress, toFilter } from '../src/pages/admin/audit';
import { days } from '../src/pages/admin/days';

test('the lifetimes of a key stay within the limit of the organization', () => {
  expect(lifetimes(null)).toEqual([null, 7, 30, 90, 365]);
  expect(lifetimes(90)).toEqual([7, 30, 90]);
  expect(lifetimes(60)).toEqual([7, 30, 60]);
  expect(lifetimes(3)).toEqual([3]);
  expect([null, 365, 14].map(usualLifetime)).toEqual([null, 90, 14]);
  for (const most of [null, 1, 60, 90, 4000])
    expect(lifetimes(most)).toContain(usualLifetime(most));
});

test('a key that ended says how: revoked before expired', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  const [before, after] = ['2026-11-22T11:59:59Z', '2026-11-22T12:00:01Z'];
  expect(keyState({ expiresAt: null, revokedAt: null }, now)).toBe('works');
  expect(keyState({ expiresAt: after, revokedAt: null }, now)).toBe('works');
  expect(keyState({ expiresAt: before, revokedAt: null }, now)).toBe('expired');
  expect(keyState({ expiresAt: before, revokedAt: before }, now)).toBe('revoked');
});

test('the last administrator is the last who can sign in', () => {
  const account = (name: string, more = {}) => {
    return { name, kind: 'user', admin: true, disabledAt: null as string | null, ...more };
  };
  const plain = account('bo', { admin: false });
  expect(isLastAdmin([account('ada'), plain], 'ada')).toBe(true);
  expect(isLastAdmin([account('ada'), plain], 'bo')).toBe(false);
  expect(isLastAdmin([account('ada'), account('cleo')], 'ada')).toBe(false);
  const disabled = account('cleo', { disabledAt: '2026-11-01T00:00:00Z' });
  const service = account('ci', { kind: 'service' });
  expect(isLastAdmin([account('ada'), disabled, service], 'ada')).toBe(true);
  expect(isLastAdmin([account('ada'), disabled], 'cleo')).toBe(false);
});

test('every word of a search must occur somewhere', () => {
  expect(matches('', 'ada')).toBe(true);
  expect(matches('ADA acme', 'ada', null, 'acme, speech')).toBe(true);
  expect(matches('ada robotics', 'ada', 'acme')).toBe(false);
});

test('actions are grouped by object in their order', () => {
  expect(byObject(['run:read', 'team:invite', 'run:stop'])).toEqual([
    {
      object: 'run',
      operations: [
        { action: 'run:read', operation: 'read' },
        { action: 'run:stop', operation: 'stop' },
      ],
    },
    { object: 'team', operations: [{ action: 'team:invite', operation: 'invite' }] },
  ]);
});

test('the filter of the audit log survives its address', () => {
  const shown = { ...nothing, actor: 'bo', action: 'run:create', after: '2026-11-01' };
  expect(toAddress(shown)).toBe('?actor=bo&action=run%3Acreate&after=2026-11-01');
  expect(fromAddress(new URLSearchParams(toAddress(shown)))).toEqual(shown);
  expect(toAddress({ ...nothing, actor: '  ' })).toBe('');
});

test('days of the filter are whole days here, the last included; the download asks the same', () => {
  const shown = { ...nothing, outcome: 'denied', after: '2026-10-24', before: '2026-10-31' };
  const after = new Date(2026, 9, 24).toISOString();
  const before = new Date(2026, 10, 1).toISOString();
  const none = { actor: null, action: null, target: null };
  expect(toFilter(shown)).toEqual({ ...none, outcome: 'denied', after, before });
  expect(toFilter({ ...nothing, after: 'soon' }).after).toBeNull();
  const link = new URL(exportLink(shown, 'csv'), 'http://host/base/');
  expect(link.pathname).toBe('/base/admin/audit_logs');
  expect(Object.fromEntries(link.searchParams)).toEqual({
    format: 'csv',
    outcome: 'denied',
    after,
    before,
  });
});

test('a number of days, or nothing for no limit', () => {
  expect(['', ' 90 ', '0', '-1', '1.5', 'x', '123456'].map(days)).toEqual([
    0,
    90,
    0,
    null,
    null,
    null,
    null,
  ]);
});

test('the second step is asked for by its reason', () => {
  const error = errorOf({ error: 'A code is needed.', reason: 'TWO_FACTOR' }, 401);
  expect(error?.message).toBe('A code is needed.');
  expect(error?.reason).toBe('TWO_FACTOR');
  expect(errorOf({ error: 'no' }, 401)?.reason).toBe('');
});

test('a reason of the provider that is not known is the general one', () => {
  expect(loginError('no_account')).toBe('web.login.error.no_account');
  expect(loginError('toString')).toBe('web.login.error.provider');
});

test('the QR code holds the whole address of a long name', () => {
  const label = encodeURIComponent(`Runstead:${'a'.repeat(60)}`);
  const uri = `otpauth://totp/${label}?secret=${'A'.repeat(52)}&issuer=Runstead`;
  const { data, size } = encode(uri, { ecc: 'M', border: 2 });
  expect(data.length).toBe(size);
  expect(data[0]?.some(Boolean)).toBe(false);
});
