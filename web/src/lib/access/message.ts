/** Reading a denial's text: the first line stands alone, the others are hints, commands and names to ask. */

export interface Part {
  text: string;
  /** Where the part is an address: its link. */
  link?: string;
}

export interface Line {
  /** What stands before the code or text: `Fix`; may be empty. */
  label: string;
  /** Code to copy as it is; else the line is prose. */
  code?: string;
  /** The prose, its addresses apart. */
  parts: Part[];
}

export interface Explained {
  title: string;
  lines: Line[];
}

/** What people type: a call of the client, or one of its commands, ours, pip's or the shell's. */
const CODE =
  /^(?:[^:：(]{1,32}?\s?[:：]\s*)?((?:wandb\.\w+\(|wandb (?:login|sync|init|agent|sweep|offline|online|artifact)\b|runstead [a-z]|export \w+=|pip install ).*)$/;
const LABEL = /^(\S[^:：()]{0,31}?)\s?[:：]\s+(?=\S)/;
const ADDRESS = /https?:\/\/[^\s<>"]*[^\s<>"'.,;:)\]。、]/g;
/** The line that leads to the page about the denial: the app links there itself. */
const DETAILS = /https?:\/\/\S+\/e\/[\w-]+\s*$/;

function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const { 0: link, index } of text.matchAll(ADDRESS)) {
    if (index > end) parts.push({ text: text.slice(end, index) });
    parts.push({ text: link, link });
    end = index + link.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

/** One line after the first. */
export function readLine(line: string): Line {
  const code = CODE.exec(line)?.[1];
  const label = LABEL.exec(line)?.[1] ?? '';
  if (code !== undefined) return { label: line.startsWith(code) ? '' : label, code, parts: [] };
  return { label: '', parts: partsOf(line) };
}

/** The whole message, without its link to the page about it. */
export function readMessage(message: string): Explained {
  const [title = '', ...rest] = message.split('\n').filter((line) => line.trim() !== '');
  return { title, lines: rest.filter((line) => !DETAILS.test(line)).map(readLine) };
}
