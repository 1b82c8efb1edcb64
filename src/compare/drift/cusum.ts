import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { tCdf } from '../../math/studentT.js';

/** Allowance and usual alarm level of Page's sums, in standard deviations of one value. */
const allowance = 0.5;
const usualAlarm = 5;
/** A t beyond every table stays a number. */
const smallestP = 1e-15;

export interface CusumStep {
  readonly index: number;
  /** The value in standard deviations of those before it; absent for the first two. */
  readonly z?: number;
  /** Sums of what fell below and rose above, as they stood before a reset. */
  readonly fallen: number;
  readonly risen: number;
  readonly alarm?: 'fall' | 'rise';
}

/**
 * Self-starting cumulative sums, for slow creep that no single step betrays: each value is judged by all before it, so that
 * no level or spread need be known (Hawkins, "Self-starting CUSUM charts for location and scale", The Statistician 1987).
 * After an alarm both sums begin again at zero. Values must be finite.
 */
export function cusum(values: readonly number[], alarmAt = usualAlarm): readonly CusumStep[] {
  let centre = 0;
  let squares = 0;
  let fallen = 0;
  let risen = 0;
  return values.map((value, index) => {
    const z = index < 2 ? undefined : standardised(value, { count: index, centre, squares });
    const apart = value - centre;
    centre += apart / (index + 1);
    squares += apart * (value - centre);
    fallen = Math.max(0, fallen - (z ?? 0) - allowance);
    risen = Math.max(0, risen + (z ?? 0) - allowance);
    const alarm = fallen > alarmAt ? 'fall' : risen > alarmAt ? 'rise' : undefined;
    const step: CusumStep = { index, fallen, risen, ...(z === undefined ? {} : { z }), ...(alarm === undefined ? {} : { alarm }) };
    if (alarm !== undefined) fallen = risen = 0;
    return step;
  });
}

function standardised(value: number, { count, centre, squares }: { readonly count: number; readonly centre: number; readonly squares: number }): number {
  const sd = Math.sqrt(squares / (count - 1));
  const apart = value - centre;
  // Equal values so far: a difference below rounding says nothing, any other is as large as can be told.
  if (sd <= Math.abs(centre) * 1e-15) return Math.abs(apart) <= Math.abs(centre) * 1e-12 ? 0 : Math.sign(apart) * -normalQuantile(smallestP, 0, 1);
  const t = (Math.sqrt(count / (count + 1)) * apart) / sd;
  // The lower tail holds its digits where 1 - p would lose them.
  return -Math.sign(t) * normalQuantile(Math.max(smallestP, tCdf(-Math.abs(t), count - 1)), 0, 1);
}
