import { gate } from '../compare/gate.js';
import type { Proposal } from '../model/decision.js';
import { paramsKey, type Params } from '../model/params.js';
import type { CanonicalRun, Challenger } from '../model/record.js';
import { projectOnto } from '../model/validity.js';
import { pairsRequest, type StageContext } from './context.js';
import { freezeMargins } from './marginStep.js';
import { run as runPairs } from './gateStep.js';

/** A challenger must beat b* at this error rate, by at least half the margin (decisions.md 19). */
const challengeAlpha = 0.01;

export interface Challenge {
  readonly incumbent: Params;
  readonly defaults: Params | undefined;
  /** Winners of merged pull requests. */
  readonly proposals: readonly Proposal[];
  /** The incumbent's series of this push. */
  readonly canonical: readonly CanonicalRun[];
}

type Candidate = Omit<Challenger, 'outcome'>;

/**
 * Main's own retuned winner, the winners of merged pull requests and the declared defaults, one after the other against b*
 * on fresh pairs: the first that beats it, else undefined. What became of each is kept in `found.challengers`.
 */
export async function challengeIncumbent(context: StageContext, challenge: Challenge): Promise<Params | undefined> {
  const { run, found } = context;
  const { incumbent, canonical } = challenge;
  const candidates = candidatesOf(context, challenge);
  if (candidates.length === 0 || found.incumbent?.source === 'base-search') return undefined;
  // The first record of a series has no gate that would have fixed a margin.
  const stored = new Map(canonical.map((one) => [one.seed, one]));
  if (found.margin === undefined) await freezeMargins(context, { baseParams: incumbent, stored, history: undefined, storedMargin: undefined, isRemembered: true });
  const margin = found.margin?.value;
  if (margin === undefined) return undefined;
  for (const candidate of candidates) {
    if (run.signal.aborted) return undefined;
    const isBetter = await beatsIncumbent(context, { incumbent, params: candidate.params, margin });
    // Cut short: it gets another chance on the next push.
    if (isBetter === undefined) continue;
    keepChallenger(context, { ...candidate, outcome: isBetter ? 'adopted' : 'not-better' });
    if (isBetter) return candidate.params;
  }
  return undefined;
}

async function beatsIncumbent(context: StageContext, { incumbent, params, margin }: { readonly incumbent: Params; readonly params: Params; readonly margin: number }): Promise<boolean | undefined> {
  const { run } = context;
  const { verdict, metric } = run.configs.head;
  const policy = { alpha: challengeAlpha, looks: verdict.looks, margin, ...(metric?.resolution === undefined ? {} : { resolution: metric.resolution }) };
  const outcome = await runPairs(context, 'challenge', {
    ...pairsRequest(context, { stage: 'incumbent', label: `incumbent:${run.head.sha}`, base: incumbent, head: params }),
    metrics: [{ name: run.objective.name, goal: run.objective.goal, policy }], clock: context.tools.clock, deadlineMs: context.deadlineMs, judge: gate,
  }, () => undefined);
  return outcome.cut === undefined ? outcome.results[0]?.decision === 'IMPROVED' : undefined;
}

/** Each configuration once, b* itself never. */
function candidatesOf(context: StageContext, { incumbent, defaults, proposals }: Challenge): readonly Candidate[] {
  const { found } = context;
  const winner = found.rescore?.winner?.params;
  const all: Candidate[] = [
    ...(winner === undefined ? [] : [{ from: 'search' as const, params: winner }]),
    ...proposals.flatMap((one) => proposed(context, one) ?? []),
    ...(found.search === undefined || defaults === undefined ? [] : [{ from: 'defaults' as const, params: defaults }]),
  ];
  const seen = new Set([paramsKey(incumbent)]);
  return all.filter((candidate) => {
    const key = paramsKey(candidate.params);
    const isNew = !seen.has(key);
    seen.add(key);
    // The same configuration as another's needs no trial of its own, but is done with.
    if (!isNew && candidate.from === 'pull-request') keepChallenger(context, { ...candidate, outcome: 'same' });
    return isNew;
  });
}

/** As this commit's space has it; undefined, and done with, where it is no point of it any more. */
export function proposed(context: StageContext, { params, pullRequest }: Proposal): Candidate | undefined {
  const { space } = context.run.configs.head;
  const here = projectOnto(space, params);
  if (here.params !== undefined) return { from: 'pull-request', pullRequest, params: here.params };
  keepChallenger(context, { from: 'pull-request', pullRequest, params, outcome: 'invalid' });
  return undefined;
}

export function keepChallenger({ found }: Pick<StageContext, 'found'>, challenger: Challenger): void {
  found.challengers = [...(found.challengers ?? []), challenger];
  if (challenger.pullRequest !== undefined) found.notes.push(`The retuned configuration of pull request ${challenger.pullRequest}, which was merged, ${proposalWords[challenger.outcome]}`);
}

const proposalWords: Readonly<Record<Challenger['outcome'], string>> = {
  adopted: 'was tried against main\'s best on fresh seeds and is better by at least half the margin: it is main\'s best from here on.',
  recovered: 'is main\'s best from here on: the one before it had been found worse there, or is no longer valid.',
  'not-better': 'was tried against main\'s best on fresh seeds and is not better by half the margin: main\'s best stays.',
  invalid: 'is no point of the search space here: main\'s best stays.',
  same: 'is the same as another one that was considered.',
};
