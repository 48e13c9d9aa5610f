/** How views are called, and which of them a workspace begins with. */

export const DEFAULT_NAME = 'nw-default-w';

export interface Place {
  entity: string;
  project: string;
}

/** What a workspace is about: all runs of a project, or the page of one run, which is arranged alike for all of them. */
export type Part = 'project' | 'run';

/** The name of somebody's own workspace. */
export const ownName = (user: string, part: Part = 'project'): string =>
  `nw-nwuser${user}-${part === 'run' ? 'r' : 'w'}`;
/** The name of the view that an address is about. */
export function fullName(short: string): string {
  if (short.startsWith('nw-')) return short;
  return `nw-${short}-${/^(nwuser|default$)/.test(short) ? 'w' : 'v'}`;
}

/** The view that an address names. */
export const wishedIn = (query: URLSearchParams): string | null =>
  query.get('nw') ?? query.get('view');

/** The question for the views a workspace may begin with; `own` is the name of somebody's own. */
export const wantedViews = (place: Place, own: string | undefined, wished: string | null) => ({
  entity: place.entity,
  project: place.project,
  own: own ?? '',
  named: fullName(wished ?? ''),
  hasOwn: own !== undefined,
  hasNamed: Boolean(wished),
});
