import { z } from 'zod';
import { kerasBrackets } from '../math/brackets.js';
import type { StudyConfig } from '../model/config.js';
import { kindOf } from '../model/distribution.js';
import type { Distribution, Parameter, SearchSpace } from '../model/searchSpace.js';
import type { Finding, Findings } from './findings.js';
import { parameterAt } from './method.js';
import type { MapTree } from './yamlTree.js';

type DistributionName = Distribution['name'];

/** What a library can say of a search space; what it cannot is refused here, before it is started. */
interface Reach {
  readonly called: string;
  readonly draws: ReadonlySet<DistributionName>;
  /** `choices`: a parameter may depend on one choice, by nesting. */
  readonly conditions: 'none' | 'choices' | 'all';
}

const everyOne: readonly DistributionName[] = ['constant', 'uniform', 'log_uniform', 'log_uniform_values', 'int_uniform', 'q_uniform', 'categorical'];
const draws = (...more: readonly DistributionName[]): ReadonlySet<DistributionName> => new Set([...everyOne, ...more]);

/** By the adapter's name. */
const reaches: Readonly<Record<string, Reach>> = {
  optuna: { called: 'Optuna', draws: draws(), conditions: 'all' },
  hyperopt: { called: 'Hyperopt', draws: draws('q_log_uniform', 'q_log_uniform_values', 'normal', 'log_normal', 'q_normal', 'q_log_normal'), conditions: 'choices' },
  'scikit-optimize': { called: 'Scikit-Optimize', draws: draws(), conditions: 'none' },
  'keras-tuner': { called: 'Keras Tuner', draws: draws('reverse_log_uniform_values'), conditions: 'all' },
  'ray-tune': { called: 'Ray Tune', draws: draws('normal', 'q_normal'), conditions: 'none' },
  deap: { called: 'DEAP', draws: draws(), conditions: 'none' },
};
/** It takes a choice for nothing but a choice. */
const bayesOpt: Reach = { called: 'Ray Tune\'s BayesOptSearch', draws: new Set([...reaches['ray-tune']?.draws ?? []].filter((name) => name !== 'categorical')), conditions: 'none' };

const ours = 'choose a method of noregret, which draws all of them';
const withConditions = Object.entries(reaches).filter(([, { conditions }]) => conditions !== 'none').map(([name]) => name);

type Method = Pick<StudyConfig['method'], 'options'>;
interface Place { readonly root: MapTree; readonly findings: Findings }

/** Parameters that the library of a shipped adapter cannot draw, each at its line. An adapter of one's own says so itself. */
export function checkExternalSpace({ options }: Method, space: SearchSpace, { root, findings }: Place): void {
  const reach = options['adapter'] === 'ray-tune' && options['sampler'] === 'BayesOptSearch' ? bayesOpt : reaches[String(options['adapter'])];
  if (reach === undefined) return;
  for (const parameter of space.parameters) {
    const fault = faultOf(reach, parameter, space) ?? stepFault(options, parameter);
    if (fault !== undefined) findings.error(parameterAt(root, parameter.path), { code: 'external-space', ...fault });
  }
}

type Fault = Omit<Finding, 'code'>;

function faultOf({ called, draws: drawn, conditions }: Reach, { name, distribution, when = {} }: Parameter, space: SearchSpace): Fault | undefined {
  const parents = Object.keys(when).flatMap((parent) => space.parameters.find((one) => one.name === parent) ?? []);
  const constant = parents.find((parent) => parent.distribution.name === 'constant');
  if (constant !== undefined) return { message: `${called} cannot draw ${name} (depends on ${constant.name}, which is constant)`, fix: 'remove the condition' };
  if (distribution.name === 'constant') return undefined;
  if (!drawn.has(distribution.name)) return { message: `${called} cannot draw ${name} (${distribution.name})`, fix: `choose another distribution, or ${ours}` };
  if ('probabilities' in distribution) return { message: `${called} cannot draw ${name} (probabilities)`, fix: `remove the probabilities, or ${ours}` };
  if (parents.length === 0 || conditions === 'all') return undefined;
  if (conditions === 'none') return { message: `${called} cannot draw ${name} (exists only when ${whenText(when)})`, fix: `take \`when\` away (a \`shape\` has some of its own), choose ${withConditions.join(', ').replace(/, ([^,]*)$/, ' or $1')}, which know conditions, or ${ours}` };
  if (parents.length > 1) return { message: `${called} cannot draw ${name} (depends on ${parents.length} parameters at once)`, fix: 'it nests choices: keep one of the conditions' };
  const number = parents.find((parent) => parent.distribution.name !== 'categorical');
  return number === undefined ? undefined : { message: `${called} cannot draw ${name} (depends on ${number.name}, which is no choice)`, fix: 'it nests choices only: let it depend on one' };
}

function whenText(when: NonNullable<Parameter['when']>): string {
  return Object.entries(when).map(([parent, values]) => `${parent} is ${values.map((value) => JSON.stringify(value)).join(' or ')}`).join(' and ');
}

/** Samplers of Optuna that go from point to point of a grid. */
const steppers: ReadonlySet<string> = new Set(['GridSampler', 'BruteForceSampler']);

function stepFault({ adapter, sampler, options }: Method['options'], { name, distribution }: Parameter): Fault | undefined {
  if (adapter !== 'optuna' || kindOf(distribution) !== 'float' || 'q' in distribution) return undefined;
  const given = typeof options === 'object' && options !== null ? options : {};
  // One sampler may be within another.
  const names: readonly unknown[] = [sampler, ...Object.values<unknown>({ ...given }).flatMap((value) => (Array.isArray(value) ? value as readonly unknown[] : [value]))];
  const stepper = names.find((name): name is string => typeof name === 'string' && steppers.has(name));
  // Where people give a grid of their own, it is theirs.
  if (stepper === undefined || (stepper === 'GridSampler' && 'search_space' in given)) return undefined;
  return { message: `${stepper} cannot step through ${name}`, fix: 'list its values, or give it steps (q_uniform)', example: `${name}: { distribution: q_uniform, min: 0, max: 1, q: 0.1 }` };
}

/** Hyperband of Keras Tuner measures its first bracket whole; 100 epochs and a factor of 3 are its own defaults. */
export function bracketFault({ method: { options: given }, budget: { trials } }: Pick<StudyConfig, 'method' | 'budget'>): Finding | undefined {
  if (given['adapter'] !== 'keras-tuner' || given['sampler'] !== 'hyperband') return undefined;
  const { max_epochs: most = 100, factor = 3 } = z.looseObject({ max_epochs: z.unknown(), factor: z.unknown() }).partial().parse(given['options']);
  // Other values it refuses itself.
  if (typeof most !== 'number' || typeof factor !== 'number' || most < 1 || factor < 2) return undefined;
  const size = kerasBrackets(most, factor)[0]?.rungs[0]?.keep ?? 0;
  return size <= trials ? undefined : { code: 'external-bracket', message: `Hyperband of ${most} epochs begins with a bracket of ${size} trials, the budget is ${trials}`, fix: 'raise `budget.trials`, or lower `options: { max_epochs }` in `method`', example: `budget: { trials: ${size} }` };
}
