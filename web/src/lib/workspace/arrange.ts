/** What is shown of a document: its sections with the panels of every logged key, of which only what somebody changed
 *  is written down. */
import type { Metric } from '../charts/sections';
import { type MessageKey, t } from '../i18n/messages.svelte';
import { kindOfType } from '../media/values';
import { panelTypes } from '../panels/registry';
import { isTable, withKey } from '../panels/table/config';
import type { LoggedChart } from '../panels/vega/logged';
import { readQuery } from '../panels/vega/query';
import type { PanelConfig } from '../panels/types';
import type { Definitions } from './definitions';
import {
  bankOf,
  isAutomatic,
  type Layout,
  type Panel,
  panelsOf,
  type Placement,
  prefixOf,
  type Section,
  sectionsOf,
  type Spec,
} from './spec';

export const LINE = 'Run History Line Plot';
const MEDIA = 'Media Browser';
const TABLE = 'Weave';
const CUSTOM = 'Vega2';
/** The sections of keys without a prefix, of charts without one, of the tables that charts are drawn from, and of system
 *  metrics. The last two are closed at first: what is in such a table is seen in its chart. */
export const PLAIN = 'Charts';
export const CUSTOMS = 'Custom Charts';
export const CHART_TABLES = 'Custom Chart Tables';
export const SYSTEM = 'System';

export interface ShownPanel {
  /** Names it in the document and in links. */
  key: string;
  viewType: string;
  config: PanelConfig;
  title: string;
  layout: Layout | undefined;
  /** Not written down itself: it is there because its metric is. */
  auto: boolean;
}

export interface ShownSection {
  id: string;
  section: Section;
  name: string;
  panels: ShownPanel[];
  /** Panels of logged keys that would be here, had nobody taken them away. */
  hidden: readonly string[];
}

export interface Logged {
  metrics: readonly Metric[];
  system: readonly Metric[];
  definitions: Definitions;
  /** What `wandb.plot` has drawn. */
  charts: readonly LoggedChart[];
}

const order = new Intl.Collator('en', { numeric: true });

const AUTO = '__auto_panel__:';
export const autoKey = (metric: string): string => AUTO + metric;
const customKey = (id: string): string => `__custom_panel__:${id}`;

/** Names of what overrides say about a panel. */
export const overrideKey = (key: string): string => (key.startsWith(AUTO) ? key : customKey(key));

function sectionOf(key: string, prefix: 'first' | 'last'): string {
  const slash = prefix === 'first' ? key.indexOf('/') : key.lastIndexOf('/');
  return slash > 0 ? key.slice(0, slash) : PLAIN;
}

const shortTitle = (key: string, section: string): string =>
  section === SYSTEM
    ? key.replace(/^system[./]/, '')
    : key.startsWith(`${section}/`)
      ? key.slice(section.length + 1)
      : key;

const configTitle = (viewType: string, config: PanelConfig): string => {
  const type = panelTypes[viewType];
  return type ? type.titleOf(config) || type.title() : viewType;
};

/** The panel of a logged key; none for what no panel type shows. */
function panelOf({ key, type }: Metric, logged: Logged): Omit<ShownPanel, 'layout'> | null {
  if (key.startsWith('_') || logged.definitions.hidden(key)) return null;
  const base = { key: autoKey(key), title: key, auto: true };
  if (type === 'number') {
    const step = logged.definitions.step(key);
    const config = { metrics: [key], ...(step && step !== key ? { xAxis: step } : {}) };
    return { ...base, viewType: LINE, config };
  }
  if (isTable(type)) return { ...base, viewType: TABLE, config: withKey({}, key) };
  if (type !== 'string' && kindOfType(type) !== null)
    return { ...base, viewType: MEDIA, config: { mediaKeys: [key] } };
  return null;
}

/** The panel of a chart that a run has drawn itself. */
function chartOf({ key, config }: LoggedChart): Omit<ShownPanel, 'layout'> {
  const title = typeof config.panelDefId === 'string' ? configTitle(CUSTOM, config) : key;
  return { key: autoKey(key), title, auto: true, viewType: CUSTOM, config };
}

type Overrides = ReturnType<typeof overridesOf>;
function overridesOf(spec: Spec) {
  const bank = bankOf(spec);
  return {
    config: bank.panelConfigOverrides ?? {},
    placement: bank.panelPlacementOverrides ?? {},
  };
}

/** Panels of logged keys by the section they belong to, and those that somebody has taken away. */
function automatic(spec: Spec, logged: Logged, { config, placement }: Overrides) {
  const groups = new Map<string, { panels: ShownPanel[]; hidden: string[] }>();
  if (!isAutomatic(spec)) return groups;
  const prefix = prefixOf(spec);
  const add = (panel: Omit<ShownPanel, 'layout'> | null, name: string) => {
    if (!panel) return;
    const group = groups.get(name) ?? { panels: [], hidden: [] };
    groups.set(name, group);
    if (placement[panel.key]?.hidden) {
      group.hidden.push(panel.key);
      return;
    }
    const own = config[panel.key];
    const full = own ? { ...panel.config, ...own } : panel.config;
    const title = own ? configTitle(panel.viewType, full) : panel.title;
    const metric = panel.key.slice(AUTO.length);
    const shown = {
      ...panel,
      config: full,
      title: title === metric ? shortTitle(metric, name) : title,
      layout: placement[panel.key]?.layout,
    };
    group.panels.push(shown);
  };
  const behind = new Set(logged.charts.map(({ config }) => readQuery(config.userQuery).table));
  for (const metric of logged.metrics) {
    const panel = panelOf(metric, logged);
    const drawn = panel?.viewType === TABLE && behind.has(metric.key);
    add(panel, drawn ? CHART_TABLES : sectionOf(metric.key, prefix));
  }
  const metrics = new Set(logged.metrics.map((metric) => metric.key));
  for (const chart of logged.charts) {
    if (metrics.has(chart.key)) continue;
    const section = sectionOf(chart.key, prefix);
    add(chartOf(chart), section === PLAIN ? CUSTOMS : section);
  }
  for (const metric of logged.system) add(panelOf(metric, logged), SYSTEM);
  for (const { panels } of groups.values()) panels.sort((a, b) => order.compare(a.key, b.key));
  return groups;
}

function written(section: Section, { config, placement }: Overrides): ShownPanel[] {
  return panelsOf(section).map((panel: Panel, index) => {
    const key = panel.__id__ ?? `${section.__id__}:${index}`;
    const viewType = panel.viewType ?? '';
    const override = config[customKey(key)];
    const full = override ? { ...panel.config, ...override } : (panel.config ?? {});
    const layout = placement[customKey(key)]?.layout ?? panel.layout;
    const title = configTitle(viewType, full);
    return { key, viewType, config: full, title, layout, auto: false };
  });
}

const naturalName = (section: Section) => section.defaultName ?? section.name ?? '';

/** Where a section that nobody has written down goes: in the order of names among those like it. */
function insert(all: ShownSection[], made: ShownSection): void {
  const rank = (name: string) =>
    name === PLAIN ? 0 : name === SYSTEM ? 3 : name === CHART_TABLES ? 2 : 1;
  const before = (a: string, b: string) => rank(a) - rank(b) || order.compare(a, b);
  let at = -1;
  all.forEach((one, index) => {
    if (one.section.isPanelsAuto && before(naturalName(one.section), made.name) <= 0) at = index;
  });
  // The first of all its kind: after what people made themselves.
  if (at < 0) at = all.findIndex((one) => one.section.isPanelsAuto) - 1;
  if (at < -1) at = all.length - 1;
  all.splice(at + 1, 0, made);
}

/** Moves panels to the sections and places that somebody gave them. */
function place(all: ShownSection[], placement: Readonly<Record<string, Placement>>): void {
  const sections = new Map(all.map((one) => [one.id, one]));
  const moved = new Map<ShownSection, { panel: ShownPanel; index: number }[]>();
  if (Object.keys(placement).length === 0) return;
  for (const from of all) {
    const keep: ShownPanel[] = [];
    for (const panel of from.panels) {
      const wish = placement[overrideKey(panel.key)];
      const target = (wish?.sectionId && sections.get(wish.sectionId)) || from;
      if (wish?.index === undefined && target === from) keep.push(panel);
      else {
        const list = moved.get(target) ?? [];
        list.push({ panel, index: wish?.index ?? Infinity });
        moved.set(target, list);
      }
    }
    if (keep.length < from.panels.length) from.panels = keep;
  }
  for (const [target, list] of moved) {
    list.sort((a, b) => a.index - b.index);
    for (const { panel, index } of list)
      target.panels.splice(Math.min(index, target.panels.length), 0, panel);
  }
}

/** Names of sections that are not made of what people call their metrics. */
const NAMES: Readonly<Record<string, MessageKey>> = {
  [PLAIN]: 'web.charts.plain',
  [CUSTOMS]: 'web.charts.custom',
  [CHART_TABLES]: 'web.charts.customTables',
  [SYSTEM]: 'web.charts.system',
};

/** What a section is called on the page. */
export function sectionTitle({ section, name }: ShownSection): string {
  const known = section.isPanelsAuto ? NAMES[name] : undefined;
  return known ? t(known) : name;
}

export const autoSectionId = (name: string): string => `auto:${name}`;

/** Everything in the order it is shown, sections without panels included. */
export function arrange(spec: Spec, logged: Logged): ShownSection[] {
  const overrides = overridesOf(spec);
  const groups = automatic(spec, logged, overrides);
  const all = sectionsOf(spec).map((section, index): ShownSection => {
    const name = section.name ?? '';
    const panels = written(section, overrides);
    // A section of that name takes the panels in, also one that somebody made.
    const auto = groups.get(naturalName(section));
    if (auto) {
      groups.delete(naturalName(section));
      panels.push(...auto.panels);
    }
    return { id: section.__id__ ?? `#${index}`, section, name, panels, hidden: auto?.hidden ?? [] };
  });
  const open = all.length === 0;
  for (const [name, group] of [...groups].sort(([a], [b]) => order.compare(a, b))) {
    const section: Section = { __id__: autoSectionId(name), name, isPanelsAuto: true, panels: [] };
    insert(all, { id: autoSectionId(name), section, name, ...group });
  }
  // At first the sections at the top are open.
  if (open)
    all.forEach((one, index) => {
      const closed = one.name === SYSTEM || one.name === CHART_TABLES;
      one.section = { ...one.section, isOpen: index < 8 && !closed };
    });
  place(all, overrides.placement);
  const byTitle = bankOf(spec).settings?.sortAlphabetically === true;
  for (const one of all)
    if (byTitle || one.section.sorted === 1)
      one.panels = [...one.panels].sort((a, b) => order.compare(a.title, b.title));
  return [...all.filter((one) => one.section.pinned), ...all.filter((one) => !one.section.pinned)];
}

/** What a search leaves, and without one what is worth showing: empty sections of metrics only when asked for. */
export function visible(
  all: readonly ShownSection[],
  spec: Spec,
  matches: ((text: string) => boolean) | null,
): ShownSection[] {
  if (matches)
    return all.flatMap((one) => {
      const panels = one.panels.filter(
        (panel) => matches(panel.title) || (panel.auto && matches(panel.key.slice(AUTO.length))),
      );
      return panels.length ? [{ ...one, panels }] : [];
    });
  const empty = bankOf(spec).settings?.showEmptySections === true;
  return all.filter((one) => empty || one.panels.length > 0 || !one.section.isPanelsAuto);
}
