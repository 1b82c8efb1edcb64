import { forecastGate, planLine, plannedGpuHours, type JobPlan } from '../compare/plan.js';
import { UserError } from '../model/errors.js';
import { formatNumber } from '../model/numberFormat.js';
import { runsEach } from '../model/parts.js';
import type { Stage } from '../model/trial.js';
import type { StageContext } from './context.js';
import { driftSeeds, mayMeasureDrift } from './driftStep.js';
import { mostPairs } from './extension.js';
import { canonicalLabel } from './gateStep.js';
import type { StageMetric } from './pairedStage.js';
import { missingRuns } from './pairs.js';
import { mostRescoreRuns } from './rescore.js';
import type { Standing } from './standing.js';
import { secondsPerRun } from './timeLeft.js';

/** Says what will run and how long it takes, before it does; refuses what cannot fit `gpu_hours` (decisions.md 17). */
export function announcePlan(context: StageContext, standing: Standing, metrics: readonly StageMetric[]): void {
  const { run, found, executor, tools } = context;
  const { budget, verdict } = run.configs.head;
  const plan = jobPlan(context, standing, metrics);
  found.plan = planLine(plan);
  tools.progress.line(`${run.configs.head.name}: ${found.plan}`);
  const hours = plannedGpuHours(plan);
  if (budget.gpuHours === undefined || hours === undefined || executor.devices.length === 0 || hours <= budget.gpuHours) return;
  throw new UserError('over-gpu-budget', `This would take up to ${formatNumber(hours, 2)} GPU-hours, and budget.gpu_hours is ${formatNumber(budget.gpuHours)}.`, {
    fix: `Raise budget.gpu_hours, or lower budget.trials (${budget.trials}) or verdict.looks (${verdict.looks.join(', ')}).`,
  });
}

/** At most; what an earlier attempt measured is not counted again. */
function jobPlan({ run, found, executor, lab }: StageContext, standing: Standing, metrics: readonly StageMetric[]): JobPlan {
  const { budget, verdict, gpus } = run.configs.head;
  const searches = verdict.search !== 'never' && (run.inputsChanged || standing.incumbentHere === undefined);
  const pairs = mostPairs(run);
  const done = (stage: Stage): number => lab.study().trials.filter((trial) => trial.stage === stage && trial.side === 'head' && trial.result !== undefined).length;
  const [objective] = metrics;
  const noise = found.margin?.noise;
  const seconds = secondsPerRun(lab, standing.timed);
  return {
    searchTrials: searches ? Math.max(0, budget.trials - done('search')) : 0,
    gateRuns: standing.incumbentHere === undefined ? 2 * pairs : missingRuns({ lab, label: canonicalLabel, stored: standing.stored, params: { base: standing.incumbent, head: standing.incumbentHere } }, 1, pairs),
    rescoreRuns: searches ? Math.max(0, mostRescoreRuns(verdict.rescore, budget.trials) - done('rescore')) : 0,
    ...(searches && mayMeasureDrift(run.configs.head.verdict, standing) ? { driftRuns: driftSeeds * 2 } : {}),
    slots: executor.capacity, runsEach: runsEach(run.configs.head.parts),
    gpusPerTrial: executor.devices.length === 0 ? 0 : gpus,
    ...(seconds === undefined ? {} : { secondsPerRun: seconds }),
    ...(objective !== undefined && noise !== undefined && noise > 0 ? { forecast: forecastGate(objective.policy, noise) } : {}),
  };
}
