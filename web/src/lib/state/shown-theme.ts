/** The theme on the page's root, which the colours of `tokens.css` follow. */
import { kept } from './kept';

export type Theme = 'auto' | 'light' | 'dark';
export const THEME = 'theme';

export const chosenTheme = (): Theme => kept<Theme>(THEME, 'auto');

export function showTheme(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
