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

/** CSS colours as plain ones, for canvas, which knows neither `var()` nor `light-dark()`. */
export function resolve(element: HTMLElement, colors: Iterable<string>): Map<string, string> {
  const probe = document.createElement('span');
  element.append(probe);
  const found = new Map<string, string>();
  for (const color of new Set(colors)) {
    probe.style.color = '';
    probe.style.color = color;
    found.set(color, getComputedStyle(probe).color);
  }
  probe.remove();
  return found;
}
