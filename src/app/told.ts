import type { Trial } from '../model/study.js';
import type { TrialOutcome } from '../model/trial.js';
import type { Over } from './patience.js';

/** How a trial ended, in the metric's own unit and sign; `seconds` is the time since it was asked for unless told. */
export interface Told {
  readonly state: 'complete' | 'pruned' | 'failed' | 'infeasible';
  /** Not finite in a complete trial = failed. */
  readonly value?: number;
  readonly seconds?: number;
  readonly message?: string;
}

/** A run that is over is no pruned one, and needs no value: it has one. A value that is told for it counts as told. */
export function settled(told: Told, over: Over | undefined): Told {
  if (over === undefined || !(told.state === 'pruned' || (told.state === 'complete' && told.value === undefined))) return told;
  return { ...told, state: 'complete', value: over.value ?? Number.NaN };
}

/** `metric`: the objective's name. */
export function outcomeOf({ state, value, message }: Told, trial: Trial | undefined, metric: string): TrialOutcome {
  switch (state) {
    case 'complete':
      if (value !== undefined && Number.isFinite(value)) return { state, value };
      return { state: 'failed', reason: value === undefined ? 'no-objective' : 'non-finite', message: `the objective was ${value ?? 'not told'}` };
    case 'pruned': {
      const reports = trial?.reports ?? [];
      const known = value ?? reports.findLast(({ metrics }) => metrics[metric] !== undefined)?.metrics[metric];
      return { state, step: reports.at(-1)?.step ?? 0, ...(known === undefined || !Number.isFinite(known) ? {} : { value: known }) };
    }
    case 'infeasible':
      return { state, message: message ?? 'told to be infeasible' };
    case 'failed':
      return { state, reason: 'told', message: message ?? 'told to have failed' };
  }
}

export function metricsOf({ value }: Told, name: string): Readonly<Record<string, number>> {
  return value !== undefined && Number.isFinite(value) ? { [name]: value } : {};
}
