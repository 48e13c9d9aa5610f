/** The open workspace: its document with every earlier state of this visit, and the view it is saved to half a second
 *  after a change. A workspace that may not be saved works all the same, in this tab. */
import { untrack } from 'svelte';
import { isAbort } from '../api/errors';
import { Saved, type Saving, type Stored } from '../state/saved.svelte';
import { mostRuns, withSetting } from './settings';
import {
  blank,
  identified,
  read,
  runSetOf,
  settingsOf,
  type Spec,
  withBody,
  withRunSet,
  write,
} from './spec';
import {
  DEFAULT_NAME,
  freshName,
  fullName,
  kindOf,
  openViews,
  ownName,
  type Part,
  type Place,
  saveView,
  type View,
  viewNow,
  type ViewHead,
} from './views';

/** Changes of one kind within this time are one step back. */
const TOGETHER = 1000;
const MOST_STEPS = 200;

/** Where the table of runs keeps its run set, and how many of the runs are drawn. */
function heldBy(workspace: Workspace) {
  const held = $derived(runSetOf(workspace.spec));
  const most = $derived(mostRuns(workspace.spec));
  return {
    get most() {
      return most;
    },
    set most(next) {
      workspace.change((spec) =>
        withBody(spec, { settings: withSetting(settingsOf(spec), 'maxRuns', next) }),
      );
    },
    get value() {
      return held;
    },
    set value(next) {
      workspace.change((spec) => withRunSet(spec, next), 'runs');
    },
  };
}

export class Workspace extends Saved {
  spec = $state.raw<Spec>(blank(true));
  /** The view it is saved to; null until it was saved for the first time. */
  view = $state.raw<ViewHead | null>(null);
  /** The name under which it is, or would be, saved. */
  name = $state('');
  loaded = $state(false);
  error = $state.raw<Error>();
  /** The view of the address, when there is none of that name. */
  missing = $state<string | null>(null);
  #past = $state.raw<readonly Spec[]>([]);
  #future = $state.raw<readonly Spec[]>([]);
  #last = { kind: '', at: 0 };
  #stored: Spec | undefined;
  #wished: string | null = null;

  constructor(
    readonly place: Place,
    readonly user: string | undefined,
    readonly part: Part = 'project',
  ) {
    super();
  }

  /** The run set of the document, for the table of runs: what is set there is a change like others. */
  readonly runSet = heldBy(this);

  get kind() {
    return kindOf(this.name, this.user);
  }
  get canUndo(): boolean {
    return this.#past.length > 0;
  }
  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /** Opens the view that the address names, and follows it; called while a component begins. */
  follow(wished: () => string | null): void {
    $effect(() => {
      this.#wished = wished();
      const control = new AbortController();
      void untrack(() => this.open(this.#wished, control.signal));
      return () => control.abort();
    });
    $effect(() => this.watch());
  }

  /** Tries to open it again. */
  again(): void {
    void this.open(this.#wished);
  }

  /** Opens the view of an address, or one's own; without either the project's default, or a blank one. */
  async open(wished: string | null, signal?: AbortSignal): Promise<void> {
    await this.flush();
    try {
      const mine = this.user === undefined ? undefined : this.#homeName();
      const views = await openViews(this.place, mine, wished, signal);
      const { own, named } = views;
      const standard = this.part === 'run' ? null : views.standard;
      this.missing = wished && !named && fullName(wished) !== this.#homeName() ? wished : null;
      const view = named ?? own;
      if (view) this.#adopt(view);
      else {
        // One's own begins as a copy of the default, and is saved when something is changed.
        const begun = standard && this.user === undefined ? standard : null;
        if (begun) this.#adopt(begun);
        else this.#begin(this.#homeName(), standard ? read(standard.spec) : blank(true));
      }
      this.#recover(view);
      this.error = undefined;
    } catch (error) {
      if (isAbort(error)) return;
      this.error = error as Error;
    }
    this.loaded = true;
  }

  #homeName(): string {
    return this.user === undefined ? DEFAULT_NAME : ownName(this.user, this.part);
  }

  /** What was not saved when the page ended is a change like others. */
  #recover(view: View | null): void {
    if (this.saving === 'local') return;
    const kept = this.recovered(view && { text: view.spec, base: view.updatedAt });
    if (!kept) return;
    this.base = kept.base;
    this.change(() => identified(read(kept.text)));
  }

  #begin(name: string, spec: Spec): void {
    this.leave();
    this.view = null;
    this.name = name;
    this.#reset(spec);
  }

  #adopt(view: View): void {
    this.leave();
    this.view = view;
    this.name = view.name;
    this.#reset(read(view.spec));
  }

  #reset(spec: Spec): void {
    this.spec = identified(spec);
    this.#stored = this.spec;
    this.#past = [];
    this.#future = [];
    this.#last = { kind: '', at: 0 };
    const denied = this.#denied();
    this.saving = denied ? 'local' : 'saved';
    this.trouble = denied ?? '';
  }

  /** Why this view may not be saved; null when it may, as far as is known. */
  #denied(): string | null {
    const { mayUpdate } = this.view ?? {};
    return mayUpdate && !mayUpdate.allowed ? (mayUpdate.reason ?? '') : null;
  }

  /** Makes a change. Those of the same `kind` that follow fast, as of a slider, are undone together. */
  change(edit: (spec: Spec) => Spec, kind = ''): void {
    const before = untrack(() => this.spec);
    const next = edit(before);
    if (next === before) return;
    const now = Date.now();
    const together = kind !== '' && kind === this.#last.kind && now - this.#last.at < TOGETHER;
    if (!together) this.#past = [...this.#past, before].slice(-MOST_STEPS);
    this.#last = { kind, at: now };
    this.#future = [];
    this.spec = next;
    this.later();
  }

  undo(): void {
    const before = this.#past.at(-1);
    if (!before) return;
    this.#past = this.#past.slice(0, -1);
    this.#future = [...this.#future, this.spec];
    this.#step(before);
  }

  redo(): void {
    const after = this.#future.at(-1);
    if (!after) return;
    this.#future = this.#future.slice(0, -1);
    this.#past = [...this.#past, this.spec];
    this.#step(after);
  }

  #step(spec: Spec): void {
    this.#last = { kind: '', at: 0 };
    this.spec = spec;
    this.later();
  }

  protected override readonly denied: Saving = 'local';

  protected get key(): string | null {
    const { entity, project } = this.place;
    return this.user === undefined ? null : [this.user, entity, project, this.name].join('/');
  }
  protected text(): string {
    return write(this.spec);
  }
  protected get base(): string | null {
    return this.view?.updatedAt ?? null;
  }
  protected set base(updatedAt: string | null) {
    if (this.view && updatedAt) this.view = { ...this.view, updatedAt };
  }
  protected async theirs(): Promise<Stored | null> {
    const now = this.view && (await viewNow(this.view.id));
    return now && { text: now.spec, base: now.updatedAt };
  }

  protected async send(): Promise<() => void> {
    const { spec, name, view } = this;
    if (spec === this.#stored) return () => undefined;
    const displayName = view?.displayName ?? '';
    const saved = await saveView(this.place, { name, displayName, spec, over: view });
    return () => {
      this.view = saved;
      this.#stored = spec;
    };
  }

  /** After a conflict: what the other one saved; mine is a step back. */
  async loadTheirs(): Promise<void> {
    const theirs = this.view && (await viewNow(this.view.id));
    if (!theirs) return;
    const mine = this.spec;
    const past = this.#past;
    this.abandon();
    this.#adopt(theirs);
    this.#past = [...past, mine].slice(-MOST_STEPS);
  }

  /** Saves this document as a new view, and goes on with that one. */
  async saveAs(displayName: string, name = freshName()): Promise<ViewHead> {
    const { spec } = this;
    const over = name === this.name ? this.view : null;
    const saved = await saveView(this.place, { name, displayName, spec, over });
    this.abandon();
    this.view = saved;
    this.name = saved.name;
    this.#stored = spec;
    this.trouble = '';
    if (this.spec !== spec) this.later();
    return saved;
  }

  /** Puts the document of this view in the place of the project's default, or of one's own. */
  async copyTo(name: string, over: ViewHead | null): Promise<void> {
    await saveView(this.place, {
      name,
      displayName: over?.displayName ?? '',
      spec: this.spec,
      over,
    });
  }

  /** An earlier state becomes the document, as a change that can be undone. */
  restore(text: string): void {
    this.change(() => identified(read(text)));
  }

  /** The view was given another name. */
  renamed(view: ViewHead): void {
    if (view.id === this.view?.id) this.view = view;
  }
}
