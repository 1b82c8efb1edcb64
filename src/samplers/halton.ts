import { haltonAxis, primes } from '../math/halton.js';
import type { Sampler } from '../model/ports.js';
import { sequenceSampler } from './sequence.js';

/** Halton's sequence, a prime base per parameter, with the digits of each position permuted at random. */
export function halton(): Sampler {
  return sequenceSampler('halton', ({ parameters, rng }) => {
    const bases = primes(parameters.length);
    return parameters.map(({ name }, i) => haltonAxis(bases[i] ?? 2, rng.fork(name)));
  });
}
