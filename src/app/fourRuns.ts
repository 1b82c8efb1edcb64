import { differenceInDifferences, type FourRuns } from '../compare/drift/movement.js';
import { tQuantile } from '../math/studentT.js';
import type { TuningDrift } from '../model/driftFindings.js';
import { toGain } from '../model/direction.js';
import type { Params } from '../model/params.js';
import type { CanonicalRun } from '../model/record.js';
import type { Side } from '../model/trial.js';
import { pairsRequest, slotsOf, type StageContext } from './context.js';
import { canonicalLabel, retuneLabel } from './gateStep.js';
import { gainPairs } from './pairedStage.js';
import { measurePairs, missingRuns, type MeasuredPair } from './pairs.js';
import { gpuSecondsOf } from './searchFacts.js';
import { secondsFor, secondsPerRun } from './timeLeft.js';

export interface FourRunsRequest {
  readonly seeds: number;
  /** Base values at main's best configuration that the history holds, by canonical seed. */
  readonly stored: ReadonlyMap<number, CanonicalRun>;
  /** The best configuration that was found here, and main's, each as both sides have it. */
  readonly retuned: Readonly<Record<Side, Params>>;
  readonly incumbent: Readonly<Record<Side, Params>>;
}

/**
 * What retuning gains here and on main, four runs a seed (verdict.md 7.1). Half of them were measured before: after a decline
 * by the retuning check, on its fresh seeds, since the gate's were chosen for looking worse; else by the gate.
 */
export async function measureFourRuns(context: StageContext, { seeds, stored, retuned, incumbent }: FourRunsRequest): Promise<Pick<TuningDrift, 'did' | 'didWhy'>> {
  const { run, lab, found, tools } = context;
  const label = found.retune === undefined ? canonicalLabel : retuneLabel(run);
  const values = found.retune === undefined ? stored : new Map<number, CanonicalRun>();
  const request = (params: Readonly<Record<Side, Params>>, known: ReadonlyMap<number, CanonicalRun>): ReturnType<typeof pairsRequest> => pairsRequest(context, { stage: 'drift', label, base: params.base, head: params.head, stored: known });
  const asked = [request(retuned, new Map()), request(incumbent, values)];
  const waiting = asked.reduce((sum, one) => sum + missingRuns(one, 1, seeds), 0);
  const why = whyNoRoom(context, waiting);
  if (why !== undefined) return { didWhy: why };
  tools.progress.line(`${run.configs.head.name}: the search looks as if the best configuration had moved: ${waiting} more runs to tell`);
  let done = 0;
  const onDone = (): void => { tools.progress.progress({ study: run.configs.head.name, stage: 'drift', done: ++done, of: 4 * seeds, running: Math.min(slotsOf(context), 4 * seeds - done), slots: context.executor.capacity }); };
  const measured: MeasuredPair[][] = [];
  for (const one of asked) measured.push(await measurePairs({ ...one, onDone }, 1, seeds));
  if (run.signal.aborted) return { didWhy: 'cancelled' };
  await lab.end('drift', 'measured');
  return estimateOf(context, fourRuns(context, measured));
}

/** Seeds of which all four runs gave a value. */
function fourRuns({ run }: StageContext, [retuned = [], incumbent = []]: readonly (readonly MeasuredPair[])[]): readonly FourRuns[] {
  const [ours, theirs] = [gainPairs(retuned, run.objective), gainPairs(incumbent, run.objective)];
  return ours.flatMap(({ seed, head, base }) => {
    const other = theirs.find((pair) => pair.seed === seed);
    return head === undefined || base === undefined || other?.head === undefined || other.base === undefined ? []
      : [{ headRetuned: head, baseRetuned: base, headIncumbent: other.head, baseIncumbent: other.base }];
  });
}

function estimateOf({ run }: StageContext, runs: readonly FourRuns[]): Pick<TuningDrift, 'did' | 'didWhy'> {
  const found = differenceInDifferences(runs);
  if (found === undefined) return { didWhy: 'too few of its runs ended with a value' };
  const { alpha } = run.configs.head.verdict;
  const { goal } = run.objective;
  const half = found.t === 0 || !Number.isFinite(found.t) ? 0 : Math.abs((found.value / found.t) * tQuantile(1 - alpha, found.seeds - 1));
  const ends = [toGain(found.value - half, goal), toGain(found.value + half, goal)];
  return { did: { value: toGain(found.value, goal), low: Math.min(...ends), high: Math.max(...ends), seeds: found.seeds, p: found.p, moved: found.p < alpha } };
}

/** It comes last and goes without, where time or GPU-hours are used up. */
function whyNoRoom(context: StageContext, waiting: number): string | undefined {
  const { run, lab, tools, deadlineMs } = context;
  const { gpuHours } = run.configs.head.budget;
  const seconds = secondsFor({ waiting, slots: slotsOf(context), each: secondsPerRun(lab) });
  if (deadlineMs !== undefined && 1000 * (seconds ?? 0) > deadlineMs - tools.clock.now()) return 'there is no time left for it';
  const spent = gpuSecondsOf(lab);
  return gpuHours !== undefined && spent.all + waiting * spent.each > gpuHours * 3600 ? 'there are no GPU-hours left for it' : undefined;
}
