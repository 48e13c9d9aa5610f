/** What runs have said about their metrics with `define_metric`: which x they are drawn over, and which stay hidden. */

/** An entry of `config._wandb.value.m`, by protobuf field numbers. */
interface Entry {
  '1'?: string;
  '2'?: string;
  '4'?: string;
  '5'?: number;
  '6'?: unknown[];
}

const HIDDEN = 2;

interface Rule {
  matches: (key: string) => boolean;
  exact: boolean;
  step: string | undefined;
  hidden: boolean;
}

export interface Definitions {
  /** The metric that is the x of this one. */
  step(key: string): string | undefined;
  hidden(key: string): boolean;
}

function globbed(glob: string): (key: string) => boolean {
  const parts = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(`^${parts.join('.*')}$`);
  return (key) => expression.test(key);
}

function rules(list: unknown): Rule[] {
  if (!Array.isArray(list)) return [];
  const entries = list as (Entry | null)[];
  return entries.flatMap((entry): Rule[] => {
    const name = entry?.['1'];
    const glob = entry?.['2'];
    if (!entry || (typeof name !== 'string' && typeof glob !== 'string')) return [];
    // The index of the step metric counts from 1; older clients give its name.
    const step = entry['5'] ? entries[entry['5'] - 1]?.['1'] : entry['4'];
    const matches = name !== undefined ? (key: string) => key === name : globbed(glob ?? '');
    const hidden = Array.isArray(entry['6']) && entry['6'].includes(HIDDEN);
    return [{ matches, exact: name !== undefined, step, hidden }];
  });
}

/** From the lists of some runs, the newest first: the newest that says something about a metric decides. */
export function definitions(lists: readonly unknown[]): Definitions {
  const all = lists
    .map(rules)
    .flatMap((one) => [...one.filter((rule) => rule.exact), ...one.filter((rule) => !rule.exact)]);
  const known = new Map<string, Rule | undefined>();
  const rule = (key: string) => {
    if (!known.has(key))
      known.set(
        key,
        all.find((one) => one.matches(key)),
      );
    return known.get(key);
  };
  return { step: (key) => rule(key)?.step, hidden: (key) => rule(key)?.hidden ?? false };
}
