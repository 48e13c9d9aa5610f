/** Terminal colours of a log line as spans; nothing of the line ever becomes markup. */

export interface Span {
  text: string;
  /** Names of classes: `c1`…`c15`, `b` bold, `d` dim, `u` underlined. */
  style: string;
}

interface Pen {
  color: number | null;
  bold: boolean;
  dim: boolean;
  underline: boolean;
}

const plain = (): Pen => ({ color: null, bold: false, dim: false, underline: false });

const escapes =
  // eslint-disable-next-line no-control-regex -- the escape character is what is looked for
  /\u001b\[([0-9;]*)([A-Za-z])|\u001b\][^\u0007]*(?:\u0007|$)|[\u0000-\u0008\u000b-\u001f]/g;

/** Nearest of the 16 named colours for an index of the 256-colour table. */
function nameOf256(index: number): number {
  if (index < 16) return index;
  if (index >= 232) return index < 244 ? 8 : 7;
  const cube = index - 16;
  const parts = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6];
  const bright = Math.max(...parts) >= 4 ? 8 : 0;
  return bright + parts.reduce((sum, part, bit) => sum + (part >= 2 ? 1 << bit : 0), 0);
}

function apply(pen: Pen, codes: number[]): Pen {
  let next = { ...pen };
  for (let i = 0; i < codes.length; i += 1) {
    const code = codes[i] ?? 0;
    if (code === 0) next = plain();
    else if (code === 1) next.bold = true;
    else if (code === 2) next.dim = true;
    else if (code === 4) next.underline = true;
    else if (code === 22) next.bold = next.dim = false;
    else if (code === 24) next.underline = false;
    else if (code >= 30 && code <= 37) next.color = code - 30;
    else if (code >= 90 && code <= 97) next.color = code - 82;
    else if (code === 39) next.color = null;
    else if (code === 38 || code === 48) {
      const indexed = codes[i + 1] === 5;
      if (code === 38 && indexed) next.color = nameOf256(codes[i + 2] ?? 7);
      i += indexed ? 2 : 4;
    }
  }
  return next;
}

const styleOf = ({ color, bold, dim, underline }: Pen): string =>
  [color === null ? '' : `c${color}`, bold ? 'b' : '', dim ? 'd' : '', underline ? 'u' : '']
    .filter(Boolean)
    .join(' ');

/** Splits a line at its escape sequences; unknown ones are left out. */
export function spans(line: string): Span[] {
  const found: Span[] = [];
  let pen = plain();
  let start = 0;
  const add = (end: number) => {
    if (end > start) found.push({ text: line.slice(start, end), style: styleOf(pen) });
  };
  for (const match of line.matchAll(escapes)) {
    add(match.index);
    start = match.index + match[0].length;
    if (match[2] === 'm') pen = apply(pen, (match[1] || '0').split(';').map(Number));
  }
  add(line.length);
  return found;
}
