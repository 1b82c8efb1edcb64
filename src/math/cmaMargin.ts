import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import quantile from '@stdlib/stats-base-dists-normal-quantile';
import type { CmaState } from './cma.js';

const LEAST = 1e-10;

/** The steps below and above a coordinate at which a discrete value changes: one step given twice at the range's ends. */
export interface CellLimits { readonly low: number; readonly high: number }

export interface Margined { readonly mean: Float64Array; readonly stretch: Float64Array }

/**
 * The margin correction of Hamano, Saito, Nomura and Shirakawa, "CMA-ES with margin" (GECCO 2022, arXiv:2205.13482):
 * moves the mean and stretches an axis so that leaving the mean's cell keeps at least probability `margin` on each
 * side; without it the step size shrinks inside one cell and a discrete coordinate never moves again. `limits(j, x)`
 * gives the cell of a discrete coordinate, `undefined` for a continuous one.
 */
export function withMargin(state: CmaState, stretch: Float64Array, { margin, limits }: { readonly margin: number; readonly limits: (axis: number, x: number) => CellLimits | undefined }): Margined {
  const mean = Float64Array.from(state.mean);
  const stretched = Float64Array.from(stretch);
  const n = mean.length;
  for (let j = 0; j < n; j++) {
    const m = mean[j] ?? 0;
    const cell = limits(j, m);
    if (cell === undefined) continue;
    const spread = state.sigma * Math.sqrt(state.covariance[j * n + j] ?? 1);
    const scale = spread * (stretch[j] ?? 1);
    const below = normalCdf(cell.low, m, scale);
    const above = 1 - normalCdf(cell.high, m, scale);
    if (Math.max(below, above) > 0.5) {
      if (Math.min(below, above) < margin) mean[j] = cell.high + Math.sign(m - cell.high) * scale * deviate(margin);
      continue;
    }
    const [left, right] = sides(below, above, margin).map(deviate) as [number, number];
    stretched[j] = (cell.high - cell.low) / ((left + right) * spread);
    mean[j] = (cell.low * right + cell.high * left) / (left + right);
  }
  return { mean, stretch: stretched };
}

/** Probabilities of the two sides, each raised to half the margin, what that takes being taken from both and from the cell in proportion. */
function sides(below: number, above: number, margin: number): readonly [number, number] {
  const inside = 1 - below - above;
  const low = Math.max(below, margin / 2);
  const high = Math.max(above, margin / 2);
  const excess = 1 - low - high - inside;
  const room = low + inside + high - 1.5 * margin;
  const bounded = (p: number): number => Math.min(Math.max(p + (excess * (p - margin / 2)) / room, LEAST), 0.5 - LEAST);
  return [bounded(low), bounded(high)];
}

/** Standard deviations from the mean beyond which probability `p` lies. */
function deviate(p: number): number {
  return -quantile(p, 0, 1);
}
