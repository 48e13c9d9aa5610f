/** How a run differs from the baseline, and whether that is better. */

export type Goal = 'minimize' | 'maximize';
/** The client's record of `define_metric`, keyed by protobuf field numbers. */
type Defined = Record<string, unknown>;

/** The goals that `define_metric` gave, by metric; a summary of the best value says as much. */
export function goalsOf(wandbConfig: string | null | undefined): (metric: string) => Goal | null {
  const rules: { test: (metric: string) => boolean; goal: Goal }[] = [];
  const records = (JSON.parse(wandbConfig ?? '{}') as { m?: Defined[] }).m ?? [];
  for (const record of records) {
    const name = record['1'] as string | undefined;
    const glob = record['2'] as string | undefined;
    const summary = new Set(record['7'] as number[] | undefined);
    const goal =
      record['8'] === 1 || summary.has(1)
        ? 'minimize'
        : record['8'] === 2 || summary.has(2)
          ? 'maximize'
          : null;
    if (!goal) continue;
    if (name) rules.push({ test: (metric) => metric === name, goal });
    else if (glob) rules.push({ test: globTest(glob), goal });
  }
  return (metric) => {
    // A summary of several statistics is an object: `loss.min` is a value of `loss`.
    const plain = metric.replace(/\.(min|max|mean|best|last|first)$/, '');
    return rules.find(({ test }) => test(metric) || test(plain))?.goal ?? null;
  };
}

function globTest(glob: string): (metric: string) => boolean {
  const body = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(`^${body.join('.*')}$`);
  return (metric) => expression.test(metric);
}

export interface Delta {
  /** This minus the baseline. */
  by: number;
  verdict: 'better' | 'worse' | 'neutral';
}

/** The difference of two values; null where they cannot be compared. */
export function delta(value: unknown, baseline: unknown, goal: Goal | null): Delta | null {
  if (typeof value !== 'number' || typeof baseline !== 'number') return null;
  const by = value - baseline;
  if (!Number.isFinite(by)) return null;
  if (by === 0 || !goal) return { by, verdict: 'neutral' };
  return { by, verdict: by < 0 === (goal === 'minimize') ? 'better' : 'worse' };
}
