/** Light, dark, or as the system says. */
import { showTheme, THEME, type Theme } from './shown-theme';
import { Stored } from './stored.svelte';

export type { Theme };
const stored = new Stored<Theme>(THEME, 'auto');
let systemDark = $state(false);

export const theme = (): Theme => stored.value;

/** Whether the page is dark now; charts redraw when it changes. */
export const isDark = (): boolean =>
  stored.value === 'dark' || (stored.value === 'auto' && systemDark);

export function setTheme(next: Theme): void {
  stored.value = next;
  showTheme(next);
}

/** Follows the system's theme. */
export function startTheme(): void {
  const media = matchMedia('(prefers-color-scheme: dark)');
  systemDark = media.matches;
  media.addEventListener('change', () => (systemDark = media.matches));
}
