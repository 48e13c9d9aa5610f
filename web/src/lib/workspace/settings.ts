/** Where a setting comes from: panel → section → workspace → the product's default. This is the only place that knows. */
import { MOST_RUNS } from '../charts/data.svelte';
import { withFields } from '../panels/config';
import { type PanelConfig, type PanelSettings, productDefaults } from '../panels/types';
import { changed } from './json';
import { bankOf, panelsOf, sectionsOf, type Settings, settingsOf, type Spec } from './spec';

export type Level = 'panel' | 'section' | 'workspace' | 'default';

/** What the panel types read from their config, and may be said above it. */
const shared = {
  xLogScale: false,
  yLogScale: false,
  groupAgg: 'mean',
  groupArea: 'minmax',
} as const;

const defaults: Readonly<Record<string, unknown>> = { ...productDefaults, ...shared };

export type Field = keyof PanelSettings | keyof typeof shared;

/** Names that a panel's config has for a field. */
const inConfig: Partial<Record<Field, string>> = { maxRuns: 'limit' };

/** What the vendor's package writes on every level for "nothing said": there it counts as absent. */
const silent: Partial<Record<Field, unknown>> = {
  ignoreOutliers: false,
  useRunsTableGroupingInPanels: true,
};

/** Fields that are said together, and the flag that tells whether they are. */
const flags: Partial<Record<Field, string>> = {
  xAxis: 'xAxisActive',
  xAxisMin: 'xAxisActive',
  xAxisMax: 'xAxisActive',
  smoothingType: 'smoothingActive',
  smoothingWeight: 'smoothingActive',
};

export interface Levels {
  panel?: PanelConfig;
  section?: Settings;
  workspace?: Settings;
}

export interface Found {
  value: unknown;
  from: Level;
}

const timed = (type: unknown) => type === 'exponentialTimeWeighted' || type === 'exponential';

/** The value of a field on a level above the panels; undefined where nothing is said. */
function said(level: Settings | undefined, field: Field): unknown {
  const value = level?.[field];
  if (level === undefined || value === undefined || value === null) return undefined;
  const flag = flags[field];
  if (flag && level[flag] === false) return undefined;
  if (field in silent && value === silent[field] && level[`${field}Active`] !== true)
    return undefined;
  // Weights are whole numbers there: per cent for the exponential kinds.
  if (field === 'smoothingWeight' && timed(level.smoothingType) && Number(value) >= 1)
    return Math.min(Number(value) / 100, 0.999);
  return value;
}

/** A field's value and the level that says it. */
export function find(field: Field, { panel, section, workspace }: Levels): Found {
  const own = panel?.[inConfig[field] ?? field];
  if (own !== undefined && own !== null) return { value: own, from: 'panel' };
  const inSection = said(section, field);
  if (inSection !== undefined) return { value: inSection, from: 'section' };
  const inWorkspace = said(workspace, field);
  if (inWorkspace !== undefined) return { value: inWorkspace, from: 'workspace' };
  return { value: defaults[field], from: 'default' };
}

/** All settings of a panel; a value of a wrong type is the default's. */
export function settingsFor(levels: Levels): PanelSettings {
  const fields = Object.entries(productDefaults).map(([field, standard]) => {
    const { value } = find(field as Field, levels);
    const fits =
      standard === null
        ? Number.isFinite(value) || value === null
        : typeof value === typeof standard;
    return [field, fits ? value : standard];
  });
  return Object.fromEntries(fields) as unknown as PanelSettings;
}

/** The most runs that any panel of a document may draw. */
export function mostRuns(spec: Spec): number {
  const whole = settingsFor({ workspace: settingsOf(spec) }).maxRuns;
  const sections = sectionsOf(spec);
  const configs = [
    ...sections.flatMap(panelsOf).map((panel) => panel.config),
    ...Object.values(bankOf(spec).panelConfigOverrides ?? {}),
  ];
  const parts = [
    ...sections.map((section) => said(section.localPanelSettings, 'maxRuns')),
    ...configs.map((config) => config?.limit),
  ];
  const counts = [whole, ...parts].map(Number).filter((count) => count >= 1);
  return Math.min(MOST_RUNS, Math.max(1, ...counts));
}

/** The panel's config with what it leaves to the levels above. */
export function configFor(config: PanelConfig, levels: Levels): PanelConfig {
  const inherited = Object.keys(shared)
    .filter((field) => config[field] === undefined)
    .map((field) => [field, find(field as Field, levels)] as const)
    .filter(([, found]) => found.from !== 'default')
    .map(([field, found]) => [field, found.value]);
  return inherited.length ? { ...config, ...Object.fromEntries(inherited) } : config;
}

/** A level above the panels with a field said, or with undefined left to the level above. */
export function withSetting(level: Settings, field: Field, value: unknown): Settings {
  const members: Record<string, unknown> = { [field]: value };
  if (field === 'smoothingWeight' && timed(level.smoothingType ?? productDefaults.smoothingType))
    members[field] = value === undefined ? undefined : Math.round(Number(value) * 100);
  const flag = flags[field];
  if (flag) {
    const others = Object.keys(flags).filter(
      (one) => one !== field && flags[one as Field] === flag,
    );
    const active = level[flag] !== false;
    members[flag] = value !== undefined || (active && others.some((one) => level[one] != null));
    // Said for the first time: what stood beside it without being meant goes.
    if (!active) for (const one of others) members[one] ??= undefined;
  } else if (field in silent) {
    members[`${field}Active`] = value === undefined ? undefined : true;
  }
  return changed(level, members);
}

/** The kind and the weight of smoothing are said together, since a weight means something else for each kind. */
export function withSmoothing(level: Settings, type: string, weight: number): Settings {
  return withSetting(changed(level, { smoothingType: type }), 'smoothingWeight', weight);
}

/** A panel's config with a field said, or left to the section. */
export const withOwn = (config: PanelConfig, field: Field, value: unknown): PanelConfig =>
  withFields(config, { [inConfig[field] ?? field]: value });
