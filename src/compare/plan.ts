import { standardNormal } from '../math/normal.js';
import { createRng } from '../math/rng.js';
import { formatNumber, formatShare } from '../model/numberFormat.js';
import { timeLeftWords } from '../model/durationWords.js';
import { gate, type GatePolicy } from './gate.js';

/** What a gate can be expected to say, by simulation with normal differences. Shares are of one. */
export interface GateForecast {
  /** margin / spread of one paired difference. */
  readonly marginToNoise: number;
  /** If nothing changed. */
  readonly inconclusive: number;
  readonly pairs: number;
}

const paths = 1000;
const power = 0.9;

/**
 * `noise` = standard deviation of one paired difference, > 0. Seeded: the same question gets the same answer.
 * Standard error of a share: at most 1.6 points.
 */
export function forecastGate(policy: GatePolicy, noise: number): GateForecast {
  const standard = standardised(policy, noise);
  const unchanged = simulate(standardPaths(policy.looks.at(-1) ?? 0), 0, standard);
  return { marginToNoise: standard.margin, inconclusive: unchanged.inconclusive, pairs: unchanged.pairs };
}

/** Smallest decline caught nine times in ten, in the margin's unit; undefined beyond the margin plus ten spreads. Ten times the work of a forecast. */
export function detectableDecline(policy: GatePolicy, noise: number): number | undefined {
  const detectable = smallestDecline(standardPaths(policy.looks.at(-1) ?? 0), standardised(policy, noise));
  return detectable === undefined ? undefined : detectable * noise;
}

/** What a list of looks can tell at a given noise, by simulation. Shares are of one, declines in the margin's unit. */
export interface DetectionRow {
  readonly looks: readonly number[];
  /** Pairs at most; each is two runs. */
  readonly pairs: number;
  /** If nothing changed: pairs on average, and what is said. */
  readonly usualPairs: number;
  readonly passed: number;
  readonly inconclusive: number;
  /** Share of declines of exactly the margin that are caught. */
  readonly caughtAtMargin: number;
  /** Smallest decline caught nine times in ten; undefined beyond the margin plus ten spreads. */
  readonly detectable?: number;
}

/** One row of the table of `noregret plan`; `noise` as for `forecastGate`. */
export function detectionRow(policy: GatePolicy, noise: number): DetectionRow {
  const pairs = policy.looks.at(-1) ?? 0;
  const deviates = standardPaths(pairs);
  const standard = standardised(policy, noise);
  const unchanged = simulate(deviates, 0, standard);
  const smallest = smallestDecline(deviates, standard);
  return {
    looks: policy.looks, pairs, usualPairs: unchanged.pairs, inconclusive: unchanged.inconclusive,
    passed: Math.max(0, 1 - unchanged.inconclusive - unchanged.down), caughtAtMargin: simulate(deviates, -standard.margin, standard).down,
    ...(smallest === undefined ? {} : { detectable: smallest * noise }),
  };
}

/** Share of declines of exactly the margin that are caught, of one. */
export function caughtShare(policy: GatePolicy, noise: number): number {
  const standard = standardised(policy, noise);
  return simulate(standardPaths(policy.looks.at(-1) ?? 0), -standard.margin, standard).down;
}

/** Smallest margin of which a decline is caught nine times in ten by these looks; undefined where ten spreads are not. `policy.margin` does not count. */
export function catchableMargin(policy: GatePolicy, noise: number): number | undefined {
  const deviates = standardPaths(policy.looks.at(-1) ?? 0);
  const isCaught = (margin: number): boolean => simulate(deviates, -margin, { ...standardised(policy, noise), margin }).down >= power;
  let [low, high] = [0, 10];
  if (!isCaught(high)) return undefined;
  for (let step = 0; step < 9; step++) {
    const middle = (low + high) / 2;
    if (isCaught(middle)) high = middle;
    else low = middle;
  }
  return high * noise;
}

/** The lists of looks worth comparing, shortest first, and one that ends at `pairs` where none does; none ends beyond it. */
export function looksToCompare(own: readonly number[], pairs?: number): readonly (readonly number[])[] {
  const usual = [[3], [3, 5], [3, 5, 7], [3, 5, 7, 10], [3, 5, 8, 12, 20], own];
  const exact = pairs === undefined || usual.some((looks) => looks.at(-1) === pairs) ? [] : [[...[3, 5, 7, 10, 14, 20, 30].filter((n) => n < pairs * 0.8), pairs]];
  const lists = new Map([...usual, ...exact].filter((looks) => (looks.at(-1) ?? 0) <= (pairs ?? Infinity)).map((looks) => [looks.join(), looks]));
  return [...lists.values()].sort((a, b) => (a.at(-1) ?? 0) - (b.at(-1) ?? 0));
}

function standardised(policy: GatePolicy, noise: number): GatePolicy {
  const prior = policy.prior === undefined ? {} : { prior: { ...policy.prior, sd: policy.prior.sd / noise } };
  return { ...policy, margin: policy.margin / noise, resolution: (policy.resolution ?? 0) / noise, ...prior };
}

function standardPaths(length: number): readonly (readonly number[])[] {
  const rng = createRng('gate forecast');
  return Array.from({ length: paths }, () => Array.from({ length }, () => standardNormal(rng)));
}

function simulate(deviates: readonly (readonly number[])[], shift: number, policy: GatePolicy): { inconclusive: number; down: number; pairs: number } {
  const counts = { inconclusive: 0, down: 0, pairs: 0 };
  for (const path of deviates) {
    const { decision, pairs } = gate(path.map((z, seed) => ({ seed, base: 0, head: z + shift })), policy);
    if (decision === 'INCONCLUSIVE') counts.inconclusive += 1 / paths;
    if (decision === 'DOWN') counts.down += 1 / paths;
    counts.pairs += pairs / paths;
  }
  return counts;
}

/** Bisection on the decline, in spreads: the same paths at every step make the power monotone but for rare steps. */
function smallestDecline(deviates: readonly (readonly number[])[], policy: GatePolicy): number | undefined {
  const isCaught = (decline: number): boolean => simulate(deviates, -decline, policy).down >= power;
  let high = policy.margin + 10;
  if (!isCaught(high)) return undefined;
  let low = 0;
  for (let step = 0; step < 9; step++) {
    const middle = (low + high) / 2;
    if (isCaught(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** What a verdict of "no regression" is worth: for the report, after the run, with the noise that was found. */
export function detectionSentence(detectable: number | undefined, metric: string): string {
  return detectable === undefined
    ? `These looks would not have caught any decline of ${metric} 9 times in 10`
    : `A decline of ${metric} by ${formatNumber(detectable, 2)} or more would have been caught 9 times in 10`;
}

/** What a job is about to do, in runs; times are absent until one trial has been timed. */
export interface JobPlan {
  readonly searchTrials: number;
  /** Runs, both sides counted, base values that are stored not counted. */
  readonly gateRuns: number;
  readonly rescoreRuns: number;
  /** Whether the best configuration has moved: only where the search looks like it. */
  readonly driftRuns?: number;
  readonly secondsPerRun?: number;
  /** Where a trial is several runs of the program, all numbers here count trials: so many runs is one of a search, and one of any other stage. */
  readonly runsEach?: { readonly search: number; readonly others: number };
  readonly slots: number;
  readonly gpusPerTrial: number;
  readonly forecast?: GateForecast;
}

/** GPU-hours of the whole plan at worst; undefined while no run was timed. On CPU, pass `gpusPerTrial: 0`. */
export function plannedGpuHours(plan: JobPlan): number | undefined {
  return plan.secondsPerRun === undefined ? undefined : (plannedRuns(plan) * plan.secondsPerRun * plan.gpusPerTrial) / 3600;
}

/** The line shown before anything long (decisions.md 17). */
export function planLine(plan: JobPlan): string {
  const parts = [[plan.searchTrials, 'search'], [plan.gateRuns, 'gate'], [plan.rescoreRuns, 're-score'], [plan.driftRuns ?? 0, 'drift']] as const;
  const each = plan.runsEach ?? { search: 1, others: 1 };
  const runs = `up to ${parts.filter(([count]) => count > 0).map(([count, name]) => `${count * (name === 'search' ? each.search : each.others)} ${name}`).join(' + ')} runs`;
  const unit = each.search === 1 ? '' : ` (${plan.searchTrials} search trials of ${each.search}${each.others === each.search ? '' : `, else ${each.others === 1 ? 'one each' : `${each.others} each`}`})`;
  return [`${runs}${unit}${durationOf(plan)}`, ...forecastPart(plan.forecast)].join('; ');
}

function durationOf(plan: JobPlan): string {
  const slots = `on ${plan.slots} ${plan.slots === 1 ? 'slot' : 'slots'}`;
  if (plan.secondsPerRun === undefined) return ` ${slots}`;
  const seconds = (plannedRuns(plan) * plan.secondsPerRun) / plan.slots;
  const time = timeLeftWords(seconds);
  const gpuHours = plannedGpuHours(plan) ?? 0;
  return ` ≈ ${time} ${slots}${gpuHours > 0 ? `, ${formatNumber(gpuHours, 2)} GPU-hours` : ''}`;
}

/** Inconclusive shares are rounded to 5 %: the spread behind them is known no better. */
function forecastPart(forecast: GateForecast | undefined): string[] {
  if (forecast === undefined) return [];
  const share = Math.round(forecast.inconclusive * 20) / 20;
  const advice = share >= 0.15 ? ' (a larger margin or `looks: [3, 5, 8, 12, 20]` helps)' : '';
  return [`margin ${formatNumber(forecast.marginToNoise, 2)} × noise: if nothing changed, expect ${share === 0 ? 'under 5 %' : formatShare(share)} inconclusive${advice}`];
}

function plannedRuns(plan: JobPlan): number {
  return plan.searchTrials + plan.gateRuns + plan.rescoreRuns + (plan.driftRuns ?? 0);
}
