import { orderByDependency } from '../model/activity.js';
import { canonicalJson, type Params, type ParamValue } from '../model/params.js';
import type { Distribution, Parameter, SearchSpace } from '../model/searchSpace.js';
import type { Trials } from './foreign.js';

/** Numbers that come back so often, and so few of them, were a list. */
const listed = { most: 12, repeats: 3 };
/** Positive numbers over so many orders of magnitude were drawn on a log scale. */
const logRatio = 100;
/** Texts beyond these are no choices any more. */
const mostChoices = 1000;

/**
 * What was tried, as a space: its borders are those of the values, which lie inside what was searched. Always said in a note. Which parameters
 * depend on which is read from the trials that came to an end: one that failed early may not have had all of them yet.
 */
export function inferSpace(trials: Trials): { readonly space: SearchSpace; readonly notes: readonly string[] } {
  const columns = new Map<string, Column>();
  for (const { params } of trials.heads ?? trials) {
    for (const name of Object.keys(params)) {
      const column = columns.get(name) ?? newColumn();
      columns.set(name, column);
      add(column, params[name] ?? null);
    }
  }
  const kinds = new Map([...columns].map(([name, column]) => [name, distributionOf(column)]));
  const conditions = conditionsOf([...columns].flatMap(([name, { count }]) => (count === trials.length ? [] : [name])), trials, kinds);
  const notes: string[] = [];
  const parameters = [...columns.keys()].map((name): Parameter => {
    const when = conditions.get(name);
    if (when === 'unknown') notes.push(`${name} is in some trials only, and no choice explains which: from here on every trial has it`);
    return { name, path: [name], distribution: kinds.get(name) ?? { name: 'constant', value: null }, ...(typeof when === 'object' ? { when } : {}) };
  });
  return {
    space: { parameters: orderByDependency(parameters).ordered, constraints: [] },
    notes: trials.length === 0 ? notes : ['the files do not say what was searched: the space is what was tried, from the smallest to the largest value', ...notes],
  };
}

/** What is known of a parameter's values so far. */
interface Column {
  count: number;
  low: number; high: number;
  areNumbers: boolean; areWhole: boolean;
  /** The first few different numbers. */
  readonly few: Set<number>;
  /** By their text, as many as are still choices. */
  readonly choices: Map<string, ParamValue>;
}

function newColumn(): Column {
  return { count: 0, low: Infinity, high: -Infinity, areNumbers: true, areWhole: true, few: new Set(), choices: new Map() };
}

function add(column: Column, value: ParamValue): void {
  column.count += 1;
  if (column.choices.size <= mostChoices) {
    const key = canonicalJson(value);
    if (!column.choices.has(key)) column.choices.set(key, value);
  }
  if (typeof value !== 'number') { column.areNumbers = false; return; }
  if (value < column.low) column.low = value;
  if (value > column.high) column.high = value;
  column.areWhole &&= Number.isSafeInteger(value);
  if (column.few.size <= listed.most) column.few.add(value);
}

function distributionOf(column: Column): Distribution {
  if (column.areNumbers) return numberDistribution(column);
  const choices = [...column.choices.values()];
  const [only, second] = choices;
  return second === undefined && only !== undefined ? { name: 'constant', value: only } : { name: 'categorical', choices: choices.slice(0, mostChoices) };
}

function numberDistribution({ low, high, areWhole, few, count }: Column): Distribution {
  if (low === high) return { name: 'constant', value: low };
  const isRun = areWhole && high - low + 1 === few.size;
  if (!isRun && few.size <= listed.most && count >= listed.repeats * few.size) return { name: 'categorical', choices: [...few].sort((a, b) => a - b) };
  const isLog = low > 0 && high / low >= logRatio;
  if (areWhole) return isLog ? { name: 'q_log_uniform_values', low, high, q: 1, integer: true } : { name: 'int_uniform', low, high };
  return { name: isLog ? 'log_uniform_values' : 'uniform', low, high };
}

/** Values of a possible parent in the trials that have a parameter, and in those that lack it. */
interface Split { readonly withIt: Map<string, ParamValue>; readonly without: Set<string>; isAlwaysThere: boolean }

/** Of each parameter that some trials lack: the choices of another one with which, and never without, it is there. */
function conditionsOf(partial: readonly string[], trials: Trials, kinds: ReadonlyMap<string, Distribution>): ReadonlyMap<string, Parameter['when'] | 'unknown'> {
  if (partial.length === 0) return new Map();
  const parents = [...kinds].flatMap(([name, kind]) => (kind.name === 'categorical' || kind.name === 'int_uniform' ? [name] : []));
  const found = partial.map((name) => ({ name, having: 0, lacking: 0, splits: parents.filter((parent) => parent !== name).map((parent) => ({ parent, withIt: new Map(), without: new Set(), isAlwaysThere: true } satisfies Split & { parent: string })) }));
  for (const { params, state } of trials.heads ?? trials) {
    if ((state !== 'complete' && state !== 'pruned') || Object.keys(params).length === 0) continue;
    for (const one of found) {
      const has = Object.hasOwn(params, one.name);
      if (has) one.having += 1; else one.lacking += 1;
      for (const split of one.splits) sort(split, split.parent, { params, has });
    }
  }
  return new Map(found.map(({ name, having, lacking, splits }) => {
    if (having === 0 || lacking === 0) return [name, undefined];
    const parent = splits.find(explains);
    return [name, parent === undefined ? 'unknown' : { [parent.parent]: [...parent.withIt.values()] }];
  }));
}

function sort(split: Split, parent: string, { params, has }: { readonly params: Params; readonly has: boolean }): void {
  if (!Object.hasOwn(params, parent)) { split.isAlwaysThere &&= !has; return; }
  const value = params[parent] ?? null;
  if (has) split.withIt.set(canonicalJson(value), value);
  else split.without.add(canonicalJson(value));
}

function explains({ withIt, without, isAlwaysThere }: Split): boolean {
  return isAlwaysThere && without.size > 0 && [...without].every((key) => !withIt.has(key));
}
