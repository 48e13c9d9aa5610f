/** How a panel groups runs: by a column of its own, all together, or as the run table does. */
import { t } from '../i18n/messages.svelte';
import { oneGroup, tableGroups, valueGroups } from './groups';
import type { PanelSource } from './source.svelte';
import type { PanelSettings, RunSet } from './types';

interface Plan {
  /** What the panel's own config says. */
  wish: 'off' | 'all' | { column: string };
  settings: PanelSettings;
  runs: RunSet;
  data: PanelSource;
}

export class Grouping {
  #plan: () => Plan;

  /** Must be made while a component is initialised. */
  constructor(plan: () => Plan) {
    this.#plan = plan;
    $effect(() => {
      const { wish, runs, data } = plan();
      if (typeof wish !== 'object') return;
      data.values.want(
        runs.runs.map((run) => run.name),
        [wish.column],
      );
    });
  }

  /** Null when runs are shown one by one. */
  readonly groups = $derived.by(() => {
    const { wish, settings, runs, data } = this.#plan();
    if (wish === 'all') return oneGroup(runs.runs, t('web.panel.allRuns'));
    if (wish !== 'off')
      return valueGroups(runs.runs, wish.column, (run) => data.values.get(run, wish.column));
    return settings.useRunsTableGroupingInPanels ? tableGroups(runs.runs) : null;
  });
}
