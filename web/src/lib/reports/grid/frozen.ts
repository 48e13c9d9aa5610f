/** Data kept in the report itself: what its panels drew when somebody froze them. */
import { RunValues } from '../../runs/values.svelte';
import { oddOf, type Series, type Stream } from '../../api/series';
import { ChartData, PanelData } from '../../charts/data.svelte';
import type { Metric } from '../../charts/sections';
import { PanelSource } from '../../panels/source.svelte';
import type { PanelRun, RunSet } from '../../panels/types';

/** Columns of numbers as text: 64-bit floats in the machine's order, which is little-endian everywhere a browser runs. */
interface StoredSeries extends Omit<Series, 'x' | 'mean' | 'min' | 'max' | 'unusual'> {
  readonly x: string;
  readonly mean: string;
  /** Absent where every point is one row. */
  readonly min?: string;
  readonly max?: string;
  /** x, and 0 for NaN, 1 and -1 for the infinities. */
  readonly unusual?: readonly (readonly [x: number, kind: number])[];
}

export interface Frozen {
  readonly at: string;
  readonly entity: string;
  readonly project: string;
  readonly runs: readonly PanelRun[];
  readonly metrics: readonly Metric[];
  readonly system: readonly Metric[];
  readonly series: readonly {
    readonly stream: Stream;
    readonly axis: string;
    readonly lines: readonly StoredSeries[];
  }[];
  /** By run, then by column. */
  readonly values: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Characters of a frozen grid; a report of some of them is still saved and opened at once. */
export const MOST = 6_000_000;

function packed(column: Float64Array, small: boolean): string {
  const numbers = small ? new Float32Array(column) : new Float64Array(column);
  const bytes = new Uint8Array(numbers.buffer);
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192)
    text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

function unpacked(text: string, small: boolean): Float64Array {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return small ? new Float64Array(new Float32Array(bytes.buffer)) : new Float64Array(bytes.buffer);
}

/** A line for the document. */
export function stored({ x, mean, min, max, unusual, ...rest }: Series): StoredSeries {
  const band = rest.exact ? {} : { min: packed(min, true), max: packed(max, true) };
  // JSON has no word for them.
  const marks = unusual?.map(([at, odd]) => [at, Math.sign(odd) || 0] as const);
  const odd = marks ? { unusual: marks } : {};
  return { ...rest, x: packed(x, false), mean: packed(mean, true), ...band, ...odd };
}

/** A line from the document. */
export function restored({ x, mean, min, max, unusual, ...rest }: StoredSeries): Series {
  const middle = unpacked(mean, true);
  return {
    ...rest,
    ...(unusual ? { unusual: unusual.map(oddOf) } : {}),
    x: unpacked(x, false),
    mean: middle,
    min: min === undefined ? middle : unpacked(min, true),
    max: max === undefined ? middle : unpacked(max, true),
  };
}

/** The series that panels asked for, kept in mind. */
class NotedSeries extends ChartData {
  readonly opened = new Map<string, PanelData>();
  override open(key: string) {
    const answer = super.open(key);
    this.opened.set(key, answer.data);
    return answer;
  }
}

class NotedValues extends RunValues {
  readonly columns = new Set<string>();
  override want(runs: Iterable<string>, columns: readonly string[]): void {
    for (const column of columns) this.columns.add(column);
    super.want(runs, columns);
  }
}

/** The data of a live grid; knows what its panels have drawn. */
export class LiveSource extends PanelSource {
  override readonly values: NotedValues;
  #noted = new Map<string, NotedSeries>();
  #shown: string[] = [];

  constructor(entity: string, project: string, ready: Promise<void>) {
    super(entity, project, ready);
    this.values = new NotedValues(entity, project, ready);
  }

  override series(stream: Stream, axis: string): ChartData {
    const key = `${stream}:${axis}`;
    const known = this.#noted.get(key);
    if (known) return known;
    const made = new NotedSeries(this.entity, this.project, stream, this.ready);
    made.show(this.#shown, axis);
    this.#noted.set(key, made);
    return made;
  }

  override show(runs: string[]): void {
    this.#shown = runs;
    super.show(runs);
    for (const series of this.#noted.values()) series.show(runs, series.axis);
  }

  override get denied(): number {
    return new Set([...this.#noted.values()].flatMap((series) => series.denied)).size;
  }

  override changed(event: Parameters<PanelSource['changed']>[0]): void {
    super.changed(event);
    for (const series of this.#noted.values()) {
      const stream = series.stream === 'history' ? 'history' : 'events';
      if (event.change.includes(stream)) series.changed(event.run);
    }
  }

  override refetch(): void {
    super.refetch();
    for (const series of this.#noted.values()) series.refetch();
  }

  override close(): void {
    super.close();
    for (const series of this.#noted.values()) series.close();
  }

  /** Whether something is still on its way. */
  get loading(): boolean {
    return [...this.#noted.values()].some((series) =>
      [...series.opened.values()].some((data) => data.loading),
    );
  }

  /** What is drawn now, for the document. */
  freeze(runs: RunSet, at: string): Frozen {
    const columns = [...this.values.columns];
    return {
      at,
      entity: this.entity,
      project: this.project,
      runs: runs.runs,
      metrics: this.metrics,
      system: this.system,
      series: [...this.#noted.values()].map((series) => ({
        stream: series.stream,
        axis: series.axis,
        lines: [...series.opened.values()].flatMap((data) => data.series.map(stored)),
      })),
      values: Object.fromEntries(
        runs.runs.map(({ name }) => [
          name,
          Object.fromEntries(columns.map((column) => [column, this.values.get(name, column)])),
        ]),
      ),
    };
  }
}

/** Series that are there, whatever happens on the server. */
class FrozenSeries extends ChartData {
  readonly #lines: readonly Series[];
  constructor(
    place: { entity: string; project: string },
    stream: Stream,
    lines: readonly Series[],
  ) {
    super(place.entity, place.project, stream, Promise.resolve());
    this.#lines = lines;
  }
  override show(): void {}
  override refetch(): void {}
  override changed(): void {}
  override open(key: string) {
    const data = new PanelData();
    data.series = this.#lines.filter((line) => line.key === key);
    data.loading = false;
    return { data, close: () => undefined };
  }
  override zoom(keys: string[]): Promise<Series[]> {
    return Promise.resolve(this.#lines.filter((line) => keys.includes(line.key)));
  }
}

class FrozenValues extends RunValues {
  constructor(readonly frozen: Frozen) {
    super(frozen.entity, frozen.project, Promise.resolve());
  }
  override get(run: string, column: string): unknown {
    return this.frozen.values[run]?.[column] ?? null;
  }
  override want(): void {}
}

/** The data of a frozen grid: asks nobody. */
export class FrozenSource extends PanelSource {
  override readonly values: RunValues;
  constructor(readonly frozen: Frozen) {
    super(frozen.entity, frozen.project, Promise.resolve());
    this.values = new FrozenValues(frozen);
    this.metrics = frozen.metrics;
    this.system = frozen.system;
  }
  override series(stream: Stream, axis: string): ChartData {
    const found = this.frozen.series.find((one) => one.stream === stream && one.axis === axis);
    return new FrozenSeries(this.frozen, stream, (found?.lines ?? []).map(restored));
  }
  override show(): void {}
  override wantColumns(): void {}
  override refetch(): void {}
}

/** The runs of a frozen grid. */
export function frozenRuns({ entity, project, runs }: Frozen): RunSet {
  const known = new Map(runs.map((run) => [run.name, run]));
  return {
    entity,
    project,
    runs,
    look: (run) => {
      const found = known.get(run);
      return { name: found?.displayName ?? run, color: found?.color ?? 'var(--text-3)' };
    },
    filters: null,
    order: null,
  };
}
