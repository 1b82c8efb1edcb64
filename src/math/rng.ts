/** Seeded random numbers: the same seed gives the same stream on any machine. */
export interface Rng {
  /** Uniform on [0, 1), 53 bits. */
  uniform(): number;
  /** Uniform on 0..n-1. */
  integer(n: number): number;
  /** An independent stream; depends on the seed and the label only, never on how much was drawn. */
  fork(label: string): Rng;
  /** The stream that this one was forked from first, from its start: the same in every trial of a study. */
  root(): Rng;
}

/** xoshiro128++ (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021), keyed by a hash of the seed. */
export function createRng(seed: string): Rng {
  return stream(seed, seed);
}

function stream(seed: string, root: string): Rng {
  const s = seedWords(seed);
  const next = (): number => {
    const result = (rotl((s[0] + s[3]) | 0, 7) + s[0]) | 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 11);
    return result >>> 0;
  };
  const uniform = (): number => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
  return { uniform, integer: (n) => Math.floor(uniform() * n), fork: (label) => stream(`${seed}/${label}`, root), root: () => createRng(root) };
}

function rotl(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}

/** Four words from a string: FNV-1a with four offsets, each finished by the murmur3 mixer so that near seeds part. */
function seedWords(seed: string): [number, number, number, number] {
  return [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35].map((offset) => {
    let h = offset | 0;
    for (let i = 0; i < seed.length; i++) h = Math.imul(h ^ seed.charCodeAt(i), 0x01000193);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) | 0;
  }) as [number, number, number, number];
}
