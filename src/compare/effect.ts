import type { Comparison } from '../model/comparison.js';
import { toGain, type Goal } from '../model/direction.js';
import { formatInterval, formatNumber } from '../model/numberFormat.js';
import type { GateResult } from '../model/verdict.js';

/** head − base of a gate result in the metric's unit and sign; undefined before the first look. */
export function effectOf(result: GateResult, goal: Goal): Comparison['effect'] {
  const { effect, low, high, pairs } = result;
  if (effect === undefined || low === undefined || high === undefined) return undefined;
  const ends = [toGain(low, goal), toGain(high, goal)];
  // Adding 0 keeps -0 out of the report.
  return { value: toGain(effect, goal) + 0, low: Math.min(...ends) + 0, high: Math.max(...ends) + 0, pairs, better: effect > 0 };
}

/** `+0.0003 [−0.0021, +0.0027]`; undefined before the first look. */
export function effectText(result: GateResult, goal: Goal): string | undefined {
  const effect = effectOf(result, goal);
  return effect && formatInterval(effect.value, effect.low, effect.high);
}

/** `val_accuracy +0.0003 [−0.0021, +0.0027], margin 0.005, 5 paired seeds`; `runs` in place of the last part. */
export function measured(name: string, result: GateResult, goal: Goal, runs?: string): string {
  const effect = effectText(result, goal);
  const seeds = runs ?? `${result.pairs} paired ${result.pairs === 1 ? 'seed' : 'seeds'}`;
  return effect === undefined ? `${name} was measured on ${seeds}` : `${name} ${effect}, margin ${formatNumber(result.margin)}, ${seeds}`;
}
