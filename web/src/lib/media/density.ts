/** Histograms over steps on one common axis of values, for a heat map or a ridgeline. */
import type { Histogram } from './values';

export interface Densities {
  steps: number[];
  /** Ends of the axis of values. */
  low: number;
  high: number;
  bins: number;
  /** Share of the counts in each bin, a row a step. */
  rows: Float64Array[];
  /** The largest of all. */
  most: number;
}

/** Spreads each histogram's counts over common bins, by how much its bins overlap them. */
export function densities(
  found: readonly { step: number; histogram: Histogram }[],
  bins = 64,
): Densities | null {
  const all = [...found].sort((a, b) => a.step - b.step);
  let [low, high] = [Infinity, -Infinity];
  for (const { histogram } of all) {
    low = Math.min(low, histogram.edges[0] ?? low);
    high = Math.max(high, histogram.edges.at(-1) ?? high);
  }
  if (!(low <= high)) return null;
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const size = (high - low) / bins;
  let most = 0;
  const rows = all.map(({ histogram }) => {
    const row = spread(histogram, low, size, bins);
    for (const share of row) most = Math.max(most, share);
    return row;
  });
  return { steps: all.map(({ step }) => step), low, high, bins, rows, most };
}

function spread({ values, edges }: Histogram, low: number, size: number, bins: number) {
  const row = new Float64Array(bins);
  const total = values.reduce((sum, value) => sum + value, 0) || 1;
  values.forEach((value, at) => {
    const [from, to] = [edges[at] ?? 0, edges[at + 1] ?? 0];
    const first = Math.min(bins - 1, Math.max(0, Math.floor((from - low) / size)));
    const last = Math.min(bins - 1, Math.max(first, Math.ceil((to - low) / size) - 1));
    for (let bin = first; bin <= last; bin += 1) {
      const start = Math.max(from, low + bin * size);
      const end = Math.min(to, low + (bin + 1) * size);
      const share = to > from ? Math.max(0, end - start) / (to - from) : 1 / (last - first + 1);
      row[bin] = (row[bin] ?? 0) + (value * share) / total;
    }
  });
  return row;
}

/** The value below which half of the counts lie. */
export function medianOf({ values, edges }: Histogram): number {
  const half = values.reduce((sum, value) => sum + value, 0) / 2;
  let sum = 0;
  for (const [at, value] of values.entries()) {
    const [from, to] = [edges[at] ?? 0, edges[at + 1] ?? 0];
    if (value > 0 && sum + value >= half) return from + ((half - sum) / value) * (to - from);
    sum += value;
  }
  return edges[0] ?? 0;
}
