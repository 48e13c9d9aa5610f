/** Where a search is found inside the coloured spans of a line. */
import type { Span } from './ansi';

export interface MarkedSpan extends Span {
  found: boolean;
}

/** Splits spans so that what `expression` matches in the whole line stands alone. */
export function marked(spans: readonly Span[], expression: RegExp | null): MarkedSpan[] {
  if (!expression) return spans.map((span) => ({ ...span, found: false }));
  const line = spans.map((span) => span.text).join('');
  const edges = [...line.matchAll(expression)]
    .filter((match) => match[0] !== '')
    .map((match) => [match.index, match.index + match[0].length] as const);
  const parts: MarkedSpan[] = [];
  let at = 0;
  for (const { text, style } of spans) {
    let start = at;
    const end = at + text.length;
    const add = (to: number, found: boolean) => {
      if (to > start) parts.push({ text: line.slice(start, to), style, found });
      start = Math.max(start, to);
    };
    for (const [from, to] of edges) {
      if (to <= start || from >= end) continue;
      add(from, false);
      add(Math.min(to, end), true);
    }
    add(end, false);
    at = end;
  }
  return parts;
}
