import { z } from 'zod';
import { percentile } from '../math/percentile.js';
import type { LossTrial, Pruner, StudyView } from '../model/ports.js';
import type { PrunerBracket } from '../model/prunerBracket.js';
import { curveOf, firstFrom } from './curve.js';
import { partsOfARun, resource } from './resource.js';

export const ashaOptions = z.strictObject({
  min_resource: z.number().positive().default(1).describe('First rung.'),
  max_resource: z.number().positive().optional().describe('A trial that got this far is not stopped any more.'),
  eta: z.number().min(2).default(3).describe('Each rung is so many times the one before, and keeps one of so many trials (Ray Tune and Optuna: 4).'),
  skip_rungs: z.int().min(0).default(0).describe('Rungs left out at the bottom; Optuna\'s min_early_stopping_rate, the paper\'s s.'),
  rule: z.enum(['top', 'quantile']).default('top').describe('Goes on: `top`, who is among the best 1/eta at the rung so far, itself counted (paper, Optuna); `quantile`, who is at most the 1/eta quantile of those before it (Ray Tune, Syne Tune).'),
  resource,
}).superRefine(partsOfARun('min_resource'));
type AshaOptions = z.output<typeof ashaOptions>;

/**
 * Asynchronous successive halving, stopping variant (Li et al. 2020, arXiv 1810.05934): at each rung a trial is compared
 * with those that came there before. Nobody waits and nothing is taken up again; the first to arrive always goes on.
 */
export function asha(options: AshaOptions): Pruner {
  return {
    name: 'asha', resource: options.resource,
    decide: (view, trial) => (isOutAtRung(view, trial, options) ? 'stop' : 'continue'),
    rungs: (view) => [rungTable('asha', [...view.finished, ...view.running], options)],
  };
}

/** Judged once per rung: by the first report at or past it. */
export function isOutAtRung(view: StudyView, trial: LossTrial, options: AshaOptions): boolean {
  const own = curveOf(trial);
  const [last, before] = [own.at(-1), own.at(-2)?.step ?? -Infinity];
  if (last === undefined) return false;
  const others = [...view.finished, ...view.running].filter(({ number }) => number !== trial.number);
  for (const rung of rungsUpTo(last.step, options)) {
    if (rung <= before) continue;
    if (Number.isNaN(last.loss) || isOut(last.loss, valuesAt(others, rung), options)) return true;
  }
  return false;
}

function isOut(loss: number, before: readonly number[], { eta, rule }: AshaOptions): boolean {
  if (rule === 'quantile') return before.length > 0 && loss > percentile(before, 100 / eta);
  const all = [...before, loss].sort((a, b) => a - b);
  // Fewer than eta: only the best so far goes on.
  const last = all[Math.max(1, Math.floor(all.length / eta)) - 1];
  return last !== undefined && loss > last;
}

function valuesAt(trials: readonly LossTrial[], rung: number): readonly number[] {
  return trials.flatMap((trial) => {
    const loss = firstFrom(curveOf(trial), rung)?.loss;
    return loss === undefined || Number.isNaN(loss) ? [] : [loss];
  });
}

/** min, min·eta, min·eta², … by multiplication: a logarithm would lose rungs to rounding (log 243 / log 3 is 4.999…). */
function rungsUpTo(step: number, { min_resource: first, max_resource: most = Infinity, eta, skip_rungs: skipped }: AshaOptions): readonly number[] {
  const rungs: number[] = [];
  for (let i = 0, rung = first; rung <= step * (1 + 1e-12) && rung < most * (1 - 1e-12); i++, rung *= eta) if (i >= skipped) rungs.push(rung);
  return rungs;
}

export function rungTable(name: string, trials: readonly LossTrial[], options: AshaOptions): PrunerBracket {
  const ends = trials.map((trial) => ({ state: trial.state, furthest: curveOf(trial).at(-1)?.step ?? -Infinity }));
  const rungs = rungsUpTo(Math.max(options.min_resource, ...ends.map(({ furthest }) => furthest)), options);
  return { name, rungs: rungs.map((rung, i) => {
    const next = rungs[i + 1] ?? Infinity;
    const here = ends.filter(({ furthest }) => furthest >= rung);
    return { resource: rung, trials: here.length, stopped: here.filter(({ state, furthest }) => state === 'pruned' && furthest < next).length };
  }) };
}
