import { gate } from '../compare/gate.js';
import { paramsKey, type Params } from '../model/params.js';
import type { CanonicalRun } from '../model/record.js';
import { pairsRequest, type StageContext } from './context.js';
import { freezeMargins } from './marginStep.js';
import { run as runPairs } from './gateStep.js';

/** A challenger must beat b* at this error rate, by at least half the margin (decisions.md 19). */
const challengeAlpha = 0.01;

export interface Challenge {
  readonly incumbent: Params;
  readonly defaults: Params | undefined;
  /** The incumbent's series of this push. */
  readonly canonical: readonly CanonicalRun[];
}

/** The re-scored winner of main's search, or the declared defaults, if one of them beats b* on fresh pairs; else undefined. */
export async function challengeIncumbent(context: StageContext, { incumbent, defaults, canonical }: Challenge): Promise<Params | undefined> {
  const { run, found } = context;
  const candidates = [found.rescore?.winner?.params, found.search === undefined ? undefined : defaults].filter((params) => params !== undefined);
  const fresh = new Map(candidates.map((params) => [paramsKey(params), params]));
  fresh.delete(paramsKey(incumbent));
  if (fresh.size === 0 || found.incumbent?.source === 'base-search') return undefined;
  // The first record of a series has no gate that would have fixed a margin.
  const stored = new Map(canonical.map((one) => [one.seed, one]));
  if (found.margin === undefined) await freezeMargins(context, { baseParams: incumbent, stored, history: undefined, storedMargin: undefined, isRemembered: true });
  const margin = found.margin?.value;
  if (margin === undefined) return undefined;
  for (const params of fresh.values()) {
    if (run.signal.aborted) return undefined;
    const { verdict, metric } = run.configs.head;
    const policy = { alpha: challengeAlpha, looks: verdict.looks, margin, ...(metric?.resolution === undefined ? {} : { resolution: metric.resolution }) };
    const outcome = await runPairs(context, 'challenge', {
      ...pairsRequest(context, { stage: 'incumbent', label: `incumbent:${run.head.sha}`, base: incumbent, head: params }),
      metrics: [{ name: run.objective.name, goal: run.objective.goal, policy }], clock: context.tools.clock, deadlineMs: context.deadlineMs, judge: gate,
    }, () => undefined);
    if (outcome.results[0]?.decision === 'IMPROVED') return params;
  }
  return undefined;
}
