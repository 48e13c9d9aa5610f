/** Metrics, sections of them, and which match a search. */

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
