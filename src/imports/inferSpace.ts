import { orderByDependency } from '../model/activity.js';
import { canonicalJson, type Params, type ParamValue } from '../model/params.js';
import type { Distribution, Parameter, SearchSpace } from '../model/searchSpace.js';

/** Numbers that come back so often, and so few of them, were a list. */
const listed = { most: 12, repeats: 3 };
/** Positive numbers over so many orders of magnitude were drawn on a log scale. */
const logRatio = 100;
/** Texts beyond these are no choices any more. */
const mostChoices = 1000;

/**
 * What was tried, as a space: its borders are those of the values, which lie inside what was searched. Always said in a note. Which parameters
 * depend on which is read from `ended`, the trials that came to an end: one that failed early may not have had all of them yet.
 */
export function inferSpace(trials: readonly Params[], ended: readonly Params[] = trials): { readonly space: SearchSpace; readonly notes: readonly string[] } {
  const columns = new Map<string, ParamValue[]>();
  for (const params of trials) {
    for (const name of Object.keys(params)) {
      const column = columns.get(name);
      if (column === undefined) columns.set(name, [params[name] ?? null]);
      else column.push(params[name] ?? null);
    }
  }
  const kinds = new Map([...columns].map(([name, values]) => [name, distributionOf(values)]));
  const notes: string[] = [];
  const decided = ended.filter((params) => Object.keys(params).length > 0);
  const parameters = [...columns].map(([name, values]): Parameter => {
    const when = values.length === trials.length ? undefined : conditionOf(name, decided, kinds);
    if (when === 'unknown') notes.push(`${name} is in some trials only, and no choice explains which: from here on every trial has it`);
    return { name, path: [name], distribution: kinds.get(name) ?? { name: 'constant', value: null }, ...(typeof when === 'object' ? { when } : {}) };
  });
  return {
    space: { parameters: orderByDependency(parameters).ordered, constraints: [] },
    notes: trials.length === 0 ? notes : ['the files do not say what was searched: the space is what was tried, from the smallest to the largest value', ...notes],
  };
}

function distributionOf(values: readonly ParamValue[]): Distribution {
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length === values.length) return numberDistribution(numbers);
  const choices = distinct(values);
  const [only, second] = choices;
  return second === undefined && only !== undefined ? { name: 'constant', value: only } : { name: 'categorical', choices: choices.slice(0, mostChoices) };
}

function numberDistribution(values: readonly number[]): Distribution {
  let [low, high, areWhole] = [Infinity, -Infinity, true];
  const seen = new Set<number>();
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
    areWhole &&= Number.isSafeInteger(value);
    if (seen.size <= listed.most) seen.add(value);
  }
  if (low === high) return { name: 'constant', value: low };
  const isRun = areWhole && high - low + 1 === seen.size;
  if (!isRun && seen.size <= listed.most && values.length >= listed.repeats * seen.size) return { name: 'categorical', choices: [...seen].sort((a, b) => a - b) };
  const isLog = low > 0 && high / low >= logRatio;
  if (areWhole) return isLog ? { name: 'q_log_uniform_values', low, high, q: 1, integer: true } : { name: 'int_uniform', low, high };
  return { name: isLog ? 'log_uniform_values' : 'uniform', low, high };
}

function distinct(values: readonly ParamValue[]): ParamValue[] {
  const found = new Map<string, ParamValue>();
  for (const value of values) {
    if (found.size > mostChoices) break;
    const key = canonicalJson(value);
    if (!found.has(key)) found.set(key, value);
  }
  return [...found.values()];
}

/** The choices of another parameter with which, and never without, this one is there. */
function conditionOf(name: string, trials: readonly Params[], kinds: ReadonlyMap<string, Distribution>): Parameter['when'] | 'unknown' {
  const having = trials.filter((params) => Object.hasOwn(params, name));
  if (having.length === trials.length || having.length === 0) return undefined;
  for (const [parent, kind] of kinds) {
    if (parent === name || (kind.name !== 'categorical' && kind.name !== 'int_uniform')) continue;
    const withIt = new Map(having.map((params) => [canonicalJson(params[parent] ?? null), params[parent]]));
    if ([...withIt.values()].includes(undefined)) continue;
    const without = trials.filter((params) => !Object.hasOwn(params, name) && Object.hasOwn(params, parent));
    const explains = without.length > 0 && without.every((params) => !withIt.has(canonicalJson(params[parent] ?? null)));
    if (explains) return { [parent]: [...withIt.values()].map((value) => value ?? null) };
  }
  return 'unknown';
}
