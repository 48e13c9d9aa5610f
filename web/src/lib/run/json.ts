/** JSON of config and summary: plain values for the tree, where "NaN" and "Infinity" come as strings. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Parses a JSON string of the API; text that is none becomes one string. */
export function parseJson(text: string | null): Json {
  if (!text) return {};
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The config people gave: `{"lr":{"value":0.1}}` as `{"lr":0.1}`, without the client's own `_wandb`. */
export function configValues(text: string | null): Json {
  const config = parseJson(text);
  if (!isObject(config)) return config;
  const entries = Object.entries(config).filter(([key]) => key !== '_wandb');
  return Object.fromEntries(
    entries.map(([key, value]) => [
      key,
      isObject(value) && 'value' in value ? (value.value ?? null) : value,
    ]),
  );
}

/** The summary without the client's own entry. */
export function summaryValues(text: string | null): Json {
  const summary = parseJson(text);
  if (!isObject(summary)) return summary;
  return Object.fromEntries(Object.entries(summary).filter(([key]) => key !== '_wandb'));
}

/** A table as the client logs it. */
export interface LoggedTable {
  columns: string[];
  data: Json[][];
}

/** The table in a file, or null when it holds none. */
export function loggedTable(text: string): LoggedTable | null {
  const table = parseJson(text);
  if (!isObject(table) || !Array.isArray(table.columns) || !Array.isArray(table.data)) return null;
  if (!table.data.every((row) => Array.isArray(row))) return null;
  return { columns: table.columns.map((name) => jsonText(name)), data: table.data };
}

/** One line of a tree of values. */
export interface JsonRow {
  path: string;
  name: string;
  depth: number;
  value: Json;
  /** Number of children of an object or list. */
  children: number | null;
}

const byName = new Intl.Collator('en', { numeric: true });

/** What kind of logged file an object describes (`image-file`, `table-file` …), or null. */
export function fileKind(value: Json): string | null {
  return isObject(value) && typeof value._type === 'string' ? value._type : null;
}

/** The lines of a tree; `open` says which branches are open, `matches` which lines stay with their parents. */
export function jsonRows(
  value: Json,
  open: (path: string, value: Json) => boolean,
  matches: (text: string) => boolean,
  filtering: boolean,
): JsonRow[] {
  const rows: JsonRow[] = [];
  const walk = (node: Json, parent: string, depth: number): boolean => {
    if (typeof node !== 'object' || node === null) return false;
    const entries = Object.entries(node);
    if (!Array.isArray(node)) entries.sort(([a], [b]) => byName.compare(a, b));
    let any = false;
    for (const [name, child] of entries) {
      const path = parent ? `${parent}.${name}` : name;
      const branch = typeof child === 'object' && child !== null;
      const at = rows.length;
      const children = branch ? Object.keys(child).length : null;
      rows.push({ path, name, depth, value: child, children });
      const own = matches(branch ? path : `${path} ${String(child)}`);
      const below =
        branch && (open(path, child) || filtering) ? walk(child, path, depth + 1) : false;
      if (own || below || !filtering) any = true;
      else rows.length = at;
    }
    return any;
  };
  walk(value, '', 0);
  return rows;
}

/** A value in one line, numbers in full. */
export function jsonText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
