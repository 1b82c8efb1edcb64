import { mean, standardDeviation } from '../math/describe.js';
import { tQuantile } from '../math/studentT.js';
import type { Comparison } from '../model/comparison.js';
import { bounds, isLog, quantile } from '../model/distribution.js';
import { canonicalJson, type Params, type ParamValue } from '../model/params.js';
import type { Distribution, Parameter, SearchSpace } from '../model/searchSpace.js';
import type { Importances } from './importance.js';

export type ParameterRow = Comparison['parameters'][number];

export interface MovedRequest {
  readonly space: SearchSpace;
  /** Main's best. */
  readonly base: Params;
  /** This side's best, after the re-score. */
  readonly head: Params;
  /** What was shown on fresh seeds: nothing, that this side's best is better here, or that it gains more here than on main. */
  readonly shown: 'nothing' | 'better' | 'moved';
  readonly importance: Importances;
  /** Partial dependence, in the metric's unit. */
  readonly curves?: Readonly<Record<string, ParameterRow['curve']>>;
}

/**
 * A different best configuration is the normal result of searching twice (64 % of unchanged code on a flat landscape,
 * verdict.md 7.1), and a better one may be better on main too: a parameter counts as moved only when more than that was
 * shown on fresh seeds.
 */
export function parameterRows({ space, base, head, shown, importance, curves = {} }: MovedRequest): ParameterRow[] {
  return space.parameters.map((parameter) => {
    const { name, distribution } = parameter;
    const from = base[name];
    const to = head[name];
    return {
      name,
      ...(from === undefined ? {} : { base: from }),
      ...(to === undefined ? {} : { head: to }),
      moved: movedState(from, to, shown),
      ...importanceCells(name, importance, curves[name]),
      ...axisOf(distribution),
    };
  });
}

/** How a parameter's values lie along an axis. */
export function axisOf(distribution: Distribution): Pick<ParameterRow, 'log' | 'low' | 'high' | 'choices'> {
  const range = bounds(distribution);
  const hasRange = range !== undefined && Number.isFinite(range.low) && Number.isFinite(range.high);
  return {
    ...(hasRange ? { low: range.low, high: range.high } : {}),
    log: isLog(distribution),
    ...(distribution.name === 'categorical' ? { choices: [...distribution.choices] } : {}),
  };
}

function importanceCells(name: string, { method, shares }: Importances, curve: ParameterRow['curve']): Partial<ParameterRow> {
  const share = shares[name];
  return { ...(share === undefined ? {} : { importance: share, importanceBy: method }), ...(curve === undefined ? {} : { curve }) };
}

/**
 * Was the re-scored winner better than main's best at the head, on fresh seeds common to both? One-sided paired t at
 * `alpha` shared among the candidates it was picked from (Bonferroni), as the best of three looks good by luck alone.
 * Values are gains in the order of the seeds; undefined = that run failed.
 */
export function beatsIncumbent(request: { readonly winner: readonly (number | undefined)[]; readonly incumbent: readonly (number | undefined)[]; readonly candidates: number; readonly alpha: number }): boolean {
  const differences = request.winner.flatMap((gain, i) => {
    const other = request.incumbent[i];
    return gain === undefined || other === undefined ? [] : [gain - other];
  });
  const centre = mean(differences);
  const sd = standardDeviation(differences);
  if (centre === undefined || sd === undefined) return false;
  const level = request.alpha / Math.max(1, request.candidates);
  return centre > (tQuantile(1 - level, differences.length - 1) * sd) / Math.sqrt(differences.length);
}

/** Mean over the parameters of how far apart two configurations are, 0…1 (Gower, 1971); active on one side only = 1. */
export function configurationDistance(space: SearchSpace, a: Params, b: Params): number {
  const apart = space.parameters.flatMap((parameter) => distanceOf(parameter, a[parameter.name], b[parameter.name]) ?? []);
  return mean(apart) ?? 0;
}

function movedState(from: ParamValue | undefined, to: ParamValue | undefined, shown: MovedRequest['shown']): ParameterRow['moved'] {
  if (from === undefined || to === undefined) return 'inactive';
  if (canonicalJson(from) === canonicalJson(to)) return 'same';
  return shown === 'nothing' ? 'not-distinguishable' : shown;
}

function distanceOf({ distribution }: Parameter, a: ParamValue | undefined, b: ParamValue | undefined): number | undefined {
  if (a === undefined && b === undefined) return undefined;
  if (a === undefined || b === undefined) return 1;
  if (canonicalJson(a) === canonicalJson(b)) return 0;
  const range = finiteRange(distribution);
  if (typeof a !== 'number' || typeof b !== 'number' || range === undefined) return 1;
  const scale = isLog(distribution) ? Math.log : (x: number): number => x;
  return Math.min(1, Math.abs(scale(a) - scale(b)) / (scale(range.high) - scale(range.low)));
}

/** The middle 99 % stands for the range where there is none. */
function finiteRange(distribution: Distribution): { readonly low: number; readonly high: number } | undefined {
  const range = bounds(distribution);
  if (range === undefined || (Number.isFinite(range.low) && Number.isFinite(range.high))) return range;
  return { low: Number(quantile(distribution, 0.005)), high: Number(quantile(distribution, 0.995)) };
}
