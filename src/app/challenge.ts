import { gate } from '../compare/gate.js';
import { paramsKey, type Params } from '../model/params.js';
import { pairsRequest, type StageContext } from './context.js';
import { run as runPairs } from './gateStep.js';

/** A challenger must beat b* at this error rate, by at least half the margin (decisions.md 19). */
const challengeAlpha = 0.01;

/** The re-scored winner of main's search, or the declared defaults, if one of them beats b* on fresh pairs; else undefined. */
export async function challengeIncumbent(context: StageContext, incumbent: Params, defaults: Params | undefined): Promise<Params | undefined> {
  const { run, found, lab } = context;
  const margin = found.margin?.value;
  const candidates = [found.rescore?.winner?.params, found.search === undefined ? undefined : defaults].filter((params) => params !== undefined);
  const fresh = new Map(candidates.map((params) => [paramsKey(params), params]));
  fresh.delete(paramsKey(incumbent));
  if (margin === undefined || found.incumbent?.source === 'base-search') return undefined;
  for (const params of fresh.values()) {
    if (run.signal.aborted) return undefined;
    const { verdict, metric } = run.configs.head;
    const policy = { alpha: challengeAlpha, looks: verdict.looks, margin, ...(metric?.resolution === undefined ? {} : { resolution: metric.resolution }) };
    const outcome = await runPairs(context, 'challenge', {
      ...pairsRequest(context, { stage: 'incumbent', label: `incumbent:${run.head.sha}`, base: incumbent, head: params }),
      metrics: [{ name: run.objective.name, goal: run.objective.goal, policy }], clock: context.tools.clock, deadlineMs: context.deadlineMs, judge: gate,
    });
    await lab.end('incumbent', outcome.results[0]?.decision ?? 'undecided');
    if (outcome.results[0]?.decision === 'IMPROVED') return params;
  }
  return undefined;
}
