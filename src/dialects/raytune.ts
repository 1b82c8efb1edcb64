import type { Goal } from '../model/direction.js';
import { canonicalJson, type ParamValue } from '../model/params.js';
import type { DialectReader, Draft, DraftParameter, Part } from './dialect.js';
import { dotted } from './dotted.js';
import { at, countAt, fieldsOf, goalAt, listOf, methodFor, numberOf, optional, placeOf, spoken, textOf, type Fields } from './fields.js';
import { bell, choices, constant, faulty, logUniform, rounded, uniform, unsaid, whole, wholeLog, type Form } from './form.js';
import { choosePart } from './part.js';

const target = /^ray\.tune\.(?:search\.sample\.)?(\w+)$/;
const goals: Readonly<Record<string, Goal>> = { max: 'maximize', min: 'minimize', maximize: 'maximize', minimize: 'minimize' };
const methods: Readonly<Record<string, string>> = { random: 'random', grid: 'grid', basic_variant: 'random', bayesopt: 'gp', bohb: 'tpe', optuna: 'tpe', hyperopt: 'tpe' };

/** Ray Tune as it stands in files: `{strategy, values}` beside `tune_config`, Hydra's `_target_: ray.tune.…`, and RLlib's `grid_search`. */
export const raytune: DialectReader = {
  tool: 'Ray Tune',
  detects: ({ root }) => fieldsOf(at(root)['tune_config']) !== undefined || targetsIn(at(root, 'search_space')) || Object.keys(experiments(root)).length > 0,
  read: (root, part) => {
    if (fieldsOf(at(root)['tune_config']) !== undefined) return readStrategies(at(root));
    return targetsIn(at(root, 'search_space')) ? readTargets(at(root)) : readExperiment(root, part);
  },
};

function readStrategies(file: Fields): Draft {
  const tune = at(file, 'tune_config');
  const { method, notes } = methodFor(textOf(tune['search_alg']), methods, 'search_alg');
  const scheduler = schedulerOf(tune['scheduler']);
  return {
    ...optional({ metric: textOf(tune['metric']), goal: goalAt(tune, 'mode', goals), trials: countAt(tune, 'num_samples'), method, earlyTerminate: scheduler.earlyTerminate }),
    parameters: Object.entries(file).filter(([name]) => name !== 'tune_config').map(([name, given]) => ({ path: [name], at: placeOf(file, name), form: strategyForm(at(given)) })),
    notes: [...notes, ...scheduler.notes],
  };
}

function strategyForm({ strategy, values }: Fields): Form {
  return strategy === 'choice' || strategy === 'grid' || strategy === 'grid_search' ? choices(listOf(values)) : formOf(spoken(strategy), listOf(values).map(numberOf));
}

/** Argument names of ray.tune's functions in their order. */
const argumentNames: Readonly<Record<string, readonly string[]>> = {
  uniform: ['lower', 'upper'], quniform: ['lower', 'upper', 'q'], loguniform: ['lower', 'upper'], qloguniform: ['lower', 'upper', 'q'], randint: ['lower', 'upper'], qrandint: ['lower', 'upper', 'q'],
  lograndint: ['lower', 'upper'], qlograndint: ['lower', 'upper', 'q'], randn: ['mean', 'sd'], qrandn: ['mean', 'sd', 'q'],
};

function formOf(name: string, numbers: readonly number[]): Form {
  const [a = NaN, b = NaN, q = name.startsWith('qrand') ? 1 : NaN] = numbers;
  switch (name) {
    case 'uniform':
      return uniform(a, b);
    case 'quniform':
      return rounded({ low: a, high: b, step: q, whole: false });
    case 'loguniform':
      return logUniform(a, b);
    case 'qloguniform':
      return rounded({ low: a, high: b, step: q, whole: false, log: true });
    case 'randint':
      return a < b ? whole(a, b - 1) : faulty(`its range [${a}, ${b}) is empty`);
    case 'qrandint':
      return q === 1 ? whole(a, b) : rounded({ low: a, high: b, step: q, whole: true });
    case 'lograndint':
      return a < b ? wholeLog(a, b - 1) : faulty(`its range [${a}, ${b}) is empty`);
    case 'qlograndint':
      return rounded({ low: a, high: b, step: q, whole: true, log: true });
    case 'randn':
      return bell({ mu: Number.isNaN(a) ? 0 : a, sigma: Number.isNaN(b) ? 1 : b });
    case 'qrandn':
      return bell({ mu: a, sigma: b, q });
    default:
      return unsaid(`${name} of Ray Tune cannot be said here`);
  }
}

function targetsIn(space: Fields): boolean {
  return Object.values(space).some((given) => target.test(spoken(at(given)['_target_'])) || (fieldsOf(given) !== undefined && targetsIn(at(given))));
}

function readTargets(file: Fields): Draft {
  const parameters = readGroup(at(file, 'search_space'), []);
  const scheduler = schedulerOf(file['scheduler']);
  return {
    ...optional({ metric: textOf(file['optimized_metric']), goal: goalAt(file, 'direction', goals), trials: countAt(at(file, 'ray'), 'num_samples'), earlyTerminate: scheduler.earlyTerminate }),
    argsMacro: '${args_no_hyphens}',
    parameters,
    notes: [...scheduler.notes, ...dotted(parameters.map(({ path }) => path.join('.')))],
  };
}

function readGroup(group: Fields, path: readonly string[]): readonly DraftParameter[] {
  return Object.entries(group).flatMap(([name, given]): readonly DraftParameter[] => {
    const found = { path: [...path, name], at: placeOf(group, name) };
    const fields = fieldsOf(given);
    if (fields === undefined) return [{ ...found, form: constant(given) }];
    if (Array.isArray(fields['grid_search'])) return [{ ...found, form: choices(listOf(fields['grid_search'])) }];
    const called = textOf(fields['_target_']);
    return called === undefined ? readGroup(fields, found.path) : [{ ...found, form: targetForm(called, fields) }];
  });
}

function targetForm(called: string, fields: Fields): Form {
  const name = target.exec(called)?.[1] ?? called;
  const positional = listOf(fields['_args_']);
  if (name === 'choice' || name === 'grid_search') return choices(listOf(fields['categories'] ?? fields['values'] ?? positional[0]));
  const names = argumentNames[name];
  return names === undefined ? unsaid(`${called} cannot be said here`) : formOf(name, names.flatMap((argument, i) => fields[argument] ?? positional[i] ?? []).map(numberOf));
}

/** RLlib's files: experiments by name, each with `run` or `env` and values of which some are `{grid_search: […]}`. */
function experiments(root: ParamValue): Readonly<Record<string, Fields>> {
  const entries = Object.entries(at(root)).flatMap(([name, given]) => (fieldsOf(given) === undefined ? [] : [[name, at(given)] as const]));
  const areAll = entries.length > 0 && entries.length === Object.keys(at(root)).length && entries.every(([, fields]) => fields['run'] !== undefined && (fields['env'] !== undefined || fields['config'] !== undefined));
  return areAll ? Object.fromEntries(entries) : {};
}

function readExperiment(root: ParamValue, part: Part): Draft {
  const experiment = choosePart(experiments(root), part, 'experiments');
  const { run, env } = experiment;
  const named = { ...(run === undefined ? {} : { run }), ...(env === undefined ? {} : { env }) };
  const scheduler = schedulerOf(experiment['scheduler']);
  const parameters = [...readGroup(named, []), ...readGroup(at(experiment, 'config'), [])];
  const isGrid = parameters.some(({ form }) => form.said && form.keys.values !== undefined);
  return {
    ...optional({ trials: countAt(experiment, 'num_samples'), method: isGrid ? 'grid' : undefined, earlyTerminate: scheduler.earlyTerminate }),
    parameters,
    notes: [...scheduler.notes, ...(experiment['stop'] === undefined ? [] : [`stop ${canonicalJson(experiment['stop'])}: left out; the program ends by itself, or budget: { trial_time } ends it`])],
    scope: experiment,
  };
}

interface Scheduler { readonly earlyTerminate?: Draft['earlyTerminate']; readonly notes: readonly string[] }

function schedulerOf(scheduler: ParamValue | undefined): Scheduler {
  const fields = at(scheduler);
  const called = textOf(fields['_target_'] ?? fields['type'] ?? scheduler);
  if (called === undefined || called === 'fifo' || called.endsWith('FIFOScheduler')) return { notes: [] };
  const [least, most, eta] = [numberOf(fields['grace_period'] ?? 1), numberOf(fields['max_t'] ?? 100), numberOf(fields['reduction_factor'] ?? 4)];
  if (!/ASHA|AsyncHyperBand/i.test(called) || !(least > 0 && most >= least && eta >= 2)) return { notes: [`scheduler ${called}: left out; early_terminate has its like`] };
  return { earlyTerminate: { type: 'asha', min_resource: least, max_resource: most, eta, rule: 'quantile' }, notes: [] };
}
