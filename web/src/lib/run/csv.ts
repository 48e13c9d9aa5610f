/** Tables of text: values between separators, quoted where they hold one (RFC 4180). */
import type { LoggedTable } from './json';

/** Columns from the first line and rows below; null when there is no table. `cut` says that the end is missing. */
export function csvTable(text: string, separator: string, cut: boolean): LoggedTable | null {
  const rows = csvRows(text, separator);
  if (cut) rows.pop();
  const [columns, ...data] = rows;
  if (!columns || columns.length < 2 || data.length === 0) return null;
  const whole = data.filter((row) => row.length > 1 || row[0] !== '');
  return {
    columns,
    data: whole.map((row) => columns.map((_, at) => numberOr(row[at] ?? ''))),
  };
}

/** Numbers line up in a table, so they are told from texts. */
const numberOr = (text: string): string | number =>
  /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && String(Number(text)) === text
    ? Number(text)
    : text;

function csvRows(text: string, separator: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let value = '';
    if (text[at] === '"') {
      for (at += 1; at < text.length; at += 1) {
        if (text[at] !== '"') value += text[at];
        else if (text[at + 1] === '"') value += text[(at += 1)];
        else break;
      }
      at += 1;
    }
    const start = at;
    while (at < text.length && text[at] !== separator && text[at] !== '\n') at += 1;
    row.push(value + text.slice(start, at).replace(/\r$/, ''));
    if (text[at] !== separator) {
      rows.push(row);
      row = [];
    } else if (at === text.length - 1) {
      rows.push([...row, '']);
    }
    at += 1;
  }
  return rows;
}
