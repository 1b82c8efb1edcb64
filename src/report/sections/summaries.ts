import type { Comparison, PairedStage } from '../../model/comparison.js';
import { toGain } from '../../model/direction.js';
import { formatNumber } from '../../model/numberFormat.js';
import { paramsKey } from '../../model/params.js';
import type { ChartPair } from '../../model/blocks.js';
import type { Goal } from '../../model/direction.js';
import { plural } from '../words.js';

/** Pairs of which both runs gave a value. */
export function wholePairs(stage: PairedStage): readonly ChartPair[] {
  return stage.pairs.flatMap(({ seed, base, head }) => (base === undefined || head === undefined ? [] : [{ seed, base, head }]));
}

/** Means over the whole pairs, and head - base with its interval, all in the metric's own sign. */
export function pairMeans(stage: PairedStage, goal?: Goal): { base: number; head: number; effect: number; low?: number; high?: number } | undefined {
  const pairs = wholePairs(stage);
  if (pairs.length === 0) return undefined;
  const base = mean(pairs.map((pair) => pair.base));
  const head = mean(pairs.map((pair) => pair.head));
  return { base, head, effect: head - base, ...(goal === undefined ? {} : stageInterval(stage, goal)) };
}

/** Gate results are in gain units; people see the metric's sign. */
export function stageInterval({ result }: PairedStage, goal: Goal): { low: number; high: number } | undefined {
  if (result.low === undefined || result.high === undefined) return undefined;
  const [a, b] = [toGain(result.low, goal), toGain(result.high, goal)];
  return { low: Math.min(a, b), high: Math.max(a, b) };
}

/** The best that tuning found here, where that is not main's best: the re-scored winner's mean, else the luckiest single run of the search. */
export function searchBest({ search, gate }: Comparison): { readonly value: number; readonly from: string } | undefined {
  const winner = search?.rescore.find((each) => each.winner);
  const known = gate === undefined ? undefined : paramsKey(gate.headParams);
  // On other seeds its value would look like a gain.
  if (winner !== undefined && paramsKey(winner.params) === known) return undefined;
  const incumbent = search?.rescore.find(({ params }) => paramsKey(params) === known);
  const beside = incumbent?.mean === undefined ? '' : `; main's best there: ${formatNumber(incumbent.mean)}`;
  if (winner?.mean !== undefined) return { value: winner.mean, from: `mean of ${plural(winner.values.length, 'fresh seed')}${beside}` };
  const best = search?.trials.find(({ number }) => number === search.bestTrial);
  return best?.value === undefined ? undefined : { value: best.value, from: 'one seed, so flattering' };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}
