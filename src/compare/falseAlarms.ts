import { mean } from '../math/describe.js';
import type { Rng } from '../math/rng.js';
import { tQuantile } from '../math/studentT.js';
import type { Alarm, ArmName, Range } from '../model/selfTest.js';
import { gate, type GatePolicy } from './gate.js';
import type { GateResult } from '../model/verdict.js';

/** One gated metric of an arm, in gain units, round by round: a value and what the other run of its pair differs by. */
export interface ArmMetric { readonly policy: GatePolicy; readonly base: readonly number[]; readonly differences: readonly number[] }

/** Runs of the gate that are resampled; standard error of a share of 5 %: 0.7 points, well below what a dozen rounds leave open. */
const paths = 1000;

interface Answer { readonly worse: boolean; readonly better: boolean; readonly inconclusive: boolean; readonly pairs: number }

/** Rounds in the order of one path, and whether each is turned round. */
interface Path { readonly order: readonly number[]; readonly turned: readonly boolean[] }

/**
 * How often the product's own gate raises an alarm about rounds in which nothing changed. The two runs of a pair are
 * alike in law, so each path takes the rounds in a random order and swaps the sides of each at random; the order is
 * long enough for the last look, rounds repeating only where there are too few. The interval is over rounds, by
 * leaving each out in turn (jackknife): what a kind of noise would do that no round happened to show is not in it.
 */
export function falseAlarms(arm: ArmName, metrics: readonly ArmMetric[], rng: Rng): Alarm | undefined {
  const rounds = metrics[0]?.differences.length ?? 0;
  const longest = Math.max(...metrics.map(({ policy }) => policy.looks.at(-1) ?? 0));
  if (rounds < 4) return undefined;
  const drawn = Array.from({ length: paths }, () => drawPath(rng, rounds, longest));
  const answers = drawn.map((path) => judged(metrics, path, longest));
  const without = Array.from({ length: rounds }, () => ({ worse: 0, better: 0 }));
  let confirmed = 0;
  for (const [i, answer] of answers.entries()) {
    const path = drawn[i] ?? drawn[0];
    if (path === undefined) continue;
    if (answer.worse && judged(metrics, drawPath(rng, rounds, longest), longest).worse) confirmed += 1;
    for (const [round, counts] of without.entries()) {
      // A round that was not looked at changes nothing when it is gone.
      const other = path.order.slice(0, answer.pairs).includes(round) ? judged(metrics, leftOut(path, round), longest) : answer;
      if (other.worse) counts.worse += 1;
      if (other.better) counts.better += 1;
    }
  }
  const share = (of: (answer: Answer) => boolean): number => answers.filter(of).length / paths;
  return {
    arm, paths, confirmed: confirmed / paths, inconclusive: share((one) => one.inconclusive),
    worse: jackknife(share((one) => one.worse), without.map((one) => one.worse / paths)),
    better: jackknife(share((one) => one.better), without.map((one) => one.better / paths)),
    pairs: mean(answers.map((one) => one.pairs)) ?? 0,
  };
}

function drawPath(rng: Rng, rounds: number, longest: number): Path {
  const order: number[] = [];
  // Leaving one round out must leave enough for the last look.
  while (order.length < (longest * rounds) / (rounds - 1)) order.push(...shuffled(rng, rounds));
  return { order, turned: order.map(() => rng.uniform() < 0.5) };
}

function shuffled(rng: Rng, n: number): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = rng.integer(i + 1);
    [order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0];
  }
  return order;
}

function leftOut({ order, turned }: Path, round: number): Path {
  const kept = [...order.keys()].filter((i) => order[i] !== round);
  return { order: kept.map((i) => order[i] ?? 0), turned: kept.map((i) => turned[i] === true) };
}

/** All gated metrics on the same rounds: worse or better if any is, decided once all are (decisions.md 20). */
function judged(metrics: readonly ArmMetric[], { order, turned }: Path, longest: number): Answer {
  const results: readonly GateResult[] = metrics.map(({ policy, base, differences }) => gate(order.slice(0, longest).map((round, i) => {
    const [value, difference] = [base[round] ?? 0, differences[round] ?? 0];
    return { seed: i, base: value, head: value + (turned[i] === true ? -difference : difference) };
  }), policy));
  const has = (decision: GateResult['decision']): boolean => results.some((result) => result.decision === decision);
  return { worse: has('DOWN'), better: !has('DOWN') && has('IMPROVED'), inconclusive: !has('DOWN') && has('INCONCLUSIVE'), pairs: Math.max(...results.map(({ pairs }) => pairs)) };
}

/** 95 % interval of a share, from the shares without each round and the simulation's own error. */
function jackknife(value: number, without: readonly number[]): Range {
  const n = without.length;
  const centre = mean(without) ?? value;
  const squared = ((n - 1) / n) * without.reduce((sum, one) => sum + (one - centre) ** 2, 0) + (value * (1 - value)) / paths;
  const half = tQuantile(0.975, n - 1) * Math.sqrt(squared);
  return { value, low: Math.max(0, value - half), high: Math.min(1, value + half) };
}
