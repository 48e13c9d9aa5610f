/** Light, dark, or as the system says. */
import { Stored } from './stored.svelte';

export type Theme = 'auto' | 'light' | 'dark';
const stored = new Stored<Theme>('theme', 'auto');
let systemDark = $state(false);

export const theme = (): Theme => stored.value;

/** Whether the page is dark now; charts redraw when it changes. */
export const isDark = (): boolean =>
  stored.value === 'dark' || (stored.value === 'auto' && systemDark);

export function setTheme(next: Theme): void {
  stored.value = next;
  if (next === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
}

/** Applies the saved theme and follows the system's. */
export function startTheme(): void {
  setTheme(stored.value);
  const media = matchMedia('(prefers-color-scheme: dark)');
  systemDark = media.matches;
  media.addEventListener('change', () => (systemDark = media.matches));
}
