/** Reading a denial's text: the first line stands alone, the others are hints, commands and names to ask. */

export interface Part {
  text: string;
  /** Where the part is an address: its link. */
  link?: string;
}

/** Code to copy as it is, or prose with its addresses apart. */
export type Item = { code: string; parts?: never } | { code?: never; parts: Part[] };

export interface Line {
  /** What stands before the code: `Fix`; empty for a line of prose. */
  label: string;
  items: Item[];
}

export interface Explained {
  title: string;
  lines: Line[];
}

/** What people type: a call of the client, or one of its commands, ours, pip's or the shell's. */
const CODE =
  /wandb\.\w+\([^)]*\)|(?:wandb (?:login|sync|init|agent|sweep|offline|online|artifact)|runstead [a-z-]+|pip install)(?: [!-+\--~]+)*|export \w+=[^\s,、，]+/g;
const LABEL = /^(\S[^:：()]{0,31}?)\s?[:：]\s*/;
const ADDRESS = /https?:\/\/[^\s<>"]*[^\s<>"'.,;:)\]。、]/g;
/** The line that leads to the page about the denial: the app links there itself. */
const DETAILS = /https?:\/\/\S+\/e\/[\w-]+(?:\s|$)/;

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

function itemsOf(text: string): Item[] {
  const items: Item[] = [];
  let end = 0;
  const prose = (until?: number) => {
    const words = text.slice(end, until).replace(/^[\s,、，]+|\s+$/g, '');
    if (words) items.push({ parts: partsOf(words) });
  };
  for (const { 0: code, index } of text.matchAll(CODE)) {
    prose(index);
    items.push({ code });
    end = index + code.length;
  }
  prose();
  return items;
}

/** One line after the first. Code is looked for only in lines that begin with it, after the word that says what it is. */
export function readLine(line: string): Line {
  const [whole, label] = LABEL.exec(line) ?? ['', ''];
  for (const [text, word] of [
    [line, ''],
    [line.slice(whole.length), label],
  ] as const) {
    if (text.search(CODE) === 0) return { label: word ?? '', items: itemsOf(text) };
  }
  return { label: '', items: [{ parts: partsOf(line) }] };
}

/** The whole message, without its link to the page about it. */
export function readMessage(message: string): Explained {
  const [title = '', ...rest] = message.split('\n').filter((line) => line.trim() !== '');
  return { title, lines: rest.filter((line) => !DETAILS.test(line)).map(readLine) };
}
