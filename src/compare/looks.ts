import { tQuantile } from '../math/studentT.js';
import { UserError } from '../model/errors.js';
import { alphaLimits, whyNotLooks } from '../model/gateDesign.js';
import { calibratedLevel } from './calibration.js';

/** One look of the gate: after `pairs` valid pairs the interval is mean ± multiplier · sd. */
export interface Boundary { readonly pairs: number; readonly multiplier: number }

type Alpha = '0.05' | '0.025' | '0.01';

/**
 * Nominal one-sided level of every look, by error over all looks together: Pocock's constant level (1977) on the t scale,
 * calibrated on 4e5 to 1e6 null paths and rounded down (verdict.md 6.3). Other lists and levels are calibrated when first asked for.
 */
const nominalLevels: readonly { readonly looks: readonly number[]; readonly levels: Readonly<Record<Alpha, number>> }[] = [
  { looks: [3, 4, 5, 6], levels: { '0.05': 0.0205, '0.025': 0.0093, '0.01': 0.0034 } },
  { looks: [3, 5, 7, 10], levels: { '0.05': 0.0175, '0.025': 0.0081, '0.01': 0.003 } },
  { looks: [3, 5, 8, 12, 20], levels: { '0.05': 0.0139, '0.025': 0.0063, '0.01': 0.0024 } },
];

export const knownLooks: readonly (readonly number[])[] = nominalLevels.map(({ looks }) => looks);
export const knownAlphas = [0.05, 0.025, 0.01] as const;

const mostGatedMetrics = 5;

const designs = new Map<string, readonly Boundary[]>();

/** t(1 - level, n - 1) / √n (decisions.md 4). */
export function boundaryMultiplier(level: number, pairs: number): number {
  return tQuantile(1 - level, pairs - 1) / Math.sqrt(pairs);
}

/** Boundaries whose error over all looks together is at most `alpha` per claim. UserError for a list or level that cannot be calibrated. */
export function boundariesFor(looks: readonly number[], alpha: number): readonly Boundary[] {
  const key = `${looks.join()}/${alpha}`;
  const known = designs.get(key);
  if (known !== undefined) return known;
  checkDesign(looks, alpha);
  const tabulated = nominalLevels.find((row) => row.looks.join() === looks.join())?.levels;
  const level = (isKnownAlpha(alpha) ? tabulated?.[`${alpha}`] : undefined) ?? calibratedLevel(looks, alpha);
  const boundaries = looks.map((pairs) => ({ pairs, multiplier: boundaryMultiplier(level, pairs) }));
  designs.set(key, boundaries);
  return boundaries;
}

function checkDesign(looks: readonly number[], alpha: number): void {
  const why = whyNotLooks(looks);
  if (why !== undefined) throw new UserError('unknown-looks', `looks ${why}, but are [${looks.join(', ')}]`, { fix: `use for example ${knownLooks.map((known) => `[${known.join(', ')}]`).join(', ')}` });
  if (!(alpha >= alphaLimits.low && alpha <= alphaLimits.high)) throw new UserError('unknown-alpha', `alpha is ${alpha}, it must be between ${alphaLimits.low} and ${alphaLimits.high}`, { fix: `use for example ${knownAlphas.join(', ')}` });
}

function isKnownAlpha(alpha: number): alpha is (typeof knownAlphas)[number] {
  return knownAlphas.some((known) => known === alpha);
}

/**
 * Level of the claims "worse" and "better" when any of K gated metrics may make them (Bonferroni): alpha / K, for tabulated
 * levels the largest tabulated one not above it (decisions.md 20). "Not worse" needs no such share, as it must hold for all K (intersection-union).
 */
export function claimAlpha(alpha: number, gatedMetrics: number): number {
  const share = alpha / gatedMetrics;
  const level = isKnownAlpha(alpha) ? knownAlphas.find((known) => known <= share * (1 + 1e-9)) : share;
  if (level !== undefined && level >= alphaLimits.low && gatedMetrics <= mostGatedMetrics) return level;
  throw new UserError('too-many-gated-metrics', `${gatedMetrics} gated metrics at alpha ${alpha} would need a level of ${share} each; ${isKnownAlpha(alpha) ? `the strictest calibrated one is ${knownAlphas[2]}` : `there may be ${mostGatedMetrics} metrics, at ${alphaLimits.low} or more`}`, {
    fix: 'set `gate: false` on some metrics under `also`, or raise `verdict.alpha`',
  });
}

/**
 * Half of an error rate, for a claim that rests on a searched configuration alone (verdict.md 6.7): for tabulated levels the
 * largest one not above it. Beside several gated metrics the claims end at the strictest level there is.
 */
export function halvedAlpha(alpha: number, gatedMetrics: number): { readonly alpha: number; readonly gatedMetrics: number } {
  const strictest = isKnownAlpha(alpha) ? knownAlphas[2] : alphaLimits.low;
  const halved = isKnownAlpha(alpha) ? knownAlphas.find((known) => known <= alpha / 2) ?? strictest : Math.max(alpha / 2, strictest);
  return { alpha: halved, gatedMetrics: Math.min(gatedMetrics, Math.floor(halved / strictest + 1e-9)) };
}
