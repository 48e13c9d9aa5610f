/** The document of a workspace: the vendor's JSON of a view of type `project-view`. Any field may be absent or be
 *  somebody else's, so it is read through the functions here; fields that are not known stay as they are. */
import type { PanelConfig } from '../panels/types';
import { changed, parse, write } from './json';

/** In 24 columns and rows of the grid. */
export interface Layout {
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface Panel {
  readonly __id__?: string;
  readonly layout?: Layout;
  readonly viewType?: string;
  readonly config?: PanelConfig;
  /** False where somebody made it among automatic ones. */
  readonly isAuto?: boolean;
}

/** Settings of a section or of the workspace, by the vendor's names. */
export type Settings = Readonly<Record<string, unknown>>;

export interface Section {
  readonly __id__?: string;
  readonly name?: string;
  readonly isOpen?: boolean;
  /** `flow`: equal panels, so many columns and rows a page. `grid`: each has its own place. */
  readonly type?: string;
  readonly flowConfig?: Readonly<Record<string, unknown>>;
  /** 1: by title. */
  readonly sorted?: number;
  readonly localPanelSettings?: Settings;
  readonly panels?: readonly Panel[];
  readonly pinned?: boolean;
  /** Panels of its metrics belong here without being written down. */
  readonly isPanelsAuto?: boolean;
  /** What it was called before somebody gave it another name. */
  readonly defaultName?: string;
}

/** Where somebody has put a panel that is not written down. */
export interface Placement {
  readonly sectionId?: string;
  /** Its place among the section's panels. */
  readonly index?: number;
  readonly layout?: Layout;
  /** Somebody took it away. */
  readonly hidden?: boolean;
}

export interface Bank {
  readonly state?: number;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly sections?: readonly Section[];
  readonly panelConfigOverrides?: Readonly<Record<string, PanelConfig>>;
  readonly panelPlacementOverrides?: Readonly<Record<string, Placement>>;
}

export interface SpecBody {
  readonly panelBankConfig?: Bank;
  readonly settings?: Settings;
  readonly workspaceSettings?: Settings;
  readonly runSets?: readonly unknown[];
  readonly customRunColors?: Readonly<Record<string, unknown>>;
}

export interface Spec {
  readonly section?: SpecBody;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads a document; throws where the text is none. */
export function read(text: string): Spec {
  const value = parse(text);
  if (!isObject(value)) throw new SyntaxError('not an object');
  return value;
}

export { write };

export const bodyOf = (spec: Spec): SpecBody => (isObject(spec.section) ? spec.section : {});

export function bankOf(spec: Spec): Bank {
  const bank = bodyOf(spec).panelBankConfig;
  return isObject(bank) ? bank : {};
}

export function sectionsOf(spec: Spec): readonly Section[] {
  const { sections } = bankOf(spec);
  return Array.isArray(sections) ? sections.filter(isObject) : [];
}

export const panelsOf = (section: Section): readonly Panel[] =>
  Array.isArray(section.panels) ? section.panels.filter(isObject) : [];

export const settingsOf = (spec: Spec): Settings => bodyOf(spec).settings ?? {};

/** The first run set: which runs are looked at, and how. */
export function runSetOf(spec: Spec): Readonly<Record<string, unknown>> {
  const [first] = bodyOf(spec).runSets ?? [];
  return isObject(first) ? (first as Record<string, unknown>) : {};
}

export const withBody = (spec: Spec, members: Partial<SpecBody>): Spec =>
  changed(spec, { section: changed(bodyOf(spec), members) });

export function withRunSet(spec: Spec, set: Readonly<Record<string, unknown>>): Spec {
  const [first, ...others] = bodyOf(spec).runSets ?? [];
  const before = isObject(first) ? first : {};
  return withBody(spec, { runSets: [changed(before, set), ...others] });
}

export const withBank = (spec: Spec, members: Partial<Bank>): Spec =>
  withBody(spec, { panelBankConfig: changed(bankOf(spec), members) });

export const withSections = (spec: Spec, sections: readonly Section[]): Spec =>
  withBank(spec, { sections });

/** The number that decides the prefix a section stands for: 1 the first, 2 all but the last part of a key. */
export const PREFIX = { first: 1, last: 2 } as const;

export const prefixOf = (spec: Spec): 'first' | 'last' =>
  bankOf(spec).settings?.autoOrganizePrefix === PREFIX.first ? 'first' : 'last';

/** Whether every logged key has a panel without being asked; only an explicit no is no. */
export function isAutomatic(spec: Spec): boolean {
  const body = bodyOf(spec);
  const modern = body.workspaceSettings ?? {};
  const held = Object.keys(modern).some((key) => key !== 'ref') ? modern : (body.settings ?? {});
  return held.shouldAutoGeneratePanels !== false;
}

/** A new id, as the vendor's: letters and digits in lower case. */
export function newId(length = 11): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return [...bytes].map((byte) => (byte % 36).toString(36)).join('');
}

/** The document with an id for every section and panel that has none, so that edits can name them. */
export function identified(spec: Spec): Spec {
  let missing = false;
  const own = <T extends { readonly __id__?: string }>(thing: T): T => {
    if (thing.__id__) return thing;
    missing = true;
    return { __id__: newId(), ...changed(thing, { __id__: undefined } as Partial<T>) };
  };
  const sections = sectionsOf(spec).map((section) => {
    const panels = panelsOf(section).map(own);
    const fresh = panels.some((panel, index) => panel !== section.panels?.[index]);
    return own(fresh ? changed(section, { panels }) : section);
  });
  return missing ? withSections(spec, sections) : spec;
}

/** A workspace in which nobody has changed anything. */
export function blank(automatic: boolean): Spec {
  return {
    section: {
      panelBankConfig: {
        state: 1,
        settings: {
          autoOrganizePrefix: PREFIX.first,
          showEmptySections: false,
          sortAlphabetically: false,
        },
        sections: [],
      },
      panelBankSectionConfig: { name: 'Report Panels', isOpen: false, panels: [], type: 'grid' },
      customRunColors: {},
      name: '',
      runSets: [{ name: 'Run set', enabled: true, search: { query: '' } }],
      settings: { shouldAutoGeneratePanels: automatic },
      openRunSet: 0,
      openViz: true,
    },
    vizExpanded: false,
    libraryExpanded: true,
  } as Spec;
}
