import { canaryIsIdentical, seedIgnoredWarning } from '../compare/canary.js';
import type { Params } from '../model/params.js';
import type { CanonicalRun } from '../model/record.js';
import { pairsRequest, type StageContext } from './context.js';
import { extensionJudge, extensionNote, mostPairs } from './extension.js';
import type { StagedPairs, StudyRun } from './findings.js';
import { runPairedStage, type PairedStageOutcome, type PairedStageRequest, type StageMetric } from './pairedStage.js';
import { missingRuns, type MeasuredPair } from './pairs.js';
import { secondsPerRun, timeLeft } from './timeLeft.js';

/** Seeds of the gate and of the drift series (decisions.md 13). */
export const canonicalLabel = 'canon';

/** Seeds of the retuning check. */
export function retuneLabel({ base, head }: StudyRun): string {
  return `stage2:${base?.sha ?? ''}:${head.tree}`;
}

/** The objective and the gated metrics beside it, with their margins frozen. */
export interface GatePlan {
  readonly metrics: readonly StageMetric[];
  readonly baseParams: Params;
  readonly headParams: Params;
  /** Base values measured before on an equal key. */
  readonly stored: ReadonlyMap<number, CanonicalRun>;
  /** Never more pairs than these: the base cannot be run here, only remembered. */
  readonly maxPairs?: number;
  /** The commit on the other side, where it is not the run's base. */
  readonly baseSha?: string;
}

/** Worse on some metric, with values to show for it: worth repeating. A head that never runs needs no repetition. */
export function isWorse({ results, cut }: PairedStageOutcome): boolean {
  const down = results.filter((result) => result.decision === 'DOWN');
  return cut === undefined && down.length > 0 && !down.some((result) => result.effect === undefined && result.pairs === 0);
}

/** Canary, then gate, at main's best configuration on the canonical seeds. */
export async function runGate(context: StageContext, plan: GatePlan): Promise<StagedPairs> {
  const { found } = context;
  const keep = (outcome: PairedStageOutcome): void => {
    found.gate = { outcome, metrics: plan.metrics, baseParams: plan.baseParams, headParams: plan.headParams };
    const pairs = outcome.pairs.slice(0, 2);
    if (pairs.length === 2 && pairs.every(({ base, head }) => base.complete && head.complete)) found.canary = { identical: outcome.canary, seeds: pairs.map((pair) => pair.seed) };
    warnIfSeedIgnored(context, outcome.pairs);
  };
  const outcome = await run(context, 'gate', {
    ...pairsRequest(context, { stage: 'canonical', label: canonicalLabel, base: plan.baseParams, head: plan.headParams, stored: plan.stored }),
    isCanary: canaryIsIdentical, metrics: plan.metrics, clock: context.tools.clock, deadlineMs: context.deadlineMs,
    ...(plan.maxPairs === undefined ? {} : { maxPairs: plan.maxPairs }), ...extended(context),
  }, keep);
  return { outcome, metrics: plan.metrics, baseParams: plan.baseParams, headParams: plan.headParams };
}

/** Only the gate goes on beyond its looks: what comes after it has seeds and looks of its own. */
function extended({ run: study, executor, found }: StageContext): Pick<PairedStageRequest, 'judge' | 'mostPairs'> {
  const note = extensionNote(study);
  if (note === undefined) return {};
  found.notes.push(note);
  const most = mostPairs(study);
  return { mostPairs: most, judge: extensionJudge(most, Math.max(1, Math.floor(executor.capacity / 2))) };
}

/** The gate once more on fresh seeds, both sides run now: before every REGRESSION (decisions.md 14). */
export async function runConfirmation(context: StageContext, plan: GatePlan): Promise<StagedPairs> {
  const { run: study, found } = context;
  const staged = (outcome: PairedStageOutcome): StagedPairs => ({ outcome, metrics: plan.metrics, baseParams: plan.baseParams, headParams: plan.headParams });
  return staged(await run(context, 'confirmation', {
    ...pairsRequest(context, { stage: 'confirm', label: `confirm:${plan.baseSha ?? study.base?.sha ?? ''}:${study.head.tree}`, base: plan.baseParams, head: plan.headParams }),
    metrics: plan.metrics, clock: context.tools.clock, deadlineMs: context.deadlineMs,
  }, (outcome) => { found.confirmation = staged(outcome); }));
}

/** Runs a paired stage with its progress told; `keep` gets what was found before the log hears of the end, which may fail. */
export async function run(context: StageContext, name: string, request: PairedStageRequest, keep: (outcome: PairedStageOutcome) => void): Promise<PairedStageOutcome> {
  const { tools, run: study, executor, found } = context;
  const looks = request.metrics[0]?.policy.looks ?? [];
  const most = request.mostPairs ?? looks.at(-1) ?? 0;
  let done = 0;
  const slots = request.alone ? 1 : executor.capacity;
  const tell = (running?: number): void => {
    const left = { waiting: missingRuns(request, 1, most), slots, each: secondsPerRun(context.lab, [...request.stored.values()]) };
    tools.progress.progress({
      study: study.configs.head.name, stage: name, done: Math.ceil(done / 2), of: most, slots: executor.capacity,
      running: running ?? Math.min(slots, executor.claimed()), ...timeLeft(left, context.tools.clock, context.deadlineMs),
    });
  };
  tell(Math.min(slots, missingRuns(request, 1, looks[0] ?? 0)));
  const outcome = await runPairedStage({ ...request, onDone: () => { done += 1; tell(); } });
  tools.progress.progress({ study: study.configs.head.name, stage: name, done: outcome.pairs.length, of: outcome.pairs.length, running: 0, slots: executor.capacity });
  found.stored += outcome.pairs.filter((pair) => pair.base.stored).length;
  keep(outcome);
  await context.lab.end(request.stage, outcome.cut ?? 'decided');
  tools.progress.line(`${study.configs.head.name}: ${name}: ${outcome.pairs.length} pairs, ${inWords(outcome)}`);
  return outcome;
}

/** DOWN and its like are words of the gate, not of people. */
function inWords({ canary, cut, results }: PairedStageOutcome): string {
  // One gated metric that is worse or undecided decides.
  const decision = (['DOWN', 'INCONCLUSIVE'] as const).find((bad) => results.some((result) => result.decision === bad)) ?? results[0]?.decision;
  if (canary) return 'identical';
  if (cut !== undefined && (decision === undefined || decision === 'INCONCLUSIVE')) return cut === 'cancelled' ? 'cancelled' : 'no time for more';
  switch (decision) {
    case 'PASS':
      return 'not worse';
    case 'IMPROVED':
      return 'better';
    case 'NO_CHANGE':
      return 'no difference';
    case 'DOWN':
      return 'worse';
    case 'INCONCLUSIVE':
    case undefined:
      return 'undecided';
  }
}

function warnIfSeedIgnored({ run: study, found }: StageContext, pairs: readonly MeasuredPair[]): void {
  const warning = seedIgnoredWarning(pairs.flatMap(({ seed, base }) => {
    const value = base.metrics[study.objective.name];
    return value === undefined ? [] : [{ seed, value, ...(base.streamSha256 === undefined ? {} : { streamSha256: base.streamSha256 }) }];
  }));
  if (warning !== undefined) found.warnings.push(warning);
}
