import { effectOf } from '../compare/effect.js';
import { gate } from '../compare/gate.js';
import { judgedGate } from '../compare/judge.js';
import type { ResolvedMargin } from '../compare/margin.js';
import { mean } from '../math/describe.js';
import type { Comparison } from '../model/comparison.js';
import { toGain, type Goal } from '../model/direction.js';
import type { Params } from '../model/params.js';
import type { Pair } from '../model/verdict.js';

/** Where no study file says otherwise, as a pull request has them. */
export const usualPolicy = { alpha: 0.05, looks: [3, 5, 7, 10] };

export interface PairsToJudge {
  readonly pairs: readonly Pair[];
  readonly metric: { readonly name: string; readonly goal: Goal };
  readonly margin: ResolvedMargin['margin'];
  readonly params: { readonly base: Params; readonly head: Params };
}

/** What the gate says of pairs that were measured elsewhere, as parts of a comparison. Nothing is run, so a decline is not repeated and nobody retunes. */
export function judgePairs({ pairs, metric, margin, params }: PairsToJudge): Pick<Comparison, 'verdict' | 'effect' | 'margin' | 'gate' | 'metrics'> {
  const { name, goal } = metric;
  const gain = (value: number | undefined, side: 'base' | 'head'): { readonly base?: number; readonly head?: number } => (value === undefined ? {} : { [side]: toGain(value, goal) });
  const result = gate(pairs.map(({ seed, base, head }) => ({ seed, ...gain(base, 'base'), ...gain(head, 'head') })), { ...usualPolicy, margin: margin.value });
  const judged = judgedGate(result, { goal, metric: name });
  const effect = effectOf(result, goal);
  const valid = pairs.flatMap(({ base, head }) => (base === undefined || head === undefined ? [] : [{ base, head }]));
  const [base, head] = [mean(valid.map((pair) => pair.base)), mean(valid.map((pair) => pair.head))];
  return {
    margin, gate: { pairs: [...pairs], result, baseParams: params.base, headParams: params.head },
    verdict: { kind: judged.verdict, sentence: judged.sentence, ...(result.reason === undefined ? {} : { reason: result.reason }) },
    ...(effect === undefined ? {} : { effect }),
    metrics: [{
      name, goal, gate: true, margin: margin.value, result, ...(base === undefined || head === undefined ? {} : { base, head }),
      ...(effect === undefined ? {} : { effect: effect.value, low: effect.low, high: effect.high, better: effect.better }),
    }],
  };
}
