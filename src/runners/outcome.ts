import type { Reduce, StudyConfig } from '../model/config.js';
import type { FailureReason, TrialOutcome } from '../model/trial.js';
import { signalOfExitCode, type Ending } from '../platform/process.js';
import type { Findings } from './metricSources.js';
import { outOfMemory } from './outOfMemory.js';

/** Why we ended a program ourselves; the first cause counts. */
export type StopCause =
  | { readonly kind: 'pruned'; readonly step: number; readonly value: number | undefined }
  /** No better value for as long as the study waits: it is complete. */
  | { readonly kind: 'over' }
  | { readonly kind: 'timeout'; readonly limitMs: number }
  | { readonly kind: 'cancelled' };

/** All that is known once a program and its children are gone. `outputTail` is raw text. */
export interface Evidence {
  readonly ending: Ending;
  readonly stopped: StopCause | undefined;
  readonly findings: Findings;
  readonly outputTail: string;
}

const killedExitCode = 137;

/** First cause of death wins: our own stop, then the program's word, then memory, then how it ended, then what it measured. */
export function outcomeOf(evidence: Evidence, config: StudyConfig): TrialOutcome {
  const { ending, stopped } = evidence;
  if (stopped !== undefined && stopped.kind !== 'over') return stoppedOutcome(stopped);
  if (evidence.findings.isOver) return measuredOutcome(evidence, config);
  const { infeasible } = evidence.findings;
  if (infeasible !== undefined) return { state: 'infeasible', message: infeasible };
  if (ending.kind === 'not-started') return failed('spawn', ending.message);
  const memory = memoryMessage(evidence);
  if (memory !== undefined) return { state: 'infeasible', message: memory };
  if (ending.kind === 'signalled') return failed('signal', `killed by ${ending.signal}`);
  return ending.code === 0 ? measuredOutcome(evidence, config) : failed('exit-code', exitMessage(ending.code));
}

function failed(reason: FailureReason, message: string): TrialOutcome {
  return { state: 'failed', reason, message };
}

function stoppedOutcome(cause: Exclude<StopCause, { readonly kind: 'over' }>): TrialOutcome {
  switch (cause.kind) {
    case 'pruned':
      return { state: 'pruned', step: cause.step, ...(cause.value === undefined ? {} : { value: cause.value }) };
    case 'timeout':
      return failed('timeout', `still running after its time limit of ${cause.limitMs / 1_000} s`);
    case 'cancelled':
      return failed('cancelled', 'the run was cancelled');
  }
}

/** A kill that was not ours is the kernel's answer to too much memory. */
function memoryMessage({ ending, outputTail }: Evidence): string | undefined {
  if (ending.kind === 'not-started' || (ending.kind === 'exited' && ending.code === 0)) return undefined;
  const said = outOfMemory.exec(outputTail)?.[0];
  if (said !== undefined) return `out of memory: ${said}`;
  const killed = ending.kind === 'signalled' ? ending.signal === 'SIGKILL' : ending.code === killedExitCode;
  return killed ? 'out of memory: killed by SIGKILL, which did not come from us' : undefined;
}

function exitMessage(code: number): string {
  const signal = signalOfExitCode(code);
  return signal === undefined ? `exit code ${code}` : `exit code ${code} (128 + ${signal})`;
}

function measuredOutcome({ findings: { objective, others, problems, seen } }: Evidence, config: StudyConfig): TrialOutcome {
  const name = config.metric?.name ?? '(no metric configured)';
  if (objective.kind === 'value') return { state: 'complete', value: objective.value };
  if (objective.kind === 'non-finite') return failed('non-finite', nonFiniteMessage(name, objective.value, config.reduce));
  const why = problems.length > 0 ? `; not read: ${problems.join('; ')}` : '';
  if (others.includes(name)) return failed('no-objective', `"${name}" was reported, but not as a number${why}`);
  return failed('no-objective', `ended well but never reported "${name}"; ${seen.length === 0 ? 'no metrics were seen' : `metrics seen: ${seen.slice(0, 20).join(', ')}`}${why}`);
}

function nonFiniteMessage(name: string, value: number, reduce: Reduce): string {
  const how = { last: 'last value', mean: 'mean', best: 'best value' }[reduce];
  return `"${name}": its ${how} is ${reduce === 'best' ? 'not finite at any step' : value}`;
}
