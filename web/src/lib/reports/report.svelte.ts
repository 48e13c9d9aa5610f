/** The open report: what is published, one's own draft of it, and which of the two is shown. A draft is saved half a second
 *  after a change; publishing puts it in the place of what others read. */
import { isAbort } from '../api/errors';
import { aheadOf } from '../state/ahead';
import { isConflict, Saved, type Stored } from '../state/saved.svelte';
import { blank, changed, read, type Spec, write } from './spec';
import {
  deleteReport,
  DRAFT,
  draftOf,
  openReport,
  type Place,
  PUBLISHED,
  type Report,
  type ReportHead,
  saveReport,
} from './views';

interface Me {
  name: string;
}

/** A draft as it is kept: its title and its document. */
const kept = (title: string, spec: string): string => JSON.stringify([title, spec]);
const storedOf = ({ displayName, spec, updatedAt }: Report): Stored => ({
  text: kept(displayName ?? '', spec),
  base: updatedAt ?? null,
});

/** A new report, as a draft that only its author sees. */
export function newReport(place: Place, me: Me, title: string): Promise<ReportHead> {
  const spec = blank({ name: me.name, username: me.name });
  return saveReport(place, { type: DRAFT, title, spec });
}

/** A copy of a report, as a draft of one's own. */
export function copyReport(place: Place, title: string, spec: Spec): Promise<ReportHead> {
  const copy = changed(spec, { draftOf: undefined } as Partial<Spec>);
  return saveReport(place, { type: DRAFT, title, spec: copy });
}

export class ReportState extends Saved {
  place = $state.raw<Place>({ entity: '', project: '' });
  published = $state.raw<Report | null>(null);
  /** One's own draft: of the published report, or of one that is not published yet. */
  draft = $state.raw<ReportHead | null>(null);
  editing = $state(false);
  title = $state('');
  spec = $state.raw<Spec>({});
  loaded = $state(false);
  error = $state.raw<Error>();
  /** Somebody has published since the draft began. */
  overtaken = $state('');
  /** Counts what replaced the document as a whole, so that an editor begins anew. */
  turn = $state(0);

  constructor(
    readonly id: string,
    readonly me: Me | undefined,
  ) {
    super();
  }

  /** What is read when nothing is edited. */
  get head(): ReportHead | null {
    return this.published ?? this.draft;
  }

  /** Whether the draft differs from what others read, as far as is known. */
  get hasDraft(): boolean {
    return this.draft !== null && this.published !== null;
  }

  /** Whether this browser has a change of it that was never saved. */
  get unsaved(): boolean {
    return this.key !== null && aheadOf(this.key) !== null;
  }

  /** Null where there is no such report, or none that may be seen. */
  async open(signal?: AbortSignal): Promise<void> {
    try {
      const found = await openReport(this.id, signal);
      if (found) {
        this.place = found.place;
        if (found.type === PUBLISHED) {
          this.published = found;
          this.#show(found);
          if (this.me) this.draft = await draftOf(found.place, found.id, this.me.name);
        } else {
          this.draft = found;
          this.#show(found);
        }
      }
      this.error = undefined;
      this.loaded = true;
    } catch (error) {
      if (!isAbort(error)) this.error = error as Error;
    }
  }

  #show(report: Report): void {
    this.title = report.displayName ?? '';
    this.spec = read(report.spec);
    this.turn += 1;
    this.saving = 'saved';
    this.trouble = '';
  }

  /** The report that a draft opened by its own address belongs to. */
  get ofOther(): string | null {
    return this.published ? null : (this.spec.draftOf?.id ?? null);
  }

  /** Shows one's draft for editing; makes one when there is none. */
  async edit(): Promise<void> {
    const { published, draft, me } = this;
    if (!me || this.editing) return;
    const stored = draft && (await openReport(draft.id));
    if (published && draft) {
      if (stored) {
        this.draft = stored;
        this.#show(stored);
      }
    } else if (published) {
      const { id, updatedAt } = published;
      const began = { draftOf: { id, updatedAt: updatedAt ?? '' } };
      // Saved with the first change: a look at the editor leaves nothing behind.
      this.spec = changed(this.spec, began as Partial<Spec>);
    }
    this.editing = true;
    this.#recover(stored && storedOf(stored));
  }

  /** What was not saved when the page ended is a change like others. */
  #recover(stored: Stored | null): void {
    const found = this.recovered(stored);
    if (!found) return;
    const [title, spec] = JSON.parse(found.text) as [string, string];
    this.title = title;
    this.spec = read(spec);
    this.turn += 1;
    this.base = found.base;
    this.later();
  }

  /** Back to what others read. */
  async stop(): Promise<void> {
    await this.flush();
    this.editing = false;
    this.overtaken = '';
    if (this.published) this.#show(this.published);
  }

  /** Makes a change of the draft. */
  change(edit: (spec: Spec) => Spec): void {
    const next = edit(this.spec);
    if (next === this.spec) return;
    this.spec = next;
    this.later();
  }

  rename(title: string): void {
    this.title = title;
    this.later();
  }

  /** What is only looked at is not saved. */
  protected override later(): void {
    if (this.editing) super.later();
  }

  protected get key(): string | null {
    return this.me ? `${this.me.name}/report/${this.id}` : null;
  }
  protected text(): string {
    return kept(this.title, write(this.spec));
  }
  protected get base(): string | null {
    return this.draft?.updatedAt ?? null;
  }
  protected set base(updatedAt: string | null) {
    if (this.draft && updatedAt) this.draft = { ...this.draft, updatedAt };
  }
  protected async theirs(): Promise<Stored | null> {
    const now = this.draft && (await openReport(this.draft.id));
    return now && storedOf(now);
  }

  protected async send(): Promise<() => void> {
    const { spec, title, draft, published, me } = this;
    const own = published && me ? { draft: { of: published.id, user: me.name } } : {};
    const saved = await saveReport(this.place, { type: DRAFT, title, spec, over: draft, ...own });
    return () => (this.draft = saved);
  }

  /** After a conflict: the draft as another window has saved it. */
  async loadTheirs(): Promise<void> {
    const theirs = this.draft && (await openReport(this.draft.id));
    if (!theirs) return;
    this.abandon();
    this.draft = theirs;
    this.#show(theirs);
  }

  /** After a conflict: this text as another draft. */
  keepMine(): Promise<ReportHead> {
    return copyReport(this.place, this.title, this.spec);
  }

  /** What is written becomes what others read. `anyway`: also over what somebody has published meanwhile. */
  async publish(anyway = false): Promise<ReportHead | null> {
    await this.flush();
    if (this.saving !== 'saved') return null;
    const { published, draft, title, spec } = this;
    const base = anyway ? (published && (await openReport(published.id)))?.updatedAt : undefined;
    const over = published
      ? { id: published.id, updatedAt: base ?? spec.draftOf?.updatedAt ?? published.updatedAt }
      : draft;
    const text = changed(spec, { draftOf: undefined } as Partial<Spec>);
    try {
      const saved = await saveReport(this.place, { type: PUBLISHED, title, spec: text, over });
      if (published && draft) await deleteReport(draft.id);
      const stored = await openReport(saved.id);
      this.draft = null;
      this.published = stored;
      this.editing = false;
      this.overtaken = '';
      if (stored) this.#show(stored);
      return saved;
    } catch (error) {
      if (!isConflict(error)) throw error;
      this.overtaken = error.message;
      return null;
    }
  }

  /** Throws the draft away. */
  async discard(): Promise<void> {
    await this.settled();
    this.abandon();
    if (this.draft) await deleteReport(this.draft.id);
    this.draft = null;
    this.editing = false;
    this.overtaken = '';
    if (this.published) this.#show(this.published);
  }
}
