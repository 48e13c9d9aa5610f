/** Panels by a regular expression: all that matches in one panel, or one panel for each value of its groups. */
import type { PanelConfig } from '../panels/types';

export interface Proposal {
  title: string;
  metrics: string[];
  config: PanelConfig;
}

/** What a pattern makes of the metrics that exist; null where it is no regular expression. */
export function proposals(pattern: string, metrics: readonly string[]): Proposal[] | null {
  let expression: RegExp;
  try {
    expression = new RegExp(pattern);
  } catch {
    return null;
  }
  if (pattern.trim() === '') return [];
  const groups = new Map<string, string[]>();
  let captures = false;
  for (const metric of metrics) {
    const found = expression.exec(metric);
    if (!found) continue;
    captures ||= found.length > 1;
    const name = found
      .slice(1)
      .map((part: string | undefined) => part ?? '')
      .join(' ');
    groups.set(name, [...(groups.get(name) ?? []), metric]);
  }
  return [...groups].map(([name, found]) => {
    if (!captures)
      // It takes in what is logged later, too.
      return {
        title: pattern,
        metrics: found,
        config: { metrics: [], metricRegex: pattern, useMetricRegex: true },
      };
    const title = name.trim();
    const config = { ...(title ? { chartTitle: title } : {}), metrics: found };
    return { title: title || found.join(', '), metrics: found, config };
  });
}
