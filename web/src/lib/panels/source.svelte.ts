/** Where the panels of a page get their data: series by stream and x, what keys there are, and the zoom they share. */
import { PanelColumnsDocument } from '../api/generated';
import { gql } from '../api/graphql';
import type { RunEvent } from '../api/live.svelte';
import type { Stream } from '../api/series';
import { ChartData } from '../charts/data.svelte';
import type { Range } from '../charts/scale';
import type { Metric } from '../charts/sections';
import type { Place } from '../runs/home';
import { RunValues } from '../runs/values.svelte';

/** New rows and files are told at most this often. */
const LOGGED = 3000;

/** A column of the run table. */
export interface Column {
  /** `config.lr`, `summary_metrics.loss` or a field of the run. */
  name: string;
  section: string;
  type: string;
}

export class PanelSource {
  /** What has been logged in the project. */
  metrics = $state.raw<readonly Metric[]>([]);
  system = $state.raw<readonly Metric[]>([]);
  /** Every column the run table can have, once it was wanted. */
  columns = $state.raw<readonly Column[]>([]);
  /** Projects whose runs are drawn beside those of this one. */
  others: readonly Place[] = [];
  /** The part of an x axis that all panels with this axis show; `panel` is where it was chosen, and taken back. */
  zoom = $state.raw<{ axis: string; range: Range; panel: object } | null>(null);
  /** Config, summary and fields of runs, by the run table's columns. */
  readonly values: RunValues;
  #asked = false;
  #listeners = new Set<(runs: string[]) => void>();
  #changed = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #runs: string[] = [];
  #series = new Map<string, ChartData>();

  constructor(
    readonly entity: string,
    readonly project: string,
    readonly ready: Promise<void>,
  ) {
    this.values = new RunValues(entity, project, ready);
  }

  /** The series over one x. */
  series(stream: Stream, axis: string): ChartData {
    const key = `${stream}:${axis}`;
    const known = this.#series.get(key);
    if (known) return known;
    const made = new ChartData(this.entity, this.project, stream, this.ready);
    made.show(this.#runs, axis);
    this.#series.set(key, made);
    return made;
  }

  /** Loads the columns, once; forms suggest them, and work without. */
  wantColumns(): void {
    if (this.#asked) return;
    this.#asked = true;
    const asked = [this, ...this.others].map(({ entity, project }) =>
      gql(PanelColumnsDocument, { entity, project }),
    );
    Promise.all(asked).then(
      (answers) => {
        const all = answers.flatMap(({ project }) => project?.runColumns ?? []);
        this.columns = [...new Map(all.map((column) => [column.name, column])).values()];
      },
      () => (this.#asked = false),
    );
  }

  /** Which stream a metric is in: its own history unless only the system has it. */
  streamOf(key: string): Stream {
    const has = (metrics: readonly Metric[]) => metrics.some((metric) => metric.key === key);
    return !has(this.metrics) && (has(this.system) || key.startsWith('system.'))
      ? 'system'
      : 'history';
  }

  /** Shows these runs; what is known is kept. */
  show(runs: string[]): void {
    this.#runs = runs;
    for (const [key, series] of this.#series) series.show(runs, key.slice(key.indexOf(':') + 1));
  }

  /** Runs that the last answers left out because the caller may not read them. */
  get denied(): number {
    return new Set([...this.#series.values()].flatMap((series) => series.denied)).size;
  }

  /** A live change. */
  changed({ run, change }: RunEvent): void {
    for (const series of this.#series.values()) {
      const stream = series.stream === 'history' ? 'history' : 'events';
      if (change.includes(stream)) series.changed(run);
    }
    if (change.some((one) => ['summary', 'config', 'state'].includes(one)))
      this.values.changed(run);
    if (!change.some((one) => one === 'files' || one === 'history') || !this.#runs.includes(run))
      return;
    this.#changed.add(run);
    this.#timer ??= setTimeout(() => {
      const runs = [...this.#changed];
      this.#changed.clear();
      this.#timer = undefined;
      for (const call of this.#listeners) call(runs);
    }, LOGGED);
  }

  /** Calls with the runs that have new rows or files, at most every few seconds; answers how to stop. */
  onlogged(call: (runs: string[]) => void): () => void {
    this.#listeners.add(call);
    return () => this.#listeners.delete(call);
  }

  /** Fetches what is in view anew, after a gap. */
  refetch(): void {
    for (const series of this.#series.values()) series.refetch();
    this.values.refetch();
  }

  close(): void {
    for (const series of this.#series.values()) series.close();
    this.values.close();
    clearTimeout(this.#timer);
  }
}
