/** The changes people make to a document. Each takes the document and gives another; what it does not touch is shared. */
import type { PanelConfig } from '../panels/types';
import { type ShownPanel, type ShownSection, overrideKey } from './arrange';
import { changed } from './json';
import {
  bankOf,
  bodyOf,
  isAutomatic,
  type Layout,
  newId,
  type Panel,
  panelsOf,
  type Placement,
  PREFIX,
  type Section,
  sectionsOf,
  type Settings,
  type Spec,
  withBank,
  withBody,
  withSections,
} from './spec';

/** The document with all sections written down that are shown: needed before one of them can be changed. */
function whole(spec: Spec, shown: readonly ShownSection[]): Spec {
  const written = new Map(sectionsOf(spec).map((section) => [section.__id__, section]));
  const all = shown.map((one) => written.get(one.section.__id__) ?? one.section);
  if (all.length === written.size && all.every((one, index) => one === sectionsOf(spec)[index]))
    return spec;
  const known = new Set(all.map((one) => one.__id__));
  return withSections(spec, [...all, ...sectionsOf(spec).filter((one) => !known.has(one.__id__))]);
}

const mapSections = (spec: Spec, change: (section: Section) => Section): Spec =>
  withSections(spec, sectionsOf(spec).map(change));

export function editSection(
  spec: Spec,
  shown: readonly ShownSection[],
  id: string,
  members: Partial<Section>,
): Spec {
  return mapSections(whole(spec, shown), (one) =>
    one.__id__ === id ? changed(one, members) : one,
  );
}

/** A new name; panels of its metrics keep coming to it. */
export function renameSection(
  spec: Spec,
  shown: readonly ShownSection[],
  id: string,
  name: string,
) {
  const section = shown.find((one) => one.id === id)?.section;
  const defaultName = section?.isPanelsAuto ? (section.defaultName ?? section.name) : undefined;
  return editSection(spec, shown, id, { name, ...(defaultName ? { defaultName } : {}) });
}

/** Adds an open section before another, or at the top. */
export function addSection(
  spec: Spec,
  shown: readonly ShownSection[],
  name: string,
  before?: string,
): { spec: Spec; id: string } {
  const id = newId();
  const section: Section = {
    __id__: id,
    name,
    isOpen: true,
    type: 'flow',
    sorted: 0,
    panels: [],
    pinned: false,
  };
  const full = whole(spec, shown);
  const all = [...sectionsOf(full)];
  const at = all.findIndex((one) => one.__id__ === before);
  all.splice(Math.max(0, at), 0, section);
  return { spec: withSections(full, all), id };
}

/** Moves a section before or after the one that is shown there. */
export function moveSection(spec: Spec, shown: readonly ShownSection[], id: string, by: number) {
  const full = whole(spec, shown);
  const all = [...sectionsOf(full)];
  const target = shown[shown.findIndex((one) => one.id === id) + by];
  const from = all.findIndex((one) => one.__id__ === id);
  const to = all.findIndex((one) => one.__id__ === target?.id);
  const section = all[from];
  if (!section || to < 0) return spec;
  all.splice(from, 1);
  all.splice(to, 0, section);
  return withSections(full, all);
}

/** Takes a section away with its panels; those of logged keys are hidden. */
export function removeSection(spec: Spec, shown: readonly ShownSection[], id: string): Spec {
  const section = shown.find((one) => one.id === id);
  const full = whole(spec, shown);
  const hidden = section?.panels.filter((panel) => panel.auto).map((panel) => panel.key) ?? [];
  const rest = withSections(
    full,
    sectionsOf(full).filter((one) => one.__id__ !== id),
  );
  return hidden.reduce((now, key) => withPlacement(now, key, { hidden: true }), rest);
}

function withPlacement(spec: Spec, key: string, members: Placement | null): Spec {
  const all = bankOf(spec).panelPlacementOverrides ?? {};
  const name = overrideKey(key);
  if (!members && !(name in all)) return spec;
  const next = members ? { ...all[name], ...members } : undefined;
  return withBank(spec, { panelPlacementOverrides: changed(all, { [name]: next }) });
}

function withOverride(spec: Spec, key: string, config: PanelConfig | null): Spec {
  const all = bankOf(spec).panelConfigOverrides ?? {};
  const name = overrideKey(key);
  if (!config && !(name in all)) return spec;
  return withBank(spec, { panelConfigOverrides: changed(all, { [name]: config ?? undefined }) });
}

const mapPanel = (spec: Spec, key: string, change: (panel: Panel) => Panel | null): Spec =>
  mapSections(spec, (section) => {
    const at = panelsOf(section).findIndex((panel) => panel.__id__ === key);
    if (at < 0) return section;
    return changed(section, {
      panels: panelsOf(section).flatMap((one, index) => (index === at ? (change(one) ?? []) : one)),
    });
  });

/** Another config, and with `viewType` another type of panel. */
export function setPanel(
  spec: Spec,
  shown: readonly ShownSection[],
  panel: ShownPanel,
  config: PanelConfig,
  viewType = panel.viewType,
): Spec {
  if (!panel.auto)
    return withOverride(
      mapPanel(spec, panel.key, (one) => changed(one, { config, viewType })),
      panel.key,
      null,
    );
  if (viewType === panel.viewType) return withOverride(spec, panel.key, config);
  const section = shown.find((one) => one.panels.includes(panel));
  if (!section) return spec;
  const at = section.panels.indexOf(panel);
  const gone = removePanel(spec, panel);
  return addPanels(gone, shown, section.id, [{ viewType, config }], at).spec;
}

/** Back to what a panel of a logged key is without anybody's changes. */
export const resetPanel = (spec: Spec, panel: ShownPanel): Spec =>
  withPlacement(withOverride(spec, panel.key, null), panel.key, null);

export const isChanged = (spec: Spec, panel: ShownPanel): boolean =>
  panel.auto &&
  (panel.key in (bankOf(spec).panelConfigOverrides ?? {}) ||
    panel.key in (bankOf(spec).panelPlacementOverrides ?? {}));

export function removePanel(spec: Spec, panel: ShownPanel): Spec {
  if (panel.auto) return withPlacement(spec, panel.key, { hidden: true });
  const rest = mapPanel(spec, panel.key, () => null);
  return withPlacement(withOverride(rest, panel.key, null), panel.key, null);
}

/** Adds panels to a section, at the end or at a place. */
export function addPanels(
  spec: Spec,
  shown: readonly ShownSection[],
  sectionId: string,
  wished: readonly { viewType: string; config: PanelConfig; layout?: Layout }[],
  at = 0,
): { spec: Spec; keys: string[] } {
  const made = wished.map((one): Panel => ({ __id__: newId(), ...one, isAuto: false }));
  const keys = made.map((one) => one.__id__ ?? '');
  const full = mapSections(whole(spec, shown), (section) =>
    section.__id__ === sectionId
      ? changed(section, { panels: [...panelsOf(section), ...made] })
      : section,
  );
  const target = shown.find((one) => one.id === sectionId);
  const list = target?.panels.map((panel) => panel.key) ?? [];
  list.splice(at, 0, ...keys);
  return { spec: ordered(full, target, sectionId, list, keys), keys };
}

/** The order of a section's panels: in the document where all are written down, else as the places of those that moved. */
function ordered(
  spec: Spec,
  target: ShownSection | undefined,
  sectionId: string,
  keys: readonly string[],
  moved: readonly string[],
): Spec {
  const placement = bankOf(spec).panelPlacementOverrides ?? {};
  const auto = target?.panels.some((panel) => panel.auto) || keys.some((key) => key.includes(':'));
  if (!auto) {
    const places = new Map(keys.map((key, index) => [key, index]));
    const sorted = mapSections(spec, (section) => {
      if (section.__id__ !== sectionId) return section;
      const place = (panel: Panel) => places.get(panel.__id__ ?? '') ?? Infinity;
      return changed(section, {
        panels: [...panelsOf(section)].sort((a, b) => place(a) - place(b)),
      });
    });
    return moved.reduce((now, key) => withPlacement(now, key, null), sorted);
  }
  const fixed = keys.filter(
    (key) => moved.includes(key) || placement[overrideKey(key)]?.index !== undefined,
  );
  return fixed.reduce(
    (now, key) => withPlacement(now, key, { sectionId, index: keys.indexOf(key) }),
    spec,
  );
}

/** Moves a panel to a place in a section, its own or another. */
export function movePanel(
  spec: Spec,
  shown: readonly ShownSection[],
  panel: ShownPanel,
  sectionId: string,
  at: number,
): Spec {
  const from = shown.find((one) => one.panels.some((other) => other.key === panel.key));
  const target = shown.find((one) => one.id === sectionId);
  if (!from || !target) return spec;
  let full = whole(spec, shown);
  if (!panel.auto && from !== target) {
    const written = sectionsOf(full)
      .flatMap(panelsOf)
      .find((one) => one.__id__ === panel.key);
    if (!written) return spec;
    // A place on the grid means nothing in another section.
    const arriving = changed(written, { layout: undefined });
    full = mapSections(
      mapPanel(full, panel.key, () => null),
      (section) =>
        section.__id__ === sectionId
          ? changed(section, { panels: [...panelsOf(section), arriving] })
          : section,
    );
  } else if (from !== target) {
    full = withPlacement(full, panel.key, { layout: undefined });
  }
  const keys = target.panels.map((one) => one.key).filter((key) => key !== panel.key);
  keys.splice(Math.max(0, Math.min(at, keys.length)), 0, panel.key);
  // What somebody moves by hand is in an order of its own from now on.
  const sorted = target.section.sorted === 1;
  const free = sorted ? editSection(full, shown, sectionId, { sorted: 0 }) : full;
  const moved = sorted ? keys : [panel.key];
  return ordered(free, { ...target, panels: [...target.panels, panel] }, sectionId, keys, moved);
}

/** The copy of a panel stands right after it. */
export function duplicatePanel(
  spec: Spec,
  shown: readonly ShownSection[],
  panel: ShownPanel,
): { spec: Spec; keys: string[] } {
  const section = shown.find((one) => one.panels.some((other) => other.key === panel.key));
  if (!section) return { spec, keys: [] };
  const at = section.panels.findIndex((one) => one.key === panel.key) + 1;
  const { viewType, config } = panel;
  return addPanels(spec, shown, section.id, [{ viewType, config }], at);
}

/** Makes a section a grid, or moves and resizes panels on it. */
export function setLayouts(
  spec: Spec,
  shown: readonly ShownSection[],
  sectionId: string,
  layouts: readonly ({ key: string } & Layout)[],
): Spec {
  const target = shown.find((one) => one.id === sectionId);
  const auto = new Set(target?.panels.filter((panel) => panel.auto).map((panel) => panel.key));
  const places = new Map(layouts.map(({ key, x, y, w, h }) => [key, { x, y, w, h }]));
  let full = editSection(spec, shown, sectionId, { type: 'grid' });
  full = mapSections(full, (section) =>
    changed(section, {
      panels: panelsOf(section).map((panel) => {
        const layout = places.get(panel.__id__ ?? '');
        return layout ? changed(panel, { layout }) : panel;
      }),
    }),
  );
  const all = { ...bankOf(full).panelPlacementOverrides };
  for (const [key, layout] of places) {
    if (auto.has(key) || all[overrideKey(key)]?.layout)
      all[overrideKey(key)] = { ...all[overrideKey(key)], layout };
  }
  return withBank(full, { panelPlacementOverrides: all });
}

export const setSettings = (spec: Spec, settings: Settings): Spec => withBody(spec, { settings });

/** Settings of all sections: order by title, prefix, empty ones. */
export const setBank = (spec: Spec, members: Readonly<Record<string, unknown>>): Spec =>
  withBank(spec, { settings: changed(bankOf(spec).settings ?? {}, members) });

export const setPrefix = (spec: Spec, prefix: 'first' | 'last'): Spec =>
  setBank(spec, { autoOrganizePrefix: PREFIX[prefix] });

/** Whether every logged key gets its panel. What somebody made by hand stays either way; going manual writes down what
 *  is shown, so that nothing vanishes. */
export function setAutomatic(spec: Spec, shown: readonly ShownSection[], on: boolean): Spec {
  const body = bodyOf(spec);
  const modern = Object.keys(body.workspaceSettings ?? {}).some((key) => key !== 'ref');
  const members = { shouldAutoGeneratePanels: on };
  const told = modern
    ? withBody(spec, { workspaceSettings: changed(body.workspaceSettings ?? {}, members) })
    : setSettings(spec, changed(body.settings ?? {}, members));
  if (on || !isAutomatic(spec)) return told;
  const panels = new Map(
    shown.map((one) => [
      one.id,
      one.panels.map((panel): Panel => {
        const { key, viewType, config, layout } = panel;
        const known = panelsOf(one.section).find((other) => other.__id__ === key);
        return known ?? { __id__: newId(), viewType, config, ...(layout ? { layout } : {}) };
      }),
    ]),
  );
  // Of what nobody has made by hand only what has panels stays.
  const empty = shown.filter((one) => one.section.isPanelsAuto && one.panels.length === 0);
  const full = withBank(whole(told, shown), { panelPlacementOverrides: {} });
  const left = sectionsOf(full).filter(({ __id__ }) => !empty.some((one) => one.id === __id__));
  return mapSections(withSections(full, left), (section) =>
    changed(section, {
      panels: panels.get(section.__id__ ?? '') ?? panelsOf(section),
      isPanelsAuto: undefined,
    }),
  );
}

/** How many panels of logged keys somebody has taken away. */
export const hiddenPanels = (spec: Spec): string[] =>
  Object.entries(bankOf(spec).panelPlacementOverrides ?? {})
    .filter(([, placement]) => placement?.hidden)
    .map(([key]) => key);

export const restoreHidden = (spec: Spec, keys: readonly string[] = hiddenPanels(spec)): Spec =>
  keys.reduce((now, key) => withPlacement(now, key, null), spec);
