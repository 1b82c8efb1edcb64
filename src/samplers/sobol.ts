import type { Rng } from '../math/rng.js';
import { owenScramble, sobol as sobolBits, sobolDimensions } from '../math/sobol.js';
import type { Sampler } from '../model/ports.js';
import { sequenceSampler, type Axis } from './sequence.js';

const CELLS = 2 ** 32;

/**
 * Sobol's sequence with the direction numbers of Joe and Kuo (2008), scrambled as Owen does, by a seed of the study
 * and the parameter's name. Beyond 160 parameters that vary, the further ones are drawn independently.
 */
export function sobol(): Sampler {
  return sequenceSampler('sobol', ({ parameters, rng }) => parameters.map(({ name }, dimension) => axisOf(dimension, rng.fork(name))));
}

function axisOf(dimension: number, rng: Rng): Axis {
  if (dimension >= sobolDimensions) return (index) => rng.fork(String(index)).uniform();
  const seed = rng.integer(CELLS);
  return (index) => (owenScramble(sobolBits(dimension, index), seed) + 0.5) / CELLS;
}
