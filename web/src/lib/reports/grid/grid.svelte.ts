/** An open panel grid: its panels as a workspace that is saved with the report, its run sets, and what they draw. */
import type { PanelRun, RunSet } from '../../panels/types';
import { homeOf, runKey } from '../../runs/home';
import type { RunModel } from '../../runs/model.svelte';
import { Board } from '../../workspace/board.svelte';
import { type Spec } from '../../workspace/spec';
import type { Place } from '../../workspace/views';
import { Workspace } from '../../workspace/workspace.svelte';
import { at } from '../../api/http';
import { colorOf, type Metadata, specOf, withPanels } from './metadata';

/** The panels of a grid, as a document of their own. Steps back are the report's. */
export class GridPanels extends Workspace {
  #seen: Metadata;

  constructor(
    place: Place,
    readonly metadata: () => Metadata,
    readonly set: (metadata: Metadata) => void,
  ) {
    super(place, undefined);
    this.#seen = metadata();
    this.spec = specOf(this.#seen);
    this.loaded = true;
  }

  /** Follows the report's document; what this made itself is there already. */
  take(metadata: Metadata): void {
    if (metadata === this.#seen) return;
    this.#seen = metadata;
    this.spec = specOf(metadata);
  }

  override change(edit: (spec: Spec) => Spec): void {
    const next = edit(this.spec);
    if (next === this.spec) return;
    this.spec = next;
    this.#seen = withPanels(this.metadata(), next);
    this.set(this.#seen);
  }
}

/** The board of a grid: links lead to the report. */
export class GridBoard extends Board {
  override link(): string {
    return at(location.href);
  }
}

/** What one run set draws; `lead` is the project of the others, and `set` what the run set is called where there are several. */
function drawnBy(model: RunModel, metadata: Metadata, lead: Place, set: string | null): PanelRun[] {
  const name = nameIn(model, lead);
  return model.drawn.map((run) => {
    const { group, ...look } = model.look(run);
    const color = colorOf(metadata, run) ?? `var(--series-${look.color})`;
    const own = { name: runKey(lead, model, run), displayName: name(look.name), color };
    if (group === undefined) return own;
    const values = (JSON.parse(group) as unknown[]).map(String).join(', ');
    const key = `${set ?? ''}${group}`;
    return { ...own, group: { key, name: set ? `${set}: ${values}` : values, color } };
  });
}

/** A run of another project says which. */
const nameIn =
  ({ entity, project }: Place, lead: Place) =>
  (name: string): string => {
    if (entity !== lead.entity) return `${name} (${entity}/${project})`;
    return project === lead.project ? name : `${name} (${project})`;
  };

/** A run set and what is known of its runs. */
export interface Drawn {
  name: string;
  model: RunModel;
}

/** What several run sets draw together, each run once. */
export function together(sets: readonly Drawn[], metadata: Metadata, lead: Place): RunSet {
  const runs = new Map<string, PanelRun>();
  for (const { name, model } of sets) {
    for (const run of drawnBy(model, metadata, lead, sets.length > 1 ? name : null))
      if (!runs.has(run.name)) runs.set(run.name, run);
  }
  const models = sets.map(({ model }) => model);
  const own = models.filter((one) => one.entity === lead.entity && one.project === lead.project);
  const filters = own.map((model) => model.filters);
  const all = filters.some((one) => one === null);
  const parts = filters.map((one) => JSON.parse(one ?? '{}') as unknown);
  return {
    ...lead,
    runs: [...runs.values()],
    look: (key) => {
      const known = runs.get(key);
      if (known) return { name: known.displayName, color: known.color };
      const { run, ...place } = homeOf(lead, key);
      const there = models.filter(
        (one) => one.entity === place.entity && one.project === place.project,
      );
      const { name, color } = there.find((one) => one.row(run))?.look(run) ??
        there[0]?.look(run) ?? { name: run, color: 0 };
      const given = colorOf(metadata, run) ?? `var(--series-${color})`;
      return { name: nameIn(place, lead)(name), color: given };
    },
    filters: all ? null : parts.length > 1 ? JSON.stringify({ $or: parts }) : (filters[0] ?? null),
    order: own[0]?.order ?? null,
  };
}
