import type { ParamValue } from '../model/params.js';
import type { DialectReader, Draft, DraftParameter, Part } from './dialect.js';
import { at, countOf, fieldsOf, listOf, numberOf, textOf, type Fields } from './document.js';
import { bell, choices, constant, logUniform, stepped, uniform, unsaid, whole, wholeLog, type Form } from './form.js';
import { optional } from './optional.js';
import { choosePart } from './part.js';

const target = /^ray\.tune\.(?:search\.sample\.)?(\w+)$/;
const methods: Readonly<Record<string, string>> = { random: 'random', grid: 'grid', bayesopt: 'gp', bohb: 'tpe', optuna: 'tpe', hyperopt: 'tpe' };

/** Ray Tune as it stands in files: `{strategy, values}` beside `tune_config`, Hydra's `_target_: ray.tune.…`, and RLlib's `grid_search`. */
export const raytune: DialectReader = {
  tool: 'Ray Tune',
  detects: ({ root }) => fieldsOf(at(root)['tune_config']) !== undefined || targetsIn(at(root, 'search_space')) || Object.keys(experiments(root)).length > 0,
  read: ({ root }, part) => {
    if (fieldsOf(at(root)['tune_config']) !== undefined) return readStrategies(at(root));
    return targetsIn(at(root, 'search_space')) ? readTargets(at(root)) : readExperiment(root, part);
  },
};

function readStrategies(file: Fields): Draft {
  const tune = at(file, 'tune_config');
  const algorithm = textOf(tune['search_alg']);
  return {
    ...optional({ metric: textOf(tune['metric']), goal: goalOf(tune['mode']), trials: countOf(tune['num_samples']), method: algorithm === undefined ? undefined : methods[algorithm] }),
    ...schedulerOf(tune),
    parameters: Object.entries(file).filter(([name]) => name !== 'tune_config').map(([name, given]) => ({ path: [name], form: strategyForm(at(given)) })),
    notes: [...(algorithm === undefined || algorithm in methods ? [] : [`search_alg ${algorithm}: left out`]), ...schedulerNotes(tune['scheduler'])],
  };
}

function strategyForm({ strategy, values }: Fields): Form {
  return strategy === 'choice' || strategy === 'grid' || strategy === 'grid_search' ? choices(listOf(values)) : formOf(String(strategy), listOf(values).map(numberOf));
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
      return stepped({ low: a, high: b, step: q, whole: false });
    case 'loguniform':
      return logUniform(a, b);
    case 'qloguniform':
      return stepped({ low: a, high: b, step: q, whole: false, log: true });
    case 'randint':
      return whole(a, b - 1);
    case 'qrandint':
      return stepped({ low: a, high: b, step: q, whole: true });
    case 'lograndint':
      return wholeLog(a, b - 1);
    case 'qlograndint':
      return stepped({ low: a, high: b, step: q, whole: true, log: true });
    case 'randn':
      return bell({ mu: Number.isNaN(a) ? 0 : a, sigma: Number.isNaN(b) ? 1 : b });
    case 'qrandn':
      return bell({ mu: a, sigma: b, q });
    default:
      return unsaid(`${name} of Ray Tune cannot be said here`);
  }
}

function targetsIn(space: Fields): boolean {
  return Object.values(space).some((given) => target.test(String(at(given)['_target_'])) || (fieldsOf(given) !== undefined && targetsIn(at(given))));
}

function readTargets(file: Fields): Draft {
  const ray = at(file, 'ray');
  return {
    ...optional({ metric: textOf(file['optimized_metric']), goal: goalOf(file['direction']), trials: countOf(ray['num_samples']) }),
    ...schedulerOf(file),
    argsMacro: '${args_no_hyphens}',
    parameters: readGroup(at(file, 'search_space'), []),
    notes: [...schedulerNotes(file['scheduler']), 'command: names with dots are overrides of Hydra, handed over as NAME=VALUE by ${args_no_hyphens}'],
  };
}

function readGroup(group: Fields, path: readonly string[]): readonly DraftParameter[] {
  return Object.entries(group).flatMap(([name, given]): readonly DraftParameter[] => {
    const here = [...path, name];
    const fields = fieldsOf(given);
    if (fields === undefined) return [{ path: here, form: constant(given) }];
    if (Array.isArray(fields['grid_search'])) return [{ path: here, form: choices(listOf(fields['grid_search'])) }];
    const called = textOf(fields['_target_']);
    return called === undefined ? readGroup(fields, here) : [{ path: here, form: targetForm(called, fields) }];
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
  const { run, env, config } = experiment;
  const parameters = readGroup({ ...(run === undefined ? {} : { run }), ...(env === undefined ? {} : { env }), ...at(config) }, []);
  return { ...optional({ trials: countOf(experiment['num_samples']) }), ...(JSON.stringify(experiment).includes('"grid_search"') ? { method: 'grid' } : {}), parameters, notes: experiment['stop'] === undefined ? [] : [`stop ${JSON.stringify(experiment['stop'])}: left out; the program ends by itself, or budget: { trial_time } ends it`] };
}

function goalOf(mode: ParamValue | undefined): Draft['goal'] | undefined {
  return /^max/.test(String(mode)) ? 'maximize' : /^min/.test(String(mode)) ? 'minimize' : undefined;
}

function schedulerOf({ scheduler }: Fields): Pick<Draft, 'earlyTerminate'> {
  const fields = at(scheduler);
  if (!/ASHA|AsyncHyperBand/i.test(String(fields['_target_'] ?? fields['type'] ?? ''))) return {};
  const [least, most, eta] = [numberOf(fields['grace_period'] ?? 1), numberOf(fields['max_t'] ?? 100), numberOf(fields['reduction_factor'] ?? 4)];
  return least > 0 && most >= least && eta >= 2 ? { earlyTerminate: { type: 'asha', min_resource: least, max_resource: most, eta, rule: 'quantile' } } : {};
}

function schedulerNotes(scheduler: ParamValue | undefined): readonly string[] {
  const isKnown = scheduler === undefined || scheduler === null || scheduler === 'fifo' || schedulerOf({ scheduler }).earlyTerminate !== undefined;
  return isKnown ? [] : [`scheduler ${textOf(scheduler) ?? textOf(at(scheduler)['_target_']) ?? ''}: left out; early_terminate has its like`];
}
