/** Dragging a panel by its header to another place: which one is under way, and where it would go. */

export interface Target {
  section: string;
  /** The panel it would stand beside; none at the end of the section. */
  key: string | null;
  after: boolean;
}

const SLACK = 4;
const EDGE = 48;

function scroller(element: Element): Element | null {
  for (let one = element.parentElement; one; one = one.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(one).overflowY)) return one;
  }
  return null;
}

/** Follows the pointer from a press until it is let go; `move` hears distances, `end` whether it counts. */
export function follow(
  event: PointerEvent,
  move: (dx: number, dy: number, event: PointerEvent) => void,
  end: (done: boolean) => void,
): void {
  if (event.button !== 0) return;
  const box = scroller(event.currentTarget as Element);
  const from = { x: event.clientX, y: event.clientY, scroll: box?.scrollTop ?? 0 };
  const control = new AbortController();
  let last = event;
  let started = false;
  let frame = 0;
  const report = () => {
    const scrolled = (box?.scrollTop ?? 0) - from.scroll;
    move(last.clientX - from.x, last.clientY - from.y + scrolled, last);
  };
  const scroll = () => {
    frame = requestAnimationFrame(scroll);
    const rect = box?.getBoundingClientRect();
    if (!box || !rect) return;
    const by = last.clientY < rect.top + EDGE ? -10 : last.clientY > rect.bottom - EDGE ? 10 : 0;
    if (by === 0) return;
    box.scrollBy(0, by);
    report();
  };
  const finish = (done: boolean) => {
    control.abort();
    cancelAnimationFrame(frame);
    if (started) end(done);
  };
  const options = { signal: control.signal };
  addEventListener(
    'pointermove',
    (now) => {
      last = now;
      const far = Math.hypot(now.clientX - from.x, now.clientY - from.y) > SLACK;
      if (!started && far) {
        started = true;
        frame = requestAnimationFrame(scroll);
      }
      if (started) report();
    },
    options,
  );
  addEventListener('pointerup', () => finish(true), options);
  addEventListener('pointercancel', () => finish(false), options);
  addEventListener(
    'keydown',
    (pressed) => {
      if (pressed.key !== 'Escape' || !started) return;
      pressed.preventDefault();
      finish(false);
    },
    options,
  );
}

export class Drag {
  /** The panel under way. */
  key = $state<string | null>(null);
  at = $state.raw({ x: 0, y: 0 });
  target = $state.raw<Target | null>(null);

  /** Begins when the pointer has moved a little; `drop` hears where it ended. */
  begin(event: PointerEvent, key: string, drop: (target: Target) => void): void {
    follow(
      event,
      (_dx, _dy, now) => this.#show(now, key, this.#under(now)),
      (done) => {
        const target = this.end();
        if (done && target && target.key !== key) drop(target);
      },
    );
  }

  /** For a panel that has a place of its own in its section: whether the pointer has left that for another section. */
  away(now: PointerEvent, key: string, section: string): boolean {
    const target = this.#under(now);
    if (!target || target.section === section) this.end();
    else this.#show(now, key, target);
    return this.key !== null;
  }

  /** Where it would have gone; nothing is under way from now on. */
  end(): Target | null {
    const { target } = this;
    this.key = null;
    this.target = null;
    return target;
  }

  #show(now: PointerEvent, key: string, target: Target | null): void {
    this.key = key;
    this.at = { x: now.clientX, y: now.clientY };
    this.target = target;
  }

  #under({ clientX, clientY }: PointerEvent): Target | null {
    const element = document.elementFromPoint(clientX, clientY);
    const section = element?.closest<HTMLElement>('[data-section]')?.dataset.section;
    if (section === undefined) return null;
    const panel = element?.closest<HTMLElement>('[data-panel]');
    if (!panel) return { section, key: null, after: true };
    const { left, width } = panel.getBoundingClientRect();
    return { section, key: panel.dataset.panel ?? null, after: clientX > left + width / 2 };
  }
}
