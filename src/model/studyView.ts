import { toLoss, type Goal } from './direction.js';
import type { LossTrial, Pruner } from './ports.js';
import type { Trial, TrialReport } from './study.js';
import { isVoid } from './studyLog.js';

/** What a pruner's steps are, and of which metric it sees the loss. */
export interface Counted { readonly name: string; readonly goal: Goal; readonly resource?: Pruner['resource']; /** Of a trial of several runs each by itself, not their mean so far. */ readonly comparesParts?: boolean | undefined }

type Intermediate = LossTrial['intermediate'][number];

/** A trial as samplers and pruners see it; one that was cancelled or lost has still to be measured. */
export function lossTrial(trial: Trial, number: number, objective: Counted): LossTrial {
  const { params, result, rests } = trial;
  const intermediate = intermediateOf(trial, objective);
  const rested = rests.length === 0 ? {} : { rests: rests.length };
  if (result === undefined || isVoid(result)) return { number, params, state: 'running', intermediate, ...rested };
  const { outcome, seconds } = result;
  const loss = 'value' in outcome && outcome.value !== undefined ? { loss: toLoss(outcome.value, objective.goal) } : {};
  return { number, params, state: outcome.state, intermediate, seconds, ...loss, ...rested };
}

function intermediateOf({ reports, rests }: Trial, objective: Counted): readonly Intermediate[] {
  const spent = objective.resource === 'seconds' ? secondsOf(reports, rests) : [];
  const parts: number[] = [];
  return reports.flatMap((report, i) => {
    const own = lossIn(report, objective);
    const loss = own !== undefined && report.part !== undefined ? partLoss(parts, own, objective) : own;
    return loss === undefined || !isCounted(report, objective) ? [] : [{ step: spent[i] ?? report.step, loss }];
  });
}

/** What a pruner sees of one more run of a trial: the mean so far, whatever the trial's value is made by. `before` grows by it. */
export function partLoss(before: number[], own: number, { comparesParts }: Pick<Counted, 'comparesParts'>): number {
  before.push(own);
  return comparesParts === true ? own : before.reduce((sum, loss) => sum + loss, 0) / before.length;
}

/** Where fractions are counted, a step that is none says nothing about how far the trial got. */
export function isCounted({ step }: Pick<TrialReport, 'step'>, { resource }: Pick<Counted, 'resource'>): boolean {
  return resource !== 'fraction' || (step >= 0 && step <= 1);
}

/** Whether a trial may be stopped at this report: at a full run there is nothing left to save, and its result would be lost. */
export function mayStop(report: Pick<TrialReport, 'step'>, counted: Pick<Counted, 'resource'>): boolean {
  return isCounted(report, counted) && !(counted.resource === 'fraction' && report.step === 1);
}

/** Seconds of training at each report: they run on where an attempt went on with the steps of the one before, and begin at 0 where it began anew. */
function secondsOf(reports: readonly TrialReport[], rests: readonly number[]): readonly number[] {
  const spent: number[] = [];
  let base = 0;
  for (const [i, { seconds = 0 }] of reports.entries()) {
    if (rests.includes(i)) base = wentOn(reports, i) ? spent[i - 1] ?? 0 : 0;
    spent.push(base + seconds);
  }
  return spent;
}

/** A trial that is to go on, as it was when it was stopped: what a lost attempt reported since is left out. */
export function restedTrial(trial: Trial): Trial {
  return { ...trial, reports: trial.reports.slice(0, trial.rests.at(-1) ?? 0) };
}

/** Whether the attempt that begins with this report went on from a checkpoint: its steps are later than all before. */
export function wentOn(reports: readonly TrialReport[], first: number): boolean {
  const step = reports[first]?.step ?? -Infinity;
  return reports.slice(0, first).every((earlier) => earlier.step < step);
}

/** NaN where the objective was reported as something else than a finite number; undefined where it was not reported. */
export function lossIn({ metrics, nonFinite = [] }: TrialReport, { name, goal }: Counted): number | undefined {
  const value = metrics[name];
  if (value === undefined || !Number.isFinite(value)) return value !== undefined || nonFinite.includes(name) ? Number.NaN : undefined;
  return toLoss(value, goal);
}
