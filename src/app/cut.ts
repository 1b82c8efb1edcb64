import type { Clock } from '../model/ports.js';

/** An end that comes from outside: somebody cancels, or the time is over. */
export interface Cut {
  readonly signal: AbortSignal;
  now(): void;
  /** Another deadline than before; undefined = none. */
  endAt(deadlineMs: number | undefined): void;
  /** Once nothing waits for it any more; else its timer keeps the process alive. */
  close(): void;
}

/** Aborts with `signal`, and at `deadlineMs` on `clock`. */
export function createCut({ signal, deadlineMs, clock }: { readonly signal: AbortSignal; readonly deadlineMs: number | undefined; readonly clock: Clock }): Cut {
  const controller = new AbortController();
  let timer: AbortController | undefined;
  const now = (): void => { controller.abort(); };
  const endAt = (endMs: number | undefined): void => {
    timer?.abort();
    timer = undefined;
    if (endMs === undefined || controller.signal.aborted) return;
    const leftMs = endMs - clock.now();
    if (leftMs <= 0) now();
    else if (leftMs < Infinity) {
      const own = timer = new AbortController();
      void clock.sleep(leftMs, own.signal).then(() => { if (!own.signal.aborted) now(); });
    }
  };
  if (signal.aborted) now();
  signal.addEventListener('abort', now, { once: true });
  endAt(deadlineMs);
  return { signal: controller.signal, now, endAt, close: () => { timer?.abort(); signal.removeEventListener('abort', now); } };
}
