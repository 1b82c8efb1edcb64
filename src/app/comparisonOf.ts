import { effectOf } from '../compare/effect.js';
import { claimAlpha } from '../compare/looks.js';
import { detectableDecline } from '../compare/plan.js';
import { keptRates } from '../compare/rateKept.js';
import { toGain, type Goal } from '../model/direction.js';
import type { Comparison, PairedStage } from '../model/comparison.js';
import { partsIn } from '../model/parts.js';
import { shellWord } from '../model/shellWord.js';
import type { Study, Trial } from '../model/study.js';
import { wasCut } from '../model/studyLog.js';
import type { GateResult, Verdict } from '../model/verdict.js';
import type { Findings, StagedPairs, StudyRun } from './findings.js';
import { gainPairs } from './pairedStage.js';
import { parameterRows } from './parameterRows.js';
import { searchReport } from './searchReport.js';
import { sinceAccepted } from './sinceAccepted.js';

export interface ComparisonRequest {
  readonly run: StudyRun;
  readonly found: Findings;
  readonly verdict: Verdict;
  readonly wallSeconds: number;
  readonly secrets: string;
}

/** Puts together what a run found; whatever is missing was not reached. */
export function comparisonOf({ run, found, verdict, wallSeconds, secrets }: ComparisonRequest): Comparison {
  const { configs, objective } = run;
  const resolution = configs.head.metric?.resolution;
  const gateResult = found.gate?.outcome.results[0];
  const effect = gateResult && effectOf(gateResult, objective.goal);
  const accepted = sinceAccepted(run, found);
  return {
    study: configs.head.name, configPath: configs.head.path, verdict: withTraining(verdict, found), secrets,
    metric: { name: objective.name, goal: objective.goal, ...(resolution === undefined ? {} : { resolution }) },
    ...(effect === undefined ? {} : { effect }),
    ...pick(found, ['margin', 'baseline', 'incumbent', 'canary', 'drift', 'mainDrift', 'optimiserTail']),
    ...(found.gate === undefined ? {} : { gate: pairedStage(found.gate), ...powerOf(run, found.gate) }),
    ...(found.confirmation === undefined ? {} : { confirmation: pairedStage(found.confirmation) }),
    ...(found.retune === undefined ? {} : { retune: pairedStage(found.retune) }),
    ...(found.search === undefined ? {} : { search: searchReport(found.search, found.rescore) }),
    metrics: metricRows(run, found.gate),
    parameters: parameterRows(run, found),
    budget: budgetOf(found, wallSeconds),
    failures: found.study === undefined ? [] : failuresOf(found.study),
    environment: found.environment,
    policyChanges: run.policyChanges,
    warnings: [...found.warnings, ...rateWarnings(run, found)], notes: found.notes,
    ...(accepted === undefined ? {} : { accepted }), ...(run.extension === undefined ? {} : { extension: run.extension }),
    reproduce: reproduceOf(run),
  };
}

/** From scratch is what everybody takes for granted; where it is not so, the verdict says it. */
function withTraining(verdict: Verdict, { trainedOn }: Findings): Verdict {
  return trainedOn === undefined ? verdict : { ...verdict, sentence: `${verdict.sentence}; ${trainedOn}` };
}

/** What a pull request changes without the learning rate that goes with it. */
function rateWarnings({ configs, objective, baseHasConfig }: StudyRun, { incumbent, incumbentHere, search }: Findings): readonly string[] {
  if (!baseHasConfig || incumbent === undefined || incumbentHere === undefined) return [];
  const trials = search?.side === 'head' ? search.trials : [];
  return keptRates({ base: configs.base.space, head: configs.head.space, incumbent: incumbent.params, incumbentHere, trials, goal: objective.goal, metric: objective.name });
}

function pick<K extends keyof Findings>(found: Findings, keys: readonly K[]): Partial<Pick<Findings, K>> {
  return Object.fromEntries(keys.flatMap((key) => (found[key] === undefined ? [] : [[key, found[key]]]))) as Partial<Pick<Findings, K>>;
}

function pairedStage({ outcome, metrics, baseParams, headParams }: StagedPairs): PairedStage {
  const [objective] = metrics;
  const [result] = outcome.results;
  if (objective === undefined || result === undefined) throw new Error('a paired stage without an objective');
  const pairs = gainPairs(outcome.pairs, objective).map(({ seed, base, head }) => ({
    seed,
    ...(base === undefined ? {} : { base: toGain(base, objective.goal) }),
    ...(head === undefined ? {} : { head: toGain(head, objective.goal) }),
  }));
  return { pairs, result, baseParams, headParams };
}

/** Beyond the last look there are no looks any more; where nothing scatters every decline is caught. */
function powerOf({ extension }: StudyRun, { metrics, outcome }: StagedPairs): Pick<Comparison, 'power'> {
  const policy = metrics[0]?.policy;
  const noise = outcome.results[0]?.looks.at(-1)?.sd ?? 0;
  if (policy === undefined || extension !== undefined || noise === 0) return {};
  const decline = detectableDecline(policy, noise);
  return { power: { looks: [...policy.looks], alpha: claimAlpha(policy.alpha, policy.gatedMetrics ?? 1), ...(decline === undefined ? {} : { decline }) } };
}

function metricRows(run: StudyRun, gate: StagedPairs | undefined): Comparison['metrics'] {
  const { configs, objective } = run;
  const also = configs.head.also.map(({ name, goal }) => ({ name, goal }));
  return [objective, ...also].map(({ name, goal }) => {
    const at = gate?.metrics.findIndex((metric) => metric.name === name) ?? -1;
    const policy = gate?.metrics[at]?.policy;
    const result = gate?.outcome.results[at];
    return { name, goal, gate: at >= 0, ...(policy === undefined ? {} : { margin: policy.margin }), ...valuesOf(gate, { name, goal }, result), ...intervalOf(result, goal) };
  });
}

function intervalOf(result: GateResult | undefined, goal: Goal): Partial<Comparison['metrics'][number]> {
  if (result === undefined) return {};
  const effect = effectOf(result, goal);
  return effect === undefined ? { result } : { result, effect: effect.value, low: effect.low, high: effect.high, better: effect.better };
}

/** Means over the pairs that ran on both sides and count in the result, so that the two columns and their difference are about the same seeds. */
function valuesOf(gate: StagedPairs | undefined, metric: { name: string; goal: Goal }, result: GateResult | undefined): Partial<Comparison['metrics'][number]> {
  const valid = gainPairs(gate?.outcome.pairs ?? [], metric).flatMap(({ base, head }) => (base === undefined || head === undefined ? [] : [{ base, head }])).slice(0, result?.effect === undefined ? undefined : result.pairs);
  if (valid.length === 0) return {};
  const mean = (side: 'base' | 'head'): number => toGain(valid.reduce((sum, pair) => sum + pair[side], 0) / valid.length, metric.goal);
  const [base, head] = [mean('base'), mean('head')];
  return { base, head, effect: head - base, better: toGain(head - base, metric.goal) > 0 };
}

/** What this attempt cost; what it took over beside it. */
function budgetOf(found: Findings, wallSeconds: number): Comparison['budget'] {
  const trials = (found.study?.trials ?? []).filter(({ number, result }) => result !== undefined && !wasCut(result) && !found.takenOver.has(number));
  const count = (state: string): number => trials.filter((trial) => trial.result?.outcome.state === state).length;
  const sum = (of: (trial: Trial) => number): number => trials.reduce((total, trial) => total + of(trial), 0);
  return {
    complete: count('complete'), pruned: count('pruned'), failed: count('failed'), infeasible: count('infeasible'),
    ...runsOf(trials), reused: found.stored + found.takenOver.size, wallSeconds,
    trialSeconds: sum((trial) => trial.result?.seconds ?? 0), gpuMinutes: sum((trial) => trial.result?.gpuSeconds ?? 0) / 60,
    ...(trials.some(({ result }) => result?.joules !== undefined) ? { joules: sum((trial) => trial.result?.joules ?? 0) } : {}),
    ...(found.plan === undefined ? {} : { plan: found.plan }),
  };
}

/** Where trials are several runs each, what their number costs is no longer said by theirs. */
function runsOf(trials: readonly Trial[]): Pick<Comparison['budget'], 'runs'> {
  const runs = trials.map((trial) => partsIn(trial).length);
  if (runs.every((count) => count === 0)) return {};
  return { runs: trials.reduce((sum, { result }, i) => sum + (runs[i] ?? 0) + (result?.outcome.state === 'complete' || result?.outcome.state === 'pruned' ? 0 : 1), 0) };
}

function failuresOf(study: Study): Comparison['failures'] {
  return study.trials.flatMap((trial) => {
    const { result } = trial;
    if (result === undefined || wasCut(result)) return [];
    const { outcome } = result;
    if (outcome.state === 'complete' || outcome.state === 'pruned') return [];
    return [{
      trial: trial.number, side: trial.side, stage: trial.stage, seed: trial.seed, params: trial.params,
      reason: outcome.state === 'failed' ? outcome.reason : outcome.state, message: outcome.message,
      ...(result.logTail === undefined ? {} : { logTail: result.logTail }),
    }];
  });
}

function reproduceOf(run: StudyRun): string[] {
  const { base, head, configs, extension, flags } = run;
  const config = [`--config ${shellWord(configs.head.path)}`, ...flags ?? []].join(' ');
  // A working tree has no main to take the model from.
  const tune = `${configs.head.transfer === undefined ? '' : 'NOREGRET_BASE_CHECKPOINT=path/to/model '}npx noregret tune ${config}`;
  // A folder outside of git has no parents and no date; there is nothing to check out.
  if (head.date === '') return [tune];
  if (base === undefined) return [`git checkout ${head.sha} && ${tune}`];
  return [`git fetch origin ${base.sha} ${head.sha}`, `npx noregret compare ${base.sha} ${head.sha} ${config}${extension === undefined ? '' : ` --more-seeds ${extension.pairs}`}`];
}
