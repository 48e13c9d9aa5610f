/** The router: which page is shown now, and how to go to another. */

import { below, match, type Route } from './routes';

export * from './routes';

/** The link to a page, relative to the base: `to('team', 'project')`. */
export function to(...parts: string[]): string {
  return `./${parts.map(encodeURIComponent).join('/')}`;
}

let address = $state.raw(typeof location === 'undefined' ? 'http://localhost/' : location.href);

// Another query leaves the page as it is: nothing on it is loaded anew.
const path = $derived(below(address));
const current = $derived(match(path));

/** The route shown now. */
export const route = (): Route => current;

/** The query parameters of the address shown now. */
export const query = (): URLSearchParams => new URL(address).searchParams;

/** The address shown now as a path below the base with its query, for `?next=`. */
export const here = (): string => below(address) + new URL(address).search;

/** Goes to a link made by `to`. */
export function go(link: string, replace = false): void {
  const href = new URL(link, document.baseURI).href;
  if (replace) history.replaceState(null, '', href);
  else history.pushState(null, '', href);
  const moved = below(href) !== below(address);
  address = href;
  if (moved) scrollTo(0, 0);
}

/** Where to go after signing in: only ever below our own base. */
export function safeNext(next: string | null): string {
  const link = `./${(next ?? '').replace(/^[./\\]+/, '')}`;
  const base = new URL('.', document.baseURI).href;
  return new URL(link, document.baseURI).href.startsWith(base) ? link : './';
}

/** Follows the browser's buttons and clicks on our own links. */
export function startRouter(): void {
  addEventListener('popstate', () => (address = location.href));
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const anchor = (event.target as Element).closest?.('a[href]');
    if (!(anchor instanceof HTMLAnchorElement) || anchor.target) return;
    if (anchor.hasAttribute('download')) return;
    if (!anchor.href.startsWith(new URL('.', document.baseURI).href)) return;
    event.preventDefault();
    go(anchor.href);
  });
}
