import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../model/ports.js';

/** Node fires a longer timer at once. */
const longestTimerMs = 2 ** 31 - 1;

/** The machine's own time. `sleep` ends early, without an error, when its signal aborts. */
export function createClock(): Clock {
  return {
    now: () => performance.now(),
    utc: () => new Date().toISOString(),
    sleep: async (ms, signal) => {
      if (signal?.aborted === true) return;
      const bounded = Math.min(ms, longestTimerMs);
      await wait(bounded, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
        if (signal?.aborted !== true) throw error;
      });
    },
  };
}
