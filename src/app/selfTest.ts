import { alarmsOf, metricFacts, type SeedRuns } from '../compare/selfTest.js';
import { findingsOf, selfTestSentence } from '../compare/selfTestFindings.js';
import { keyDifferences, nearestRecord } from '../compare/baseline.js';
import { pooledNoise, settledMargin, type PairedNoise } from '../compare/margin.js';
import { fewestPriorDegrees } from '../compare/moderate.js';
import { neighbourOf } from '../compare/neighbour.js';
import { createRng } from '../math/rng.js';
import type { MetricConfig, StudyConfig } from '../model/config.js';
import { quantile } from '../model/distribution.js';
import { timeLeftWords } from '../model/durationWords.js';
import { UserError } from '../model/errors.js';
import { formatNumber } from '../model/numberFormat.js';
import type { Params } from '../model/params.js';
import type { StudyRecord } from '../model/record.js';
import type { SearchSpace } from '../model/searchSpace.js';
import type { SelfTest } from '../model/selfTest.js';
import { declaredDefaults, projectOnto, spaceDigest } from '../model/validity.js';
import { keepFindings } from './compareStudy.js';
import { withContext, type StageContext } from './context.js';
import { noFindings, type Findings, type StudyRun } from './findings.js';
import { gpuHoursOf, measureSelfTest, plannedRuns, seriesSeeds, type SelfTestMeasured, type SelfTestPlan } from './selfTestRuns.js';
import { secondsPerRun } from './timeLeft.js';
import type { Tools } from './tools.js';

export interface SelfTestOptions {
  /** Seeds; `usualRounds` of the looks when absent. */
  readonly rounds?: number;
  /** Each side in a tree of its own, as on a pull request; else one tree runs twice. */
  readonly trees: 'one' | 'two';
  /** `<run>-<attempt>` names the record's file; absent = no record is made. */
  readonly record?: { readonly runId: string; readonly attempt: number };
}

export interface SelfTested { readonly selfTest: SelfTest; readonly record: StudyRecord | undefined }

/** Two more than the gate's last look, so that leaving a round out leaves enough; at least what `margin: auto` trusts. */
const usualRounds = (looks: readonly number[]): number => Math.max(12, (looks.at(-1) ?? 0) + 2);
/** Records this far back are asked for b*. */
const mostAncestors = 5000;
/** Marks a record as a self-test's. */
const recordNote = 'A/A self-test';

/** The same code on both sides, for one study. Rejects on bugs of ours only; what cuts it short is in the result. */
export async function selfTestStudy(run: StudyRun, tools: Tools, options: SelfTestOptions): Promise<SelfTested> {
  const startedMs = tools.clock.now();
  const startedAt = tools.clock.utc();
  const found = noFindings();
  const kept: { measured?: Kept } = {};
  await keepFindings(run, found, async () => {
    if (run.signal.aborted) return;
    const head = run.configs.head;
    const line = await tools.repository.firstParents(run.head.sha, mostAncestors);
    const previous = nearestRecord(line, await tools.store.readFor(head.name, line, 25));
    await withContext({
      run, tools, found, startedMs, identity: { selfTest: run.head.sha, trees: options.trees, config: identityOf(head) },
      openTrees: async (workspace) => {
        const tree = await workspace.prepare('head', run.head.sha, head);
        return { head: tree, base: options.trees === 'two' ? await workspace.prepare('base', run.head.sha, head) : { ...tree, side: 'base' } };
      },
    }, async (context) => { await testInside(context, { previous, options, keep: (measured) => { kept.measured = measured; } }); });
  });
  const wallSeconds = (tools.clock.now() - startedMs) / 1000;
  const selfTest = selfTestOf({ run, found, kept: kept.measured, options, wallSeconds });
  const record = kept.measured === undefined || options.record === undefined ? undefined : recordOf({ run, tools, kept: kept.measured, selfTest, startedAt, record: options.record });
  return { selfTest, record };
}

interface Kept { readonly plan: SelfTestPlan; readonly source: SelfTest['incumbent']['source']; readonly measured: SelfTestMeasured; readonly previous: StudyRecord | undefined; readonly history: PairedNoise | undefined; readonly key: StudyRecord['key'] }

/** What a value depends on: rounds, limits and margins may be changed, and the log goes on. */
function identityOf({ metric, space, program, metrics, reduce, earlyStopping, transfer, gpus, env, setup, link, data }: StudyConfig): string {
  return JSON.stringify({ metric: { name: metric?.name, goal: metric?.goal }, space, program, metrics, reduce, earlyStopping, transfer, gpus, env, setup, link, data });
}

interface Inside { readonly previous: StudyRecord | undefined; readonly options: SelfTestOptions; readonly keep: (measured: Kept) => void }

async function testInside(context: StageContext, { previous, options, keep }: Inside): Promise<void> {
  const { run, tools, found, trees } = context;
  const { head } = run.configs;
  const { params, source } = incumbentOf(head.space, previous);
  const key = trees.head === undefined ? {} : await tools.keyProbe.key(trees.head, head, params);
  found.environment = key;
  const plan = { rounds: options.rounds ?? usualRounds(head.verdict.looks), incumbent: params, neighbour: neighbourOf(head.space, params) };
  announce(context, plan, previous?.canonical.filter(({ state }) => state === 'complete') ?? []);
  const history = previous !== undefined && keyDifferences(previous.key, key).length === 0 ? previous.noise : undefined;
  const measured = await measureSelfTest(context, plan);
  keep({ plan, source, measured, previous, history, key });
}

/** b* of the newest record, else the declared defaults, else the middle of the space: any point where the program runs tells of its noise. */
function incumbentOf(space: SearchSpace, previous: StudyRecord | undefined): { readonly params: Params; readonly source: Kept['source'] } {
  const stored = previous === undefined ? undefined : projectOnto(space, previous.incumbent.params).params;
  if (stored !== undefined) return { params: stored, source: 'record' };
  const defaults = declaredDefaults(space)?.params;
  if (defaults !== undefined) return { params: defaults, source: 'defaults' };
  const filled = { ...space, parameters: space.parameters.map((parameter) => ({ ...parameter, default: parameter.default ?? quantile(parameter.distribution, 0.5) })) };
  const middle = declaredDefaults(filled);
  if (middle?.params !== undefined) return { params: middle.params, source: 'middle' };
  throw new UserError('no-configuration', `There is no configuration to run: main has no record, the file declares no defaults, and the middle of the space is not valid (${middle === undefined ? 'it has no parameter' : middle.reason}).`, { fix: 'Add `default:` to the parameters.' });
}

/** Says what will run and how long it takes, before it does; refuses what cannot fit `gpu_hours` (decisions.md 17). */
function announce(context: StageContext, plan: SelfTestPlan, timed: readonly { readonly seconds: number }[]): void {
  const { run, found, executor, tools, lab } = context;
  const { least, most } = plannedRuns(plan);
  const seconds = secondsPerRun(lab, timed);
  const slots = `on ${executor.capacity} ${executor.capacity === 1 ? 'slot' : 'slots'}`;
  const time = seconds === undefined ? slots : `≈ ${timeLeftWords((most * seconds) / executor.capacity)} ${slots} at most`;
  const hours = gpuHoursOf(context, most, timed);
  found.plan = `A/A self-test: ${plan.rounds} seeds, ${least} to ${most} runs of unchanged code ${time}${hours === undefined ? '' : `, ${formatNumber(hours, 2)} GPU-hours`}`;
  tools.progress.line(`${run.configs.head.name}: ${found.plan}`);
  const { gpuHours } = run.configs.head.budget;
  if (gpuHours === undefined || hours === undefined || hours <= gpuHours) return;
  throw new UserError('over-gpu-budget', `The self-test would take up to ${formatNumber(hours, 2)} GPU-hours, and budget.gpu_hours is ${formatNumber(gpuHours)}.`, { fix: 'Raise budget.gpu_hours, or ask for fewer rounds.' });
}

interface Parts { readonly run: StudyRun; readonly found: Findings; readonly kept: Kept | undefined; readonly options: SelfTestOptions; readonly wallSeconds: number }

function selfTestOf({ run, found, kept, options, wallSeconds }: Parts): SelfTest {
  const { head } = run.configs;
  const { alpha, looks } = head.verdict;
  const rounds = kept?.measured.rounds ?? [];
  const gated: readonly MetricConfig[] = [...(head.metric === undefined ? [] : [head.metric]), ...head.also.filter(({ gate }) => gate)];
  const prior = head.verdict.variance === 'moderated' && kept?.history !== undefined && kept.history.df >= fewestPriorDegrees && kept.history.sd > 0 ? { prior: kept.history } : {};
  const metrics = rounds.length < 2 ? [] : gated.map((metric) => metricFacts(rounds, metric, { alpha, looks, ...prior }));
  const judged = gated.flatMap((config) => {
    const margin = metrics.find(({ name }) => name === config.name)?.margin;
    return margin === undefined ? [] : [{ config, policy: { alpha, looks, margin, gatedMetrics: gated.length, ...(config.resolution === undefined ? {} : { resolution: config.resolution }), ...(config.name === run.objective.name ? prior : {}) } }];
  });
  const alarms = judged.length === 0 ? [] : alarmsOf(rounds, judged, createRng(`self-test:${head.name}`));
  const trials = (found.study?.trials ?? []).filter(({ result }) => result !== undefined);
  const cut = kept?.measured.cut ?? found.incomplete?.reason;
  const neighbour = rounds.some((round) => round.neighbour !== undefined) ? kept?.plan.neighbour : undefined;
  const facts = { study: head.name, alpha, looks: [...looks], metrics, alarms: [...alarms], trees: options.trees, ...(neighbour === undefined ? {} : { neighbour }), ...(cut === undefined ? {} : { cut }), rounds: rounds.map((round) => roundOf(round, run.objective.name)) };
  const findings = [...findingsOf(facts)];
  const noRun = kept !== undefined && rounds.length === 0 && kept.measured.firstFailure !== undefined ? [`No run ended with a value. The first failure: ${kept.measured.firstFailure}`] : [];
  return {
    ...facts, findings, configPath: head.path, sentence: selfTestSentence({ ...facts, findings }),
    asked: kept?.plan.rounds ?? options.rounds ?? usualRounds(looks), runs: trials.length, reused: found.takenOver.size, failed: kept?.measured.failed ?? 0,
    ...(kept?.measured.firstFailure === undefined ? {} : { firstFailure: kept.measured.firstFailure }), wallSeconds,
    incumbent: { params: kept?.plan.incumbent ?? {}, source: kept?.source ?? 'middle' }, ...(found.plan === undefined ? {} : { plan: found.plan }),
    environment: found.environment, warnings: [...found.warnings, ...found.notes, ...noRun, ...(found.incomplete === undefined ? [] : [found.incomplete.sentence])],
  };
}

function roundOf({ seed, first, second, neighbour }: SeedRuns, name: string): SelfTest['rounds'][number] {
  const value = (which: 'first' | 'second' | 'neighbour', run: SeedRuns['first']): object => (run?.metrics[name] === undefined ? {} : { [which]: run.metrics[name] });
  return { seed, ...value('first', first), ...value('second', second), ...value('neighbour', neighbour) };
}

interface RecordParts { readonly run: StudyRun; readonly tools: Tools; readonly kept: Kept; readonly selfTest: SelfTest; readonly startedAt: string; readonly record: { readonly runId: string; readonly attempt: number } }

/** The noise in the history, for `margin: auto`, `variance: moderated` and `noregret plan` (decisions.md 18, 35); none from a configuration that nobody chose, or cut short. */
function recordOf({ run, tools, kept, selfTest, startedAt, record: { runId, attempt } }: RecordParts): StudyRecord | undefined {
  const { head } = run.configs;
  const { plan, source, measured, previous, history, key } = kept;
  const paired = selfTest.metrics.find(({ name }) => name === run.objective.name)?.paired;
  if (source === 'middle' || paired === undefined || measured.cut !== undefined) return undefined;
  // Independent runs are the most that a change can scatter; stored, they would keep the margin wide for good. The same
  // commit tested once more shows the same pairs, which count once.
  const isNews = paired.from !== 'other-seeds' && !(previous?.sha === run.head.sha && previous.note === recordNote);
  const noise = pooledNoise([history, isNews ? { sd: paired.sd, df: paired.df } : undefined]);
  if (noise === undefined) return undefined;
  const margin = head.metric?.margin.kind === 'absolute' ? head.metric.margin.value : head.metric?.margin.kind === 'auto' ? settledMargin(noise, head.metric.resolution) : selfTest.metrics[0]?.margin;
  const incumbent = source === 'record' && previous !== undefined ? { ...previous.incumbent, params: plan.incumbent } : { params: plan.incumbent, sinceSha: run.head.sha, source: 'defaults' as const };
  return {
    schema: 1, tool: tools.tool, kind: 'observed', study: head.name, sha: run.head.sha, tree: run.head.tree, ...(run.head.parents[0] === undefined ? {} : { parent: run.head.parents[0] }),
    run: runId, attempt, startedAt, finishedAt: tools.clock.utc(), key: { ...key }, metric: { name: run.objective.name, goal: run.objective.goal }, space: spaceDigest(head.space), incumbent,
    canonical: measured.rounds.slice(0, seriesSeeds).flatMap(({ seed, first }) => (first === undefined ? [] : [{ seed, metrics: { ...first.metrics }, ...(first.streamSha256 === undefined ? {} : { streamSha256: first.streamSha256 }), seconds: first.seconds, state: 'complete' }])),
    ...(margin === undefined ? {} : { margin }), noise, budget: { trials: selfTest.runs, wallSeconds: selfTest.wallSeconds, gpuMinutes: 0 },
    note: recordNote,
  };
}
