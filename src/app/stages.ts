import { paramsKey } from '../model/params.js';
import { announcePlan } from './announce.js';
import { pairsRequest, type StageContext } from './context.js';
import { canonicalLabel, isWorse, retuneLabel, run as runPairs, runConfirmation, runGate, type GatePlan } from './gateStep.js';
import { measureTuningDrift } from './driftStep.js';
import { mostPairs } from './extension.js';
import { noteMainDrift } from './mainDrift.js';
import { freezeMargins } from './marginStep.js';
import { retuneCheck } from '../compare/gate.js';
import { halvedAlpha } from '../compare/looks.js';
import { lendSlots } from './lentSlots.js';
import { missingRuns } from './pairs.js';
import { checkOptimiser, searchSide } from './searchStep.js';
import { takeStanding, type Standing } from './standing.js';
import type { StageMetric } from './pairedStage.js';

/** Canary, gate, confirmation, search, re-score, retuning check (decisions.md 14), tuning drift (verdict.md 7.1); each finding is kept as it comes. */
export async function runStages(context: StageContext): Promise<void> {
  const { found } = context;
  const isCancelled = (): boolean => context.run.signal.aborted;
  await checkOptimiser(context, 'head');
  const standing = await takeStanding(context);
  if (standing === undefined) {
    if (!isCancelled() && wantsSearch(context, true)) await searchSide(context, { side: 'head', incumbent: undefined });
    return;
  }
  await noteMainDrift(context, standing.main);
  const metrics = await freezeMargins(context, { baseParams: standing.incumbent, stored: standing.stored, history: standing.history, storedMargin: standing.storedMargin });
  announcePlan(context, standing, metrics);
  const { incumbentHere, knowledge } = standing;
  const isLent = incumbentHere !== undefined && lendsSlots(context);
  const isDown = incumbentHere === undefined || await (isLent ? gateBesideSearch : runGateAndConfirm)(context, { ...standing, incumbentHere }, metrics);
  if (isCancelled() || found.gate?.outcome.cut !== undefined) return;
  if (!isLent) {
    if (!wantsSearch(context, isDown)) return;
    await searchSide(context, { side: 'head', incumbent: incumbentHere, knowledge, retuningFollows: isDown });
  }
  if (isDown && !isCancelled()) await checkRetuned(context, standing, metrics);
  if (!isCancelled()) await measureTuningDrift(context, standing);
}

type GateStanding = Standing & { readonly incumbentHere: NonNullable<Standing['incumbentHere']> };

/** A search that comes anyhow may begin in slots that the pairs leave idle; a metric that depends on load wants the machine for itself. */
function lendsSlots({ run, executor }: StageContext): boolean {
  const { verdict, also } = run.configs.head;
  return verdict.search === 'always' && run.inputsChanged && executor.capacity > 2 && !also.some(({ timing }) => timing);
}

/** Gate and confirmation beside a search that goes on after them. What either fails with is thrown once both have ended. */
async function gateBesideSearch(context: StageContext, standing: GateStanding, metrics: readonly StageMetric[]): Promise<boolean> {
  const { run, tools, found, lab, executor } = context;
  const { verdict: { looks }, budget } = run.configs.head;
  const { stored, incumbent, incumbentHere, knowledge } = standing;
  const pairs = { lab, label: canonicalLabel, stored, params: { base: incumbent, head: incumbentHere } };
  const lent = lendSlots({
    executor, clock: tools.clock, most: 2 * Math.max(...looks.map((look, i) => look - (looks[i - 1] ?? 0))),
    runsAhead: () => (budget.gpuHours === undefined ? 0 : missingRuns(pairs, 1, mostPairs(run))),
  });
  const gating = runGateAndConfirm(context, standing, metrics).then((isDown) => {
    lent.end({ goesOn: !run.signal.aborted && found.gate?.outcome.cut === undefined, isDown });
    return isDown;
  }).finally(() => { lent.end({ goesOn: false, isDown: false }); });
  const [gated, searched] = await Promise.allSettled([gating, searchSide(context, { side: 'head', incumbent: incumbentHere, knowledge, lent })]);
  if (gated.status === 'rejected') throw gated.reason;
  if (searched.status === 'rejected') throw searched.reason;
  return gated.value;
}

/** True when main's best configuration is worse here and that was confirmed; only then is retuning worth checking. */
async function runGateAndConfirm(context: StageContext, standing: GateStanding, metrics: readonly StageMetric[]): Promise<boolean> {
  const plan: GatePlan = { metrics, baseParams: standing.incumbent, headParams: standing.incumbentHere, stored: standing.stored };
  const gate = await runGate(context, plan);
  if (context.run.signal.aborted || !isWorse(gate.outcome)) return false;
  const down = gate.outcome.results.map((result) => result.decision === 'DOWN');
  const confirmation = await runConfirmation(context, plan);
  return confirmation.outcome.results.some((result, i) => down[i] === true && result.decision === 'DOWN');
}

function wantsSearch({ run, found }: StageContext, isDown: boolean): boolean {
  const { search } = run.configs.head.verdict;
  if (search === 'never') return false;
  if (isDown) return true;
  if (search === 'on-regression') return false;
  if (!run.inputsChanged) found.notes.push('No search: nothing that matches `inputs` differs from the base, so a search could only show its own luck.');
  return run.inputsChanged;
}

/** The retuned configuration here against main's best there, on seeds that neither was chosen by. */
async function checkRetuned(context: StageContext, standing: Standing, metrics: readonly StageMetric[]): Promise<void> {
  const { run, found } = context;
  const winner = found.rescore?.winner?.params;
  if (winner === undefined) return;
  if (standing.incumbentHere !== undefined && paramsKey(winner) === paramsKey(standing.incumbentHere)) return;
  // Without a gate, search luck is not excluded.
  const stageMetrics = standing.incumbentHere !== undefined ? metrics : metrics.map((metric) => ({ ...metric, policy: { ...metric.policy, ...halvedAlpha(metric.policy.alpha, metrics.length) } }));
  await runPairs(context, 'retuning check', {
    ...pairsRequest(context, { stage: 'retune', label: retuneLabel(run), base: standing.incumbent, head: winner }),
    metrics: stageMetrics, clock: context.tools.clock, deadlineMs: context.deadlineMs, judge: retuneCheck,
  }, (outcome) => { found.retune = { outcome, metrics: stageMetrics, baseParams: standing.incumbent, headParams: winner }; });
}
