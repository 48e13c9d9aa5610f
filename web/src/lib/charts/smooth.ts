/** Smoothing of a line, and finding a step on it. */

/** How a line is smoothed, by the vendor's names. */
export type Smoothing = 'exponentialTimeWeighted' | 'exponential' | 'gaussian' | 'average' | 'none';

/** x is scaled so that the whole range counts as this many points. */
const VIEWPORT = 1000;
/** A Gaussian is cut off after so many standard deviations. */
const REACH = 3;

/** Smooths `y` over `x`. `weight` is 0 to 1 for the exponential kinds, a width in points for the others; 0 keeps `y`. */
export function smooth(
  x: Float64Array,
  y: Float64Array,
  weight: number,
  kind: Smoothing = 'exponentialTimeWeighted',
): Float64Array {
  if (!(weight > 0) || y.length < 3) return y;
  switch (kind) {
    case 'exponentialTimeWeighted':
      return timeWeighted(x, y, weight);
    case 'exponential':
      return exponential(y, weight);
    case 'gaussian':
      return gaussian(y, weight);
    case 'average':
      return average(y, weight);
    case 'none':
      return y;
  }
}

/** Exponential moving average in which a gap in x weakens the memory as much as many points would. Debiased at the start. */
function timeWeighted(x: Float64Array, y: Float64Array, weight: number): Float64Array {
  const out = new Float64Array(y.length);
  const keep = Math.min(Math.sqrt(weight), 0.999);
  const range = (x[x.length - 1] ?? 0) - (x[0] ?? 0);
  let sum = 0;
  let bias = 0;
  for (let i = 0; i < y.length; i += 1) {
    const step = i > 0 && range > 0 ? (((x[i] ?? 0) - (x[i - 1] ?? 0)) / range) * VIEWPORT : 1;
    const factor = keep ** Math.max(step, 0);
    sum = sum * factor + (y[i] ?? 0);
    bias = bias * factor + 1;
    out[i] = sum / bias;
  }
  return out;
}

/** Exponential moving average by points alone. Debiased at the start. */
function exponential(y: Float64Array, weight: number): Float64Array {
  const out = new Float64Array(y.length);
  const keep = Math.min(weight, 0.999);
  let sum = 0;
  let bias = 0;
  for (let i = 0; i < y.length; i += 1) {
    sum = sum * keep + (y[i] ?? 0);
    bias = bias * keep + 1;
    out[i] = sum / bias;
  }
  return out;
}

/** Convolution with a bell of `width` points standard deviation, cut at the ends of the line. */
function gaussian(y: Float64Array, width: number): Float64Array {
  const reach = Math.min(Math.ceil(width * REACH), y.length);
  const kernel = Float64Array.from({ length: reach + 1 }, (_, i) =>
    Math.exp(-0.5 * (i / width) ** 2),
  );
  const out = new Float64Array(y.length);
  for (let i = 0; i < y.length; i += 1) {
    let sum = 0;
    let mass = 0;
    const last = Math.min(y.length - 1, i + reach);
    for (let k = Math.max(0, i - reach); k <= last; k += 1) {
      const factor = kernel[Math.abs(k - i)] ?? 0;
      sum += (y[k] ?? 0) * factor;
      mass += factor;
    }
    out[i] = sum / mass;
  }
  return out;
}

/** Mean of the `width` points around each one, fewer at the ends. */
function average(y: Float64Array, width: number): Float64Array {
  const half = Math.floor(Math.max(1, width) / 2);
  const sums = new Float64Array(y.length + 1);
  for (let i = 0; i < y.length; i += 1) sums[i + 1] = (sums[i] ?? 0) + (y[i] ?? 0);
  return y.map((_, i) => {
    const from = Math.max(0, i - half);
    const to = Math.min(y.length, i + half + 1);
    return ((sums[to] ?? 0) - (sums[from] ?? 0)) / (to - from);
  });
}

/** First index of an ascending array that is at least `at`. */
export function firstFrom(x: Float64Array, at: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((x[middle] ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
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
