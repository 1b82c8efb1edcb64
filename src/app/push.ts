import { pairedNoise, pooledNoise } from '../compare/margin.js';
import type { Params } from '../model/params.js';
import type { CanonicalRun, StudyRecord } from '../model/record.js';
import { seedFor } from '../model/seeds.js';
import { declaredDefaults, projectOnto } from '../model/validity.js';
import { toGain } from '../model/direction.js';
import { keyDifferences } from '../compare/baseline.js';
import { challengeIncumbent } from './challenge.js';
import type { StageContext } from './context.js';
import { canonicalLabel, runGate } from './gateStep.js';
import { gainPairs } from './pairedStage.js';
import { inParallel } from './inParallel.js';
import { freezeMargins } from './marginStep.js';
import { searchSide } from './searchStep.js';

/** The drift series: so many canonical seeds on every push (decisions.md 19). */
const seriesSeeds = 5;

export interface PushFacts {
  /** Newest record on this line of history. */
  readonly previous: StudyRecord | undefined;
  /** End of the newest search on this line, ISO 8601. */
  readonly searchIsDue: boolean;
}

export interface PushOutcome { readonly incumbent: StudyRecord['incumbent']; readonly canonical: readonly CanonicalRun[]; readonly searched: boolean }

/**
 * One push of the default branch: canonical seeds at b*, the gate against the previous record, a search when due, and a
 * challenger's chance to become b* (decisions.md 10, 19).
 */
export async function runPush(context: StageContext, { previous, searchIsDue }: PushFacts): Promise<PushOutcome | undefined> {
  const { run, found } = context;
  const held = previous === undefined ? undefined : heldIncumbent(context, previous);
  const defaults = declaredDefaults(run.configs.head.space)?.params;
  let incumbent: StudyRecord['incumbent'] | undefined = held ?? (defaults === undefined ? undefined : { params: defaults, sinceSha: run.head.sha, source: 'defaults' });
  const mustSearch = searchIsDue || incumbent === undefined;
  if (incumbent === undefined) {
    const winner = await searchSide(context, { side: 'head', incumbent: undefined });
    if (winner === undefined) return undefined;
    incumbent = { params: winner, sinceSha: run.head.sha, source: 'base-search' };
  }
  found.incumbent = { params: incumbent.params, source: held === undefined ? (incumbent.source === 'defaults' ? 'defaults' : 'base-search') : 'record', sinceSha: incumbent.sinceSha };
  found.incumbentHere = incumbent.params;
  const canonical = await measureSeries(context, incumbent.params);
  if (previous !== undefined && held !== undefined && !run.signal.aborted) await gateAgainst(context, previous, incumbent.params);
  if (mustSearch && found.search === undefined && !run.signal.aborted) await searchSide(context, { side: 'head', incumbent: incumbent.params });
  if (run.signal.aborted) return { incumbent, canonical, searched: found.search !== undefined };
  const challenger = await challengeIncumbent(context, incumbent.params, defaults);
  if (challenger === undefined) return { incumbent, canonical, searched: found.search !== undefined };
  found.notes.push('A new best configuration replaces main\'s: it was better by at least half the margin on fresh seeds, at an error rate of 1 %.');
  return { incumbent: { params: challenger, sinceSha: run.head.sha, source: 'challenger' }, canonical: await measureSeries(context, challenger), searched: found.search !== undefined };
}

function heldIncumbent({ run, found }: StageContext, previous: StudyRecord): StudyRecord['incumbent'] | undefined {
  const projected = projectOnto(run.configs.head.space, previous.incumbent.params);
  if (projected.params !== undefined) return { ...previous.incumbent, params: projected.params };
  found.warnings.push(`The stored best configuration is no longer valid: ${projected.reason}. A search looks for a new one.`);
  return undefined;
}

async function measureSeries(context: StageContext, params: Params): Promise<readonly CanonicalRun[]> {
  const { lab, executor, run } = context;
  const timeoutMs = run.configs.head.budget.trialTimeMs;
  const seeds = Array.from({ length: seriesSeeds }, (_, i) => seedFor(canonicalLabel, i + 1));
  const runs = await inParallel(seeds, executor.capacity, async (seed): Promise<CanonicalRun | undefined> => {
    const { trial } = await lab.measure({ side: 'head', stage: 'canonical', params, seed, signal: run.signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
    const result = trial.result;
    if (result === undefined || run.signal.aborted) return undefined;
    const complete = result.outcome.state === 'complete';
    return {
      seed, metrics: complete ? result.metrics : {}, seconds: result.seconds, state: result.outcome.state,
      ...(result.streamSha256 === undefined ? {} : { streamSha256: result.streamSha256 }),
    };
  });
  return runs.filter((one) => one !== undefined);
}

/** Against the values of the previous record, where they were measured under the same conditions. */
async function gateAgainst(context: StageContext, previous: StudyRecord, incumbent: Params): Promise<void> {
  const { found, run } = context;
  const differences = keyDifferences(previous.key, found.environment);
  if (differences.length > 0) {
    found.noBaseline = { reason: 'other-conditions', sentence: `the previous record, ${previous.sha.slice(0, 10)}, was measured under other conditions (${differences.map(({ field }) => field).join(', ')}); a new series starts here` };
    return;
  }
  const stored = new Map(previous.canonical.map((one) => [one.seed, one]));
  if (stored.size < (run.configs.head.verdict.looks[0] ?? 0)) return;
  const metrics = await freezeMargins(context, { baseParams: previous.incumbent.params, stored, history: previous.noise, storedMargin: previous.margin });
  found.baseline = {
    sha: previous.sha, measuredSha: previous.sha, source: 'stored', why: 'the previous record of this branch', keyDifferences: [], dependencies: context.workspace.dependencies,
  };
  await runGate(context, { metrics, baseParams: previous.incumbent.params, headParams: incumbent, stored, maxPairs: stored.size });
}

/** Spread of this push's paired differences, pooled with what the previous record knew on the same key. */
export function noiseOf(context: StageContext, previous: StudyRecord | undefined): StudyRecord['noise'] {
  const { found, run } = context;
  const metric = { name: run.objective.name, goal: run.objective.goal };
  const pairs = gainPairs(found.gate?.outcome.pairs ?? [], metric).map(({ seed, base, head }) => ({ seed, ...(base === undefined ? {} : { base: toGain(base, metric.goal) }), ...(head === undefined ? {} : { head: toGain(head, metric.goal) }) }));
  const comparable = previous !== undefined && keyDifferences(previous.key, found.environment).length === 0;
  return pooledNoise([comparable ? previous.noise : undefined, pairedNoise(pairs)]);
}
