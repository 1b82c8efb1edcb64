import type { Clock, Executor, OnReport, SlotLease, TrialJob, TrialRunner } from '../model/ports.js';
import type { TrialOutcome, TrialResult } from '../model/trial.js';

/** What a simulated program does with its job. Steps are reported in order, each after its share of `seconds`. */
export interface SimulatedRun {
  readonly outcome: TrialOutcome;
  readonly metrics?: Readonly<Record<string, number>>;
  /** Metrics by step; none = no reports. */
  readonly steps?: readonly Readonly<Record<string, number>>[];
  /** Step of the first report, 1 unless given: a program that goes on from a checkpoint begins later. */
  readonly firstStep?: number;
  /** Step of the report with this index, in place of whole numbers on from `firstStep`. */
  readonly stepOf?: (index: number) => number;
  /** On the clock handed in; 0 unless given. */
  readonly seconds?: number;
  readonly streamSha256?: string;
}

/** Trials by formula or table on a clock of one's own: whole searches and comparisons in no time. */
export function createSimulatedRunner(options: { readonly clock: SimulatedClock; readonly program: (job: TrialJob) => SimulatedRun }): TrialRunner {
  return {
    run: async (job, onReport, signal, slot) => {
      const { clock } = options;
      await job.mayStart;
      const run = options.program(job);
      const begin = clock.now();
      const outcome = await live(run, { clock, onReport, signal, timeoutMs: job.timeoutMs });
      return resultOf(run, outcome, { seconds: (clock.now() - begin) / 1000, slot });
    },
  };
}

/** So many slots around a runner, first come first served; with a `device` each slot has it by number. */
export function createSimulatedExecutor(runner: TrialRunner, options: { readonly capacity: number; readonly devices?: readonly string[] }): Executor {
  const devices = options.devices ?? [];
  const free = Array.from({ length: options.capacity }, (_, i) => i);
  const queue: (() => void)[] = [];
  return {
    capacity: options.capacity,
    devices,
    run: async (job, onReport, signal) => {
      while (free.length === 0) await new Promise<void>((resolve) => queue.push(resolve));
      const slot = free.shift() ?? 0;
      try {
        return await runner.run(job, onReport, signal, { device: job.device ?? devices[slot], env: {} });
      } finally {
        free.push(slot);
        queue.shift()?.();
      }
    },
    close: () => Promise.resolve(),
  };
}

/** Nothing but waiting for real work (a disk, a process) for so long: then waiters on the clock are woken too. */
const IDLE_MS = 250;

export interface SimulatedClock extends Clock {
  /** Like `sleep`, and makes time pass: what a simulated trial does with its seconds. */
  work(ms: number, signal: AbortSignal): Promise<void>;
}

interface Sleeper { readonly at: number; readonly order: number; readonly works: boolean; readonly wake: () => void }

/** Time that passes only while simulated trials work, in the order of their ends; deadlines and pauses come due on the way. */
export function createSimulatedClock(startMs = 0): SimulatedClock {
  let now = startMs;
  let order = 0;
  const sleepers = new Set<Sleeper>();
  let idle: NodeJS.Timeout | undefined;
  let next: NodeJS.Immediate | undefined;
  const advance = (): void => {
    next = undefined;
    const first = [...sleepers].sort((a, b) => a.at - b.at || a.order - b.order)[0];
    if (first !== undefined) {
      sleepers.delete(first);
      now = Math.max(now, first.at);
      first.wake();
    }
    schedule();
  };
  // A macrotask apart: everything that follows from one waking happens before the next one.
  const schedule = (): void => {
    clearTimeout(idle);
    if (sleepers.size === 0 || next !== undefined) return;
    if ([...sleepers].some((sleeper) => sleeper.works)) next = setImmediate(advance);
    else idle = setTimeout(advance, IDLE_MS);
  };
  const wait = (ms: number, works: boolean, signal?: AbortSignal): Promise<void> => new Promise((resolve) => {
    if (signal?.aborted === true) { resolve(); return; }
    const stop = (): void => { sleepers.delete(sleeper); schedule(); resolve(); };
    const sleeper = { at: now + ms, order: order++, works, wake: () => { signal?.removeEventListener('abort', stop); resolve(); } };
    signal?.addEventListener('abort', stop, { once: true });
    sleepers.add(sleeper);
    schedule();
  });
  return {
    now: () => now,
    utc: () => new Date(now).toISOString(),
    sleep: (ms, signal) => wait(ms, false, signal),
    work: (ms, signal) => wait(ms, true, signal),
  };
}

async function live(run: SimulatedRun, time: { clock: SimulatedClock; onReport: OnReport; signal: AbortSignal; timeoutMs: number | undefined }): Promise<TrialOutcome> {
  const { clock, onReport, signal, timeoutMs } = time;
  const steps = run.steps ?? [];
  const totalMs = 1000 * (run.seconds ?? 0);
  const endMs = Math.min(totalMs, timeoutMs ?? Infinity);
  for (let spent = 0, step = 1; ; step++) {
    const until = Math.min(endMs, steps.length === 0 ? totalMs : (totalMs * step) / steps.length);
    if (until > spent) await clock.work(until - spent, signal);
    spent = until;
    if (signal.aborted) return { state: 'failed', reason: 'cancelled', message: 'cancelled' };
    if (spent >= endMs && endMs < totalMs) return { state: 'failed', reason: 'timeout', message: `ran longer than ${endMs / 1000} s` };
    const metrics = steps[step - 1];
    if (metrics === undefined) return run.outcome;
    const at = run.stepOf?.(step - 1) ?? step - 1 + (run.firstStep ?? 1);
    const answer = onReport({ step: at, metrics, seconds: spent / 1000 });
    if ((typeof answer === 'string' ? answer : await answer) === 'stop') return { state: 'pruned', step: at };
  }
}

function resultOf(run: SimulatedRun, outcome: TrialOutcome, facts: { seconds: number; slot: SlotLease | undefined }): TrialResult {
  const device = facts.slot?.device;
  return {
    outcome, metrics: outcome.state === 'complete' ? run.metrics ?? {} : {}, seconds: facts.seconds,
    ...(run.streamSha256 === undefined ? {} : { streamSha256: run.streamSha256 }),
    ...(device === undefined ? {} : { device, gpuSeconds: facts.seconds }),
  };
}
