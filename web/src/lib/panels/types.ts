/** What a panel is: one folder a type, found through `registry.ts` by the vendor's `viewType`. */
import type { Component, ComponentProps } from 'svelte';
import type Icon from '../ui/Icon.svelte';
import type { Smoothing } from '../charts/smooth';
import type { PanelSource } from './source.svelte';

/** The vendor's JSON of a panel's `config`; each type reads its own fields and keeps the others. */
export type PanelConfig = Readonly<Record<string, unknown>>;

/** Settings by the vendor's names, already looked up panel → section → workspace → default: a panel reads
 *  these fields here and never from its config. */
export interface PanelSettings {
  /** `_step`, `_runtime`, `_absolute_runtime`, `_timestamp` or any logged metric. */
  xAxis: string;
  xAxisMin: number | null;
  xAxisMax: number | null;
  smoothingType: Smoothing;
  /** 0 to 1 for the exponential ones, the width in points for the others. */
  smoothingWeight: number;
  showOriginalAfterSmoothing: boolean;
  ignoreOutliers: boolean;
  /** Most runs a panel draws. */
  maxRuns: number;
  /** The panel follows the grouping of the run table. */
  useRunsTableGroupingInPanels: boolean;
  suppressLegends: boolean;
}

export const productDefaults: PanelSettings = {
  xAxis: '_step',
  xAxisMin: null,
  xAxisMax: null,
  smoothingType: 'exponentialTimeWeighted',
  smoothingWeight: 0,
  showOriginalAfterSmoothing: true,
  ignoreOutliers: false,
  maxRuns: 100,
  useRunsTableGroupingInPanels: true,
  suppressLegends: false,
};

/** How a run, or a group of runs, is told apart. */
export interface Look {
  name: string;
  /** Any CSS colour, such as `var(--series-3)`. */
  color: string;
}

export interface PanelRun {
  /** The run's id. */
  name: string;
  displayName: string;
  color: string;
  /** The group of the run table it is in; runs of one group become one line, bar or point. */
  group?: Look & { key: string };
}

/** The runs that are drawn, in the order of the run table. */
export interface RunSet {
  entity: string;
  project: string;
  runs: readonly PanelRun[];
  look(run: string): Look;
  /** What selects and orders them on the server, for panels that ask for more than is drawn. */
  filters: string | null;
  order: string | null;
  /** Set when more runs are shown than are drawn. */
  beyond?: Beyond | null;
}

/** All the runs that are shown, as the server finds them: what groups are made of where not every run is drawn. */
export interface Beyond {
  /** How many they are. */
  count: number;
  filters: string | null;
  /** The column by which the run table groups them. */
  by: string | null;
  /** What a group of the run table looks like, by its value. */
  look: (value: unknown) => Look & { key: string };
}

export interface PanelProps {
  config: PanelConfig;
  settings: PanelSettings;
  runs: RunSet;
  data: PanelSource;
  /** Pixels that the picture may take, legend included; the title is the frame's. */
  height: number;
  /** Hears of a change made in the picture itself, such as dragged axes; without it such things are off. */
  onchange?: ((config: PanelConfig) => void) | undefined;
}

export interface FormProps {
  config: PanelConfig;
  /** What holds where the config says nothing. */
  settings: PanelSettings;
  runs: RunSet;
  data: PanelSource;
  onchange: (config: PanelConfig) => void;
}

export interface PanelType {
  viewType: string;
  title: () => string;
  icon: ComponentProps<typeof Icon>['name'];
  /** The title of one panel: what its config says, or what it shows; empty where the picture speaks for itself. */
  titleOf: (config: PanelConfig) => string;
  component: () => Promise<Component<PanelProps>>;
  form: () => Promise<Component<FormProps>>;
  defaults: () => PanelConfig;
  /** The settings that may be said above it, too, change its picture. */
  settings?: boolean;
}
