/** Single values that stick out. A line is drawn through means: where a chart has many rows a point, one value of a
 *  million would be nowhere, although the axis makes room for it. */
import type { Series } from '../api/series';

/** How many times as far apart as usual the lowest and the highest value of a point lie. */
const FAR = 5;
const known = new WeakMap<Series, Uint32Array>();

/** The points of a line with values far from its others, in order. */
export function spikes(series: Series): Uint32Array {
  const found = known.get(series) ?? find(series);
  known.set(series, found);
  return found;
}

function find({ exact, min, max }: Series): Uint32Array {
  if (exact) return new Uint32Array();
  let sum = 0;
  let count = 0;
  for (let i = 0; i < max.length; i += 1) {
    const span = (max[i] ?? NaN) - (min[i] ?? NaN);
    if (!Number.isFinite(span)) continue;
    sum += span;
    count += 1;
  }
  const far = (FAR * sum) / count;
  const found: number[] = [];
  for (let i = 0; i < max.length; i += 1) {
    if ((max[i] ?? NaN) - (min[i] ?? NaN) > far) found.push(i);
  }
  return Uint32Array.from(found);
}
