import { fairUpperTail } from '../math/binomial.js';
import { mean, variance, type Numbers } from '../math/describe.js';
import type { GateResult } from '../model/verdict.js';
import type { GatePolicy } from './gate.js';
import { gateRule } from './lookRule.js';
import { claimAlpha } from './looks.js';
import { deadSide, isValue, isWithheld, suspectReason, tallyOf, type GainPair, type Tally } from './stability.js';

/** Prior variance of the effect in units of the noise's: which sizes of effect the e-value is quickest at. Fixed, as it was simulated. */
const priorVariance = 4;
/** Level of the guard against crashes, as in the gate. */
const crashLevel = 0.05;

/**
 * The judgement beyond the last look: an interval that holds for all numbers of pairs at once, so that more may be
 * asked for as often as anybody likes. It starts from the first pair and forgets the looks (verdict.md 6.6); the price is
 * a wider interval. `policy.looks` only says with how many pairs to begin. Always one look, at the last valid pair.
 * While undecided, more pairs help: there is no last one. Pure.
 */
export function extend(pairs: readonly GainPair[], policy: GatePolicy): GateResult {
  const differences: number[] = [];
  let scale = 0;
  for (const { base, head } of pairs) {
    if (!isValue(base) || !isValue(head)) continue;
    differences.push(head - base);
    scale = Math.max(scale, Math.abs(base), Math.abs(head));
  }
  return extendDifferences({ differences, scale, tally: tallyOf(pairs) }, policy);
}

/** What `extend` keeps of its pairs: `differences` in gain units, the largest |value| of a run, and who failed. */
export interface PairSummary { readonly differences: Numbers; readonly scale: number; readonly tally: Tally }

export function extendDifferences({ differences, scale, tally }: PairSummary, policy: GatePolicy): GateResult {
  const first = Math.max(policy.looks[0] ?? 3, 3);
  const n = differences.length;
  const frame = { alpha: policy.alpha, margin: policy.margin, pairs: n, headOnlyFailures: tally.headOnlyFailures, baseOnlyFailures: tally.baseOnlyFailures };
  const claim = alwaysValidMultiplier(n, claimAlpha(policy.alpha, policy.gatedMetrics ?? 1));
  const isReady = n >= first && claim !== Infinity;
  const input = { differences, scale, passMultiplier: alwaysValidMultiplier(n, policy.alpha), claimMultiplier: claim, isLast: true, margin: policy.margin, resolution: policy.resolution ?? 0 };
  const outcome = isReady ? gateRule(input, false) : undefined;
  const seen = outcome === undefined ? { looks: [] } : { looks: [outcome.look], effect: outcome.look.mean, low: outcome.look.low, high: outcome.look.high };
  if (headAlwaysFails(tally, first) || crashEValue(tally) >= 1 / crashLevel) return { ...frame, ...seen, decision: 'DOWN', reason: 'stability' };
  if (outcome === undefined) {
    const dead = deadSide(tally, first);
    return { ...frame, ...seen, decision: 'INCONCLUSIVE', ...(dead === undefined ? { needMore: missingPairs(n, first, policy) } : { reason: dead }) };
  }
  const { decision = 'INCONCLUSIVE', reason } = outcome;
  const suspect = suspectReason(tally);
  if (suspect !== undefined && isWithheld(decision, suspect)) return { ...frame, ...seen, decision: 'INCONCLUSIVE', reason: suspect };
  return { ...frame, ...seen, decision, ...(reason === undefined ? {} : { reason }) };
}

/** Pairs until the first interval that is not infinite. */
function missingPairs(n: number, first: number, { alpha, gatedMetrics = 1 }: GatePolicy): number {
  let wanted = first;
  while (alwaysValidMultiplier(wanted, claimAlpha(alpha, gatedMetrics)) === Infinity) wanted += 1;
  return wanted - n;
}

/**
 * e-value against "no difference": at most 1 on average at any stopping time, whatever the noise, so that P(ever >= x) <= 1/x.
 * Mixture of t likelihood ratios over effects N(0, 4 sd²) (Wang and Ramdas, "Anytime-valid t-tests and confidence sequences
 * for Gaussian means with unknown variance", 2024). Undefined below two differences, or where they do not differ.
 */
export function eValue(differences: Numbers): number | undefined {
  const n = differences.length;
  const [centre, squared] = [mean(differences), variance(differences)];
  if (centre === undefined || squared === undefined || squared === 0) return undefined;
  const t2 = (n * centre ** 2) / squared;
  const k = 1 + n * priorVariance;
  return Math.exp(-0.5 * Math.log(k) + (n / 2) * (Math.log1p(t2 / (n - 1)) - Math.log1p(t2 / ((n - 1) * k))));
}

/**
 * Half width per unit of sd of the interval of all effects that the e-value does not reject: it misses on either side
 * with probability `alpha` at any time whatsoever. Infinity with too few pairs (alpha .05: two).
 */
export function alwaysValidMultiplier(pairs: number, alpha: number): number {
  if (pairs < 2) return Infinity;
  const k = 1 + pairs * priorVariance;
  const a = (Math.sqrt(k) / (2 * alpha)) ** (2 / pairs);
  return a >= k ? Infinity : Math.sqrt(((pairs - 1) * (a - 1)) / (1 - a / k) / pairs);
}

/**
 * McNemar's question, "does head fail where base does not more often than the other way round?", for any stopping time: a
 * uniform mixture of the odds above one half. Seven against none are enough at .05, where one look would have taken five.
 */
function crashEValue({ headOnlyFailures: k, baseOnlyFailures }: Tally): number {
  const n = k + baseOnlyFailures;
  if (k <= baseOnlyFailures) return 0;
  let logRatio = (n + 1) * Math.LN2 - Math.log(n + 1);
  for (let i = 1; i <= baseOnlyFailures; i++) logRatio -= Math.log((n - i + 1) / i);
  return Math.exp(logRatio) * (1 - fairUpperTail(k + 1, n + 1));
}

function headAlwaysFails({ headValues, baseValues }: Tally, first: number): boolean {
  return headValues === 0 && baseValues >= first;
}
