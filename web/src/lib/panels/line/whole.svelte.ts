/** The lines of groups of more runs than are drawn, asked for while the plot is in view. */
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
  #answered = $state('');

  /** Must be made while a component is initialised. */
  constructor(plan: () => Plan) {
    this.#plan = plan;
    $effect(() => {
      const { data, near, question } = plan();
      if (!near || !question) return;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const end = data.onlogged(() => {
        timer ??= setTimeout(
          () => {
            timer = undefined;
            this.#answer.reload();
          },
          LIVE + question.count * LIVE_A_RUN,
        );
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
    const { by, filters } = question;
    return JSON.stringify({ by, filters, keys, stream, x: axis, buckets: BUCKETS, from, to });
  });

  readonly #answer = resource(() => {
    const [wish, { data }] = [this.#wish, this.#plan()];
    return async (signal): Promise<GroupSeries[]> => {
      if (!wish) return [];
      if (this.#answered) await new Promise((resolve) => setTimeout(resolve, REST));
      signal.throwIfAborted();
      await data.ready;
      const request = JSON.parse(wish) as Parameters<typeof fetchGroups>[2];
      const found = await fetchGroups(data.entity, data.project, request, signal);
      this.#answered = wish;
      return found;
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
    return this.#answered === '' || this.#answer.loading;
  }
}
