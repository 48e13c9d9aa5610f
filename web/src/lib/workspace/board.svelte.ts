/** What the parts of a workspace share: its document as it is shown, what is open beside it, and what can be done. */
import { getContext, setContext, untrack } from 'svelte';
import { matcher } from '../charts/sections';
import { at } from '../api/http';
import type { PanelSource } from '../panels/source.svelte';
import type { PanelConfig, RunSet } from '../panels/types';
import { to } from '../router.svelte';
import { arrange, type Logged, type ShownPanel, type ShownSection, visible } from './arrange';
import { definitions } from './definitions';
import * as edit from './edit';
import { Drag, type Target } from './drag.svelte';
import { type Levels } from './settings';
import { bankOf, isAutomatic, type Section, settingsOf } from './spec';
import { shortName } from './views';
import type { Workspace } from './workspace.svelte';

/** What is open at the right. */
export type Drawer =
  | { kind: 'panel'; key: string; fresh?: boolean }
  | { kind: 'add' | 'quick'; section: string }
  | { kind: 'section'; section: string }
  | { kind: 'workspace' }
  | { kind: 'versions' };

export class Board {
  search = $state('');
  logged = $state.raw<Logged>({
    metrics: [],
    system: [],
    definitions: definitions([]),
    charts: [],
  });
  runs = $state.raw<RunSet>();
  drawer = $state.raw<Drawer | null>(null);
  /** The panel shown full screen. */
  full = $state<string | null>(null);
  readonly drag = new Drag();

  // Settings of the workspace do not move panels: arranged anew only when sections or metrics change.
  readonly #bank = $derived.by(() => bankOf(this.workspace.spec));
  readonly #automatic = $derived.by(() => isAutomatic(this.workspace.spec));
  readonly shown = $derived.by(() => {
    void this.#bank;
    void this.#automatic;
    const { logged } = this;
    return arrange(
      untrack(() => this.workspace.spec),
      logged,
    );
  });
  readonly seen = $derived.by(() => {
    void this.#bank;
    const wish = this.search.trim();
    return visible(
      this.shown,
      untrack(() => this.workspace.spec),
      wish ? matcher(wish) : null,
    );
  });
  readonly #panels = $derived.by(
    () =>
      new Map(
        this.shown.flatMap((section) =>
          section.panels.map((panel) => [panel.key, { panel, section }] as const),
        ),
      ),
  );

  constructor(
    readonly workspace: Workspace,
    readonly data: PanelSource,
  ) {}

  find(key: string): { panel: ShownPanel; section: ShownSection } | undefined {
    return this.#panels.get(key);
  }

  section(id: string): ShownSection | undefined {
    return this.shown.find((one) => one.id === id);
  }

  levels(section: Section | undefined, config?: PanelConfig): Levels {
    return {
      panel: config,
      section: section?.localPanelSettings,
      workspace: settingsOf(this.workspace.spec),
    };
  }

  /** An address that leads to this view, and to a panel in it. */
  link(key?: string): string {
    if (this.workspace.part === 'run') {
      const here = new URL(location.href);
      if (key) here.searchParams.set('panel', key);
      return here.href;
    }
    const { entity, project } = this.workspace.place;
    const query = new URLSearchParams({ nw: shortName(this.workspace.name) });
    if (key) query.set('panel', key);
    return at(`${to(entity, project)}?${query}`);
  }

  isOpen(section: ShownSection, index: number): boolean {
    // What is found is shown, as far as it is not too much at once.
    return this.search.trim() ? index < 6 : section.section.isOpen === true;
  }

  toggle(section: ShownSection, open: boolean): void {
    this.editSection(section.id, { isOpen: open });
  }

  openAll(open: boolean): void {
    this.workspace.change((spec) =>
      this.shown.reduce(
        (now, one) => edit.editSection(now, this.shown, one.id, { isOpen: open }),
        spec,
      ),
    );
  }

  editSection(id: string, members: Partial<Section>, kind = ''): void {
    this.workspace.change((spec) => edit.editSection(spec, this.shown, id, members), kind);
  }

  setPanel(panel: ShownPanel, config: PanelConfig, viewType = panel.viewType): void {
    this.workspace.change(
      (spec) => edit.setPanel(spec, this.shown, panel, config, viewType),
      `panel ${panel.key}`,
    );
  }

  remove(panel: ShownPanel): void {
    this.workspace.change((spec) => edit.removePanel(spec, panel));
    if (this.full === panel.key) this.full = null;
  }

  reset(panel: ShownPanel): void {
    this.workspace.change((spec) => edit.resetPanel(spec, panel));
  }

  duplicate(panel: ShownPanel): void {
    this.workspace.change((spec) => edit.duplicatePanel(spec, this.shown, panel).spec);
  }

  move(panel: ShownPanel, sectionId: string, index: number): void {
    this.workspace.change((spec) => edit.movePanel(spec, this.shown, panel, sectionId, index));
  }

  /** Puts a panel where it was dragged to. */
  drop(key: string, target: Target): void {
    const found = this.find(key);
    const to = this.section(target.section);
    if (!found || !to) return;
    const keys = to.panels.map((one) => one.key).filter((one) => one !== key);
    const beside = target.key === null ? -1 : keys.indexOf(target.key);
    const at = beside < 0 ? keys.length : beside + (target.after ? 1 : 0);
    this.move(found.panel, target.section, at);
  }

  /** One place before or after, among the section's panels. */
  moveBy(panel: ShownPanel, by: number): void {
    const section = this.find(panel.key)?.section;
    const index = section?.panels.findIndex((one) => one.key === panel.key) ?? -1;
    if (!section || index < 0) return;
    const next = Math.max(0, Math.min(section.panels.length - 1, index + by));
    if (next !== index) this.move(panel, section.id, next);
  }

  /** Adds panels, and opens the section they are in. */
  add(sectionId: string, panels: readonly { viewType: string; config: PanelConfig }[]): string[] {
    let keys: string[] = [];
    this.workspace.change((spec) => {
      const added = edit.addPanels(spec, this.shown, sectionId, panels);
      keys = added.keys;
      return edit.editSection(added.spec, this.shown, sectionId, { isOpen: true });
    });
    return keys;
  }

  addSection(name: string, before?: string): string {
    let id = '';
    this.workspace.change((spec) => {
      const added = edit.addSection(spec, this.shown, name, before);
      id = added.id;
      return added.spec;
    });
    return id;
  }

  /** The section that new panels go to when nobody says which. */
  firstSection(name: string): string {
    return this.seen[0]?.id ?? this.shown[0]?.id ?? this.addSection(name);
  }
}

const KEY = Symbol('board');
export const provideBoard = (board: Board): Board => setContext(KEY, board);
export const useBoard = (): Board => getContext<Board>(KEY);
