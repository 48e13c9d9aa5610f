/** A choice of this browser, kept in its local storage; storage that is forbidden is simply not used. */

export class Stored<T> {
  #value: T = $state.raw() as T;
  readonly #key: string;

  constructor(key: string, initial: T) {
    this.#key = `runstead:${key}`;
    this.#value = initial;
    try {
      const text = localStorage.getItem(this.#key);
      if (text !== null) this.#value = JSON.parse(text) as T;
    } catch {
      this.#value = initial;
    }
  }

  get value(): T {
    return this.#value;
  }

  set value(next: T) {
    this.#value = next;
    try {
      localStorage.setItem(this.#key, JSON.stringify(next));
    } catch {
      // Private windows may forbid storage: the choice then lasts as long as the page.
    }
  }
}
