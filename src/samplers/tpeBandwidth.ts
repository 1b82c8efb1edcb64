import type { Axis } from './tpeAxis.js';

/**
 * How wide a kernel is: the larger distance to its neighbours, where `optuna` (5.0) knows the observations only,
 * `hyperopt` the prior's centre as well, and `paper` (Watanabe, "Tree-structured Parzen estimator", 2023) also the
 * ends of the range. At the ends, the first two take the one distance there is.
 */
export type Bandwidth = 'optuna' | 'hyperopt' | 'paper';

export interface BandwidthInput {
  /** Row numbers by rising position; those without a slot are no members. */
  readonly order: Int32Array;
  /** Kernel of each row, or -1. */
  readonly slots: Int32Array;
  /** Position of each row. */
  readonly column: Float64Array;
  readonly n: number;
  readonly axis: Axis;
  readonly rule: Bandwidth;
  readonly narrowest: number;
}

/** 1 / deviation of each member's kernel, and last the prior's: 1. */
export function bandwidths({ order, slots, column, n, axis, rule, narrowest }: BandwidthInput): Float64Array {
  const inverses = new Float64Array(n + 1);
  inverses[n] = 1;
  const { places, kernels } = sortedPlaces({ order, slots, column, n, centre: rule === 'optuna' ? undefined : axis.centre });
  const last = places.length - 1;
  const lone = rule === 'optuna' ? n === 1 : rule === 'paper';
  for (let i = 0; i <= last; i++) {
    const kernel = kernels[i] ?? -1;
    if (kernel < 0) continue;
    const here = at(places, i);
    const left = i > 0 ? here - at(places, i - 1) : lone ? here - axis.low : 0;
    const right = i < last ? at(places, i + 1) - here : lone ? axis.high - here : 0;
    const width = rule === 'hyperopt' && n === 1 ? 0.5 : Math.max(left, right);
    inverses[kernel] = 1 / Math.min(Math.max(width, narrowest), 1);
  }
  return inverses;
}

interface Sorted { readonly places: Float64Array; readonly kernels: Int32Array }

/** Members by rising position, with the prior's centre (kernel -1) before the first that is not less. */
function sortedPlaces({ order, slots, column, n, centre }: Pick<BandwidthInput, 'order' | 'slots' | 'column' | 'n'> & { readonly centre: number | undefined }): Sorted {
  const length = n + (centre === undefined ? 0 : 1);
  const places = new Float64Array(length);
  const kernels = new Int32Array(length);
  let prior = centre;
  let i = 0;
  for (const row of order) {
    const kernel = slots[row] ?? -1;
    if (kernel < 0) continue;
    const place = column[row] ?? NaN;
    if (prior !== undefined && place >= prior) {
      places[i] = prior;
      kernels[i++] = -1;
      prior = undefined;
    }
    places[i] = place;
    kernels[i++] = kernel;
  }
  if (prior !== undefined) {
    places[i] = prior;
    kernels[i] = -1;
  }
  return { places, kernels };
}

function at(values: Float64Array, i: number): number {
  return values[i] ?? NaN;
}
