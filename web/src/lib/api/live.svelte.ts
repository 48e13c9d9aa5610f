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

/** How long after a lost connection a new one is tried, growing. */
const PATIENCE = 400;
const WAITS = [1, 2, 5, 10, 20];

/** One connection a project; listeners hear each change, and `again` after a gap: refetch then. */
export class Live {
  connected = $state(true);
  /** Settled when changes are heard, or soon anyway: what is asked after it cannot miss one. */
  readonly ready: Promise<void>;
  #settle: () => void = () => undefined;
  #source: EventSource | undefined;
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
    clearTimeout(this.#timer);
    this.#source?.close();
  }

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
      source.close();
      this.connected = false;
      this.#settle();
      const wait = WAITS[Math.min(this.#failures, WAITS.length - 1)] ?? 20;
      this.#failures += 1;
      this.#timer = setTimeout(() => this.#open(), wait * 1000);
    };
  }
}
