import { UserError } from '../model/errors.js';
import type { ParamValue } from '../model/params.js';
import { commandWords } from './commandWords.js';
import type { DialectReader, Draft } from './dialect.js';
import { at, countAt, fieldsOf, goalAt, listOf, methodFor, numberOf, numbersAt, optional, placeOf, plainGoals, spoken, textOf, type Fields } from './fields.js';
import { bell, choices, faulty, logOfExponents, rounded, tidy, uniform, unsaid, whole, type Form } from './form.js';
import { choosePart } from './part.js';

const methods: Readonly<Record<string, string>> = { random: 'random', grid: 'grid', bayesian: 'auto', sobol: 'sobol' };

/** Azure Machine Learning, CLI v2: a job or a pipeline's step of `type: sweep`. */
export const azureml: DialectReader = {
  tool: 'Azure ML',
  detects: ({ root }) => Object.keys(sweepsOf(root)).length > 0 || isAutoml(root),
  read: (root, part) => {
    if (isAutoml(root)) throw new UserError('dialect-unsupported', `${placeOf(root, 'search_space')}: AutoML searches over models of its own, which are no program to run here.`, { fix: 'Write the parameters of the model that is trained by hand, see docs/init-from.md.' });
    return readSweep(choosePart(sweepsOf(root), part, 'sweep steps'), at(root));
  },
};

function isAutoml(root: ParamValue): boolean {
  return at(root)['type'] === 'automl' && Array.isArray(at(root)['search_space']);
}

function sweepsOf(root: ParamValue): Readonly<Record<string, Fields>> {
  const jobs: readonly (readonly [string, ParamValue])[] = [['', root], ...Object.entries(at(root, 'jobs'))];
  return Object.fromEntries(jobs.flatMap(([name, job]) => {
    const fields = at(job);
    const isSweep = fields['type'] === 'sweep' || (fieldsOf(fields['objective']) !== undefined && fields['sampling_algorithm'] !== undefined);
    return isSweep && fieldsOf(fields['search_space']) !== undefined ? [[name, fields]] : [];
  }));
}

function readSweep(job: Fields, file: Fields): Draft {
  const sampling = at(job, 'sampling_algorithm')['type'] ?? job['sampling_algorithm'];
  const { method, notes } = methodFor(textOf(sampling), methods, 'sampling_algorithm');
  const objective = at(job, 'objective');
  const limits = at(job, 'limits');
  const seconds = countAt(limits, 'timeout');
  const line = textOf(at(job, 'trial')['command']);
  const called = line === undefined ? undefined : commandOf(line, at(job, 'inputs'));
  const stopping = stoppingOf(at(job, 'early_termination'));
  return {
    ...optional({
      name: textOf(file['experiment_name']) ?? textOf(job['experiment_name']) ?? textOf(job['display_name']), metric: textOf(objective['primary_metric']), goal: goalAt(objective, 'goal', plainGoals), method,
      trials: countAt(limits, 'max_total_trials'), time: seconds === undefined ? undefined : `${seconds}s`, command: called?.command, earlyTerminate: stopping.earlyTerminate,
    }),
    parameters: Object.entries(at(job, 'search_space')).map(([name, given]) => ({ path: [name], at: placeOf(job['search_space'], name), form: formOf(at(given)) })),
    notes: [...notes, ...(called?.notes ?? []), ...stopping.notes], scope: job,
  };
}

function formOf(given: Fields): Form {
  const numbers = (...keys: readonly string[]): [number, number, number] => {
    const [a = NaN, b = NaN, c = NaN] = numbersAt(given, ...keys);
    return [a, b, c];
  };
  const type = spoken(given['type']);
  switch (type) {
    case 'choice':
      return choices(listOf(given['values']));
    case 'randint':
      return numberOf(given['upper']) >= 1 ? whole(0, numberOf(given['upper']) - 1) : faulty(`its upper end is ${spoken(given['upper'])}`);
    case 'uniform':
      return uniform(...ends(numbers('min_value', 'max_value')));
    case 'quniform':
      return quantised(numbers('min_value', 'max_value', 'q'));
    case 'loguniform':
      return logOfExponents(Math.E, ...ends(numbers('min_value', 'max_value')));
    case 'qloguniform': {
      const [low, high, q] = numbers('min_value', 'max_value', 'q');
      return quantised([tidy(Math.exp(low)), tidy(Math.exp(high)), q], true);
    }
    case 'normal':
    case 'lognormal': {
      const [mu, sigma] = numbers('mu', 'sigma');
      return bell({ mu, sigma, log: type === 'lognormal' });
    }
    case 'qnormal':
    case 'qlognormal': {
      const [mu, sigma, q] = numbers('mu', 'sigma', 'q');
      return bell({ mu, sigma, q, log: type === 'qlognormal' });
    }
    default:
      return unsaid(`its type ${type} is unknown`);
  }
}

function ends([low, high]: readonly [number, number, number]): [number, number] {
  return [low, high];
}

/** round(U / q) * q */
function quantised([low, high, step]: readonly [number, number, number], log = false): Form {
  return rounded({ low, high, step, whole: false, log });
}

/** `${{search_space.x}}` is the parameter; inputs that are plain values stand for themselves. */
function commandOf(line: string, inputs: Fields): { readonly command: readonly string[]; readonly notes: readonly string[] } {
  const notes: string[] = [];
  const text = line.replaceAll(/\$\{\{\s*([\w.-]+)\s*\}\}/g, (macro, path: string) => {
    const [kind = '', name = ''] = path.split('.');
    if (kind === 'search_space') return `\${param:${path.slice('search_space.'.length)}}`;
    const input = kind === 'inputs' ? inputs[name] : undefined;
    const value = fieldsOf(input)?.['path'] ?? input;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      if (fieldsOf(input) !== undefined) notes.push(`input ${name}: the command names ${value}, which Azure would have mounted: put a path of this machine in its place`);
      return String(value);
    }
    notes.push(`command: ${macro} has no value here: put one in its place`);
    return path.replaceAll('.', '_').toUpperCase();
  });
  return { command: commandWords(text), notes };
}

function stoppingOf(policy: Fields): { readonly earlyTerminate?: Draft['earlyTerminate']; readonly notes: readonly string[] } {
  const type = policy['type'];
  if (type === undefined) return { notes: [] };
  const [interval = NaN, delay = NaN] = numbersAt(policy, 'evaluation_interval', 'delay_evaluation');
  const when = { ...(delay > 0 ? { warmup: delay } : {}), ...(interval >= 1 ? { interval } : {}) };
  const counts = 'it counts steps where Azure counts how often the metric is logged';
  if (type === 'median_stopping') return { earlyTerminate: { type: 'median', ...when }, notes: [`early_termination median_stopping: as median, which compares best values so far where Azure compares averages; ${counts}`] };
  const share = numberOf(policy['truncation_percentage']);
  if (type === 'truncation_selection' && share > 0 && share < 100) return { earlyTerminate: { type: 'percentile', percentile: 100 - share, ...when }, notes: [`early_termination truncation_selection: as percentile, the worst ${share} % at a step are stopped; ${counts}`] };
  return { notes: [`early_termination ${textOf(type) ?? 'of no type'}: left out; early_terminate has no rule like it`] };
}
