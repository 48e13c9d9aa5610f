/** Time-weighted exponential moving average: a gap in x weakens the memory as much as many points would. */

/** x is scaled so that the whole range counts as this many points. */
const VIEWPORT = 1000;

/** Smooths `y` over `x`; `weight` 0 keeps it as it is, towards 1 it flattens. Debiased at the start. */
export function smooth(x: Float64Array, y: Float64Array, weight: number): Float64Array {
  if (weight <= 0 || y.length < 3) return y;
  const out = new Float64Array(y.length);
  const keep = Math.min(Math.sqrt(weight), 0.999);
  const range = (x[x.length - 1] ?? 0) - (x[0] ?? 0);
  let sum = 0;
  let bias = 0;
  for (let i = 0; i < y.length; i += 1) {
    const step = i > 0 && range > 0 ? (((x[i] ?? 0) - (x[i - 1] ?? 0)) / range) * VIEWPORT : 1;
    const factor = keep ** step;
    sum = sum * factor + (y[i] ?? 0);
    bias = bias * factor + 1;
    out[i] = sum / bias;
  }
  return out;
}

/** Index of the element of an ascending array that is nearest to a value; -1 when empty. */
export function nearest(values: Float64Array, value: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  if (low > 0 && value - (values[low - 1] ?? 0) < (values[low] ?? 0) - value) return low - 1;
  return high;
}
