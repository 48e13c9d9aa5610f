/** Metrics grouped by the prefix before the first slash, as the sections of a workspace. */

export interface Metric {
  key: string;
  type: string;
}

/** The metrics of a project or run, which come as one text: there may be very many. */
export const metricsOf = (text: string | undefined): Metric[] =>
  text ? (JSON.parse(text) as Metric[]) : [];

export interface Section {
  /** The prefix; empty for metrics without one. */
  name: string;
  metrics: { key: string; title: string }[];
}

/** Turns what people type into a test: a regular expression, or plain text when it is none. */
export function matcher(search: string): (text: string) => boolean {
  const wish = search.trim();
  if (wish === '') return () => true;
  try {
    const expression = new RegExp(wish, 'i');
    return (text) => expression.test(text);
  } catch {
    return (text) => text.toLowerCase().includes(wish.toLowerCase());
  }
}

const order = new Intl.Collator('en', { numeric: true });

/** Numeric metrics that match, in sections; the client's own keys (`_step` …) are axes, not panels. */
export function sections(metrics: readonly Metric[], search: string): Section[] {
  const matches = matcher(search);
  const groups = new Map<string, Section>();
  for (const { key, type } of metrics) {
    if (type !== 'number' || key.startsWith('_') || !matches(key)) continue;
    const slash = key.indexOf('/');
    const name = slash > 0 ? key.slice(0, slash) : '';
    const group = groups.get(name) ?? { name, metrics: [] };
    group.metrics.push({ key, title: slash > 0 ? key.slice(slash + 1) : key });
    groups.set(name, group);
  }
  const all = [...groups.values()].sort((a, b) => order.compare(a.name, b.name));
  for (const group of all) group.metrics.sort((a, b) => order.compare(a.key, b.key));
  return all;
}
