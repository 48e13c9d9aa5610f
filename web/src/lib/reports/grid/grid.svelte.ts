/** An open panel grid: its panels as a workspace that is saved with the report, its run sets, and what they draw. */
import type { PanelRun, RunSet } from '../../panels/types';
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

/** What one run set draws. */
function drawnBy(model: RunModel, metadata: Metadata, prefix: string): PanelRun[] {
  return model.drawn.map((run) => {
    const { name, group, color: step } = model.look(run);
    const color = colorOf(metadata, run) ?? `var(--series-${step})`;
    const own = { name: run, displayName: name, color };
    if (group === undefined) return own;
    const groupName = (JSON.parse(group) as unknown[]).map(String).join(', ');
    return { ...own, group: { key: `${prefix}${group}`, name: groupName, color } };
  });
}

/** What several run sets of one project draw together, each run once. */
export function together(models: readonly RunModel[], metadata: Metadata, place: Place): RunSet {
  const runs = new Map<string, PanelRun>();
  models.forEach((model, index) => {
    for (const run of drawnBy(model, metadata, models.length > 1 ? `${index}:` : ''))
      if (!runs.has(run.name)) runs.set(run.name, run);
  });
  const filters = models.map((model) => model.filters);
  const all = filters.some((one) => one === null);
  const parts = filters.map((one) => JSON.parse(one ?? '{}') as unknown);
  return {
    ...place,
    runs: [...runs.values()],
    look: (run) => {
      const { name, color } = models.find((one) => one.row(run))?.look(run) ??
        models[0]?.look(run) ?? { name: run, color: 0 };
      return { name, color: colorOf(metadata, run) ?? `var(--series-${color})` };
    },
    filters: all ? null : parts.length > 1 ? JSON.stringify({ $or: parts }) : (filters[0] ?? null),
    order: models[0]?.order ?? null,
  };
}
