/** Tells whether an element is in view, or nearly: a panel out of view costs nothing. */
import { untrack } from 'svelte';
import type { Attachment } from 'svelte/attachments';

const watched = new Set<(near: boolean) => void>();
let everything = false;

/** As if the whole page were in view, for print; answers how to end that. */
export function reveal(): () => void {
  everything = true;
  for (const tell of watched) tell(true);
  return () => (everything = false);
}

/** How far outside the window counts as nearly in view, in pixels. */
const NEAR = 300;

/** The observer tells only after the page was drawn: what is in view from the start need not wait for that. Later a look
 *  would lay out a page that is at work. */
let drawn = false;

function isNear(element: Element): boolean {
  const { top, bottom, width } = element.getBoundingClientRect();
  return width > 0 && bottom > -NEAR && top < innerHeight + NEAR;
}

export function inView(tell: (near: boolean) => void): Attachment {
  return (element) => {
    if (everything || (!drawn && isNear(element))) untrack(() => tell(true));
    const observer = new IntersectionObserver(
      (entries) => {
        drawn = true;
        tell(everything || (entries.at(-1)?.isIntersecting ?? false));
      },
      { rootMargin: `${NEAR}px` },
    );
    watched.add(tell);
    observer.observe(element);
    return () => {
      watched.delete(tell);
      observer.disconnect();
    };
  };
}
