/** Rows of history as the server sends them: JSON in which NaN and the infinities are bare. */
import type { Json } from './json';

const tokens = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

/** One row; bare NaN and infinities become texts. */
export function parseRow(text: string): { [key: string]: Json } {
  const strict = text.replace(tokens, (token) => (token.startsWith('"') ? token : `"${token}"`));
  return JSON.parse(strict) as { [key: string]: Json };
}

/** The keys of `historyKeys` as columns: step first, then the client's own times, then by name. */
export function columnsOf(historyKeys: unknown): string[] {
  const keys = (historyKeys as { keys?: Record<string, unknown> } | null)?.keys ?? {};
  const order = new Intl.Collator('en', { numeric: true });
  const own = ['_step', '_runtime', '_timestamp'];
  const rest = Object.keys(keys).filter((key) => !own.includes(key));
  return [...own, ...rest.sort(order.compare)];
}

/** How many steps to ask for next, so that an answer has about `wish` rows. */
export function nextWidth(width: number, rows: number, wish: number): number {
  const share = rows === 0 ? 8 : wish / rows;
  return Math.round(Math.min(1e9, Math.max(wish, width * Math.min(8, Math.max(0.25, share)))));
}
