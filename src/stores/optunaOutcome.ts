import type { Params, ParamValue } from '../model/params.js';
import { trialResultSchema, type TrialOutcome, type TrialResult } from '../model/trial.js';
import { externalOf } from './optunaDistribution.js';
import { ownAttrs } from './optunaOwn.js';
import { intermediateOf, optunaStates, type OptunaTrial } from './optunaReplay.js';

export function paramsOf({ params }: OptunaTrial): Params {
  const found: [string, ParamValue][] = [];
  for (const [name, { internal, distribution }] of params) {
    const value = externalOf(distribution, internal);
    if (value !== undefined) found.push([name, value]);
  }
  return Object.fromEntries(found);
}

export function resultOf(trial: OptunaTrial, metric: string): TrialResult {
  const attr = trial.systemAttrs.get(ownAttrs.result);
  const own = attr === undefined ? undefined : trialResultSchema.safeParse(attr).data;
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

/** ISO 8601; empty for what is no time. */
export function utcOf(ms = Number.NaN): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : '';
}

function secondsBetween(start = Number.NaN, complete = Number.NaN): number {
  const seconds = (complete - start) / 1000;
  return Number.isFinite(seconds) && seconds > 0 ? seconds : 0;
}
