/** Filters of a run set as a tree, in the view format of the client's workspaces (`filterV2`): a flat list whose items
 * are joined by `AND` and `OR`, `AND` binding tighter, and groups for parentheses. What the server is asked is JSON
 * after MongoDB's manner. */

/** A column: a field of the run, or a key of its config or summary. */
export interface Key {
  section: 'run' | 'config' | 'summary' | 'keys_info' | 'tags';
  name: string;
}

export const operators = [
  '=',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'IN',
  'NIN',
  'REGEX',
  'WITHINSECONDS',
] as const;
export type Operator = (typeof operators)[number];
export type Value = string | number | boolean | null | (string | number | boolean)[];
export type Connector = 'AND' | 'OR';

export interface Condition {
  key: Key;
  op: Operator;
  value: Value;
  disabled?: boolean;
  connector?: Connector;
}
export interface Group {
  filters: Item[];
  connector?: Connector;
}
export type Item = Condition | Group;
export interface Filters {
  filterFormat: 'filterV2';
  filters: Item[];
}

export const noFilters: Filters = { filterFormat: 'filterV2', filters: [] };

export const isGroup = (item: Item): item is Group => 'filters' in item;

/** The server's name of a column. */
export function serverName({ section, name }: Key): string {
  if (section === 'config') return `config.${name}`;
  if (section === 'summary') return `summary_metrics.${name}`;
  if (section === 'keys_info') return `keys_info.keys.${name}`;
  return section === 'tags' ? `tags.${name}` : name;
}

/** The column of a server's name. */
export function keyOf(name: string): Key {
  const prefixes = [
    ['config.', 'config'],
    ['summary_metrics.', 'summary'],
    ['keys_info.keys.', 'keys_info'],
    ['tags.', 'tags'],
  ] as const;
  for (const [prefix, section] of prefixes) {
    if (name.startsWith(prefix)) return { section, name: name.slice(prefix.length) };
  }
  return { section: 'run', name };
}

/** `run:displayName`: how the view format names a column. */
export const columnId = ({ section, name }: Key): string => `${section}:${name}`;

/** The column that an id of the view format names; `.value` behind a config key says nothing. */
export function columnKey(id: string): Key {
  const colon = id.indexOf(':');
  const section = id.slice(0, colon) as Key['section'];
  const name = id.slice(colon + 1);
  return { section, name: section === 'config' ? name.replace(/\.value$/, '') : name };
}

type Json = Record<string, unknown>;

const plain: Partial<Record<Operator, string>> = {
  '!=': '$ne',
  '<': '$lt',
  '<=': '$lte',
  '>': '$gt',
  '>=': '$gte',
  IN: '$in',
  NIN: '$nin',
  REGEX: '$regex',
};

/** Whether a condition says enough to be asked. */
export const isComplete = ({ key, value }: Condition): boolean =>
  key.name !== '' && (Array.isArray(value) ? value.length > 0 : value !== '');

function condition({ key, op, value }: Condition, now: number): Json {
  const name = serverName(key);
  if (op === 'WITHINSECONDS') {
    return { [name]: { $gte: new Date(now - Number(value) * 1000).toISOString() } };
  }
  const operator = plain[op];
  return { [name]: operator ? { [operator]: value } : value };
}

function joined(parts: Json[], by: '$and' | '$or'): Json | null {
  return parts.length > 1 ? { [by]: parts } : (parts[0] ?? null);
}

/** The server's filter of the items; null when there is nothing to ask. */
export function toMongo(items: readonly Item[], now: number): Json | null {
  const alternatives: Json[][] = [[]];
  for (const item of items) {
    const part = isGroup(item)
      ? toMongo(item.filters, now)
      : item.disabled || !isComplete(item)
        ? null
        : condition(item, now);
    if (!part) continue;
    if (item.connector === 'OR' && alternatives.at(-1)?.length) alternatives.push([]);
    alternatives.at(-1)?.push(part);
  }
  const parts = alternatives.map((one) => joined(one, '$and'));
  return joined(
    parts.filter((one) => one !== null),
    '$or',
  );
}

/** All of these filters at once, as the text the server takes; null for none. */
export function allOf(...filters: (Json | string | null)[]): string | null {
  const parts = filters
    .map((one) => (typeof one === 'string' ? (JSON.parse(one) as Json) : one))
    .filter((one) => one !== null && Object.keys(one).length > 0) as Json[];
  const whole = joined(parts, '$and');
  return whole && JSON.stringify(whole);
}

/** How many conditions apply. */
export function countOf(items: readonly Item[]): number {
  let found = 0;
  for (const item of items) {
    if (isGroup(item)) found += countOf(item.filters);
    else if (!item.disabled && isComplete(item)) found += 1;
  }
  return found;
}

/** The operators that make sense for a type of column, the likeliest first. */
export function operatorsOf(type: string): readonly Operator[] {
  if (type === 'number') return ['=', '!=', '<', '<=', '>', '>=', 'IN', 'NIN'];
  if (type === 'date') return ['WITHINSECONDS', '>=', '<=', '>', '<'];
  if (type === 'boolean') return ['=', '!='];
  if (type === 'state') return ['IN', 'NIN'];
  if (type === 'list') return ['IN', 'NIN', '=', '!='];
  if (type === 'string') return ['REGEX', '=', '!=', 'IN', 'NIN'];
  return ['=', '!=', '<', '<=', '>', '>=', 'IN', 'NIN', 'REGEX'];
}
