import type { Bracket } from './halving.js';

/**
 * Hyperband's brackets as its paper has them (Li et al. 2018, JMLR 18-185, Algorithm 1), most aggressive first:
 * n = ⌈(s_max+1)/(s+1)·eta^s⌉ configurations from R·eta^-s on, ⌊n·eta^-i⌋ at R·eta^(i-s). All in whole numbers.
 */
export function paperBrackets(most: number, eta: number): readonly Bracket[] {
  const top = largestPower(most, eta);
  return downFrom(top).map((s) => {
    const first = Math.ceil(((top + 1) * eta ** s) / (s + 1));
    return { name: `s = ${s}`, rungs: upTo(s).map((i) => ({ resource: i === s ? undefined : Math.floor(most / eta ** (s - i)), keep: Math.floor(first / eta ** i) })) };
  });
}

/** Keras Tuner's: sizes and epochs rounded up, and ⌈1 + log_eta(max)⌉ for s_max + 1. */
export function kerasBrackets(most: number, eta: number): readonly Bracket[] {
  const top = largestPower(most, eta);
  const weight = eta ** top === most ? top + 1 : top + 2;
  return downFrom(top).map((s) => ({
    name: `s = ${s}`,
    rungs: upTo(s).map((i) => ({ resource: i === s ? undefined : Math.ceil(most / eta ** (s - i)), keep: Math.ceil((weight * eta ** (s - i)) / (s + 1)) })),
  }));
}

/** ⌊log_eta(most)⌋ by multiplication: Math.log(1000) / Math.log(10) is 2.999…. */
export function largestPower(most: number, eta: number): number {
  let power = 0;
  for (let reached = eta; reached <= most; reached *= eta) power += 1;
  return power;
}

function upTo(s: number): readonly number[] {
  return Array.from({ length: s + 1 }, (_, i) => i);
}

function downFrom(s: number): readonly number[] {
  return [...upTo(s)].reverse();
}
