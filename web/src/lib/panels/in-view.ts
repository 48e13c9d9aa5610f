/** Tells whether an element is in view, or nearly: a panel out of view costs nothing. */
import type { Attachment } from 'svelte/attachments';

const watched = new Set<(near: boolean) => void>();
let everything = false;

/** As if the whole page were in view, for print; answers how to end that. */
export function reveal(): () => void {
  everything = true;
  for (const tell of watched) tell(true);
  return () => (everything = false);
}

export function inView(tell: (near: boolean) => void): Attachment {
  return (element) => {
    const observer = new IntersectionObserver(
      (entries) => tell(everything || (entries.at(-1)?.isIntersecting ?? false)),
      { rootMargin: '300px' },
    );
    watched.add(tell);
    observer.observe(element);
    return () => {
      watched.delete(tell);
      observer.disconnect();
    };
  };
}
