import { canaryIsIdentical, seedIgnoredWarning } from '../compare/canary.js';
import type { Params } from '../model/params.js';
import type { CanonicalRun } from '../model/record.js';
import { pairsRequest, type StageContext } from './context.js';
import type { StagedPairs } from './findings.js';
import { runPairedStage, type PairedStageOutcome, type PairedStageRequest, type StageMetric } from './pairedStage.js';
import type { MeasuredPair } from './pairs.js';

/** Seeds of the gate and of the drift series (decisions.md 13). */
export const canonicalLabel = 'canon';

/** The objective and the gated metrics beside it, with their margins frozen. */
export interface GatePlan {
  readonly metrics: readonly StageMetric[];
  readonly baseParams: Params;
  readonly headParams: Params;
  /** Base values measured before on an equal key. */
  readonly stored: ReadonlyMap<number, CanonicalRun>;
  /** Never more pairs than these: the base cannot be run here, only remembered. */
  readonly maxPairs?: number;
}

/** Canary, then gate, at main's best configuration on the canonical seeds. */
export async function runGate(context: StageContext, plan: GatePlan): Promise<StagedPairs> {
  const { found } = context;
  const outcome = await run(context, 'gate', {
    ...pairsRequest(context, { stage: 'canonical', label: canonicalLabel, base: plan.baseParams, head: plan.headParams, stored: plan.stored }),
    isCanary: canaryIsIdentical, metrics: plan.metrics, clock: context.tools.clock, deadlineMs: context.deadlineMs,
    ...(plan.maxPairs === undefined ? {} : { maxPairs: plan.maxPairs }),
  });
  found.canary = { identical: outcome.canary, seeds: outcome.pairs.slice(0, 2).map((pair) => pair.seed) };
  warnIfSeedIgnored(context, outcome.pairs);
  found.gate = { outcome, metrics: plan.metrics, baseParams: plan.baseParams, headParams: plan.headParams };
  return found.gate;
}

/** The gate once more on fresh seeds, both sides run now: before every REGRESSION (decisions.md 14). */
export async function runConfirmation(context: StageContext, plan: GatePlan): Promise<StagedPairs> {
  const { run: study, found } = context;
  const outcome = await run(context, 'confirmation', {
    ...pairsRequest(context, { stage: 'confirm', label: `confirm:${study.base?.sha ?? ''}:${study.head.tree}`, base: plan.baseParams, head: plan.headParams }),
    metrics: plan.metrics, clock: context.tools.clock, deadlineMs: context.deadlineMs,
  });
  found.confirmation = { outcome, metrics: plan.metrics, baseParams: plan.baseParams, headParams: plan.headParams };
  return found.confirmation;
}

/** Runs a paired stage with its progress told, and its reuse counted. */
export async function run(context: StageContext, name: string, request: PairedStageRequest): Promise<PairedStageOutcome> {
  const { tools, run: study, executor, found } = context;
  const looks = request.metrics[0]?.policy.looks ?? [];
  let done = 0;
  const tell = (running: number): void =>
    tools.progress.progress({ study: study.configs.head.name, stage: name, done: Math.ceil(done / 2), of: looks.at(-1) ?? 0, running, slots: executor.capacity });
  tell(0);
  const outcome = await runPairedStage({ ...request, onDone: () => { done += 1; tell(executor.capacity); } });
  found.reused += outcome.pairs.flatMap((pair) => [pair.base, pair.head]).filter((side) => side.reused).length;
  await context.lab.end(request.stage, outcome.cut ?? 'decided');
  tools.progress.line(`${study.configs.head.name}: ${name}: ${outcome.pairs.length} pairs, ${outcome.canary ? 'identical' : (outcome.results[0]?.decision ?? '')}`);
  return outcome;
}

function warnIfSeedIgnored({ run: study, found }: StageContext, pairs: readonly MeasuredPair[]): void {
  const warning = seedIgnoredWarning(pairs.flatMap(({ seed, base }) => {
    const value = base.metrics[study.objective.name];
    return value === undefined ? [] : [{ seed, value, ...(base.streamSha256 === undefined ? {} : { streamSha256: base.streamSha256 }) }];
  }));
  if (warning !== undefined) found.warnings.push(warning);
}
