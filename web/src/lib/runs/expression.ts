/** Filters as text and back: `config.lr >= 0.001 and state in [running, finished] and (tags = bf16 or name ~ "^amber")`.
 *
 * A column is a field of the run (`name id state user tags notes created runtime sweep group …`), `config.KEY` or
 * `summary.KEY`; one with other characters stands in back quotes. `~` is a regular expression, `within 7d` a time before
 * now (`s m h d w`), `none` no value. `and` binds tighter than `or`; a `#` before a condition switches it off. */
import {
  isGroup,
  type Condition,
  type Filters,
  type Item,
  type Key,
  type Operator,
  type Value,
} from './filter';

/** Where a text cannot be read. */
export class Unreadable extends Error {
  constructor(
    readonly at: number,
    readonly found: string,
  ) {
    super(`unreadable at ${at}`);
  }
}

/** What people call fields of the run, by the server's name. */
const fieldNames: Record<string, string> = {
  displayName: 'name',
  name: 'id',
  username: 'user',
  createdAt: 'created',
  duration: 'runtime',
};
const fields = Object.fromEntries(Object.entries(fieldNames).map(([key, name]) => [name, key]));
const sections = {
  config: 'config',
  summary: 'summary',
  keys_info: 'keys',
  tags: 'tags',
} as const;
const sectionOf = {
  config: 'config',
  summary: 'summary',
  keys: 'keys_info',
  tags: 'tags',
} as const;
const units: [string, number][] = [
  ['w', 604_800],
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
];

/** A column as it is written in an expression. */
export function nameOf({ section, name }: Key): string {
  const full = section === 'run' ? (fieldNames[name] ?? name) : `${sections[section]}.${name}`;
  return /^[\p{L}_][\p{L}\p{N}_./-]*$/u.test(full) && !/^(and|or|not|in|none)$/.test(full)
    ? full
    : `\`${full.replace(/[`\\]/g, '\\$&')}\``;
}

/** The column that a written name means. */
export function columnOf(written: string): Key {
  const dot = written.indexOf('.');
  const section = sectionOf[written.slice(0, dot) as keyof typeof sectionOf];
  if (dot > 0 && section) return { section, name: written.slice(dot + 1) };
  return { section: 'run', name: fields[written] ?? written };
}

/** Seconds as `7d`, in the largest unit that divides them. */
export function span(seconds: number): string {
  const [unit, size] = units.find(([, size]) => seconds % size === 0) ?? ['s', 1];
  return `${seconds / size}${unit}`;
}

function literal(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (value === null) return 'none';
  if (typeof value !== 'string') return String(value);
  const bare = /^[\p{L}_][\p{L}\p{N}_./-]*$/u.test(value);
  return bare && !/^(and|or|not|in|none|true|false|within)$/.test(value)
    ? value
    : JSON.stringify(value);
}

const written: Partial<Record<Operator, string>> = { IN: 'in', NIN: 'not in', REGEX: '~' };

function print(items: readonly Item[]): string {
  let text = '';
  for (const item of items) {
    const part = isGroup(item) ? print(item.filters) : printed(item);
    if (!part) continue;
    if (text) text += item.connector === 'OR' ? ' or ' : ' and ';
    text += isGroup(item) ? `(${part})` : part;
  }
  return text;
}

function printed({ key, op, value, disabled }: Condition): string {
  if (key.name === '') return '';
  const test =
    op === 'WITHINSECONDS'
      ? `within ${span(Number(value))}`
      : `${written[op] ?? op} ${literal(value)}`;
  return `${disabled ? '# ' : ''}${nameOf(key)} ${test}`;
}

/** The filters as text. */
export const expressionOf = (filters: Filters): string => print(filters.filters);

type Token = { at: number; kind: 'name' | 'text' | 'number' | 'mark' | 'end'; text: string };

const lexemes =
  /\s*(?:(`(?:[^`\\]|\\.)*`)|("(?:[^"\\]|\\.)*")|(-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\p{L}\p{N}_])|(\d+[smhdw])|([\p{L}_][\p{L}\p{N}_./-]*)|(<=|>=|!=|==|[=<>~()[\],#]))/uy;

function tokens(text: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  while (text.slice(at).trim() !== '') {
    lexemes.lastIndex = at;
    const hit = lexemes.exec(text);
    const start = at + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0);
    if (!hit) throw new Unreadable(start, text.slice(start, start + 12));
    const [, quoted, string, number, time, name, mark] = hit;
    if (quoted) found.push({ at: start, kind: 'name', text: unquoted(quoted) });
    else if (string) found.push({ at: start, kind: 'text', text: parsed(string, start) });
    else if (number) found.push({ at: start, kind: 'number', text: number });
    else if (time ?? name) found.push({ at: start, kind: 'name', text: time ?? name ?? '' });
    else found.push({ at: start, kind: 'mark', text: mark ?? '' });
    at = lexemes.lastIndex;
  }
  return [...found, { at: text.length, kind: 'end', text: '' }];
}

const unquoted = (name: string) => name.slice(1, -1).replace(/\\(.)/g, '$1');

function parsed(text: string, at: number): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    throw new Unreadable(at, text);
  }
}

class Reader {
  #at = 0;
  readonly #tokens: Token[];

  constructor(text: string) {
    this.#tokens = tokens(text);
  }

  get next(): Token {
    return this.#tokens[this.#at] ?? { at: 0, kind: 'end', text: '' };
  }

  take(text: string): boolean {
    if (this.next.text !== text || this.next.kind === 'text') return false;
    this.#at += 1;
    return true;
  }

  word(): Token {
    const token = this.next;
    if (token.kind === 'end' || token.kind === 'mark') this.fail();
    this.#at += 1;
    return token;
  }

  fail(): never {
    throw new Unreadable(this.next.at, this.next.text);
  }
}

function items(reader: Reader, end: string): Item[] {
  const found: Item[] = [];
  while (reader.next.text !== end || (end !== '' && reader.next.kind === 'end')) {
    const connector = found.length === 0 ? undefined : joins(reader);
    const item = reader.take('(') ? group(reader) : one(reader);
    found.push(connector ? { ...item, connector } : item);
  }
  return found;
}

function joins(reader: Reader): 'AND' | 'OR' {
  if (reader.take('and')) return 'AND';
  if (reader.take('or')) return 'OR';
  reader.fail();
}

function group(reader: Reader): Item {
  const filters = items(reader, ')');
  if (!reader.take(')') || filters.length === 0) reader.fail();
  return { filters };
}

function one(reader: Reader): Condition {
  const disabled = reader.take('#');
  const name = reader.word();
  if (name.kind !== 'name') throw new Unreadable(name.at, name.text);
  const key = columnOf(name.text);
  const test = tested(reader);
  return { key, ...test, ...(disabled ? { disabled } : {}) };
}

function tested(reader: Reader): { op: Operator; value: Value } {
  for (const op of ['<=', '>=', '!=', '<', '>'] as const) {
    if (reader.take(op)) return { op, value: value(reader) };
  }
  if (reader.take('=') || reader.take('==')) return { op: '=', value: value(reader) };
  if (reader.take('~')) return { op: 'REGEX', value: String(value(reader)) };
  if (reader.take('within')) return { op: 'WITHINSECONDS', value: seconds(reader) };
  const op = reader.take('not') ? 'NIN' : 'IN';
  if (!reader.take('in') || !reader.take('[')) reader.fail();
  const values: (string | number | boolean)[] = [];
  while (!reader.take(']')) {
    if (values.length > 0 && !reader.take(',')) reader.fail();
    const element = value(reader);
    if (element === null || Array.isArray(element)) reader.fail();
    values.push(element);
  }
  return { op, value: values };
}

function value(reader: Reader): Value {
  const token = reader.word();
  if (token.kind === 'number') return Number(token.text);
  if (token.kind === 'text') return token.text;
  const known: Record<string, Value> = { none: null, true: true, false: false };
  return token.text in known ? (known[token.text] ?? null) : token.text;
}

function seconds(reader: Reader): number {
  const { at, text } = reader.word();
  const [, amount, unit] = /^(\d+)([smhdw])$/.exec(text) ?? [];
  const size = units.find(([name]) => name === unit)?.[1];
  if (!size) throw new Unreadable(at, text);
  return Number(amount) * size;
}

/** The filters that a text means; throws {@link Unreadable}. */
export function filtersOf(text: string): Filters {
  return { filterFormat: 'filterV2', filters: items(new Reader(text), '') };
}
