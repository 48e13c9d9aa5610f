/** The first question of a list of runs. */

export const NEWEST = '-createdAt';

/** Rows that are fetched at first. */
export const PAGE = 100;

/** The newest runs of a project. */
export const firstRuns = (place: { entity: string; project: string }) => ({
  entity: place.entity,
  project: place.project,
  order: NEWEST,
  filters: null,
  first: PAGE,
  after: null,
});
