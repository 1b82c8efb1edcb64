import { logBelow, logBelowSlope, logImprovement, logImprovementSlope } from '../math/improvement.js';
import type { Posterior } from './gpModel.js';

/** What is to be maximised. `slopes` writes the derivatives by the positions that the model sees. */
export interface Score {
  readonly at: (seen: Float64Array) => number;
  readonly slopes: (seen: Float64Array, gradient: Float64Array) => number;
}

/** Value of a belief, with its derivatives by mean and by variance. */
interface Merit { readonly value: number; readonly byMean: number; readonly byVariance: number }
type MeritOf = (mean: number, variance: number) => Merit;

/** scikit-optimize's. */
const KAPPA = 1.96;
/** Variance that remains however often a place was seen to work, or not to. */
const LEAST_DOUBT = 0.01;
const LEAST_VARIANCE = 1e-12;

export type Criterion = 'ei' | 'logei' | 'lcb' | 'pi';

/** How much better than `incumbent` a point may be; lower beliefs are better. */
export function improvementScore(posterior: Posterior, criterion: Criterion, incumbent: number): Score {
  return scoreOf(posterior, meritOf(criterion, incumbent));
}

/** ln of the probability that the modelled quantity is above 0: of a point that it can be run at all. */
export function feasibilityScore(posterior: Posterior, threshold: number): Score {
  return scoreOf(posterior, (mean, variance) => {
    const total = variance + LEAST_DOUBT;
    const sigma = Math.sqrt(total);
    const z = (mean - threshold) / sigma;
    const slope = logBelowSlope(z);
    return { value: logBelow(z), byMean: slope / sigma, byVariance: (-0.5 * slope * z) / total };
  });
}

/** The modelled quantity itself, lower better. */
export function meanScore(posterior: Posterior, weight: number): Score {
  return scoreOf(posterior, (mean) => ({ value: -weight * mean, byMean: -weight, byVariance: 0 }));
}

export function sumOf(scores: readonly Score[]): Score {
  const [only] = scores;
  if (scores.length === 1 && only !== undefined) return only;
  return {
    at: (seen) => scores.reduce((sum, score) => sum + score.at(seen), 0),
    slopes: (seen, gradient) => {
      const part = new Float64Array(gradient.length);
      gradient.fill(0);
      return scores.reduce((sum, score) => {
        const value = score.slopes(seen, part);
        for (let i = 0; i < part.length; i++) gradient[i] = (gradient[i] ?? 0) + (part[i] ?? 0);
        return sum + value;
      }, 0);
    },
  };
}

function meritOf(criterion: Criterion, incumbent: number): MeritOf {
  const log: MeritOf = (mean, variance) => {
    const sigma = Math.sqrt(variance + LEAST_VARIANCE);
    const z = (incumbent - mean) / sigma;
    const slope = logImprovementSlope(z);
    return { value: logImprovement(z) + Math.log(sigma), byMean: -slope / sigma, byVariance: (1 - slope * z) / (2 * sigma * sigma) };
  };
  switch (criterion) {
    case 'logei':
      return log;
    case 'ei':
      return (mean, variance) => {
        const { value, byMean, byVariance } = log(mean, variance);
        const ei = Math.exp(value);
        return { value: ei, byMean: ei * byMean, byVariance: ei * byVariance };
      };
    case 'lcb':
      return (mean, variance) => {
        const sigma = Math.sqrt(variance + LEAST_VARIANCE);
        return { value: KAPPA * sigma - mean, byMean: -1, byVariance: KAPPA / (2 * sigma) };
      };
    case 'pi':
      return (mean, variance) => {
        const sigma = Math.sqrt(variance + LEAST_VARIANCE);
        const z = (incumbent - mean) / sigma;
        const slope = logBelowSlope(z);
        return { value: logBelow(z), byMean: -slope / sigma, byVariance: (-0.5 * slope * z) / (sigma * sigma) };
      };
  }
}

function scoreOf(posterior: Posterior, merit: MeritOf): Score {
  const d = posterior.measures.length;
  const [byMean, byVariance] = [new Float64Array(d), new Float64Array(d)];
  return {
    at: (seen) => {
      const { mean, variance } = posterior.at(seen);
      return merit(mean, variance).value;
    },
    slopes: (seen, gradient) => {
      const { mean, variance } = posterior.slopes(seen, byMean, byVariance);
      const value = merit(mean, variance);
      for (let i = 0; i < d; i++) gradient[i] = value.byMean * (byMean[i] ?? 0) + value.byVariance * (byVariance[i] ?? 0);
      return value.value;
    },
  };
}
