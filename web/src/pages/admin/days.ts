/** A number of days as it is typed: nothing means no limit (0); null is no number of days. */
export function days(text: string): number | null {
  const trimmed = text.trim();
  if (trimmed === '') return 0;
  return /^\d{1,5}$/.test(trimmed) ? Number(trimmed) : null;
}
