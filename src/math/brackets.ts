/** So many configurations run to this resource; `undefined` = to their end. */
export interface Rung { readonly resource: number | undefined; readonly keep: number }
/** Rungs upwards; the first one's `keep` is the number of configurations that the bracket begins with. */
export interface Bracket { readonly name: string; readonly rungs: readonly Rung[] }

/**
 * Hyperband's brackets as its paper has them (Li et al. 2018, JMLR 18-185, Algorithm 1), most aggressive first:
 * n = ⌈(s_max+1)/(s+1)·eta^s⌉ configurations from R·eta^-s on, ⌊n·eta^-i⌋ at R·eta^(i-s). All in whole numbers, but
 * for rungs of a `least` below 1: those are parts of one.
 */
export function paperBrackets(most: number, eta: number, least = 1): readonly Bracket[] {
  const top = largestPower(most / least, eta);
  return downFrom(top).map((s) => {
    const first = Math.ceil(((top + 1) * eta ** s) / (s + 1));
    return { name: `s = ${s}`, rungs: upTo(s).map((i) => ({ resource: i === s ? undefined : whole(most / eta ** (s - i), least, Math.floor), keep: Math.floor(first / eta ** i) })) };
  });
}

/** Keras Tuner's: sizes and epochs rounded up, and ⌈1 + log_eta(max)⌉ for s_max + 1. */
export function kerasBrackets(most: number, eta: number, least = 1): readonly Bracket[] {
  const top = largestPower(most / least, eta);
  const weight = eta ** top * (1 + tolerance) >= most / least ? top + 1 : top + 2;
  return downFrom(top).map((s) => ({
    name: `s = ${s}`,
    rungs: upTo(s).map((i) => ({ resource: i === s ? undefined : whole(most / eta ** (s - i), least, Math.ceil), keep: Math.ceil((weight * eta ** (s - i)) / (s + 1)) })),
  }));
}

/** 0.3 / 0.1 is 2.999…, and is 3. */
const tolerance = 1e-9;

/** ⌊log_eta(most)⌋ by multiplication: Math.log(1000) / Math.log(10) is 2.999…. */
export function largestPower(most: number, eta: number): number {
  let power = 0;
  for (let reached = eta; reached <= most * (1 + tolerance); reached *= eta) power += 1;
  return power;
}

function whole(rung: number, least: number, round: (value: number) => number): number {
  return least < 1 ? rung : round(rung);
}

function upTo(s: number): readonly number[] {
  return Array.from({ length: s + 1 }, (_, i) => i);
}

function downFrom(s: number): readonly number[] {
  return [...upTo(s)].reverse();
}
