import { orderByDependency } from '../model/activity.js';
import { sameValue } from '../model/distributionImage.js';
import { canonicalJson, type ParamValue } from '../model/params.js';
import type { Distribution, Parameter, SearchSpace } from '../model/searchSpace.js';
import { UserError } from '../model/errors.js';
import { externalOf, fromOptuna, toOptuna, type OptunaDistribution } from './optunaDistribution.js';
import { optunaStates, type OptunaTrial } from './optunaReplay.js';

/** The space that a study's trials were drawn from, and what had to be guessed or left out. */
export interface ReadSpace { readonly space: SearchSpace; readonly notes: readonly string[] }

/** Each parameter as its last trial had it. One that only some trials have gets the condition under which they do, if a choice explains it. */
export function spaceOf(trials: readonly OptunaTrial[]): ReadSpace {
  const latest = new Map<string, Distribution>();
  const notes: string[] = [];
  for (const trial of trials) {
    for (const [name, { distribution }] of trial.params) {
      if (!latest.has(name)) latest.set(name, { name: 'constant', value: null });
      const ours = known(distribution);
      latest.set(name, ours.distribution);
    }
  }
  for (const [name] of latest) {
    const found = trials.findLast((trial) => trial.params.has(name))?.params.get(name);
    const lost = found && known(found.distribution).lost;
    if (lost !== undefined) notes.push(`${name}: ${lost} cannot be said here`);
  }
  const decided = trials.filter(({ state, params }) => params.size > 0 && (state === optunaStates.complete || state === optunaStates.pruned));
  const parameters = [...latest].map(([name, distribution]): Parameter => {
    const when = conditionOf(name, decided, latest);
    if (when === 'unknown') notes.push(`${name} is in some trials only, and no choice explains which: from here on every trial has it`);
    return { name, path: [name], distribution, ...(typeof when === 'object' ? { when } : {}) };
  });
  return { space: { parameters: orderByDependency(parameters).ordered, constraints: [] }, notes };
}

const translated = new WeakMap<object, ReturnType<typeof fromOptuna>>();

/** A replay hands out one object per distribution. */
function known(distribution: Parameters<typeof fromOptuna>[0]): ReturnType<typeof fromOptuna> {
  const found = translated.get(distribution) ?? fromOptuna(distribution);
  translated.set(distribution, found);
  return found;
}

/** The choices of another parameter with which, and without which never, this one is there. */
function conditionOf(name: string, trials: readonly OptunaTrial[], all: ReadonlyMap<string, Distribution>): Parameter['when'] | 'unknown' {
  const [having, lacking] = [trials.filter(({ params }) => params.has(name)), trials.filter(({ params }) => !params.has(name))];
  if (lacking.length === 0 || having.length === 0) return undefined;
  for (const [parent, { name: kind }] of all) {
    if (kind !== 'categorical' || parent === name) continue;
    const chosen = having.map((trial) => choiceIn(trial, parent));
    const without = new Set(lacking.map((trial) => canonicalJson(choiceIn(trial, parent) ?? null)));
    const isParent = trials.filter(({ params }) => params.has(parent)).length > having.length;
    if (isParent && chosen.every((choice) => choice !== undefined && !without.has(canonicalJson(choice)))) return { [parent]: [...new Map(chosen.map((choice) => [canonicalJson(choice), choice ?? null])).values()] };
  }
  return 'unknown';
}

function choiceIn({ params }: OptunaTrial, parent: string): ParamValue | undefined {
  const found = params.get(parent);
  return found === undefined ? undefined : externalOf(found.distribution, found.internal);
}

interface Writable { readonly name: string; readonly value: ParamValue; readonly ours: Distribution | undefined; readonly theirs: OptunaDistribution | undefined }

/** With what a value is written: ours where Optuna takes it beside what the study has, else what the study has. UserError `space-differs` where neither holds it. */
export function writableDistribution({ name, value, ours, theirs }: Writable): OptunaDistribution {
  const own = toOptuna(ours ?? alone(value)).distribution;
  if (theirs === undefined || goTogether(theirs, own)) return own;
  if (holds(theirs, value)) return theirs;
  throw new UserError('space-differs', `${name}: ${canonicalJson(value)} cannot be written beside what the trials of this study have: ${JSON.stringify(theirs)}.`, {
    fix: 'Give the parameter the same kind, scale and choices as in that study, or take another study: --study-name NAME', exitCode: 2,
  });
}

/** A parameter that is not in the space (any more). */
function alone(value: ParamValue): Distribution {
  return typeof value === 'number' ? { name: 'uniform', low: value, high: value } : { name: 'constant', value };
}

/** Optuna's `check_distribution_compatibility`: ranges may change, nothing else may. Others' lines that break it are passed over. */
function goTogether(a: OptunaDistribution, b: OptunaDistribution): boolean {
  if (a.name === 'CategoricalDistribution' || b.name === 'CategoricalDistribution') return canonicalJson(a.attributes) === canonicalJson(b.attributes) && a.name === b.name;
  return a.name === b.name && a.attributes.log === b.attributes.log;
}

function holds({ name, attributes }: OptunaDistribution, value: ParamValue): boolean {
  if (name === 'CategoricalDistribution') return attributes.choices.some((choice) => sameValue(choice, value));
  return typeof value === 'number' && value >= attributes.low && value <= attributes.high && (name === 'FloatDistribution' || Number.isInteger(value));
}
