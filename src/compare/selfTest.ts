import { mean, standardDeviation, sum } from '../math/describe.js';
import { fQuantile } from '../math/fisherF.js';
import { tQuantile } from '../math/studentT.js';
import type { Rng } from '../math/rng.js';
import type { MetricConfig } from '../model/config.js';
import { toGain } from '../model/direction.js';
import { UserError } from '../model/errors.js';
import type { Alarm, ArmName, Range, SelfTestMetric } from '../model/selfTest.js';
import { falseAlarms, type ArmMetric } from './falseAlarms.js';
import type { GatePolicy } from './gate.js';
import { resolveMargin, type PairedNoise, type ResolvedMargin } from './margin.js';
import type { NoisePrior } from './moderate.js';
import { catchableMargin, caughtShare, looksToCompare } from './plan.js';

/** One run that ended with values. */
export interface SelfTestRun { readonly metrics: Readonly<Record<string, number>>; readonly streamSha256?: string; readonly seconds: number }

/** One seed: main's best configuration, the same again, and a neighbouring configuration. */
export interface SeedRuns { readonly seed: number; readonly first?: SelfTestRun; readonly second?: SelfTestRun; readonly neighbour?: SelfTestRun }

export interface SelfTestPolicy { readonly alpha: number; readonly looks: readonly number[]; /** The objective's, where the variance is moderated. */ readonly prior?: NoisePrior }

/** Below this many seeds a spread is a guess. */
const fewestSeeds = 3;
const confidence = 0.95;

/** True once the first seeds, run twice, gave the same numbers at every step: running more of them twice would tell nothing. */
export function isDeterministic(rounds: readonly SeedRuns[]): boolean {
  const twice = rounds.filter(isTwice);
  return twice.length >= fewestSeeds && twice.every(isIdentical);
}

/** Most of the variance is the seed's: then what a change scatters is more than what repeating scatters, and a neighbour must tell. */
export function needsNeighbour(rounds: readonly SeedRuns[], metric: string): boolean {
  const { seedShare } = shareOf(rounds, metric);
  return isDeterministic(rounds) || (seedShare !== undefined && seedShare.value > 0.9);
}

/** Everything that the rounds say about one gated metric. */
export function metricFacts(rounds: readonly SeedRuns[], metric: MetricConfig, policy: SelfTestPolicy): SelfTestMetric {
  const { name, goal } = metric;
  const firsts = valuesOf(rounds, name, 'first');
  const twice = rounds.filter(isTwice).filter((round) => valueOf(round.first, name) !== undefined && valueOf(round.second, name) !== undefined);
  const seedSd = standardDeviation(firsts) ?? 0;
  const { runSd, seedShare } = shareOf(rounds, name);
  const neighbours = rounds.flatMap((round) => bothOf(round, name, 'neighbour'));
  const paired = pairedOf(rounds, name);
  const independent = 2 * seedSd ** 2;
  return {
    name, goal, mean: mean(firsts) ?? 0, seedSd, runSd, repeated: twice.length, identical: twice.filter(isIdentical).length,
    ...(seedShare === undefined ? {} : { seedShare }),
    ...(neighbours.length < 4 ? {} : { neighbourCorrelation: correlation(neighbours) }),
    ...(paired === undefined ? {} : { paired }),
    ...(paired === undefined || independent === 0 || paired.from === 'other-seeds' ? {} : { pairingRatio: paired.sd ** 2 / independent }),
    ...planOf({ metric, policy, firsts, noise: paired }),
  };
}

/** The gate's answers on each arm that scatters; all gated metrics together. */
export function alarmsOf(rounds: readonly SeedRuns[], metrics: readonly { readonly config: MetricConfig; readonly policy: GatePolicy }[], rng: Rng): readonly Alarm[] {
  const whole = (round: SeedRuns, run: SelfTestRun | undefined): boolean => run !== undefined && metrics.every(({ config }) => valueOf(round.first, config.name) !== undefined && valueOf(run, config.name) !== undefined);
  const armOf = (arm: ArmName, pairs: readonly (readonly [SelfTestRun | undefined, SelfTestRun | undefined])[], isCentred: boolean): Alarm | undefined => falseAlarms(arm, metrics.map(({ config, policy }): ArmMetric => {
    const base = pairs.map(([run]) => toGain(valueOf(run, config.name) ?? 0, config.goal));
    const differences = pairs.map(([, run], i) => toGain(valueOf(run, config.name) ?? 0, config.goal) - (base[i] ?? 0));
    const centre = isCentred ? mean(differences) ?? 0 : 0;
    return { policy, base, differences: differences.map((difference) => difference - centre) };
  }), rng.fork(arm));
  const twice = rounds.filter((round) => whole(round, round.second)).map(({ first, second }) => [first, second] as const);
  const near = rounds.filter((round) => whole(round, round.neighbour)).map(({ first, neighbour }) => [first, neighbour] as const);
  const firsts = rounds.filter((round) => whole(round, round.first)).map(({ first }) => first);
  // Every seed once as base and once as head of another: no pair shares a seed.
  const others = firsts.map((first, i) => [first, firsts[(i + 1) % firsts.length]] as const);
  const scatters = (pairs: typeof twice): boolean => pairs.some(([a, b]) => metrics.some(({ config }) => valueOf(a, config.name) !== valueOf(b, config.name)));
  return [
    ...(scatters(twice) ? [armOf('same-seed', twice, false)] : []),
    ...(scatters(near) ? [armOf('neighbour', near, true)] : []),
    ...(scatters(others) ? [armOf('other-seeds', others, false)] : []),
  ].filter((alarm) => alarm !== undefined);
}

function valueOf(run: SelfTestRun | undefined, name: string): number | undefined {
  return run?.metrics[name];
}

function valuesOf(rounds: readonly SeedRuns[], name: string, which: 'first' | 'second' | 'neighbour'): number[] {
  return rounds.flatMap((round) => valueOf(round[which], name) ?? []);
}

type Twice = SeedRuns & { readonly first: SelfTestRun; readonly second: SelfTestRun };

function isTwice(round: SeedRuns): round is Twice {
  return round.first !== undefined && round.second !== undefined;
}

/** Every metric at every step, where the program reports steps; else every metric. */
function isIdentical({ first, second }: Twice): boolean {
  const names = Object.keys(first.metrics);
  return first.streamSha256 === second.streamSha256 && names.length === Object.keys(second.metrics).length && names.every((name) => Object.is(first.metrics[name], second.metrics[name]));
}

function bothOf(round: SeedRuns, name: string, other: 'second' | 'neighbour'): (readonly [number, number])[] {
  const [a, b] = [valueOf(round.first, name), valueOf(round[other], name)];
  return a === undefined || b === undefined ? [] : [[a, b]];
}

/** Two runs of each of k seeds: their variance within, and the share that lies between (ICC(1,1), Shrout and Fleiss, 1979). */
function shareOf(rounds: readonly SeedRuns[], name: string): { readonly runSd: number; readonly seedShare?: Range } {
  const twice = rounds.flatMap((round) => bothOf(round, name, 'second'));
  const k = twice.length;
  const within = k === 0 ? 0 : sum(twice.map(([a, b]) => (a - b) ** 2)) / (2 * k);
  const runSd = Math.sqrt(within);
  if (k < fewestSeeds) return { runSd };
  const between = 2 * (standardDeviation(twice.map(([a, b]) => (a + b) / 2)) ?? 0) ** 2;
  if (within === 0) return between === 0 ? { runSd } : { runSd, seedShare: { value: 1, low: 1, high: 1 } };
  const share = (f: number): number => Math.max(0, (f - 1) / (f + 1));
  const tail = (1 - confidence) / 2;
  return { runSd, seedShare: { value: share(between / within), low: share(between / within / fQuantile(1 - tail, k - 1, k)), high: share((between / within) * fQuantile(1 - tail, k, k - 1)) } };
}

/** Pearson's r with Fisher's interval (1921). */
function correlation(pairs: readonly (readonly [number, number])[]): Range {
  const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
  const [ma, mb] = [mean(a) ?? 0, mean(b) ?? 0];
  const cross = sum(pairs.map(([x, y]) => (x - ma) * (y - mb)));
  const size = Math.sqrt(sum(a.map((x) => (x - ma) ** 2)) * sum(b.map((y) => (y - mb) ** 2)));
  if (size === 0) return { value: 0, low: 0, high: 0 };
  const r = Math.max(-1, Math.min(1, cross / size));
  const half = tQuantile(1 - (1 - confidence) / 2, 1e6) / Math.sqrt(Math.max(1, pairs.length - 3));
  return { value: r, low: Math.tanh(Math.atanh(r) - half), high: Math.tanh(Math.atanh(r) + half) };
}

/**
 * Noise of one paired difference when nothing changed: the same code again, or a neighbour where that scatters more;
 * where neither scatters, two independent runs, as the most that a change could scatter.
 */
function pairedOf(rounds: readonly SeedRuns[], name: string): SelfTestMetric['paired'] {
  const spread = (differences: readonly number[]): PairedNoise | undefined => (differences.length < fewestSeeds ? undefined : { sd: standardDeviation(differences) ?? 0, df: differences.length - 1 });
  const candidates = [
    { from: 'same-seed' as const, noise: spread(rounds.flatMap((round) => bothOf(round, name, 'second').map(([a, b]) => b - a))) },
    { from: 'neighbour' as const, noise: spread(rounds.flatMap((round) => bothOf(round, name, 'neighbour').map(([a, b]) => b - a))) },
  ].flatMap(({ from, noise }) => (noise === undefined || noise.sd === 0 ? [] : [{ from, noise }])).sort((a, b) => b.noise.sd - a.noise.sd);
  const firsts = valuesOf(rounds, name, 'first');
  const seedSd = standardDeviation(firsts);
  const fallback = firsts.length >= fewestSeeds && seedSd !== undefined && seedSd > 0 ? { from: 'other-seeds' as const, noise: { sd: Math.SQRT2 * seedSd, df: firsts.length - 1 } } : undefined;
  const found = candidates[0] ?? fallback;
  if (found === undefined) return undefined;
  const { from, noise: { sd, df } } = found;
  return { sd, df, from, low: sd * Math.sqrt(df / chiSquared(0.975, df)), high: sd * Math.sqrt(df / chiSquared(0.025, df)) };
}

/** Wilson and Hilferty's cube ("The distribution of chi-square", 1931): within 1 % from 3 degrees of freedom in the middle, 10 % at the lower end. */
function chiSquared(p: number, df: number): number {
  const part = 2 / (9 * df);
  return df * (1 - part + tQuantile(p, 1e6) * Math.sqrt(part)) ** 3;
}

interface PlanQuestion { readonly metric: MetricConfig; readonly policy: SelfTestPolicy; readonly firsts: readonly number[]; readonly noise: SelfTestMetric['paired'] }

/** The margin in force with this noise, and what it or the looks would have to be. */
function planOf({ metric, policy, firsts, noise }: PlanQuestion): Partial<SelfTestMetric> {
  const resolved = marginOf(metric, firsts, noise);
  const known = resolved.margin === undefined ? {} : { margin: resolved.margin.value, marginKind: resolved.margin.kind };
  const note = resolved.note === undefined ? {} : { marginNote: resolved.note };
  if (noise === undefined || resolved.margin === undefined) return { ...known, ...note };
  const asked = { alpha: policy.alpha, looks: policy.looks, margin: resolved.margin.value, resolution: metric.resolution ?? 0 };
  const caughtAtMargin = caughtShare(asked, noise.sd);
  const catchable = catchableMargin(asked, noise.sd);
  const enough = caughtAtMargin >= isCaught ? undefined : looksToCompare(policy.looks).find((looks) => caughtShare({ ...asked, looks }, noise.sd) >= isCaught);
  return { ...known, ...note, caughtAtMargin, ...(catchable === undefined ? {} : { catchable }), ...(enough === undefined ? {} : { looksNeeded: [...enough] }) };
}

/** Nine times in ten, less what a thousand simulated runs are out by. */
const isCaught = 0.885;

function marginOf(metric: MetricConfig, baseValues: readonly number[], noise: SelfTestMetric['paired']): Partial<ResolvedMargin> {
  const history = noise === undefined ? undefined : { sd: noise.sd, df: noise.df };
  try {
    return resolveMargin({ margin: metric.margin, metric: metric.name, baseValues, history, ...(metric.resolution === undefined ? {} : { resolution: metric.resolution }) });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { note: `${error.message}. ${error.fix ?? ''}`.trim() };
  }
}
