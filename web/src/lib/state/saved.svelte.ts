/** A document that is saved half a second after it was changed, and says how that went: a workspace, a draft. */
const WAIT = 500;

/** `local`: it may be changed here and not saved; `conflict`: somebody else has saved it meanwhile. */
export type Saving = 'saved' | 'waiting' | 'saving' | 'failed' | 'conflict' | 'local';

export abstract class Saved {
  saving = $state<Saving>('saved');
  /** Why it is not saved. */
  trouble = $state('');
  #timer: ReturnType<typeof setTimeout> | undefined;
  #flight: Promise<void> | undefined;

  /** Sends the document as it is now, and sets what came of it; never throws. */
  protected abstract save(): Promise<void>;

  /** It was changed. */
  protected later(): void {
    if (this.saving === 'local' || this.saving === 'conflict') return;
    this.saving = 'waiting';
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), WAIT);
  }

  /** Saves now what is not saved yet. */
  async flush(): Promise<void> {
    await this.settled();
    if (this.saving !== 'waiting') return;
    this.#flight = this.save();
    await this.#flight;
    this.#flight = undefined;
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

  /** What is not saved yet will not be. */
  abandon(): void {
    clearTimeout(this.#timer);
    this.saving = 'saved';
  }
}
