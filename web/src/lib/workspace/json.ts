/** JSON that goes out as it came in: a number keeps its spelling (`0.0`, `1e-05`, 20 digits) as long as the object it
 *  stands in is not replaced. Everything else is what `JSON.parse` would give. */

type Holder = Record<string, unknown> | unknown[];
const spellings = new WeakMap<Holder, Map<string, string>>();

class Reader {
  #at = 0;
  constructor(readonly text: string) {}

  read(): unknown {
    const [value] = this.#value();
    this.#space();
    if (this.#at < this.text.length) throw this.#wrong();
    return value;
  }

  #wrong(): SyntaxError {
    return new SyntaxError(`unexpected ${this.text[this.#at] ?? 'end'} at ${this.#at}`);
  }

  #space(): void {
    while (' \n\r\t'.includes(this.text[this.#at] ?? 'x')) this.#at += 1;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) throw this.#wrong();
    this.#at += found.length;
    return found;
  }

  #next(character: string): boolean {
    this.#space();
    if (this.text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #expect(character: string): void {
    if (!this.#next(character)) throw this.#wrong();
  }

  #string(): string {
    return JSON.parse(this.#take(/"(?:[^"\\]|\\.)*"/y)) as string;
  }

  /** A value, and how it is spelled where that is not how it would be written. */
  #value(): [unknown, string | null] {
    this.#space();
    const first = this.text[this.#at];
    if (first === '{') return [this.#object(), null];
    if (first === '[') return [this.#array(), null];
    if (first === '"') return [this.#string(), null];
    const word = this.#take(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y);
    const value = JSON.parse(word) as unknown;
    return [value, typeof value === 'number' && String(value) !== word ? word : null];
  }

  #object(): Record<string, unknown> {
    const made: Record<string, unknown> = {};
    this.#at += 1;
    if (this.#next('}')) return made;
    do {
      this.#space();
      const key = this.#string();
      this.#expect(':');
      const [value, spelling] = this.#value();
      const property = { value, writable: true, enumerable: true, configurable: true };
      Object.defineProperty(made, key, property);
      if (spelling) keep(made, key, spelling);
    } while (this.#next(','));
    this.#expect('}');
    return made;
  }

  #array(): unknown[] {
    const made: unknown[] = [];
    this.#at += 1;
    if (this.#next(']')) return made;
    do {
      const [value, spelling] = this.#value();
      if (spelling) keep(made, String(made.length), spelling);
      made.push(value);
    } while (this.#next(','));
    this.#expect(']');
    return made;
  }
}

function keep(holder: Holder, key: string, spelling: string): void {
  const known = spellings.get(holder) ?? new Map<string, string>();
  spellings.set(holder, known.set(key, spelling));
}

/** Reads JSON. */
export const parse = (text: string): unknown => new Reader(text).read();

/** Writes JSON. */
export function write(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const known = spellings.get(value as Holder);
  const member = (key: string, one: unknown): string => {
    const spelling = known?.get(key);
    return spelling !== undefined && Number(spelling) === one ? spelling : write(one);
  };
  if (Array.isArray(value))
    return `[${value.map((one, index) => member(String(index), one ?? null)).join(',')}]`;
  const members = Object.entries(value).filter(([, one]) => one !== undefined);
  return `{${members.map(([key, one]) => `${JSON.stringify(key)}:${member(key, one)}`).join(',')}}`;
}

/** A copy with some members replaced; undefined takes a member away. */
export function changed<T extends object>(holder: T, members: Partial<T>): T {
  const made = Object.fromEntries(
    Object.entries({ ...holder, ...members }).filter(([, value]) => value !== undefined),
  ) as T;
  const known = spellings.get(holder as Holder);
  if (known) spellings.set(made as Holder, known);
  return made;
}
