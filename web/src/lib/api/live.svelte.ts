/** Live updates of a project by server-sent events; tabs of one browser that show the same project share one connection. */
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

/** What the tab with the connection tells the others; `ask` goes the other way. */
type Told =
  | { kind: 'event'; event: RunEvent }
  | { kind: 'state'; connected: boolean }
  | { kind: 'again' }
  | { kind: 'ask' };

/** Milliseconds after which nothing waits for the connection any more. */
const PATIENCE = 400;
/** A tab hidden for longer neither listens nor holds the connection. */
const HIDDEN = 10_000;
/** Milliseconds between looks at the clock, and how far off it is after a sleep. */
const LOOK = 5000;
const SLEPT = 15_000;
/** Seconds after which a lost connection is tried anew, growing. */
const WAITS = [1, 2, 5, 10, 20];

const everywhere = new Set<Listener>();

/** Hears the changes of whatever project is open, until the returned function is called. */
export function listenEverywhere(listener: Listener): () => void {
  everywhere.add(listener);
  return () => everywhere.delete(listener);
}

/** Listeners hear each change of a project, and `again` after a gap: refetch then. */
export class Live {
  connected = $state(true);
  /** Settled when changes are heard, or soon anyway: what is asked after it cannot miss one. */
  readonly ready: Promise<void>;
  #settle: () => void = () => undefined;
  #source: EventSource | undefined;
  #channel: BroadcastChannel | undefined;
  /** Gives the lock back, or stops waiting for it. */
  #leave: AbortController | undefined;
  #hidden: ReturnType<typeof setTimeout> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #clock: ReturnType<typeof setInterval> | undefined;
  #failures = 0;
  /** Changes may have passed unheard. */
  #gap = false;
  /** There was a connection. */
  #heard = false;
  #listeners = new Set<Listener>();
  #again = new Set<() => void>();
  readonly #url: string;

  constructor(entity: string, project: string) {
    this.#url = at(`api/live/${encodeURIComponent(entity)}/${encodeURIComponent(project)}`);
    this.ready = new Promise((settle) => (this.#settle = settle));
    setTimeout(() => {
      this.#gap ||= !this.#heard;
      this.#settle();
    }, PATIENCE);
    this.#join();
    document.addEventListener('visibilitychange', this.#looked);
    if (document.hidden) this.#looked();
    addEventListener('online', this.#anew);
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
    removeEventListener('online', this.#anew);
    clearTimeout(this.#hidden);
    this.#part();
  }

  /** Listens with the other tabs; the first of them connects, and the next one when it goes. */
  #join(): void {
    let looked = Date.now();
    this.#clock = setInterval(() => {
      const slept = Date.now() - looked > SLEPT;
      looked = Date.now();
      if (slept) this.#anew();
    }, LOOK);
    // Only pages of a safe origin have locks: others connect each for itself.
    if (!('locks' in navigator) || typeof BroadcastChannel === 'undefined') {
      this.#open();
      return;
    }
    const leave = new AbortController();
    this.#leave = leave;
    this.#channel = new BroadcastChannel(`runstead:live:${this.#url}`);
    this.#channel.onmessage = ({ data }) => this.#told(data as Told);
    this.#tell({ kind: 'ask' });
    const hold = () =>
      new Promise<void>((release) => {
        leave.signal.addEventListener('abort', () => release());
        if (leave.signal.aborted) release();
        else this.#open();
      });
    navigator.locks
      .request(`runstead:live:${this.#url}`, { signal: leave.signal }, hold)
      .catch(() => undefined); // Left before it was this tab's turn.
  }

  #part(): void {
    clearInterval(this.#clock);
    this.#disconnect();
    this.#leave?.abort();
    this.#leave = undefined;
    this.#channel?.close();
    this.#channel = undefined;
  }

  #tell(what: Told): void {
    this.#channel?.postMessage(what);
  }

  #told(what: Told): void {
    if (what.kind === 'ask') {
      if (this.#source) this.#tell({ kind: 'state', connected: this.connected });
      return;
    }
    if (this.#source) return;
    if (what.kind === 'event') this.#hear(what.event);
    else if (what.kind === 'again') this.#repeat();
    else {
      this.connected = what.connected;
      this.#heard ||= what.connected;
      this.#settle();
      if (this.#gap && what.connected) this.#repeat();
      // Should this tab be next: between two connections changes may pass.
      this.#failures = 1;
    }
  }

  #hear(event: RunEvent): void {
    for (const listener of this.#listeners) listener(event);
    for (const listener of everywhere) listener(event);
  }

  #repeat(): void {
    this.#gap = false;
    for (const again of this.#again) again();
  }

  #disconnect(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }

  #looked = (): void => {
    clearTimeout(this.#hidden);
    if (document.hidden) {
      this.#hidden = setTimeout(() => {
        this.#gap = true;
        this.#failures = 0;
        this.#part();
      }, HIDDEN);
    } else if (!this.#source && !this.#channel) {
      this.#join();
    }
  };

  /** After a sleep or on another network the old connection may look alive and be dead. */
  #anew = (): void => {
    if (!this.#source) return;
    this.#disconnect();
    this.#gap = true;
    this.#open();
  };

  #open(): void {
    const source = new EventSource(this.#url);
    this.#source = source;
    source.onopen = () => {
      const gap = this.#failures > 0 || this.#gap;
      this.#failures = 0;
      this.#heard = true;
      this.connected = true;
      this.#settle();
      this.#tell({ kind: 'state', connected: true });
      if (!gap) return;
      this.#repeat();
      this.#tell({ kind: 'again' });
    };
    source.addEventListener('run', (message) => {
      const event = JSON.parse((message as MessageEvent<string>).data) as RunEvent;
      this.#hear(event);
      this.#tell({ kind: 'event', event });
    });
    source.onerror = () => {
      this.#source?.close();
      this.connected = false;
      this.#settle();
      this.#tell({ kind: 'state', connected: false });
      const wait = WAITS[Math.min(this.#failures, WAITS.length - 1)] ?? 20;
      this.#failures += 1;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#open(), wait * 1000);
    };
  }
}
