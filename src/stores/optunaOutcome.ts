import type { Params, ParamValue } from '../model/params.js';
import { trialResultSchema, type TrialOutcome, type TrialResult } from '../model/trial.js';
import { externalOf } from './optunaDistribution.js';
import { ownAttrs } from './optunaOwn.js';
import { intermediateOf, optunaStates, type OptunaTrial } from './optunaReplay.js';

export function paramsOf({ params }: OptunaTrial): Params {
  return Object.fromEntries([...params].flatMap(([name, { internal, distribution }]): [string, ParamValue][] => {
    const value = externalOf(distribution, internal);
    return value === undefined ? [] : [[name, value]];
  }));
}

export function resultOf(trial: OptunaTrial, metric: string): TrialResult {
  const own = trialResultSchema.safeParse(trial.systemAttrs.get(ownAttrs.result)).data;
  if (own !== undefined) return own;
  const outcome = outcomeOf(trial);
  const value = 'value' in outcome ? outcome.value : undefined;
  return { outcome, metrics: value === undefined ? {} : { [metric]: value }, seconds: secondsBetween(trial.start, trial.complete) };
}

function outcomeOf(trial: OptunaTrial): TrialOutcome {
  const [value] = trial.values ?? [];
  const isValue = typeof value === 'number' && Number.isFinite(value);
  if (trial.state === optunaStates.fail) return { state: 'failed', reason: 'told', message: 'failed in Optuna' };
  if (trial.state === optunaStates.pruned) {
    const last = intermediateOf(trial).at(-1);
    const known = isValue ? value : last?.[1];
    return { state: 'pruned', step: last?.[0] ?? 0, ...(typeof known === 'number' && Number.isFinite(known) ? { value: known } : {}) };
  }
  const violated = [...trial.systemAttrs].find(([key, constraint]) => isConstraint(key) && [constraint].flat().some((one) => typeof one === 'number' && one > 0));
  if (violated !== undefined) return { state: 'infeasible', message: `${violated[0]} does not hold` };
  return isValue ? { state: 'complete', value } : { state: 'failed', reason: 'non-finite', message: `the objective was ${value ?? 'not told'}` };
}

function isConstraint(key: string): boolean {
  return key === 'constraints' || key.startsWith('constraints:');
}

/** Optuna writes local time without a zone. Empty for what is no time. */
export function utcOf(time: string | undefined): string {
  const ms = Date.parse(time ?? '');
  return Number.isFinite(ms) ? new Date(ms).toISOString() : '';
}

function secondsBetween(start: string | undefined, complete: string | undefined): number {
  const seconds = (Date.parse(complete ?? '') - Date.parse(start ?? '')) / 1000;
  return Number.isFinite(seconds) && seconds > 0 ? seconds : 0;
}
