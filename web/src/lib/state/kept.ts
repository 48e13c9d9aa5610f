/** What a browser keeps in its local storage; storage that is forbidden is simply not used. */

const at = (name: string) => `runstead:${name}`;

export function kept<T>(name: string, initial: T): T {
  try {
    const text = localStorage.getItem(at(name));
    return text === null ? initial : (JSON.parse(text) as T);
  } catch {
    return initial;
  }
}

export function keep(name: string, value: unknown): void {
  try {
    localStorage.setItem(at(name), JSON.stringify(value));
  } catch {
    // Private windows may forbid storage: the choice then lasts as long as the page.
  }
}
