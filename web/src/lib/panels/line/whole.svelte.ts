/** The lines of groups of more runs than are drawn, asked for while the plot is in view. */
import { untrack } from 'svelte';
import { fetchGroups, type GroupSeries, type Stream } from '../../api/series';
import type { Range } from '../../charts/scale';
import { resource } from '../../state/resource.svelte';
import type { PanelSource } from '../source.svelte';
import type { Question } from './whole';

interface Plan {
  data: PanelSource;
  question: Question | null;
  keys: readonly string[];
  stream: Stream;
  axis: string;
  range: Range | null;
  near: boolean;
}

const BUCKETS = 500;
/** A zoom is asked for when it has rested so long, in milliseconds. */
const REST = 120;
/** New rows are asked for at most this often, and the more runs there are the less. */
const LIVE = 5000;
const LIVE_A_RUN = 20;

export class Whole {
  #plan: () => Plan;
  #turn = $state(0);
  #kept = $state.raw<{ wish: string; turn: number; groups: readonly GroupSeries[] }>();

  /** Must be made while a component is initialised. */
  constructor(plan: () => Plan) {
    this.#plan = plan;
    $effect(() => {
      if (!this.#wish) return;
      const { data, question } = untrack(plan);
      const rest = LIVE + (question?.count ?? 0) * LIVE_A_RUN;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const end = data.onlogged(() => {
        timer ??= setTimeout(() => {
          timer = undefined;
          this.#turn += 1;
        }, rest);
      });
      return () => {
        clearTimeout(timer);
        end();
      };
    });
  }

  /** One text: the same question in another object must not ask again. */
  readonly #wish = $derived.by(() => {
    const { question, keys, stream, axis, range, near } = this.#plan();
    if (!near || !question || keys.length === 0) return '';
    const [from, to] = range ?? [null, null];
    const { by, filters, formulas } = question;
    const drawn = formulas.length > 0 ? { keys: [], formulas } : { keys, formulas };
    return JSON.stringify({ by, filters, ...drawn, stream, x: axis, buckets: BUCKETS, from, to });
  });

  readonly #answer = resource(() => {
    const [wish, turn, { data }] = [this.#wish, this.#turn, untrack(this.#plan)];
    return async (signal): Promise<readonly GroupSeries[]> => {
      const kept = untrack(() => this.#kept);
      // Out of view what is known stays, and serves again where nothing has changed.
      if (!wish || (kept?.wish === wish && kept.turn === turn)) return kept?.groups ?? [];
      if (kept) await new Promise((resolve) => setTimeout(resolve, REST));
      signal.throwIfAborted();
      await data.ready;
      const request = JSON.parse(wish) as Parameters<typeof fetchGroups>[2];
      const groups = await fetchGroups(data.entity, data.project, request, signal);
      this.#kept = { wish, turn, groups };
      return groups;
    };
  });

  /** The server would not: then groups are made of the drawn runs. */
  get failed(): boolean {
    return this.#answer.error !== undefined;
  }

  /** The newest answer, also to the question before. */
  get groups(): readonly GroupSeries[] {
    return this.#answer.data ?? [];
  }

  get loading(): boolean {
    return !this.#kept || this.#answer.loading;
  }
}
