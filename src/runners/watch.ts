import { UserError } from '../model/errors.js';
import type { Clock, OnReport } from '../model/ports.js';
import { orAborted } from '../platform/abort.js';
import { launch, type Ending, type Launch } from '../platform/process.js';
import type { Findings, LiveReport, MetricSources } from './metricSources.js';
import type { StopCause } from './outcome.js';
import type { TrialLog } from './trialLog.js';

export interface Watch {
  readonly program: Omit<Launch, 'onOutput'>;
  /** Makes the metric sources, given where live reports go. */
  readonly sources: (onLive: LiveReport) => MetricSources;
  readonly log: TrialLog;
  readonly onReport: OnReport;
  readonly signal: AbortSignal;
  /** Name whose value a pruned trial keeps. */
  readonly objective: string | undefined;
  readonly timeoutMs: number | undefined;
  readonly graceMs: { readonly stop: number; readonly cancel: number };
  readonly pollMs: number;
  readonly clock: Pick<Clock, 'now'>;
}

/** `endedAt` on the clock: when the program was gone, before anything was waited for. */
export interface Watched { readonly ending: Ending; readonly endedAt: number; readonly stopped: StopCause | undefined; readonly findings: Findings }

const longestTimerMs = 2 ** 31 - 1;

/** Starts a program, listens to it, ends it when asked, late or cancelled; resolves when all of it is gone and read. */
export async function watchProgram(watch: Watch): Promise<Watched> {
  const { signal, timeoutMs, graceMs, log } = watch;
  let stopped: StopCause | undefined;
  let isGone = false;
  const stop = (cause: StopCause): void => {
    // A cancel that comes during another stop only shortens its grace: the first cause is the result.
    stopped ??= cause;
    if (!isGone) running.stop(cause.kind === 'cancelled' ? graceMs.cancel : graceMs.stop);
  };
  const live = liveReports(watch, () => stopped === undefined, stop);
  const sources = watch.sources(live.take);
  const running = launch({ ...watch.program, onOutput: (stream, chunk) => {
    log.append(chunk);
    if (stream === 'stdout') sources.pushStdout(chunk);
  } });
  const cancel = (): void => stop({ kind: 'cancelled' });
  if (signal.aborted) cancel();
  signal.addEventListener('abort', cancel, { once: true });
  const limit = timeoutMs === undefined ? undefined : setTimeout(() => { stop({ kind: 'timeout', limitMs: timeoutMs }); }, Math.min(timeoutMs, longestTimerMs));
  const poll = setInterval(() => sources.poll(), watch.pollMs);
  const ending = await running.ended;
  isGone = true;
  const endedAt = watch.clock.now();
  clearInterval(poll);
  clearTimeout(limit);
  // It ended sooner than another program answered whether it may go on.
  if (stopped === undefined) await orAborted(live.answered(), signal);
  signal.removeEventListener('abort', cancel);
  live.close();
  const findings = sources.finish();
  const bug = live.bug();
  if (bug instanceof UserError) throw bug;
  if (bug !== undefined) throw new Error('a listener of the trial failed', { cause: bug });
  return { ending, endedAt, stopped, findings };
}

interface LiveReports { readonly take: LiveReport; /** No answer is outstanding. */ answered(): Promise<void>; close(): void; bug(): unknown }

/** Hands reports on until the program is stopped; after its end they still arrive, but no longer stop anything. */
function liveReports({ onReport, objective }: Watch, isOpen: () => boolean, stop: (cause: StopCause) => void): LiveReports {
  let ended = false;
  let bug: unknown;
  let answers = Promise.resolve();
  const failed = (error: unknown): void => {
    bug ??= error;
    if (!ended) stop({ kind: 'cancelled' });
  };
  return {
    take: (report, isOver) => {
      if (!isOpen() || bug !== undefined) return;
      try {
        const obey = (answer: 'continue' | 'stop'): void => {
          if (ended || !isOpen()) return;
          if (isOver) stop({ kind: 'over' });
          else if (answer === 'stop') stop({ kind: 'pruned', step: report.step, value: objective === undefined ? undefined : report.metrics[objective] });
        };
        const answer = onReport(report);
        if (typeof answer === 'string') obey(answer);
        else answers = Promise.all([answers, answer.then(obey).catch(failed)]).then(() => undefined);
      } catch (error) {
        failed(error);
      }
    },
    answered: async () => { await answers; },
    close: () => { ended = true; },
    bug: () => bug,
  };
}
