/** A choice of this browser, kept in its local storage. */
import { keep, kept } from './kept';

export class Stored<T> {
  #value: T = $state.raw() as T;
  readonly #name: string;

  constructor(name: string, initial: T) {
    this.#name = name;
    this.#value = kept(name, initial);
  }

  get value(): T {
    return this.#value;
  }

  set value(next: T) {
    this.#value = next;
    keep(this.#name, next);
  }
}
