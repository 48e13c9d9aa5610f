/** A panel grid in the vendor's form, seen as a workspace of one section, so that everything that draws and edits panels
 *  there does it here, too. */
import type { PanelConfig } from '../../panels/types';
import type { Key } from '../../runs/filter';
import type { RunSet } from '../../runs/runset';
import { changed } from '../../workspace/json';
import { identified, type Panel, type Section, sectionsOf, type Spec } from '../../workspace/spec';
import type { Place } from '../../workspace/views';
import { type Block, newId } from '../spec';
import type { Frozen } from './frozen';

/** A stored run set; any field may be absent. */
export type StoredSet = Partial<RunSet> & {
  readonly project?: { readonly entityName?: string; readonly name?: string } | null;
};

export interface Metadata {
  readonly panelBankSectionConfig?: Section;
  readonly panels?: { readonly views?: Record<string, { readonly config?: readonly Panel[] }> };
  readonly runSets?: readonly StoredSet[];
  /** Which run set is open below the panels. */
  readonly openRunSet?: number | null;
  readonly hideRunSets?: boolean;
  readonly customRunColors?: Readonly<Record<string, unknown>>;
  /** Data as it was when somebody froze it. */
  readonly frozen?: Frozen;
  readonly [field: string]: unknown;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const metadataOf = (block: Block): Metadata =>
  isObject(block.metadata) ? (block.metadata as Metadata) : {};

export const runSetsOf = ({ runSets }: Metadata): readonly StoredSet[] => {
  const found = Array.isArray(runSets) ? runSets.filter(isObject) : [];
  return found.length > 0 ? found : [{ id: 'runs', name: 'Run set', enabled: true }];
};

/** Older grids keep their panels elsewhere. */
function sectionOf({ panelBankSectionConfig: section, panels }: Metadata): Section {
  if (isObject(section)) return section;
  const [first] = Object.values(panels?.views ?? {});
  return { name: 'Report Panels', type: 'grid', panels: first?.config ?? [] };
}

/** The workspace that a grid is seen as. */
export function specOf(metadata: Metadata): Spec {
  const section = changed(sectionOf(metadata), { __id__: 'grid', isOpen: true, type: 'grid' });
  return identified({
    section: {
      panelBankConfig: { state: 0, settings: {}, sections: [section] },
      settings: { shouldAutoGeneratePanels: false },
    },
  });
}

/** The metadata with the panels of that workspace. */
export function withPanels(metadata: Metadata, spec: Spec): Metadata {
  const [section] = sectionsOf(spec);
  const { __id__, isOpen, type = 'grid' } = sectionOf(metadata);
  const own = changed(section ?? {}, { __id__, isOpen, type } as Partial<Section>);
  return changed(metadata, { panelBankSectionConfig: own });
}

export function withRunSet(metadata: Metadata, at: number, set: StoredSet): Metadata {
  const runSets = runSetsOf(metadata).map((one, index) => (index === at ? changed(one, set) : one));
  return changed(metadata, { runSets });
}

export function addRunSet(metadata: Metadata, name: string, project?: StoredSet['project']) {
  const fresh = { id: newId(), name, enabled: true, ...(project ? { project } : {}) };
  const runSets = [...runSetsOf(metadata), fresh as StoredSet];
  return changed(metadata, { runSets, openRunSet: runSets.length - 1 });
}

export function removeRunSet(metadata: Metadata, at: number): Metadata {
  const runSets = runSetsOf(metadata).filter((_, index) => index !== at);
  return changed(metadata, { runSets, openRunSet: 0 });
}

/** The project a run set is of. */
export const placeOf = ({ project }: StoredSet, report: Place): Place => ({
  entity: project?.entityName || report.entity,
  project: project?.name || report.project,
});

/** The run sets that are drawn: those switched on. */
export const drawnSets = (metadata: Metadata): number[] =>
  runSetsOf(metadata).flatMap((set, index) => (set.enabled === false ? [] : [index]));

/** The projects that are drawn, each once; the first leads. Where no run set is switched on it is that of the first. */
export function placesOf(metadata: Metadata, report: Place): [Place, ...Place[]] {
  const sets = runSetsOf(metadata);
  const places = new Map(
    drawnSets(metadata).map((index) => {
      const place = placeOf(sets[index] ?? {}, report);
      return [`${place.entity}/${place.project}`, place] as const;
    }),
  );
  const [lead = placeOf(sets[0] ?? {}, report), ...others] = places.values();
  return [lead, ...others];
}

interface Node {
  value: string;
  children?: string[];
}

/** Where a config's value stands is part of the vendor's names of columns; here the key alone is. */
const bare = (key: Key): Key =>
  key.section === 'config' ? { ...key, name: key.name.replace(/\.value$/, '') } : key;

/** A stored run set in the form that the table of runs reads. */
export function readable(set: StoredSet): StoredSet {
  const { selections, grouping, sort } = set;
  const tree = ((selections?.tree ?? []) as (string | Node)[]).flatMap((one) =>
    typeof one === 'string' ? one : (one.children ?? []),
  );
  return {
    ...set,
    ...(selections ? { selections: { ...selections, tree } } : {}),
    ...(grouping ? { grouping: grouping.filter((key) => isObject(key)).map(bare) } : {}),
    ...(sort?.keys
      ? { sort: { keys: sort.keys.map((one) => ({ ...one, key: bare(one.key) })) } }
      : {}),
  };
}

/** A colour that somebody gave a run; anything that is none counts as absent. */
export function colorOf({ customRunColors }: Metadata, run: string): string | undefined {
  const color = customRunColors?.[run];
  return typeof color === 'string' && /^(#[0-9a-f]{3,8}|rgba?\([\d\s.,%]+\))$/i.test(color)
    ? color
    : undefined;
}

/** A new grid with some panels, side by side. */
export function newGrid(panels: readonly { viewType: string; config: PanelConfig }[]): Block {
  const placed = panels.map((panel, index) => ({
    __id__: newId(),
    layout: { x: (index % 2) * 12, y: Math.floor(index / 2) * 8, w: 12, h: 8 },
    ...panel,
  }));
  return {
    type: 'panel-grid',
    children: [{ text: '' }],
    metadata: {
      openViz: true,
      openRunSet: 0,
      name: 'unused-name',
      runSets: [{ id: newId(), name: 'Run set', enabled: true, search: { query: '' } }],
      hideRunSets: false,
      panelBankSectionConfig: {
        name: 'Report Panels',
        isOpen: false,
        panels: placed,
        type: 'grid',
      },
      customRunColors: {},
    },
  };
}
