/** Expressions over metrics such as `train/loss - val/loss`: a small parser of our own, so that nothing is ever evaluated
 *  as code. Names are metrics; one with other characters than letters, digits, `_`, `.` is recognised when it is known
 *  (`train/loss`), or written `${any name}`. */

export interface Expression {
  /** The metrics it reads, in the order of their first use. */
  names: readonly string[];
  /** Its value; `get` answers the value of the name at an index of `names`. */
  value: (get: (index: number) => number) => number;
  /** The same as the server takes it. */
  tree: Tree;
}

/** A number, the name of a metric, or a function and what it is applied to. */
export type Tree = number | string | readonly [string, ...Tree[]];

/** What is wrong with an expression, and where in the text. */
export class ExpressionError extends Error {
  constructor(readonly at: number) {
    super(`not an expression, at character ${at + 1}`);
  }
}

type Get = (index: number) => number;
interface Node {
  value: (get: Get) => number;
  tree: Tree;
}

const functions: Readonly<Record<string, (...values: number[]) => number>> = {
  abs: Math.abs,
  ceil: Math.ceil,
  cos: Math.cos,
  exp: Math.exp,
  floor: Math.floor,
  ln: Math.log,
  log: Math.log,
  log10: Math.log10,
  log2: Math.log2,
  max: Math.max,
  min: Math.min,
  pow: Math.pow,
  round: Math.round,
  sign: Math.sign,
  sin: Math.sin,
  sqrt: Math.sqrt,
  tan: Math.tan,
  tanh: Math.tanh,
};
const constants: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E };
const binary: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};
const constantOf = (value: number): Node => ({ value: () => value, tree: value });
/** Deepest nesting: an expression that somebody else wrote must not overflow the stack. */
const DEEPEST = 100;

class Parser {
  readonly names: string[] = [];
  #at = 0;
  #depth = 0;

  constructor(
    readonly text: string,
    readonly known: readonly string[],
  ) {}

  whole(): Node {
    const node = this.sum();
    if (this.peek() !== '') throw new ExpressionError(this.#at);
    return node;
  }

  /** The next character that is not a space; empty at the end. */
  peek(): string {
    while (/\s/.test(this.text[this.#at] ?? '')) this.#at += 1;
    return this.text[this.#at] ?? '';
  }

  take(expected: string): void {
    if (this.peek() !== expected) throw new ExpressionError(this.#at);
    this.#at += 1;
  }

  chain(operators: string, operand: () => Node): Node {
    let left = operand();
    for (;;) {
      const operator = this.peek();
      const apply = binary[operator];
      const power = this.text.startsWith('**', this.#at);
      if (!apply || power || !operators.includes(operator)) return left;
      this.#at += 1;
      const [before, right] = [left, operand()];
      left = {
        value: (get) => apply(before.value(get), right.value(get)),
        tree: [operator, before.tree, right.tree],
      };
    }
  }

  sum(): Node {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new ExpressionError(this.#at);
    const node = this.chain('+-', () => this.chain('*/%', () => this.signed()));
    this.#depth -= 1;
    return node;
  }

  signed(): Node {
    let minus = false;
    for (let sign = this.peek(); sign === '-' || sign === '+'; sign = this.peek()) {
      minus = minus !== (sign === '-');
      this.#at += 1;
    }
    const node = this.power();
    return minus ? { value: (get) => -node.value(get), tree: ['-', 0, node.tree] } : node;
  }

  power(): Node {
    const base = this.atom();
    const long = this.peek() !== '' && this.text.startsWith('**', this.#at);
    if (!long && this.peek() !== '^') return base;
    this.#at += long ? 2 : 1;
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new ExpressionError(this.#at);
    const exponent = this.signed();
    this.#depth -= 1;
    return {
      value: (get) => base.value(get) ** exponent.value(get),
      tree: ['**', base.tree, exponent.tree],
    };
  }

  atom(): Node {
    const next = this.peek();
    if (next === '(') {
      this.#at += 1;
      const node = this.sum();
      this.take(')');
      return node;
    }
    const rest = this.text.slice(this.#at);
    const number = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?(?![\w])/i.exec(rest)?.[0];
    if (number) {
      this.#at += number.length;
      return constantOf(Number(number));
    }
    const quoted = /^\$\{([^}]+)\}/.exec(rest);
    if (quoted) {
      this.#at += quoted[0].length;
      return this.name(quoted[1]?.trim() ?? '');
    }
    // A metric may have the name of a function: with a parenthesis behind it, it is the function.
    const called = /^(\w+)\s*\(/.exec(rest)?.[1] ?? '';
    const metric = Object.hasOwn(functions, called) ? undefined : this.longestKnown(rest);
    const word = metric ?? /^[\p{L}_][\p{L}\p{N}_.]*/u.exec(rest)?.[0];
    if (!word) throw new ExpressionError(this.#at);
    this.#at += word.length;
    if (!metric && this.peek() === '(') return this.call(word);
    const constant = metric ? undefined : constants[word];
    return constant === undefined ? this.name(word) : constantOf(constant);
  }

  call(word: string): Node {
    const apply = Object.hasOwn(functions, word) ? functions[word] : undefined;
    if (!apply) throw new ExpressionError(this.#at - word.length);
    this.take('(');
    const values = [this.sum()];
    while (this.peek() === ',') {
      this.#at += 1;
      values.push(this.sum());
    }
    this.take(')');
    return {
      value: (get) => apply(...values.map(({ value }) => value(get))),
      tree: [word, ...values.map(({ tree }) => tree)],
    };
  }

  name(name: string): Node {
    const found = this.names.indexOf(name);
    const index = found < 0 ? this.names.push(name) - 1 : found;
    return { value: (get) => get(index), tree: name };
  }

  /** The longest known metric here that is not the beginning of a longer word. */
  longestKnown(rest: string): string | undefined {
    let best: string | undefined;
    for (const name of this.known) {
      if (name.length <= (best?.length ?? 0) || !rest.startsWith(name)) continue;
      const after = rest[name.length] ?? '';
      if (!/[\p{L}\p{N}_.]/u.test(after) || /[^\p{L}\p{N}_.]$/u.test(name)) best = name;
    }
    return best;
  }
}

/** Reads an expression; throws `ExpressionError` where it stops being one. */
export function parseExpression(text: string, known: readonly string[]): Expression {
  const parser = new Parser(text, known);
  const { value, tree } = parser.whole();
  return { names: parser.names, value, tree };
}
