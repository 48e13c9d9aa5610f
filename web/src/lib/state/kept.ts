/** What a browser keeps in its local storage; storage that is full or forbidden is simply not used, as in private windows:
 *  a choice then lasts as long as the page. */

const at = (name: string) => `runstead:${name}`;

export function kept<T>(name: string, initial: T): T {
  try {
    const text = localStorage.getItem(at(name));
    return text === null ? initial : (JSON.parse(text) as T);
  } catch {
    return initial;
  }
}

/** Whether it is kept. */
export function keep(name: string, value: unknown): boolean {
  try {
    localStorage.setItem(at(name), JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

export function forget(name: string): void {
  try {
    localStorage.removeItem(at(name));
  } catch {
    // Nothing was kept.
  }
}
