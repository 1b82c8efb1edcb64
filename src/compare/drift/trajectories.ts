import { correlationRatio, spearman } from '../../math/rank.js';
import { bounds, isLog } from '../../model/distribution.js';
import type { ImportanceShift, StaleDefault, Trajectory } from '../../model/drift.js';
import { canonicalJson, type Params, type ParamValue } from '../../model/params.js';
import type { StudyRecord } from '../../model/record.js';
import type { Distribution, Parameter, SearchSpace } from '../../model/searchSpace.js';
import { declaredDefaults } from '../../model/validity.js';
import { toGain } from '../../model/direction.js';

/** Within two per cent of the range of its end, the optimum may lie beyond. */
const nearEdge = 0.02;
/** Fewer trials say nothing about importance or about where the good ones lie. */
const fewestTrials = 10;
/** Two-sided one per cent of a normal: many parameters are looked at. */
const surely = 2.576;
/** Fieller, Hartley and Pearson (1957): the variance of Fisher's z of a rank correlation is 1.06 / (n - 3). */
const rankVariance = 1.06;

/** Each parameter of the incumbent along the branch, on its own scale. `records` oldest first. */
export function trajectoriesOf(space: SearchSpace, records: readonly StudyRecord[]): readonly Trajectory[] {
  return space.parameters.filter(({ distribution }) => distribution.name !== 'constant').map((parameter) => {
    const values: { sha: string; value: ParamValue | undefined }[] = [];
    for (const { sha, incumbent } of records) {
      const value = incumbent.params[parameter.name];
      const last = values.at(-1);
      if (last === undefined || canonicalJson(last.value ?? null) !== canonicalJson(value ?? null)) values.push({ sha, value });
    }
    const position = positionOf(parameter.distribution, values.at(-1)?.value);
    const boundary = position === undefined ? undefined : position <= nearEdge ? 'low' : position >= 1 - nearEdge ? 'high' : undefined;
    return { name: parameter.name, values, ...(position === undefined ? {} : { position }), ...(boundary === undefined ? {} : { boundary }) };
  });
}

/** 0 at the low end, 1 at the high, by ratios for a logarithmic parameter; outside of it beyond. Undefined without finite ends. */
function positionOf(distribution: Distribution, value: ParamValue | undefined): number | undefined {
  const range = bounds(distribution);
  if (typeof value !== 'number' || range === undefined || !Number.isFinite(range.high - range.low) || range.high <= range.low) return undefined;
  const scale = isLog(distribution) && range.low > 0 ? Math.log : (x: number): number => x;
  const position = (scale(value) - scale(range.low)) / (scale(range.high) - scale(range.low));
  return Number.isFinite(position) ? position : undefined;
}

interface Scored { readonly params: Params; readonly value: number }

function searched(record: StudyRecord): readonly Scored[] {
  return (record.search?.trials ?? []).flatMap(({ params, result: { outcome } }) => (outcome.state === 'complete' ? [{ params, value: outcome.value }] : []));
}

/**
 * How strongly each parameter goes with the objective, 0…1: |Spearman's rho|, of a categorical one the rank correlation
 * ratio. Of rank correlations the spread by chance is known, which an alarm needs.
 */
function strengths(space: SearchSpace, trials: readonly Scored[]): ReadonlyMap<string, number> {
  return new Map(space.parameters.flatMap(({ name }) => {
    const active = trials.filter(({ params }) => params[name] !== undefined);
    const chosen = active.map(({ params }) => params[name]);
    const values = active.map(({ value }) => value);
    const numbers = chosen.filter((value) => typeof value === 'number');
    const strength = numbers.length === chosen.length ? spearman(numbers, values) : correlationRatio(chosen.map(canonicalJson), values);
    return strength === undefined || active.length < fewestTrials ? [] : [[name, Math.abs(strength)] as const];
  }));
}

/** Importances in the first and the last search; `shifted` when further apart than two searches of the same code are by chance. */
export function importanceShifts(space: SearchSpace, records: readonly StudyRecord[]): readonly ImportanceShift[] {
  const searches = records.map(searched).filter((trials) => trials.length >= fewestTrials);
  const [first, last] = [searches[0], searches.at(-1)];
  if (first === undefined || last === undefined || first === last) return [];
  const [before, now] = [strengths(space, first), strengths(space, last)];
  const error = Math.sqrt(rankVariance * (1 / (first.length - 3) + 1 / (last.length - 3)));
  return [...now].flatMap(([name, value]) => {
    const old = before.get(name);
    return old === undefined ? [] : [{ name, before: old, now: value, shifted: Math.abs(fisherZ(value) - fisherZ(old)) > surely * error }];
  });
}

function fisherZ(correlation: number): number {
  return Math.atanh(Math.min(correlation, 0.999));
}

/**
 * Declared defaults that lie outside of where the best fifth of the last search does, for parameters that matter in it
 * (|ρ| beyond chance at 1 %): a default of a parameter without effect lies outside just as often, and does no harm.
 */
export function staleDefaults(space: SearchSpace, records: readonly StudyRecord[]): readonly StaleDefault[] {
  const record = records.findLast((one) => searched(one).length >= fewestTrials);
  const declared = declaredDefaults(space)?.params;
  const incumbent = records.at(-1)?.incumbent.params;
  if (record === undefined || declared === undefined || incumbent === undefined) return [];
  const trials = searched(record);
  const importance = strengths(space, trials);
  const best = [...trials].sort((a, b) => toGain(b.value, record.metric.goal) - toGain(a.value, record.metric.goal)).slice(0, Math.max(4, Math.ceil(trials.length / 5)));
  const matters = (name: string): boolean => (importance.get(name) ?? 0) * Math.sqrt(trials.length - 1) > surely;
  return space.parameters.flatMap((parameter) => (matters(parameter.name) && parameter.default !== undefined ? staleDefault(parameter, { best, suggested: incumbent[parameter.name] }) : []));
}

function staleDefault({ name, default: declared }: Parameter, { best, suggested }: { readonly best: readonly Scored[]; readonly suggested: ParamValue | undefined }): StaleDefault[] {
  if (declared === undefined || suggested === undefined || canonicalJson(declared) === canonicalJson(suggested)) return [];
  const good = best.flatMap(({ params }) => params[name] ?? []);
  const numbers = good.filter((value) => typeof value === 'number');
  if (typeof declared !== 'number' || numbers.length === 0) return good.some((value) => canonicalJson(value) === canonicalJson(declared)) ? [] : [{ name, declared, suggested }];
  const [goodLow, goodHigh] = [Math.min(...numbers), Math.max(...numbers)];
  return declared >= goodLow && declared <= goodHigh ? [] : [{ name, declared, suggested, goodLow, goodHigh }];
}

