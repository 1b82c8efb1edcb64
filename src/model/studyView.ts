import { toLoss, type Goal } from './direction.js';
import type { LossTrial } from './ports.js';
import type { Trial } from './study.js';
import { isVoid } from './studyLog.js';

/** A trial as samplers and pruners see it; one that was cancelled or lost has still to be measured. */
export function lossTrial(trial: Trial, number: number, objective: { readonly name: string; readonly goal: Goal }): LossTrial {
  const { params, result } = trial;
  const intermediate = trial.reports.flatMap(({ step, metrics }) => {
    const value = metrics[objective.name];
    return value === undefined ? [] : [{ step, loss: toLoss(value, objective.goal) }];
  });
  if (result === undefined || isVoid(result)) return { number, params, state: 'running', intermediate };
  const { outcome, seconds } = result;
  const loss = 'value' in outcome && outcome.value !== undefined ? { loss: toLoss(outcome.value, objective.goal) } : {};
  return { number, params, state: outcome.state, intermediate, seconds, ...loss };
}
