import { joeKuo } from './sobolDirections.js';

const BITS = 32;

/** Dimensions that have direction numbers. */
export const sobolDimensions = joeKuo.length + 1;

const known = new Map<number, Uint32Array>();

/** Coordinate of point `index` (below 2^32) in units of 2^-32, dimensions from 0; points in the order of the Gray code. */
export function sobol(dimension: number, index: number): number {
  const directions = directionsOf(dimension);
  let bits = 0;
  for (let gray = (index ^ (index >>> 1)) >>> 0, i = 0; gray !== 0; gray >>>= 1, i++) {
    if ((gray & 1) === 1) bits ^= directions[i] ?? 0;
  }
  return bits >>> 0;
}

/** Bratley and Fox, "Algorithm 659", ACM Trans. Math. Softw. 14 (1988). */
function directionsOf(dimension: number): Uint32Array {
  const made = known.get(dimension);
  if (made !== undefined) return made;
  const v = new Uint32Array(BITS);
  const [a = 0, ...m] = dimension === 0 ? [] : (joeKuo[dimension - 1] ?? '').split(' ').map(Number);
  const degree = m.length;
  for (let i = 0; i < BITS; i++) {
    if (i < degree || degree === 0) {
      v[i] = (m[i] ?? 1) << (BITS - 1 - i);
      continue;
    }
    const last = v[i - degree] ?? 0;
    let next = last ^ (last >>> degree);
    for (let k = 1; k < degree; k++) if (((a >>> (degree - 1 - k)) & 1) === 1) next ^= v[i - k] ?? 0;
    v[i] = next;
  }
  known.set(dimension, v);
  return v;
}

/**
 * Owen's nested uniform scrambling ("Randomly permuted (t,m,s)-nets and (t,s)-sequences", 1995) of 32 bits: each bit
 * is flipped or not by a hash of the seed and of all bits above it, so that nets stay nets.
 */
export function owenScramble(bits: number, seed: number): number {
  let scrambled = bits;
  for (let i = 0; i < BITS; i++) {
    const above = i === 0 ? 0 : bits >>> (BITS - i);
    const flip = mixed(mixed(seed ^ Math.imul(i + 1, 0x9e3779b9)) ^ above) & 1;
    scrambled ^= flip << (BITS - 1 - i);
  }
  return scrambled >>> 0;
}

/** The finisher of MurmurHash3. */
function mixed(x: number): number {
  let h = x;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
