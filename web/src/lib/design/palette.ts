/** Series colours: a run has its colour from the hash of its id. */

export const SERIES = 20;
/** Steps from low to high, behind those of the series: `--series-20` and on. */
export const RAMP = 12;

/** FNV-1a of a run's id, folded to a step of the palette. */
export function seriesStep(runId: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(runId)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  hash ^= hash >>> 16;
  return (hash >>> 0) % SERIES;
}

/** Reads tokens as plain colours, for canvas, which knows neither `var()` nor `light-dark()`. */
export function resolveColors(element: HTMLElement, tokens: readonly string[]): string[] {
  const probe = document.createElement('span');
  element.append(probe);
  const colors = tokens.map((token) => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  });
  probe.remove();
  return colors;
}
