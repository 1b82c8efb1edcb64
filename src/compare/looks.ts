import { tQuantile } from '../math/studentT.js';
import { UserError } from '../model/errors.js';

/** One look of the gate: after `pairs` valid pairs the interval is mean ± multiplier · sd. */
export interface Boundary { readonly pairs: number; readonly multiplier: number }

type Alpha = '0.05' | '0.025' | '0.01';

/**
 * Nominal one-sided level of every look, by error over all looks together: Pocock's constant level (1977) on the t scale,
 * calibrated on 4e5 to 1e6 null paths and rounded down. Other look lists would need a calibration of their own.
 */
const nominalLevels: readonly { readonly looks: readonly number[]; readonly levels: Readonly<Record<Alpha, number>> }[] = [
  { looks: [3, 4, 5, 6], levels: { '0.05': 0.0205, '0.025': 0.0093, '0.01': 0.0034 } },
  { looks: [3, 5, 7, 10], levels: { '0.05': 0.0175, '0.025': 0.0081, '0.01': 0.003 } },
  { looks: [3, 5, 8, 12, 20], levels: { '0.05': 0.0139, '0.025': 0.0063, '0.01': 0.0024 } },
];

export const knownLooks: readonly (readonly number[])[] = nominalLevels.map(({ looks }) => looks);
export const knownAlphas = [0.05, 0.025, 0.01] as const;

const designs = nominalLevels.flatMap(({ looks, levels }) => knownAlphas.map((alpha) => {
  return { looks, alpha, boundaries: looks.map((pairs) => ({ pairs, multiplier: boundaryMultiplier(levels[`${alpha}`], pairs) })) };
}));

/** t(1 - level, n - 1) / √n (decisions.md 4). */
export function boundaryMultiplier(level: number, pairs: number): number {
  return tQuantile(1 - level, pairs - 1) / Math.sqrt(pairs);
}

/** Boundaries whose error over all looks together is at most `alpha` per claim. UserError for a list nobody calibrated. */
export function boundariesFor(looks: readonly number[], alpha: number): readonly Boundary[] {
  const found = designs.find((design) => design.alpha === alpha && isSameList(design.looks, looks));
  if (found !== undefined) return found.boundaries;
  if (!knownLooks.some((known) => isSameList(known, looks))) {
    throw new UserError('unknown-looks', `no calibrated boundaries for looks [${looks.join(', ')}]`, {
      fix: `use one of ${knownLooks.map((known) => `[${known.join(', ')}]`).join(', ')}`,
    });
  }
  throw new UserError('unknown-alpha', `no calibrated boundaries for alpha ${alpha}`, { fix: `use one of ${knownAlphas.join(', ')}` });
}

/**
 * Level of the claims "worse" and "better" when any of K gated metrics may make them: the largest calibrated level
 * not above alpha / K (Bonferroni). "Not worse" needs no such share, as it must hold for all K (intersection-union).
 */
export function claimAlpha(alpha: number, gatedMetrics: number): number {
  const level = knownAlphas.find((known) => known <= (alpha / gatedMetrics) * (1 + 1e-9));
  if (level !== undefined) return level;
  throw new UserError('too-many-gated-metrics', `${gatedMetrics} gated metrics at alpha ${alpha} would need a level of ${alpha / gatedMetrics} each; the strictest calibrated one is ${knownAlphas[2]}`, {
    fix: 'set `gate: false` on some metrics under `also`, or raise `verdict.alpha`',
  });
}

/**
 * Half of an error rate, for a claim that rests on a searched configuration alone (verdict.md 6.7): the largest calibrated
 * level not above it. Beside several gated metrics the claims end at the strictest calibrated level.
 */
export function halvedAlpha(alpha: number, gatedMetrics: number): { readonly alpha: number; readonly gatedMetrics: number } {
  const strictest = knownAlphas[2];
  const halved = knownAlphas.find((known) => known <= alpha / 2) ?? strictest;
  return { alpha: halved, gatedMetrics: Math.min(gatedMetrics, Math.floor(halved / strictest + 1e-9)) };
}

function isSameList(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}
