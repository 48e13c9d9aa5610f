/** What people type to find versions, as filters of the API: words are parts of the collection's name; `alias:prod`,
 *  `tag:eu`, `version:v3` and `metadata.accuracy>0.9` are about the version. */
import { nameFilter } from '../artifacts/names';

const TERM = /^(alias|tag|version|metadata\.[^\s:=<>]+)(>=|<=|>|<|:|=)(.+)$/;
const operators: Record<string, string> = { '>': '$gt', '>=': '$gte', '<': '$lt', '<=': '$lte' };

export interface VersionSearch {
  collections: string;
  versions: string;
}

/** A number, a truth value, or the text itself. */
function value(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return text.trim() !== '' && Number.isFinite(number) ? number : text;
}

function term(word: string): Record<string, unknown> | null {
  const [, field = '', sign = '', rest = ''] = TERM.exec(word) ?? [];
  if (!field) return null;
  const operator = operators[sign];
  const wanted = field.startsWith('metadata.') ? value(rest) : rest;
  return { [field]: operator ? { [operator]: value(rest) } : wanted };
}

const all = (terms: readonly object[]): string =>
  JSON.stringify(terms.length > 1 ? { $and: terms } : (terms[0] ?? {}));

export function versionSearch(text: string): VersionSearch {
  const words = text.trim().split(/\s+/).filter(Boolean);
  const about = words.map((word) => ({ word, own: term(word) }));
  const names = about.filter(({ own }) => !own).map(({ word }) => word);
  return {
    collections: all(names.map((word) => JSON.parse(nameFilter(word)) as object)),
    versions: all(about.flatMap(({ own }) => (own ? [own] : []))),
  };
}
