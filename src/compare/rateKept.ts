import { activeParameters } from '../model/activity.js';
import { toGain, type Goal } from '../model/direction.js';
import { formatNumber } from '../model/numberFormat.js';
import { roleOf } from '../model/parameterRole.js';
import { canonicalJson, type Params, type ParamValue } from '../model/params.js';
import type { Parameter, SearchSpace } from '../model/searchSpace.js';

interface Tried { readonly params: Params; readonly value?: number | undefined }

export interface RateQuestion {
  readonly base: SearchSpace;
  readonly head: SearchSpace;
  /** Main's best configuration as each side's space has it. */
  readonly incumbent: Params;
  readonly incumbentHere: Params;
  /** Of the head's search. */
  readonly trials: readonly Tried[];
  readonly goal: Goal;
  readonly metric: string;
}

/** Rates nearer than this are the same to any training: a search that found one has confirmed it. */
const sameRate = 1.25;

/**
 * Batch size, architecture and optimiser decide which learning rate is good (tuning guide, search.md 8). One sentence for each
 * of them that the pull request itself sets to another value, by a constant or a default that both sides declare, while every
 * learning rate in force stays what it was. Silent where the rate was changed too, is none of the parameters, belongs to
 * one side alone, or where the search, at the new value, found its best near the rate that was kept.
 */
export function keptRates(question: RateQuestion): readonly string[] {
  const { base, head } = question;
  const rates = keptIn(question);
  if (rates === undefined) return [];
  return head.parameters.flatMap((parameter) => {
    if (!changing.has(roleOf(parameter, head))) return [];
    const other = base.parameters.find(({ name }) => name === parameter.name);
    const [from, to] = [other === undefined ? undefined : declared(other), declared(parameter)];
    if (from === undefined || to === undefined || isSame(from, to)) return [];
    return rates.flatMap((rate) => sentence(question, { name: parameter.name, from, to }, { ...rate, value: rateBeside(parameter, rate, head) }) ?? []);
  });
}

const changing: ReadonlySet<string> = new Set(['batch_size', 'architecture', 'optimizer']);

interface Rate { readonly name: string; readonly value: number }

/** The learning rates in force on both sides; undefined when one of them differs, or is there on one side only. */
function keptIn({ base, head, incumbent, incumbentHere }: RateQuestion): readonly Rate[] | undefined {
  const [before, after] = [ratesIn(base, incumbent), ratesIn(head, incumbentHere)];
  if (after.length === 0 || before.length !== after.length) return undefined;
  const isKept = after.every(({ name, value }) => before.some((one) => one.name === name && one.value === value));
  return isKept && !isRedeclared(base, head) ? after : undefined;
}

/** A constant is run with main's best configuration, a default with the other defaults. */
function rateBeside({ distribution }: Parameter, { name, value }: Rate, head: SearchSpace): number {
  const own = head.parameters.find((one) => one.name === name);
  return distribution.name !== 'constant' && typeof own?.default === 'number' ? own.default : value;
}

function ratesIn(space: SearchSpace, params: Params): readonly Rate[] {
  return activeParameters(space, params).filter((parameter) => roleOf(parameter, space) === 'learning_rate').flatMap(({ name }): Rate[] => {
    const value = params[name];
    return typeof value === 'number' ? [{ name, value }] : [];
  });
}

/** Whoever moved the rate's own default or range has thought of it. */
function isRedeclared(base: SearchSpace, head: SearchSpace): boolean {
  const text = (space: SearchSpace): string => canonicalJson(space.parameters.filter((one) => roleOf(one, space) === 'learning_rate').map(({ name, distribution, default: value }) => ({ name, distribution, value })));
  return text(base) !== text(head);
}

function declared({ distribution, default: value }: Parameter): ParamValue | undefined {
  return distribution.name === 'constant' ? distribution.value : value;
}

function isSame(a: ParamValue | undefined, b: ParamValue | undefined): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

interface Change { readonly name: string; readonly from: ParamValue; readonly to: ParamValue }

function sentence({ trials, goal, metric }: RateQuestion, { name, from, to }: Change, rate: Rate): string | undefined {
  const there = trials.flatMap(({ params, value }) => (value !== undefined && isSame(params[name], to) && typeof params[rate.name] === 'number' ? [{ rate: Number(params[rate.name]), value }] : []));
  const best = there.reduce<(typeof there)[number] | undefined>((one, other) => (one === undefined || toGain(other.value, goal) > toGain(one.value, goal) ? other : one), undefined);
  if (best !== undefined && isNear(best.rate, rate.value)) return undefined;
  const kept = `${name} ${shown(from)} → ${shown(to)}, and ${rate.name} ${formatNumber(rate.value)} was kept: a rate that was tuned for one is seldom right for the other.`;
  if (best === undefined) return `${kept} The search has no result at ${name} ${shown(to)} that would tell.`;
  return `${kept} The search's best at ${name} ${shown(to)} has ${rate.name} ${formatNumber(best.rate)} (${metric} ${formatNumber(best.value)}, ${there.length} ${there.length === 1 ? 'trial' : 'trials'} there, one seed each).`;
}

function isNear(a: number, b: number): boolean {
  return a === b || (a > 0 && b > 0 && Math.max(a, b) / Math.min(a, b) <= sameRate);
}

function shown(value: ParamValue): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? formatNumber(value) : canonicalJson(value);
}
