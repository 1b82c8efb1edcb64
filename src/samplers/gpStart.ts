import type { Rng } from '../math/rng.js';
import type { Score } from './gpAcquisition.js';
import { randomPlace } from './gpOptimize.js';
import type { Axis, AxisSpace } from './gpSpace.js';

const CANDIDATES = 64;

/**
 * Random places, best first, by how evenly they fill the space beside those that were seen: each one's share of the
 * wrap-around L2 discrepancy (Hickernell, "Lattice rules: how well do they measure up?", 1998), which has no corners
 * to be drawn into. With anchors and failures among the trials no fixed design would stay even.
 */
export function startPlaces(axes: AxisSpace, trials: readonly Float64Array[], feasibility: Score | undefined, rng: Rng): readonly Float64Array[] {
  const seen = new Float64Array(axes.axes.length);
  return Array.from({ length: CANDIDATES }, () => {
    const place = randomPlace(axes, rng);
    axes.show(place, seen);
    const crowd = trials.reduce((sum, other) => sum + crowding(axes.axes, seen, other), 1);
    return { place, crowd: Math.log(crowd) - (feasibility === undefined ? 0 : feasibility.at(seen)) };
  }).sort((a, b) => a.crowd - b.crowd).map(({ place }) => place);
}

function crowding(axes: readonly Axis[], a: Float64Array, b: Float64Array): number {
  let product = 1;
  for (let i = 0; i < axes.length; i++) {
    const axis = axes[i];
    const gap = Math.abs((a[i] ?? 0) - (b[i] ?? 0));
    if (axis?.measure === 'category') product *= gap === 0 ? 1.5 : 1.5 - 0.25 / (1 - 1 / Math.max(2, axis.values.length));
    else product *= 1.5 - Math.min(gap, 1) * (1 - Math.min(gap, 1));
  }
  return product;
}
