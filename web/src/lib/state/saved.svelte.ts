/** A document that is saved half a second after it was changed, and says how that went: a workspace, a draft. Until the
 *  server has it, the browser keeps what was changed. */
import { ApiError, Denial } from '../api/errors';
import { aheadOf, dropAhead, keepAhead } from './ahead';

const WAIT = 500;
/** Changes are kept at most this often, and when the page goes. */
const KEEP = 100;
/** The state of a document that somebody else has made meanwhile: every other one is newer. */
const NEVER = new Date(0).toISOString();

/** `local`: it may be changed here and not saved; `conflict`: somebody else has saved it meanwhile. */
export type Saving = 'saved' | 'waiting' | 'saving' | 'failed' | 'conflict' | 'local';

/** A state of the document on the server: what it says, and the name of the state. */
export interface Stored {
  text: string;
  base: string | null;
}

/** Whether a save was refused because somebody else had saved. */
export const isConflict = (error: unknown): error is ApiError =>
  error instanceof ApiError && (error.reason === 'CONFLICT' || error.status === 409);

export abstract class Saved {
  saving = $state<Saving>('saved');
  /** Why it is not saved. */
  trouble = $state('');
  #timer: ReturnType<typeof setTimeout> | undefined;
  #keeping: ReturnType<typeof setTimeout> | undefined;
  #flight: Promise<void> | undefined;
  /** Counts changes, and documents that took the place of others. */
  #changes = 0;
  #turn = 0;
  /** What was sent and never answered. */
  #sent: string | null = null;

  /** The name under which changes are kept; null where they are not. */
  protected abstract get key(): string | null;
  /** The document as it is now, as it is written. */
  protected abstract text(): string;
  /** The server's state that it was made from, which is what it is saved over. */
  protected abstract get base(): string | null;
  protected abstract set base(state: string | null);
  /** Sends the document; answers what is to be done when it has arrived and is still the open one. */
  protected abstract send(): Promise<() => void>;
  /** What the server has now. */
  protected abstract theirs(): Promise<Stored | null>;
  /** What becomes of a document that may not be saved. */
  protected readonly denied: Saving = 'failed';

  /** It was changed. */
  protected later(): void {
    if (this.saving === 'local') return;
    this.#changes += 1;
    this.#keeping ??= setTimeout(() => this.#keep(), KEEP);
    if (this.saving === 'conflict') return;
    this.saving = 'waiting';
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), WAIT);
  }

  /** Saves now what is not saved yet. */
  async flush(): Promise<void> {
    await this.settled();
    if (this.saving !== 'waiting') return;
    this.#flight = this.#save();
    await this.#flight;
    this.#flight = undefined;
  }

  /** Saves or at least keeps what is not saved yet when nobody looks any more, until the returned function is called. */
  watch(): () => void {
    const hidden = () => document.hidden && void this.flush();
    const gone = () => this.#keeping && this.#keep();
    document.addEventListener('visibilitychange', hidden);
    addEventListener('pagehide', gone);
    return () => {
      document.removeEventListener('visibilitychange', hidden);
      removeEventListener('pagehide', gone);
      void this.flush();
    };
  }

  /** Begins nothing more, and waits for what is on its way. */
  protected async settled(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#flight;
  }

  /** Tries again after a failure. */
  retry(): void {
    if (this.saving !== 'failed') return;
    this.saving = 'waiting';
    void this.flush();
  }

  /** Another document takes the place of this one: nothing more is done about it. What is kept of it stays. */
  protected leave(): void {
    clearTimeout(this.#timer);
    if (this.#keeping) this.#keep();
    this.#turn += 1;
    this.#sent = null;
    this.saving = 'saved';
  }

  /** What is not saved yet will not be. */
  abandon(): void {
    clearTimeout(this.#keeping);
    this.#keeping = undefined;
    this.leave();
    if (this.key) dropAhead(this.key);
  }

  /** What this browser had not saved when the page ended, unless the server has it; `now` is what that has. To be set as
   *  the document, over the state `base`. */
  protected recovered(now: Stored | null): Stored | null {
    const kept = this.key ? aheadOf(this.key) : null;
    if (!this.key || !kept) return null;
    if (kept.text === now?.text) {
      dropAhead(this.key);
      return null;
    }
    const arrived = now !== null && kept.sent === now.text;
    this.#sent = arrived ? null : kept.sent;
    const base = arrived ? now.base : (kept.base ?? NEVER);
    return { text: kept.text, base: now && base };
  }

  #keep(text = this.text()): void {
    clearTimeout(this.#keeping);
    this.#keeping = undefined;
    const { key, base } = this;
    if (key) keepAhead(key, { text, base, sent: this.#sent });
  }

  async #save(): Promise<void> {
    const [turn, changes, key, text] = [this.#turn, this.#changes, this.key, this.text()];
    const lost = this.#sent;
    this.#sent = text;
    this.#keep(text);
    this.saving = 'saving';
    this.trouble = '';
    try {
      const arrived = await this.#over(lost);
      if (key) dropAhead(key, text);
      if (turn !== this.#turn) return;
      this.#sent = null;
      arrived();
      this.saving = 'saved';
      if (changes === this.#changes) return;
      this.later();
      this.#keep();
    } catch (error) {
      if (turn !== this.#turn) return;
      const denied = error instanceof Denial;
      this.trouble = denied ? (error.lines[0] ?? '') : (error as Error).message;
      this.saving = isConflict(error) ? 'conflict' : denied ? this.denied : 'failed';
      if (this.saving === 'local' && key) dropAhead(key);
    }
  }

  /** Sends; what was refused only because an earlier save of this browser has arrived unheard is sent again over that. */
  async #over(lost: string | null): Promise<() => void> {
    try {
      return await this.send();
    } catch (error) {
      if (!isConflict(error) || lost === null) throw error;
      const now = await this.theirs();
      if (now?.text !== lost) throw error;
      this.base = now.base;
      return await this.send();
    }
  }
}
