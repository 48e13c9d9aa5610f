/** What can go wrong with a request, as values that pages can show. */

/** The server answered with an error; `message` is its sentence. */
export class ApiError extends Error {
  readonly status: number;
  /** A stable code of what was wrong, where the server gives one. */
  readonly reason: string;

  constructor(message: string, status: number, reason = '') {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** The server did not answer. */
export class Unreachable extends Error {}

/** The policy said no: the first line stands alone, the others are checks and remedies. */
export class Denial extends ApiError {
  readonly lines: string[];
  /** What `/e/REF` opens; null where the server kept none. */
  readonly reference: string | null;

  constructor(message: string, reason: string, status: number, reference: string | null = null) {
    super(message, status, reason);
    this.lines = message.split('\n').filter((line) => line.trim() !== '');
    this.reference = reference;
  }
}

/** Whether a request ended because its page no longer wants it. */
export const isAbort = (error: unknown): boolean =>
  error instanceof DOMException && error.name === 'AbortError';

interface GraphqlError {
  message: string;
  extensions?: { code?: string; reason?: string; ref?: string };
}

/** The error a body describes: `{"errors":[…]}` of GraphQL or `{"error":"…"}` of the other routes. */
export function errorOf(body: unknown, status: number): ApiError | undefined {
  const { errors, error, reason } = (body ?? {}) as {
    errors?: GraphqlError[];
    error?: string;
    reason?: string;
  };
  const first = errors?.[0];
  if (first?.extensions?.code === 'PERMISSION_ERROR') {
    const { reason: cause, ref } = first.extensions;
    return new Denial(first.message, cause ?? '', status, ref ?? null);
  }
  if (first) return new ApiError(first.message, status, first.extensions?.code);
  if (typeof error === 'string') return new ApiError(error, status, reason);
  return undefined;
}
