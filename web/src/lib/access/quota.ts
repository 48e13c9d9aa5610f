/** A team's quota as people type it: in GiB, empty for none. */

const GIB = 2 ** 30;

export const toGib = (bytes: number | null): string =>
  bytes === null ? '' : String(Number((bytes / GIB).toFixed(2)));

/** Bytes; -1 for no limit, which is what the server takes; undefined for what is not a number. */
export function fromGib(text: string): number | undefined {
  const trimmed = text.trim().replace(',', '.');
  if (trimmed === '') return -1;
  const value = Number(trimmed);
  return Number.isFinite(value) && value > 0 ? Math.round(value * GIB) : undefined;
}
