/** The series of one plot: opened while it is in view, and at a finer resolution while it is zoomed. */
import { untrack } from 'svelte';
import { isAbort } from '../../api/errors';
import type { Series, Stream } from '../../api/series';
import type { PanelData } from '../../charts/data.svelte';
import type { Range } from '../../charts/scale';
import type { PanelSource } from '../source.svelte';
import type { PanelSettings } from '../types';

interface Plan {
  data: PanelSource;
  settings: PanelSettings;
  keys: readonly string[];
  near: boolean;
}

/** A zoom is asked for when it has rested so long, in milliseconds. */
const REST = 120;

export class Fetched {
  #plan: () => Plan;
  #opened = $state.raw<readonly { key: string; data: PanelData }[]>([]);
  #zoomed = $state.raw<readonly Series[] | null>(null);
  /** What the finer series were asked for. */
  #zoomedFor = '';
  #failure = $state.raw<Error>();

  /** `plan` is read again whenever what it reads changes. Must be made while a component is initialised. */
  constructor(plan: () => Plan) {
    this.#plan = plan;
    $effect(() => {
      if (!plan().near) return;
      const keys = this.#keyText.split('\n').filter(Boolean);
      const from = this.#source;
      const all = untrack(() => keys.map((key) => ({ key, ...from.open(key) })));
      this.#opened = all;
      return () => all.forEach((one) => one.close());
    });
    $effect(() => this.#zoom());
  }

  /** One text: the same keys in another array must not fetch again. */
  readonly #keyText = $derived.by(() => this.#plan().keys.join('\n'));

  readonly #system = $derived.by(() => {
    const { keys, data } = this.#plan();
    return keys.length > 0 && keys.every((key) => data.streamOf(key) === 'system');
  });

  readonly axis = $derived.by(() => {
    const { xAxis } = this.#plan().settings;
    const wish = xAxis === '_absolute_runtime' ? '_runtime' : xAxis;
    return this.#system && wish === '_step' ? '_runtime' : wish;
  });

  get stream(): Stream {
    return this.#system ? 'system' : 'history';
  }

  readonly #source = $derived.by(() => this.#plan().data.series(this.stream, this.axis));

  /** By key, then by run. */
  readonly series = $derived.by(() => {
    const found = new Map<string, Map<string, Series>>();
    for (const one of this.#zoomed ?? this.#opened.flatMap(({ data }) => data.series)) {
      const runs = found.get(one.key) ?? new Map<string, Series>();
      found.set(one.key, runs.set(one.run, one));
    }
    return found;
  });

  /** The range of x that is known, zoomed or not; null for none. */
  readonly full = $derived.by((): Range | null => {
    let [min, max] = [Infinity, -Infinity];
    for (const { x } of this.#opened.flatMap(({ data }) => data.series)) {
      min = Math.min(min, x[0] ?? Infinity);
      max = Math.max(max, x.at(-1) ?? -Infinity);
    }
    return min <= max ? [min, max] : null;
  });

  /** How many values are NaN or infinite. */
  readonly unusual = $derived.by(() => {
    let sum = 0;
    for (const runs of this.series.values())
      for (const { nan, inf } of runs.values()) sum += nan + inf;
    return sum;
  });

  get loading(): boolean {
    return this.#opened.some((one) => one.data.loading);
  }

  get error(): Error | undefined {
    return this.#failure ?? this.#opened.find((one) => one.data.error)?.data.error;
  }

  refetch(): void {
    this.#source.refetch();
  }

  #zoom(): (() => void) | undefined {
    const { data, near } = this.#plan();
    const range = data.zoom?.axis === this.axis ? data.zoom.range : null;
    const keys = this.#keyText.split('\n').filter(Boolean);
    const from = this.#source;
    void this.#opened.map((one) => one.data.series);
    this.#failure = undefined;
    // What was fetched for another range does not reach far enough; for the same one it stays until the newer is there.
    const wish = JSON.stringify([this.axis, range, keys]);
    if (this.#zoomedFor !== wish) this.#zoomed = null;
    this.#zoomedFor = wish;
    if (!range || !near || keys.length === 0) {
      this.#zoomed = null;
      return;
    }
    const control = new AbortController();
    const timer = setTimeout(() => {
      from.zoom(keys, range[0], range[1], control.signal).then(
        (answer) => (this.#zoomed = answer),
        (reason: unknown) => {
          if (!isAbort(reason)) this.#failure = reason as Error;
        },
      );
    }, REST);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }
}
