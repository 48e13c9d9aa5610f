/** Something loaded from the server that follows what it depends on and keeps its last data. */
import { isAbort } from '../api/errors';

export interface Resource<T> {
  readonly data: T | undefined;
  readonly error: Error | undefined;
  /** True while a request is under way, also when older data is shown. */
  readonly loading: boolean;
  reload(): void;
  /** Replaces the data, for an answer that a mutation brought. */
  set(data: T): void;
}

/** `plan` reads the state it depends on and returns how to load; it is run again when that state changes. */
export function resource<T>(plan: () => (signal: AbortSignal) => Promise<T>): Resource<T> {
  let data = $state.raw<T>();
  let error = $state.raw<Error>();
  let loading = $state(true);
  let turn = $state(0);

  $effect(() => {
    void turn;
    const load = plan();
    const control = new AbortController();
    loading = true;
    load(control.signal).then(
      (answer) => {
        if (control.signal.aborted) return;
        data = answer;
        error = undefined;
        loading = false;
      },
      (reason: unknown) => {
        if (control.signal.aborted || isAbort(reason)) return;
        error = reason instanceof Error ? reason : new Error(String(reason));
        loading = false;
      },
    );
    return () => control.abort();
  });

  return {
    get data() {
      return data;
    },
    get error() {
      return error;
    },
    get loading() {
      return loading;
    },
    reload: () => void (turn += 1),
    set: (answer) => void (data = answer),
  };
}
