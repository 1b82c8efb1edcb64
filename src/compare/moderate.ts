import { fQuantile } from '../math/fisherF.js';
import { tQuantile } from '../math/studentT.js';
import { calibratedLevel } from './calibration.js';

/**
 * Spread of one paired difference as it was known before the first run, with the degrees of freedom behind it. It joins
 * the sample's own variance as limma does (Smyth, "Linear models and empirical Bayes methods", 2004): fewer pairs
 * decide, as long as it is right.
 */
export interface NoisePrior { readonly sd: number; readonly df: number }

/** A sample this much more variable than the prior was not drawn from it (verdict.md 6.8). */
const guardLevel = 0.95;
/** A whole number of degrees to calibrate for: fewer ask for more, so that rounding down never costs error rate. */
const calibratedDegrees = [8, 16, 32] as const;

/** Fewest degrees of freedom that make a prior; fewer would let a guess decide. */
export const fewestPriorDegrees = calibratedDegrees[0];

type Levels = Readonly<Record<(typeof calibratedDegrees)[number], Readonly<Record<string, number>>>>;

/**
 * As the table of looks.ts, with a prior of so many degrees of freedom that is right: `calibratedLevel` on a million
 * paths, rounded down to four digits. At 8 degrees and looks 3, 5, 7, 10 it is the .0196 of verdict.md 6.8.
 */
const tabulated: readonly { readonly looks: readonly number[]; readonly levels: Levels }[] = [
  { looks: [3, 4, 5, 6], levels: { 8: { '0.05': 0.0229, '0.025': 0.0107, '0.01': 0.0039 }, 16: { '0.05': 0.0232, '0.025': 0.0108, '0.01': 0.0039 }, 32: { '0.05': 0.0234, '0.025': 0.0109, '0.01': 0.004 } } },
  { looks: [3, 5, 7, 10], levels: { 8: { '0.05': 0.0196, '0.025': 0.009, '0.01': 0.0033 }, 16: { '0.05': 0.0197, '0.025': 0.0092, '0.01': 0.0034 }, 32: { '0.05': 0.0198, '0.025': 0.0092, '0.01': 0.0034 } } },
  { looks: [3, 5, 8, 12, 20], levels: { 8: { '0.05': 0.0151, '0.025': 0.007, '0.01': 0.0026 }, 16: { '0.05': 0.0154, '0.025': 0.0072, '0.01': 0.0026 }, 32: { '0.05': 0.0155, '0.025': 0.0072, '0.01': 0.0026 } } },
];

/** One look with a prior: half width per unit of the moderated sd, and the s²/s0² above which the prior is dropped. */
export interface ModeratedBoundary { readonly multiplier: number; readonly largestRatio: number }

const levels = new Map<string, number>();
const boundaries = new Map<string, readonly ModeratedBoundary[]>();

/** t(1 - level, df + n - 1) / √n and F.95(n - 1, df), look by look. */
export function moderatedBoundaries(looks: readonly number[], alpha: number, df: number): readonly ModeratedBoundary[] {
  const key = `${looks.join()}/${alpha}/${df}`;
  const known = boundaries.get(key);
  if (known !== undefined) return known;
  const level = moderatedLevel(looks, alpha, df);
  const made = looks.map((pairs) => ({ multiplier: tQuantile(1 - level, df + pairs - 1) / Math.sqrt(pairs), largestRatio: fQuantile(guardLevel, pairs - 1, df) }));
  boundaries.set(key, made);
  return made;
}

/** Nominal one-sided level of every look; calibrated where it is not tabulated, once. */
export function moderatedLevel(looks: readonly number[], alpha: number, df: number): number {
  const degrees = calibratedDegrees.findLast((one) => one <= df);
  if (degrees === undefined) throw new Error(`a prior of ${df} degrees of freedom`);
  const key = `${looks.join()}/${alpha}/${degrees}`;
  const level = levels.get(key) ?? tabulated.find((row) => row.looks.join() === looks.join())?.levels[degrees][alpha] ?? calibratedLevel(looks, alpha, { priorDf: degrees });
  levels.set(key, level);
  return level;
}

/**
 * (d0 s0² + (n - 1) s²) / (d0 + n - 1); undefined where the prior is dropped: the sample varies far more than it says,
 * or not at all.
 */
export function moderatedVariance(squared: number, pairs: number, { prior: { sd, df }, largestRatio }: { readonly prior: NoisePrior; readonly largestRatio: number }): number | undefined {
  const known = sd ** 2;
  if (squared === 0 || squared > largestRatio * known) return undefined;
  return (df * known + (pairs - 1) * squared) / (df + pairs - 1);
}
