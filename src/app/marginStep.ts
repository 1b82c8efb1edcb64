import type { PairedNoise, ResolvedMargin } from '../compare/margin.js';
import { resolveMargin } from '../compare/margin.js';
import { fewestPriorDegrees, type NoisePrior } from '../compare/moderate.js';
import type { AlsoMetric, MetricConfig } from '../model/config.js';
import { UserError } from '../model/errors.js';
import type { Params } from '../model/params.js';
import type { CanonicalRun } from '../model/record.js';
import { seedFor } from '../model/seeds.js';
import { wasCut } from '../model/studyLog.js';
import { slotsOf, type StageContext } from './context.js';
import { canonicalLabel } from './gateStep.js';
import { inParallel } from './inParallel.js';
import type { StageMetric } from './pairedStage.js';

/** Base seeds measured before the head when the margin depends on them (decisions.md 18). */
const marginSeeds = 5;

export interface MarginPlan {
  readonly baseParams: Params;
  readonly stored: ReadonlyMap<number, CanonicalRun>;
  /** Spread of the objective's paired differences in the history, on an equal key. */
  readonly history: PairedNoise | undefined;
  /** Margin that main's record holds, for `auto`: it moves on pushes only. */
  readonly storedMargin: number | undefined;
  /** The base cannot be run here, so that a metric which depends on the machine's load cannot be compared (decisions.md 20). */
  readonly isRemembered?: boolean;
}

/**
 * The metrics that decide, with margins frozen before the first head run; a resumed run gets the same ones.
 * The objective stands first. UserError when a margin has no meaning here.
 */
export async function freezeMargins(context: StageContext, plan: MarginPlan): Promise<readonly StageMetric[]> {
  const { found } = context;
  const { metric, also, verdict } = context.run.configs.head;
  const gated: (MetricConfig | AlsoMetric)[] = [...(metric === undefined ? [] : [metric]), ...also.filter((m) => m.gate && !(m.timing && plan.isRemembered === true))];
  const metrics: StageMetric[] = [];
  for (const [i, config] of gated.entries()) {
    const resolved = await context.lab.freeze(`margin:${config.name}`, async () => await resolveOne(context, plan, config));
    if (resolved.note !== undefined) found.notes.push(resolved.note);
    if (i === 0) found.margin = resolved.margin;
    const prior = config.name === context.run.objective.name ? await freezePrior(context, plan) : undefined;
    metrics.push({
      name: config.name, goal: config.goal,
      policy: {
        alpha: verdict.alpha, looks: verdict.looks, margin: resolved.margin.value, gatedMetrics: gated.length,
        ...(config.resolution === undefined ? {} : { resolution: config.resolution }), ...(prior === undefined ? {} : { prior }),
      },
    });
  }
  return metrics;
}

/** Noise that moderates the objective's variance, where that is asked for and the history knows it; frozen like the margin. */
async function freezePrior({ run, lab, found }: StageContext, { history }: MarginPlan): Promise<NoisePrior | undefined> {
  if (run.configs.head.verdict.variance !== 'moderated') return undefined;
  const { prior } = await lab.freeze<{ readonly prior?: NoisePrior }>('prior', () => (history !== undefined && history.df >= fewestPriorDegrees && history.sd > 0 ? { prior: history } : {}));
  if (prior === undefined) found.notes.push(`\`variance: moderated\` has no effect yet: the history holds ${history?.df ?? 0} degrees of freedom of paired noise, and ${fewestPriorDegrees} are needed. \`noregret aa\` measures them at once.`);
  return prior;
}

async function resolveOne(context: StageContext, plan: MarginPlan, config: MetricConfig): Promise<ResolvedMargin> {
  const isObjective = config.name === context.run.objective.name;
  if (config.margin.kind === 'auto' && isObjective && plan.storedMargin !== undefined) {
    return { margin: { value: plan.storedMargin, kind: 'auto', provisional: false, ...(plan.history === undefined ? {} : { noise: plan.history.sd }) } };
  }
  const baseValues = config.margin.kind === 'absolute' ? [] : await baseValuesOf(context, plan, config.name);
  return resolveMargin({
    margin: config.margin, metric: config.name, baseValues, history: isObjective ? plan.history : undefined,
    ...(config.resolution === undefined ? {} : { resolution: config.resolution }),
  });
}

async function baseValuesOf(context: StageContext, plan: MarginPlan, name: string): Promise<number[]> {
  const { lab, run } = context;
  const seeds = Array.from({ length: marginSeeds }, (_, i) => seedFor(canonicalLabel, i + 1));
  const timeoutMs = run.configs.head.budget.trialTimeMs;
  const cut: number[] = [];
  const values = await inParallel(seeds, slotsOf(context), async (seed) => {
    const stored = plan.stored.get(seed);
    if (stored !== undefined) return stored.state === 'complete' ? stored.metrics[name] : undefined;
    const { trial } = await lab.measure({ side: 'base', stage: 'canonical', params: plan.baseParams, seed, signal: run.signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
    if (trial.result !== undefined && wasCut(trial.result)) cut.push(seed);
    return trial.result?.outcome.state === 'complete' ? trial.result.metrics[name] : undefined;
  });
  // A margin from a part of the seeds would be frozen for the resumed run as well.
  if (run.signal.aborted) throw new Error('cancelled while the margin was measured');
  if (cut.length > 0) throw new UserError('out-of-time', 'budget.time ended while the base was measured for its margin.', { fix: 'Raise budget.time, or give the margin as a number.' });
  return values.filter((value) => value !== undefined);
}
