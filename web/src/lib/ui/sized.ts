/** Tells the inner size of an element once it has been laid out, and whenever it changes. Unlike a binding it does not read
 *  the size at once: on a page of many charts each such look would lay out the whole page anew. */
import type { Attachment } from 'svelte/attachments';

type Tell = (width: number, height: number) => void;

const told = new Map<Element, Tell>();
let observer: ResizeObserver | undefined;

const observe = () =>
  (observer ??= new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries)
      told.get(target)?.(contentRect.width, contentRect.height);
  }));

export function sized(tell: Tell): Attachment {
  return (element) => {
    told.set(element, tell);
    observe().observe(element);
    return () => {
      told.delete(element);
      observe().unobserve(element);
    };
  };
}
