/** Searching people, keys and teams: every word typed occurs somewhere, whatever its case. */
export function matches(search: string, ...texts: (string | null)[]): boolean {
  const whole = texts.filter(Boolean).join('\n').toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => whole.includes(word));
}
