import { forecastGate, planLine, plannedGpuHours, type JobPlan } from '../compare/plan.js';
import { UserError } from '../model/errors.js';
import { formatNumber } from '../model/numberFormat.js';
import type { StageContext } from './context.js';
import type { StageMetric } from './pairedStage.js';
import type { Standing } from './standing.js';

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

function jobPlan({ run, found, executor }: StageContext, standing: Standing, metrics: readonly StageMetric[]): JobPlan {
  const { budget, verdict, gpus } = run.configs.head;
  const searches = verdict.search !== 'never' && run.inputsChanged;
  const pairs = verdict.looks.at(-1) ?? 0;
  const [objective] = metrics;
  const noise = found.margin?.noise;
  return {
    searchTrials: searches ? budget.trials : 0,
    gateRuns: 2 * pairs - Math.min(pairs, standing.stored.size),
    rescoreRuns: searches ? 3 * (Math.min(verdict.rescore, budget.trials) + 1) : 0,
    slots: executor.capacity,
    gpusPerTrial: executor.devices.length === 0 ? 0 : gpus,
    ...(standing.secondsPerRun === undefined ? {} : { secondsPerRun: standing.secondsPerRun }),
    ...(objective !== undefined && noise !== undefined && noise > 0 ? { forecast: forecastGate(objective.policy, noise) } : {}),
  };
}
