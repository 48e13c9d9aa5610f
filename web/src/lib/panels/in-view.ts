/** Tells whether an element is in view, or nearly: a panel out of view costs nothing. */
import type { Attachment } from 'svelte/attachments';

export function inView(tell: (near: boolean) => void): Attachment {
  return (element) => {
    const observer = new IntersectionObserver(
      (entries) => tell(entries.at(-1)?.isIntersecting ?? false),
      { rootMargin: '300px' },
    );
    observer.observe(element);
    return () => observer.disconnect();
  };
}
