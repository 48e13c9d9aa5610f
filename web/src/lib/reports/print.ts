/** Prints a report when everything in it is drawn, also what is out of view. */
import { tick } from 'svelte';
import { reveal } from '../panels/in-view';

const PATIENCE = 8000;
const REST = 400;

/** Waits until nothing in the element has changed for a moment. */
function settled(element: Element): Promise<void> {
  return new Promise((done) => {
    let rest: ReturnType<typeof setTimeout> | undefined;
    const end = () => {
      observer.disconnect();
      clearTimeout(rest);
      clearTimeout(most);
      done();
    };
    const again = () => {
      clearTimeout(rest);
      rest = setTimeout(end, REST);
    };
    const observer = new MutationObserver(again);
    const most = setTimeout(end, PATIENCE);
    observer.observe(element, { subtree: true, childList: true, attributes: true });
    again();
  });
}

export async function print(element: Element): Promise<void> {
  const end = reveal();
  try {
    await tick();
    await settled(element);
    window.print();
  } finally {
    end();
  }
}
