import { pairedNoise, pooledNoise, settledMargin } from '../compare/margin.js';
import type { Decision, Proposal } from '../model/decision.js';
import { UserError } from '../model/errors.js';
import { paramsKey, type Params } from '../model/params.js';
import type { CanonicalRun, StudyRecord } from '../model/record.js';
import { seedFor } from '../model/seeds.js';
import { wasCut } from '../model/studyLog.js';
import { declaredDefaults, projectOnto } from '../model/validity.js';
import { keyDifferences } from '../compare/baseline.js';
import { acceptanceOf } from '../compare/decisions.js';
import { challengeIncumbent, keepChallenger, proposed } from './challenge.js';
import { slotsOf, type StageContext } from './context.js';
import { canonicalLabel, isWorse, runConfirmation, runGate, type GatePlan } from './gateStep.js';
import { diskCodes } from './searchLoop.js';
import { gainPairs } from './pairedStage.js';
import { knowledgeFor } from './knowledge.js';
import { inParallel } from './inParallel.js';
import { freezeMargins } from './marginStep.js';
import { mayBegin, searchSide } from './searchStep.js';

/** The drift series: so many canonical seeds on every push (decisions.md 19). */
const seriesSeeds = 5;

export interface PushFacts {
  /** Newest record on this line of history. */
  readonly previous: StudyRecord | undefined;
  /** Newest record on this line with a search. */
  readonly searched: StudyRecord | undefined;
  /** End of the newest search on this line, ISO 8601. */
  readonly searchIsDue: boolean;
  /** What people decided about this study's commits. */
  readonly decisions: readonly Decision[];
  /** Winners of merged pull requests that were not judged yet. */
  readonly proposals: readonly Proposal[];
}

export interface PushOutcome { readonly incumbent: StudyRecord['incumbent']; readonly canonical: readonly CanonicalRun[] }

/**
 * One push of the default branch: canonical seeds at b*, the gate against the previous record, a search when due, and a
 * challenger's chance to become b* (decisions.md 10, 19). `keep` gets what the record needs as soon as it is measured,
 * so that nothing that goes wrong later loses it.
 */
export async function runPush(context: StageContext, facts: PushFacts, keep: (outcome: PushOutcome) => Promise<void>): Promise<void> {
  const { previous, searched, searchIsDue } = facts;
  const { run, found } = context;
  const knowledge = knowledgeFor(run.configs.head.space, run.objective, { nearest: previous, searched });
  const isCancelled = (): boolean => run.signal.aborted;
  const held = previous === undefined ? undefined : heldIncumbent(context, previous);
  const adopted = previous === undefined ? undefined : adoptProposal(context, facts.proposals, held?.params);
  const defaults = declaredDefaults(run.configs.head.space)?.params;
  let incumbent: StudyRecord['incumbent'] | undefined = held ?? adopted ?? (defaults === undefined ? undefined : { params: defaults, sinceSha: run.head.sha, source: 'defaults' });
  const mustSearch = searchIsDue || held === undefined;
  if (incumbent === undefined) {
    const winner = await searchSide(context, { side: 'head', incumbent: undefined, knowledge });
    if (winner === undefined) return;
    incumbent = { params: winner, sinceSha: run.head.sha, source: 'base-search' };
  } else if (held === undefined && !(await mayBegin(context, 'head'))) return;
  const source = held !== undefined || incumbent === adopted ? 'record' : incumbent.source === 'defaults' ? 'defaults' : 'base-search';
  found.incumbent = { params: incumbent.params, source, sinceSha: incumbent.sinceSha };
  found.incumbentHere = incumbent.params;
  const canonical = await measureSeries(context, incumbent.params);
  if (isCancelled()) return;
  await keep({ incumbent, canonical });
  if (previous !== undefined && held !== undefined) await gateAgainst(context, previous, { incumbent: incumbent.params, decisions: facts.decisions });
  if (mustSearch && found.search === undefined && !isCancelled()) await searchSide(context, { side: 'head', incumbent: incumbent.params, knowledge });
  if (isCancelled() || incumbent === adopted) return;
  const proposals = dueStill(context, facts.proposals);
  const challenger = adopted?.params ?? await challengeIncumbent(context, { incumbent: incumbent.params, defaults, canonical, proposals });
  if (challenger === undefined) return;
  const series = await measureSeries(context, challenger);
  if (isCancelled() || !series.some((one) => one.state === 'complete')) return;
  if (adopted === undefined) found.notes.push('A new best configuration replaces main\'s from here on: it was better by at least half the margin on fresh seeds, at an error rate of 1 %.');
  await keep({ incumbent: { params: challenger, sinceSha: run.head.sha, source: 'challenger' }, canonical: series });
}

function heldIncumbent({ run, found }: StageContext, previous: StudyRecord): StudyRecord['incumbent'] | undefined {
  const projected = projectOnto(run.configs.head.space, previous.incumbent.params);
  if (projected.params === undefined) {
    found.noBaseline = { reason: 'incumbent-invalid', sentence: `main's best configuration of ${previous.sha.slice(0, 10)} is no longer valid (${projected.reason}); a new series starts here` };
    return undefined;
  }
  const isSame = paramsKey(projected.params) === paramsKey(previous.incumbent.params);
  return { ...previous.incumbent, params: projected.params, sinceSha: isSame ? previous.incumbent.sinceSha : run.head.sha };
}

/**
 * A merged pull request that was RECOVERED has shown b* to be worse with the code that is now main's, and the winner to make
 * up for it: it follows without another trial, the newest one first. So does any winner where b* is no longer valid.
 */
function adoptProposal(context: StageContext, proposals: readonly Proposal[], held: Params | undefined): StudyRecord['incumbent'] | undefined {
  const sure = proposals.filter(({ recovered, against }) => held === undefined || (recovered && paramsKey(against) === paramsKey(held)));
  for (const proposal of sure.toReversed()) {
    const candidate = proposed(context, proposal);
    if (candidate === undefined) continue;
    const isSame = held !== undefined && paramsKey(held) === paramsKey(candidate.params);
    keepChallenger(context, { ...candidate, outcome: isSame ? 'same' : 'recovered' });
    if (isSame) return undefined;
    return { params: candidate.params, sinceSha: context.run.head.sha, source: 'challenger' };
  }
  return undefined;
}

/** Without those that the adoption has already settled. */
function dueStill({ found }: StageContext, proposals: readonly Proposal[]): readonly Proposal[] {
  return proposals.filter(({ pullRequest }) => found.challengers?.some((one) => one.pullRequest === pullRequest) !== true);
}

async function measureSeries(context: StageContext, params: Params): Promise<readonly CanonicalRun[]> {
  const { lab, run } = context;
  const timeoutMs = run.configs.head.budget.trialTimeMs;
  const seeds = Array.from({ length: seriesSeeds }, (_, i) => seedFor(canonicalLabel, i + 1));
  const runs = await inParallel(seeds, slotsOf(context), async (seed): Promise<CanonicalRun | undefined> => {
    const { trial } = await lab.measure({ side: 'head', stage: 'canonical', params, seed, signal: run.signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
    const result = trial.result;
    if (result === undefined || wasCut(result)) return undefined;
    const complete = result.outcome.state === 'complete';
    return {
      seed, metrics: complete ? result.metrics : {}, seconds: result.seconds, state: result.outcome.state,
      ...(result.streamSha256 === undefined ? {} : { streamSha256: result.streamSha256 }),
    };
  });
  return runs.filter((one) => one !== undefined);
}

/** Against the values of the previous record, where they were measured under the same conditions. */
async function gateAgainst(context: StageContext, previous: StudyRecord, { incumbent, decisions }: { readonly incumbent: Params; readonly decisions: readonly Decision[] }): Promise<void> {
  const { found } = context;
  const differences = keyDifferences(previous.key, found.environment);
  if (differences.length > 0) {
    found.noBaseline = { reason: 'other-conditions', sentence: `the previous record, ${previous.sha.slice(0, 10)}, was measured under other conditions (${differences.map(({ field }) => field).join(', ')}); a new series starts here` };
    return;
  }
  const stored = new Map(previous.canonical.map((one) => [one.seed, one]));
  const metrics = await freezeMargins(context, { baseParams: previous.incumbent.params, stored, history: previous.noise, storedMargin: undefined, isRemembered: true });
  found.baseline = {
    sha: previous.sha, measuredSha: previous.sha, source: 'stored', why: 'The previous record of this branch.', keyDifferences: [], dependencies: context.workspace.dependencies,
  };
  const plan = { metrics, baseParams: previous.incumbent.params, headParams: incumbent, stored };
  const { outcome } = await runGate(context, { ...plan, maxPairs: stored.size });
  if (!isWorse(outcome) || context.run.signal.aborted) return;
  const down = metrics.filter((_, i) => outcome.results[i]?.decision === 'DOWN').map(({ name }) => name);
  const crashed = outcome.results.some(({ decision, reason }) => decision === 'DOWN' && reason === 'stability');
  const { sha, tree } = context.run.head;
  const acceptance = acceptanceOf({ sha, tree, metrics: down, crashed, now: context.tools.clock.utc() }, decisions);
  if (acceptance === undefined) await confirmAgainst(context, previous, plan);
  else found.acceptedHere = acceptance;
}

/** A decline is repeated on fresh seeds with the previous commit built once more; where that fails it stays unconfirmed. */
async function confirmAgainst(context: StageContext, previous: StudyRecord, plan: GatePlan): Promise<void> {
  const { run, found, trees, workspace } = context;
  const own = trees.base;
  try {
    trees.base = await workspace.prepare('base', previous.sha, run.configs.head);
    await runConfirmation(context, { ...plan, baseSha: previous.sha });
  } catch (error) {
    if (!(error instanceof UserError) || diskCodes.has(error.code)) throw error;
    found.notes.push(`The decline could not be repeated: ${error.message}`);
  } finally {
    if (own !== undefined) trees.base = own;
  }
}

/**
 * Spread of this push's paired differences, pooled with what the previous record knew on the same key. Pairs that are equal
 * throughout say that nothing changed, not how much a change scatters: counted, they would talk the noise down to nothing.
 */
export function noiseOf({ run, found }: Pick<StageContext, 'run' | 'found'>, previous: StudyRecord | undefined, key: StudyRecord['key']): StudyRecord['noise'] {
  if (previous === undefined || keyDifferences(previous.key, key).length > 0) return undefined;
  const here = pairedNoise(gainPairs(found.gate?.outcome.pairs ?? [], run.objective));
  return pooledNoise([previous.noise, here !== undefined && here.sd > 0 ? here : undefined]);
}

/** Margin in force from here on: what was used, for `auto` what the pooled noise now gives (decisions.md 18). */
export function marginOf({ run, found }: Pick<StageContext, 'run' | 'found'>, noise: StudyRecord['noise']): number | undefined {
  const { metric } = run.configs.head;
  if (metric?.margin.kind === 'absolute') return metric.margin.value;
  return metric?.margin.kind === 'auto' ? settledMargin(noise, metric.resolution) : found.margin?.value;
}
