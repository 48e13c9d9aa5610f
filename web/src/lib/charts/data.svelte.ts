/** The data of a page's panels: keys that come into view are fetched together, live changes only for their runs. */
import { isAbort } from '../api/errors';
import {
  ascending,
  fetchSeries,
  isDrawn,
  type Series,
  type SeriesAnswer,
  type Stream,
} from '../api/series';
import { byProject, type AtHome } from '../runs/home';
import type { XAxis } from './view.svelte';

const BUCKETS = 500;
/** Of each of many lines fewer points are enough. */
const MANY = 200;
const BUCKETS_OF_MANY = 200;
/** As many as a wall of panels has: what comes in one answer is drawn in one frame. */
const KEYS_A_REQUEST = 100;
/** Most lines of a metric. */
export const MOST_RUNS = 1000;
const RUNS_A_REQUEST = 250;
/** What the server answers at most, with room. */
const LINES_A_REQUEST = 5000;
/** While an answer comes, what has come is drawn this often. */
const PARTS = 150;
/** Live changes are fetched at most this often. */
const LIVE = 1000;

/** What one panel shows. */
export class PanelData {
  series = $state.raw<Series[]>([]);
  loading = $state(true);
  error = $state.raw<Error>();
}

interface Entry {
  data: PanelData;
  /** What is known, by run; a run without values of this key has no points. */
  known: Map<string, Series | null>;
  /** Runs whose known values are older than what the server has. */
  stale: Set<string>;
  users: number;
}

interface Flight {
  asked: { keys: string[]; runs: string[] };
  /** Those of its keys that a panel in view waits for. */
  keys: Set<string>;
  control: AbortController;
}

export class ChartData {
  /** Runs the last answers left out because the caller may not read them. */
  denied = $state.raw<string[]>([]);
  #entries = new Map<string, Entry>();
  #runs: string[] = [];
  #axis: XAxis = '_step';
  #wanted = new Map<string, Set<string>>();
  #changed = new Set<string>();
  #flights = new Set<Flight>();
  #gather: ReturnType<typeof setTimeout> | undefined;
  #live: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly entity: string,
    readonly project: string,
    readonly stream: Stream,
    readonly ready: Promise<void>,
  ) {}

  get axis(): XAxis {
    return this.#axis;
  }

  /** Shows other runs or another x; what is known is kept and shown until the new arrives. */
  show(runs: string[], axis: XAxis): void {
    if (axis !== this.#axis) {
      this.#abortAll();
      for (const entry of this.#entries.values()) {
        entry.known.clear();
        entry.data.series = [];
        entry.data.loading = true;
      }
    }
    this.#axis = axis;
    this.#runs = runs.slice(0, MOST_RUNS);
    for (const [key, entry] of this.#entries) {
      if (entry.known.size > 0 || runs.length === 0) this.#publish(entry);
      if (entry.users > 0) this.#want(key, entry);
    }
  }

  /** A panel of this key is in view until the returned function is called. */
  open(key: string): { data: PanelData; close: () => void } {
    const entry = this.#entries.get(key) ?? {
      data: new PanelData(),
      known: new Map(),
      stale: new Set<string>(),
      users: 0,
    };
    this.#entries.set(key, entry);
    entry.users += 1;
    for (const { asked, keys, control } of this.#flights)
      if (!control.signal.aborted && asked.keys.includes(key)) keys.add(key);
    this.#want(key, entry);
    const close = () => {
      entry.users -= 1;
      if (entry.users > 0) return;
      this.#wanted.delete(key);
      for (const flight of this.#flights)
        if (flight.keys.delete(key) && flight.keys.size === 0) this.#giveUp(flight);
    };
    return { data: entry.data, close };
  }

  /** Nobody waits for it any more; who opens its keys next, be it at once, asks anew. */
  #giveUp({ asked, control }: Flight): void {
    control.abort();
    for (const key of asked.keys)
      for (const run of asked.runs) this.#entries.get(key)?.stale.add(run);
  }

  /** New rows of a run arrived: fetched soon for the panels in view, later for the others. */
  changed(run: string): void {
    if (!this.#runs.includes(run)) return;
    this.#changed.add(run);
    this.#live ??= setTimeout(() => {
      this.#live = undefined;
      const runs = [...this.#changed];
      this.#changed.clear();
      this.#outdate(runs);
    }, LIVE);
  }

  /** Fetches everything in view anew, after a gap or a failure. */
  refetch(): void {
    this.#outdate(this.#runs);
  }

  #outdate(runs: string[]): void {
    for (const [key, entry] of this.#entries) {
      for (const run of runs) entry.stale.add(run);
      if (entry.users > 0) this.#want(key, entry);
    }
  }

  /** Keys at a finer resolution between two x. */
  async zoom(keys: string[], from: number, to: number, signal: AbortSignal): Promise<Series[]> {
    const asked = byProject(this, this.#runs).map((home) =>
      this.#ofHome(home, keys, signal, { from, to }),
    );
    return (await Promise.all(asked)).flatMap(({ series }) =>
      series.filter(isDrawn).map(ascending),
    );
  }

  /** The series of runs of one project, with the runs as they are called here; `arrived` is told of those that have come. */
  async #ofHome(
    { place, runs, key }: AtHome,
    keys: string[],
    signal: AbortSignal,
    range: { from?: number; to?: number } = {},
    arrived?: (series: readonly Series[]) => void,
  ): Promise<SeriesAnswer> {
    const request = { runs: [...runs], keys, x: this.#axis, stream: this.stream };
    const question = { ...request, buckets: this.#buckets, from: null, to: null, ...range };
    const named = <T extends { run: string }>(one: T): T => ({ ...one, run: key(one.run) });
    const told = arrived && ((series: readonly Series[]) => arrived(series.map(named)));
    const answer = await fetchSeries(place.entity, place.project, question, signal, told);
    return { series: answer.series.map(named), denied: answer.denied.map(named) };
  }

  close(): void {
    clearTimeout(this.#gather);
    clearTimeout(this.#live);
    this.#abortAll();
  }

  #abortAll(): void {
    for (const flight of this.#flights) flight.control.abort();
    this.#flights.clear();
    this.#wanted.clear();
  }

  get #buckets(): number {
    return this.#runs.length > MANY ? BUCKETS_OF_MANY : BUCKETS;
  }

  #publish(entry: Entry): void {
    entry.data.series = this.#runs.flatMap((run) => entry.known.get(run) ?? []);
  }

  #want(key: string, entry: Entry): void {
    const missing = this.#runs.filter((run) => !entry.known.has(run) || entry.stale.has(run));
    if (missing.length > 0) this.#ask(key, missing);
    else entry.data.loading = false;
  }

  #ask(key: string, runs: Iterable<string>): void {
    const wanted = this.#wanted.get(key) ?? new Set();
    for (const run of runs) wanted.add(run);
    this.#wanted.set(key, wanted);
    // Panels that appear together share a request.
    this.#gather ??= setTimeout(() => this.#flush());
  }

  #flush(): void {
    this.#gather = undefined;
    const groups = new Map<string, string[]>();
    for (const [key, runs] of this.#wanted) {
      const group = [...runs].join('\n');
      groups.set(group, [...(groups.get(group) ?? []), key]);
    }
    this.#wanted.clear();
    const asked = [...groups].flatMap(([group, keys]) =>
      byProject(this, group.split('\n').filter(Boolean)).map((home) => ({ home, keys })),
    );
    for (const { home, keys } of asked) {
      const { runs } = home;
      const most = Math.min(
        KEYS_A_REQUEST,
        Math.floor(LINES_A_REQUEST / Math.min(runs.length, RUNS_A_REQUEST)),
      );
      for (let i = 0; i < keys.length && runs.length > 0; i += most) {
        for (let j = 0; j < runs.length; j += RUNS_A_REQUEST) {
          const part = { ...home, runs: runs.slice(j, j + RUNS_A_REQUEST) };
          void this.#fetch(keys.slice(i, i + most), part);
        }
      }
    }
  }

  async #fetch(keys: string[], home: AtHome): Promise<void> {
    const runs = home.runs.map(home.key);
    const asked = { keys, runs };
    const flight: Flight = { asked, keys: new Set(keys), control: new AbortController() };
    this.#flights.add(flight);
    const entries = keys.flatMap((key) => this.#entries.get(key) ?? []);
    // A change that arrives while this is under way makes them stale again.
    for (const entry of entries) {
      // What is only older than a live change is no less there.
      entry.data.loading ||= runs.some((run) => !entry.known.has(run));
      for (const run of runs) entry.stale.delete(run);
    }
    const absent = new Set(runs);
    let drawn = 0;
    const arrived = (series: readonly Series[]) => {
      // What was given up is of another axis.
      if (flight.control.signal.aborted) return;
      for (const one of series) {
        absent.delete(one.run);
        this.#entries.get(one.key)?.known.set(one.run, isDrawn(one) ? ascending(one) : null);
      }
      if (performance.now() - drawn < PARTS) return;
      for (const entry of entries) this.#publish(entry);
      drawn = performance.now();
    };
    try {
      await this.ready;
      drawn = performance.now();
      const answer = await this.#ofHome(home, keys, flight.control.signal, {}, arrived);
      if (flight.control.signal.aborted) return;
      this.denied = answer.denied.map((one) => one.run);
      for (const entry of entries) {
        for (const run of absent) entry.known.set(run, null);
        entry.data.error = undefined;
        entry.data.loading = false;
        this.#publish(entry);
      }
    } catch (error) {
      if (isAbort(error)) return;
      for (const entry of entries) for (const run of runs) entry.stale.add(run);
      for (const entry of entries) {
        entry.data.error = error instanceof Error ? error : new Error(String(error));
        entry.data.loading = false;
      }
    } finally {
      this.#flights.delete(flight);
    }
  }
}
