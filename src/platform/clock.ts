import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../model/ports.js';

/** The machine's own time. `sleep` ends early, without an error, when its signal aborts. */
export function createClock(): Clock {
  return {
    now: () => performance.now(),
    utc: () => new Date().toISOString(),
    sleep: async (ms, signal) => {
      if (signal?.aborted === true) return;
      await wait(ms, undefined, signal === undefined ? {} : { signal }).catch(ignoreAbort);
    },
  };
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error;
}
