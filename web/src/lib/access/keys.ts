/** How long a new key may live. */

const USUAL = [7, 30, 90, 365];

/** Days to choose from, and null for ever where that is allowed; `most` is the organization's limit. */
export function lifetimes(most: number | null): (number | null)[] {
  if (most === null) return [null, ...USUAL];
  const within = USUAL.filter((days) => days <= most);
  return within.at(-1) === most ? within : [...within, most];
}

/** The one chosen at first: for ever, else a quarter or the longest below it. */
export const usualLifetime = (most: number | null): number | null =>
  most === null ? null : Math.min(90, most);

export type KeyState = 'works' | 'expired' | 'revoked';

/** What has become of a key. */
export function keyState(
  key: { expiresAt: string | null; revokedAt: string | null },
  now: number,
): KeyState {
  if (key.revokedAt) return 'revoked';
  return key.expiresAt && Date.parse(key.expiresAt) <= now ? 'expired' : 'works';
}
