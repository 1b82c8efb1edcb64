import type { Pruner } from '../model/ports.js';

/** Lets every trial run to its end. */
export function never(): Pruner {
  return { name: 'never', decide: () => 'continue' };
}
