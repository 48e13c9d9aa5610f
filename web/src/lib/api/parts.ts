/** An answer that comes in parts, each with its length before it; after the last one the length is 0. */

/** The bytes of a body in pieces of the sizes asked for. */
class Bytes {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #chunks: Uint8Array[] = [];
  #held = 0;

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
  }

  /** Nobody wants the rest; what broke off before is told already. */
  close(): Promise<void> {
    return this.#reader.cancel().catch(() => undefined);
  }

  /** The next bytes, in a buffer of their own. */
  async take(count: number): Promise<ArrayBuffer> {
    while (this.#held < count) {
      const { done, value } = await this.#reader.read();
      if (done) throw new Error('an answer broke off');
      this.#chunks.push(value);
      this.#held += value.length;
    }
    const taken = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      const [chunk, ...rest] = this.#chunks;
      if (!chunk) break;
      const part = chunk.subarray(0, count - filled);
      taken.set(part, filled);
      filled += part.length;
      this.#chunks = part.length < chunk.length ? [chunk.subarray(part.length), ...rest] : rest;
    }
    this.#held -= count;
    return taken.buffer;
  }
}

/** The parts as they come; throws when the answer ends before its end. */
export async function* partsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<ArrayBuffer> {
  const bytes = new Bytes(body);
  try {
    for (;;) {
      const length = Number(new DataView(await bytes.take(8)).getBigUint64(0, true));
      if (length === 0) return;
      yield await bytes.take(length);
    }
  } finally {
    await bytes.close();
  }
}
