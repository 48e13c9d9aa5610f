/** Live updates of a project by server-sent events. */
import { at } from './http';

export type Change =
  | 'history'
  | 'summary'
  | 'config'
  | 'console'
  | 'files'
  | 'events'
  | 'state'
  | 'alerts'
  | 'created'
  | 'deleted';

export interface RunEvent {
  run: string;
  state: string;
  change: Change[];
}

type Listener = (event: RunEvent) => void;

/** Milliseconds after which nothing waits for the connection any more. */
const PATIENCE = 400;
/** A tab hidden for longer closes its connection. */
const HIDDEN = 30_000;
/** Seconds after which a lost connection is tried anew, growing. */
const WAITS = [1, 2, 5, 10, 20];

/** One connection a project; listeners hear each change, and `again` after a gap: refetch then. */
export class Live {
  connected = $state(true);
  /** Settled when changes are heard, or soon anyway: what is asked after it cannot miss one. */
  readonly ready: Promise<void>;
  #settle: () => void = () => undefined;
  #source: EventSource | undefined;
  #hidden: ReturnType<typeof setTimeout> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #listeners = new Set<Listener>();
  #again = new Set<() => void>();
  readonly #url: string;

  constructor(entity: string, project: string) {
    this.#url = at(`api/live/${encodeURIComponent(entity)}/${encodeURIComponent(project)}`);
    this.ready = new Promise((settle) => (this.#settle = settle));
    setTimeout(this.#settle, PATIENCE);
    this.#open();
    document.addEventListener('visibilitychange', this.#looked);
  }

  /** Hears each change until the returned function is called. */
  listen(listener: Listener, again: () => void): () => void {
    this.#listeners.add(listener);
    this.#again.add(again);
    return () => {
      this.#listeners.delete(listener);
      this.#again.delete(again);
    };
  }

  close(): void {
    document.removeEventListener('visibilitychange', this.#looked);
    clearTimeout(this.#hidden);
    this.#pause();
  }

  #pause(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }

  /** Browsers allow few connections a server: a tab that nobody looks at gives its own back. */
  #looked = (): void => {
    clearTimeout(this.#hidden);
    if (document.hidden) {
      this.#hidden = setTimeout(() => {
        this.#failures = 1;
        this.#pause();
      }, HIDDEN);
    } else if (!this.#source) {
      this.#open();
    }
  };

  #open(): void {
    const source = new EventSource(this.#url);
    this.#source = source;
    source.onopen = () => {
      const gap = this.#failures > 0;
      this.#failures = 0;
      this.connected = true;
      this.#settle();
      if (gap) for (const again of this.#again) again();
    };
    source.addEventListener('run', (message) => {
      const event = JSON.parse((message as MessageEvent<string>).data) as RunEvent;
      for (const listener of this.#listeners) listener(event);
    });
    source.onerror = () => {
      this.#pause();
      this.connected = false;
      this.#settle();
      const wait = WAITS[Math.min(this.#failures, WAITS.length - 1)] ?? 20;
      this.#failures += 1;
      this.#timer = setTimeout(() => this.#open(), wait * 1000);
    };
  }
}
