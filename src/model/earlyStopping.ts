import type { EarlyStopping } from './config.js';
import type { Goal } from './direction.js';

/**
 * Takes a run's values of the objective, step by step; true from the one on at which it is over: `patience` values in a row
 * without one that is better than the best by more than `minDelta`. Counts as Keras' EarlyStopping does; what is no number
 * is no better.
 */
export function createEarlyStopping({ patience, minDelta }: EarlyStopping, goal: Goal): (value: number) => boolean {
  const sign = goal === 'minimize' ? 1 : -1;
  let lowest = Infinity;
  let wait = 0;
  return (value) => {
    wait += 1;
    if (sign * value + minDelta < lowest) {
      lowest = sign * value;
      wait = 0;
    }
    return wait >= patience;
  };
}
