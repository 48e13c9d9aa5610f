/** Markdown as tokens, which components draw: no text of an author ever becomes markup. Formulas stand between `$` or `$$`. */
import { Marked, type Token, type TokenizerExtension, type Tokens } from 'marked';

export interface MathToken extends Tokens.Generic {
  type: 'math';
  text: string;
  display: boolean;
}

const block: TokenizerExtension = {
  name: 'math',
  level: 'block',
  start: (text) => text.indexOf('$$'),
  tokenizer(text) {
    const match = /^\$\$([\s\S]+?)\$\$\s*(?:\n|$)/.exec(text);
    if (!match) return undefined;
    return { type: 'math', raw: match[0], text: match[1]?.trim() ?? '', display: true };
  },
};
const inline: TokenizerExtension = {
  name: 'math',
  level: 'inline',
  start: (text) => text.indexOf('$'),
  tokenizer(text) {
    // As elsewhere: no space inside the dollars, no digit behind them, so that prices stay prices.
    const match = /^(\$\$?)(?!\s)((?:\\.|[^$\\\n])+?)(?<!\s)\1(?!\d)/.exec(text);
    if (!match) return undefined;
    return { type: 'math', raw: match[0], text: match[2] ?? '', display: match[1] === '$$' };
  },
};
const marked = new Marked({ gfm: true, extensions: [block, inline] });

export const tokensOf = (text: string): Token[] => marked.lexer(text);

/** Where a link may lead: pages and mail; anything that a browser would run is no link. */
export function safeLink(href: string): string | null {
  const plain = Array.from(href.trim(), (char) => (char > ' ' ? char : '')).join('');
  if (/^(https?:|mailto:)/i.test(plain)) return plain;
  return /^[a-z][a-z0-9+.-]*:/i.test(plain) || plain.startsWith('//') ? null : plain;
}

/** Images that are shown: our own, or in the text itself. A page asks no other server for anything. */
export function safeImage(href: string): string | null {
  const plain = href.trim();
  if (/^data:image\/(png|jpe?g|gif|webp);base64,[a-z0-9+/=]+$/i.test(plain)) return plain;
  return /^[a-z][a-z0-9+.-]*:|^\/\/|^\\/i.test(plain) ? null : plain;
}

/** Character references as characters: the lexer leaves them in the text. */
export function characters(text: string): string {
  const named: Readonly<Record<string, string>> = {
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
    nbsp: '\u00a0',
  };
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/gi, (whole, decimal, hex, name) => {
    const code = decimal ? Number(decimal) : hex ? parseInt(hex as string, 16) : NaN;
    if (code > 0 && code <= 0x10ffff) return String.fromCodePoint(code);
    return named[name as string] ?? (whole as string);
  });
}
