/** What a media panel shows and at which step. */
import { axes, cellsOf, layoutOf, stepsOf } from '../../media/cells';
import { OverlayIndex } from '../../media/index.svelte';
import { type Overlays, overlaysOf } from '../../media/overlays';
import { type MediaPage, mediaPage } from '../../media/page.svelte';
import { MediaRows } from '../../media/rows.svelte';
import { type Item, kindOfType, pathsOf } from '../../media/values';
import { choice, texts, withFields } from '../config';
import { histogramModes, moleculeStyles } from './options';
import type { Metric } from '../../charts/sections';
import type { PanelConfig, PanelProps } from '../types';

/** More side by side cannot be compared. */
const MOST_RUNS = 12;
/** Steps whose files are asked for beside the one that is shown. */
const AHEAD = 2;

/** Keys under which media or texts were logged. */
export const mediaKeys = (metrics: readonly Metric[]): string[] =>
  metrics
    .filter(({ key, type }) => !key.startsWith('_') && kindOfType(type) !== null)
    .map(({ key }) => key);

export class MediaModel {
  readonly rows: MediaRows;
  readonly page: MediaPage;
  readonly index = new OverlayIndex();
  #own = $state<number>();
  /** Changes that nobody keeps, where a panel may not be changed. */
  #passing = $state.raw<Record<string, unknown>>({});

  constructor(readonly props: PanelProps) {
    this.rows = new MediaRows(props.data);
    this.page = mediaPage(props.data);
  }

  readonly config = $derived.by((): PanelConfig => withFields(this.props.config, this.#passing));
  readonly keys = $derived.by(() => texts(this.config, 'mediaKeys'));
  readonly runs = $derived.by(() => {
    const { runs, settings } = this.props;
    return runs.runs.slice(0, Math.min(MOST_RUNS, settings.maxRuns ?? MOST_RUNS));
  });
  readonly layout = $derived.by(() => layoutOf(this.config));
  readonly overlays = $derived.by((): Overlays => overlaysOf(this.config.overlays));
  readonly histogramMode = $derived.by(() => choice(this.config, 'histogramMode', histogramModes));
  readonly moleculeStyle = $derived.by(() => choice(this.config, 'moleculeStyle', moleculeStyles));
  readonly synced = $derived.by(() => this.config.syncSteps !== false);

  readonly histograms = $derived.by(() =>
    this.rows.items.filter((item) => item.kind === 'histogram'),
  );
  readonly items = $derived.by(() => this.rows.items.filter((item) => item.kind !== 'histogram'));
  readonly steps = $derived.by(() => stepsOf(this.rows.items));
  /** Place of the step in `steps`. */
  readonly at = $derived.by(() => {
    const wish = this.synced ? this.page.step : this.#own;
    if (wish === undefined) return Math.max(0, this.steps.length - 1);
    return Math.max(
      0,
      this.steps.findLastIndex((step) => step <= wish),
    );
  });
  readonly step = $derived.by(() => this.steps[this.at] ?? 0);
  readonly cells = $derived.by(() => {
    const names = this.runs.map((run) => run.name);
    return cellsOf(this.items, this.layout, names, this.step);
  });
  /** All that is shown now, in the order of reading. */
  readonly shown = $derived.by(() => this.cells.flat().flatMap((cell) => cell.items));
  readonly hasOverlays = $derived.by(() =>
    this.shown.some((item) => Object.keys({ ...item.masks, ...item.boxes }).length > 0),
  );
  readonly hasMolecules = $derived.by(() => this.shown.some((item) => item.kind === 'molecule'));
  /** The slider would do nothing. */
  readonly still = $derived.by(() =>
    this.items.length === 0
      ? this.histogramMode === 'ridgeline' && this.histograms.length === 0
      : axes.some((axis) => axis === 'step' && Object.values(this.layout).includes(axis)),
  );

  move(step: number): void {
    if (this.synced) this.page.step = step;
    else this.#own = step;
  }

  /** To the step before or after; the ends hold. */
  go(by: number): void {
    const next = this.steps[Math.min(this.steps.length - 1, Math.max(0, this.at + by))];
    if (next !== undefined) this.move(next);
  }

  sync(synced: boolean): void {
    const { step } = this;
    this.set({ syncSteps: synced ? undefined : false });
    this.move(step);
  }

  set(fields: Record<string, unknown>): void {
    if (this.props.onchange) this.props.onchange(withFields(this.props.config, fields));
    else this.#passing = { ...this.#passing, ...fields };
  }

  /** Asks for the files of the steps around. */
  ahead(): void {
    const [low, high] = [this.at - AHEAD, this.at + AHEAD];
    const near = new Set(this.steps.slice(Math.max(0, low), high + 1));
    for (const item of this.items)
      if (near.has(item.step)) this.page.ahead(item.run, pathsOf(item));
  }

  changed(runs: string[]): void {
    this.page.changed(runs);
    void this.rows.changed(runs);
  }

  /** The item that stands where this one stands, at the step that is shown now. */
  same(item: Item): Item | undefined {
    const fits = (one: Item) =>
      one.run === item.run && one.key === item.key && one.index === item.index;
    return this.shown.find((one) => fits(one) && one.step === item.step) ?? this.shown.find(fits);
  }
}
