/** How well a name fits what somebody typed. */

/** Higher is better, null is no match: all letters in order, rather at beginnings of words and side by side. */
export function fuzzy(wish: string, text: string): number | null {
  const want = wish.toLowerCase().replace(/\s+/g, '');
  if (want === '') return 0;
  const have = text.toLowerCase();
  const whole = have.indexOf(wish.trim().toLowerCase());
  if (whole >= 0)
    return 1000 - Math.min(whole, 100) + (starts(have, whole) ? 200 : 0) - have.length / 100;
  let score = 0;
  let last = -2;
  for (const letter of want) {
    const at = have.indexOf(letter, last + 1);
    if (at < 0) return null;
    score += at === last + 1 ? 8 : starts(have, at) ? 6 : 1;
    last = at;
  }
  // Letters strewn over a long text are chance.
  return score < want.length * 2.5 ? null : score - have.length / 100;
}

const starts = (text: string, at: number): boolean =>
  at === 0 || /[\s/_.:-]/.test(text[at - 1] ?? '');

/** The best `most` of what fits, best first; without a wish as they are. */
export function best<T>(
  items: readonly T[],
  wish: string,
  text: (item: T) => string,
  most: number,
): T[] {
  if (wish.trim() === '') return items.slice(0, most);
  return items
    .flatMap((item) => {
      const score = fuzzy(wish, text(item));
      return score === null ? [] : [{ item, score }];
    })
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map(({ item }) => item);
}
