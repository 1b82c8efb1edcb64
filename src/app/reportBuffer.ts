import type { Clock } from '../model/ports.js';
import type { StudyEvent, TrialReport } from '../model/study.js';

/** How long reports may wait for the disk: they are worth nothing to a resumed run, so no trial waits for them. */
const FLUSH_AFTER_MS = 5_000;

/** Collects a trial's reports; long trials see them journaled while they run, short ones with their result. */
export function createReportBuffer(options: {
  readonly trial: number;
  /** Times are kept too: only where a pruner counts them, so that logs stay small. */
  readonly timed: boolean;
  readonly clock: Clock;
  readonly record: (...events: readonly StudyEvent[]) => Promise<void>;
}): { add(report: TrialReport): void; take(): readonly StudyEvent[] } {
  const { trial, timed, clock, record } = options;
  let waiting: StudyEvent[] = [];
  let since = clock.now();
  const take = (): readonly StudyEvent[] => {
    const taken = waiting;
    waiting = [];
    since = clock.now();
    return taken;
  };
  return {
    take,
    add: ({ step, metrics, seconds, nonFinite = [] }) => {
      const finite = Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));
      if (!Number.isFinite(step)) return;
      const more = { ...(timed && seconds !== undefined ? { seconds } : {}), ...(nonFinite.length === 0 ? {} : { nonFinite: [...nonFinite] }) };
      waiting.push({ type: 'reported', trial, step, metrics: finite, ...more });
      // A log that cannot be written says so when the result is journaled.
      if (clock.now() - since >= FLUSH_AFTER_MS) record(...take()).catch(() => undefined);
    },
  };
}
