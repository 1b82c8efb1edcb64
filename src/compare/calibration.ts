import { standardNormal } from '../math/normal.js';
import { createRng } from '../math/rng.js';
import { tQuantile } from '../math/studentT.js';

/** `priorDf`: degrees of freedom of a known noise that the variance is moderated with (verdict.md 6.8); 0 = the sample's own variance. */
export interface CalibrationOptions { readonly paths?: number; readonly priorDf?: number }

const defaultPaths = 300_000;
/** Bisection steps: the level is then known to 2^-20 of alpha, far below the simulation's own error. */
const steps = 20;

/**
 * Nominal one-sided level of every look for which the error over all looks together is `alpha` in each direction:
 * Pocock's constant level (1977) on the t scale, by simulation under "no difference". The statistic is pivotal, so no
 * estimate of noise enters. Both directions of a path count, which halves the variance. Seeded: the same question gets
 * the same answer. Standard error at alpha .05: .00028 (0.6 %); the level is set two of them low, then rounded down.
 */
export function calibratedLevel(looks: readonly number[], alpha: number, { paths = defaultPaths, priorDf = 0 }: CalibrationOptions = {}): number {
  const statistics = nullStatistics(looks, paths, priorDf);
  const tolerated = 2 * alpha * paths - 2 * Math.sqrt(2 * alpha * (1 - 2 * alpha) * paths);
  let [low, high] = [alpha / looks.length / 4, alpha];
  for (let step = 0; step < steps; step++) {
    const level = (low + high) / 2;
    const multipliers = looks.map((pairs) => tQuantile(1 - level, priorDf + pairs - 1) / Math.sqrt(pairs));
    if (rejections(statistics, multipliers) <= tolerated) low = level;
    else high = level;
  }
  return Math.floor(low * 1e5) / 1e5;
}

/**
 * |mean| / sd of the first n normal deviates of each path, look by look: `statistics[look][path]`. A prior is itself an
 * estimate, so each path draws one: squares of `priorDf` further deviates join those of the path.
 */
function nullStatistics(looks: readonly number[], paths: number, priorDf: number): readonly Float64Array[] {
  const statistics = looks.map(() => new Float64Array(paths));
  const rng = createRng('looks under no difference');
  for (let path = 0; path < paths; path++) {
    let [n, mean, squares, known] = [0, 0, 0, 0];
    for (let i = 0; i < priorDf; i++) known += standardNormal(rng) ** 2;
    for (const [look, pairs] of looks.entries()) {
      while (n < pairs) {
        const value = standardNormal(rng);
        const delta = value - mean;
        mean += delta / ++n;
        squares += delta * (value - mean);
      }
      const column = statistics[look];
      if (column !== undefined) column[path] = Math.abs(mean) / Math.sqrt((known + squares) / (priorDf + n - 1));
    }
  }
  return statistics;
}

/** Paths on which any look rejects, in either direction. */
function rejections(statistics: readonly Float64Array[], multipliers: readonly number[]): number {
  let count = 0;
  for (let path = 0; path < (statistics[0]?.length ?? 0); path++) {
    if (statistics.some((column, look) => (column[path] ?? 0) > (multipliers[look] ?? Infinity))) count += 1;
  }
  return count;
}
