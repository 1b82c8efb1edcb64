import quantile from '@stdlib/stats-base-dists-normal-quantile';
import type { Rng } from './rng.js';

/** Standard normal deviate by inversion: one uniform each, so that streams stay in step. */
export function standardNormal(rng: Rng): number {
  return quantile((Math.floor(rng.uniform() * 2 ** 52) + 0.5) / 2 ** 52, 0, 1);
}
