/** What the parts of an open report share: where it is, its headings, and live data of the projects it draws from. */
import { getContext, setContext } from 'svelte';
import { ReportPlaceDocument, type ReportPlaceQuery } from '../api/generated';
import { gql } from '../api/graphql';
import { Live } from '../api/live.svelte';
import { accessToken } from '../api/http';
import type { Place } from '../workspace/views';

/** A source of live changes, or of none. */
export type Changes = Pick<Live, 'ready' | 'listen'>;
const still: Changes = { ready: Promise.resolve(), listen: () => () => undefined };

export interface Heading {
  text: string;
  level: number;
  /** Index of its block. */
  at: number;
}

type Found = NonNullable<ReportPlaceQuery['project']>;

/** A project that a report draws from. */
export class ProjectData {
  found = $state.raw<Found | null>();
  error = $state.raw<Error>();
  readonly changes: Changes;
  readonly #live: Live | null;

  constructor(readonly place: Place) {
    // The stream of changes takes no header: whoever reads by a link reads what is there now.
    this.#live = accessToken() ? null : new Live(place.entity, place.project);
    this.changes = this.#live ?? still;
    void this.load();
  }

  async load(): Promise<void> {
    try {
      this.found = (await gql(ReportPlaceDocument, { ...this.place })).project ?? null;
      this.error = undefined;
    } catch (error) {
      this.error = error as Error;
    }
  }

  close(): void {
    this.#live?.close();
  }
}

export class ReportContext {
  headings = $state.raw<readonly Heading[]>([]);
  /** Goes to a block. */
  goTo: (at: number) => void = () => undefined;
  readonly #projects = new Map<string, ProjectData>();

  constructor(readonly place: () => Place) {}

  project(place: Place): ProjectData {
    const key = `${place.entity}/${place.project}`;
    const known = this.#projects.get(key) ?? new ProjectData(place);
    this.#projects.set(key, known);
    return known;
  }

  close(): void {
    for (const project of this.#projects.values()) project.close();
  }
}

const KEY = Symbol('report');
export const provideReport = (context: ReportContext): ReportContext => setContext(KEY, context);
export const useReport = (): ReportContext => getContext<ReportContext>(KEY);
