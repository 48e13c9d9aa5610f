/** Series colours: a run has its colour from the hash of its id. */

export const SERIES = 20;
/** Which steps are alike at a glance: the part of the colour circle that each is in, from red on. */
export const KINSHIP: readonly number[] = [
  4, 1, 5, 3, 5, 2, 6, 2, 6, 3, 5, 3, 6, 2, 5, 3, 0, 6, 2, 3,
];
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

/** What colours were found to be, as long as the theme stays: looking one up makes the browser compute styles anew. */
let known = new Map<string, string>();
let theme = '';

/** CSS colours as plain ones, for canvas, which knows neither `var()` nor `light-dark()`. */
export function resolve(element: HTMLElement, colors: Iterable<string>): Map<string, string> {
  const system = matchMedia('(prefers-color-scheme: dark)').matches;
  const now = `${document.documentElement.dataset.theme} ${system}`;
  if (theme !== now) known = new Map();
  theme = now;
  let probe: HTMLElement | undefined;
  const found = new Map<string, string>();
  for (const color of new Set(colors)) {
    let plain = known.get(color);
    if (plain === undefined) {
      if (!probe) element.append((probe = document.createElement('span')));
      probe.style.color = '';
      probe.style.color = color;
      plain = getComputedStyle(probe).color;
      known.set(color, plain);
    }
    found.set(color, plain);
  }
  probe?.remove();
  return found;
}
