import type { Clock } from '../model/ports.js';

/** An end that comes from outside: somebody cancels, or the time is over. */
export interface Cut {
  readonly signal: AbortSignal;
  now(): void;
  /** Once nothing waits for it any more; else its timer keeps the process alive. */
  close(): void;
}

/** Aborts with `signal`, and at `deadlineMs` on `clock`. */
export function createCut({ signal, deadlineMs, clock }: { readonly signal: AbortSignal; readonly deadlineMs: number | undefined; readonly clock: Clock }): Cut {
  const controller = new AbortController();
  const over = new AbortController();
  const now = (): void => { controller.abort(); };
  const leftMs = deadlineMs === undefined ? Infinity : deadlineMs - clock.now();
  if (signal.aborted || leftMs <= 0) now();
  signal.addEventListener('abort', now, { once: true });
  const isTimed = leftMs > 0 && leftMs < Infinity;
  if (isTimed) void clock.sleep(leftMs, over.signal).then(() => { if (!over.signal.aborted) now(); });
  return { signal: controller.signal, now, close: () => { if (isTimed) over.abort(); signal.removeEventListener('abort', now); } };
}
