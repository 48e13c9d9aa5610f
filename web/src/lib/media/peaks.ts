/** A sound's outline: the least and the greatest of its samples in each part. */
export function peaksOf(samples: Float32Array, parts: number): { low: number; high: number }[] {
  const size = samples.length / parts;
  return Array.from({ length: parts }, (_, part) => {
    const [from, to] = [Math.floor(part * size), Math.max(1, Math.floor((part + 1) * size))];
    let [low, high] = [Infinity, -Infinity];
    for (let at = from; at < Math.min(to, samples.length); at += 1) {
      const value = samples[at] ?? 0;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return low > high ? { low: 0, high: 0 } : { low, high };
  });
}
