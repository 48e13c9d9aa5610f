/** Definitions of charts are Vega or Vega-Lite with places to be filled: `${field:x}` is a column of the data (`${field:x|y}`:
 *  `y` where none is chosen), `${string:title}` a text, `${runs}` the colour scale in which every run has its own, `${legend}` a legend of the runs where there is room for
 *  one, `${ground}` the colour behind the picture. */
import type { ChartConfig } from './config';
import { columnNames, type Row } from './rows';

export type Spec = Record<string, unknown>;

const PLACE = /\$\{(field|string):([^}|]*)\|?([^}]*)\}/g;
const WHOLE = /^\$\{(field|string):([^}|]*)\|?([^}]*)\}$/;
/** Deeper than any chart: what somebody wrote must not overflow the stack. */
const DEEPEST = 60;

/** What is wrong with a definition; `message` is the reader's own. */
export class DefinitionError extends Error {}

/** Reads a definition's text. */
export function parseSpec(text: string): Spec {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DefinitionError(error instanceof Error ? error.message : String(error));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new DefinitionError('{ … }');
  return value as Spec;
}

/** The places of a definition in the order of their first use. */
export function placesOf(text: string): { fields: string[]; strings: string[] } {
  const found = { field: new Set<string>(), string: new Set<string>() };
  for (const [, kind, name] of text.matchAll(PLACE))
    found[kind as 'field' | 'string'].add(name ?? '');
  return { fields: [...found.field], strings: [...found.string] };
}

/** A column's name as Vega's path to it. */
const access = (name: string): string => name.replace(/[\\.[\]'"]/g, '\\$&');
/** A text inside an expression's quotes. */
const quoted = (text: string): string => text.replace(/[\\'"]/g, '\\$&');

/** Stands for a value that is taken out together with what holds it. */
const GONE = Symbol('gone');

export interface Look {
  runs: readonly { label: string; color: string }[];
  /** The colour behind the picture. */
  ground: string;
  legend: boolean;
}

interface Fill {
  config: Pick<ChartConfig, 'fields' | 'strings'>;
  columns: ReadonlySet<string>;
  whole: Readonly<Record<string, unknown>>;
}

function textOf({ config, columns }: Fill, place: (string | undefined)[]): string | null {
  const [, kind, name = '', otherwise = ''] = place;
  if (kind === 'string') return config.strings[name] ?? otherwise;
  return config.fields[name] ?? (columns.has(name) ? name : otherwise || null);
}

function walk(value: unknown, fill: Fill, depth: number): unknown {
  if (depth > DEEPEST) throw new DefinitionError(`> ${DEEPEST} levels`);
  if (typeof value === 'string') {
    if (Object.hasOwn(fill.whole, value)) return fill.whole[value];
    const whole = WHOLE.exec(value);
    if (whole) {
      const text = textOf(fill, [...whole]);
      return whole[1] === 'string' ? text : text === null ? GONE : access(text);
    }
    return value.replace(PLACE, (...place: string[]) =>
      quoted(textOf(fill, place.slice(0, 4)) ?? ''),
    );
  }
  if (Array.isArray(value))
    return value.map((one) => walk(one, fill, depth + 1)).filter((one) => one !== GONE);
  if (typeof value !== 'object' || value === null) return value;
  const entries: [string, unknown][] = [];
  for (const [key, one] of Object.entries(value)) {
    const filled = walk(one, fill, depth + 1);
    if (filled !== GONE) entries.push([key, filled]);
    // A channel whose column is not chosen is no channel.
    else if (typeof one === 'string') return GONE;
  }
  return Object.fromEntries(entries);
}

/** With more runs a legend of them takes more room than the picture. */
const MOST_IN_LEGEND = 8;

/** The definition with its places filled; a channel for whose column nothing is chosen is left out. */
export function fillSpec(
  spec: Spec,
  config: Pick<ChartConfig, 'fields' | 'strings'>,
  rows: readonly Row[],
  { runs, ground, legend }: Look,
): Spec {
  const several = runs.length > 1 && runs.length <= MOST_IN_LEGEND;
  const whole = {
    '${runs}': {
      domain: runs.map((run) => run.label),
      range: runs.map((run) => run.color),
    },
    '${legend}': legend && several ? {} : null,
    '${ground}': ground,
  };
  const filled = walk(spec, { config, columns: new Set(columnNames(rows)), whole }, 0);
  return filled === GONE ? {} : (filled as Spec);
}
