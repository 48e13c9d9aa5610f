/** The colours of a project's runs: each its own by the hash of its id, but two runs seen together do not share one
 * while another is free, nor have two of a kind while there is another kind. Where a run got another colour, this browser remembers it, on every page and for good. */
import { KINSHIP, SERIES, seriesStep } from '../design/palette';
import { Stored } from '../state/stored.svelte';

const noUses = (): number[] => new Array<number>(SERIES).fill(0);

export class Colors {
  readonly #moved: Stored<Record<string, number>>;
  readonly #known = new Set<string>();
  readonly #uses: number[];

  /** `uses` counts how often each step is used; those who share it do not share colours while another is free. */
  constructor(memory: string, uses = noUses()) {
    this.#uses = uses;
    this.#moved = new Stored(`colors:${memory}`, {});
  }

  /** The step of the series palette. */
  of(run: string): number {
    return this.#moved.value[run] ?? seriesStep(run);
  }

  /** The CSS colour, following the theme. */
  css(run: string): string {
    return `var(--series-${this.of(run)})`;
  }

  /** Meets runs, the oldest first: those met before keep what they have. */
  meet(runs: readonly string[]): void {
    const moved = { ...this.#moved.value };
    const fresh = runs.filter((run) => !this.#known.has(run));
    for (const run of fresh) {
      const own = seriesStep(run);
      const step = moved[run] ?? this.#leastUsed(own);
      if (step !== own) moved[run] = step;
      this.#uses[step] = this.#usesOf(step) + 1;
      this.#known.add(run);
    }
    if (Object.keys(moved).length > Object.keys(this.#moved.value).length)
      this.#moved.value = moved;
  }

  #usesOf(step: number): number {
    return this.#uses[step] ?? 0;
  }

  #usesLike(step: number): number {
    return this.#uses.reduce(
      (sum, uses, other) => (KINSHIP[other] === KINSHIP[step] ? sum + uses : sum),
      0,
    );
  }

  /** The least used step of the least used kind, the first from `own` on; neighbours in the palette differ most. */
  #leastUsed(own: number): number {
    const steps = Array.from({ length: SERIES }, (_, i) => (own + i) % SERIES);
    const fewest = Math.min(...steps.map((step) => this.#usesOf(step)));
    const free = steps.filter((step) => this.#usesOf(step) === fewest);
    const uses = free.map((step) => this.#usesLike(step));
    return free[uses.indexOf(Math.min(...uses))] ?? own;
  }
}

/** The colours of several projects that are drawn together. */
export class SharedColors {
  readonly #uses = noUses();
  readonly #known = new Map<string, Colors>();

  /** Those of a project, `entity/project`. */
  of(memory: string): Colors {
    const known = this.#known.get(memory) ?? new Colors(memory, this.#uses);
    this.#known.set(memory, known);
    return known;
  }
}
