import { UserError } from '../model/errors.js';
import type { ParamValue } from '../model/params.js';
import { commandWords } from './commandWords.js';
import type { DialectReader, Draft, Part } from './dialect.js';
import { at, countOf, fieldsOf, listOf, numberOf, textOf, type Fields } from './document.js';
import { bell, choices, logOfExponents, stepped, tidy, uniform, unsaid, whole, type Form } from './form.js';
import { optional } from './optional.js';
import { choosePart } from './part.js';

const methods: Readonly<Record<string, string>> = { random: 'random', grid: 'grid', bayesian: 'auto', sobol: 'sobol' };

/** Azure Machine Learning, CLI v2: a job or a pipeline's step of `type: sweep`. */
export const azureml: DialectReader = {
  tool: 'Azure ML',
  detects: ({ root }) => Object.keys(sweepsOf(root)).length > 0 || isAutoml(root),
  read: ({ root }, part) => {
    if (isAutoml(root)) throw new UserError('dialect-unsupported', `${part.file}: AutoML searches over models of its own, which are no program to run here.`, { fix: 'Write the parameters of the model that is trained by hand, see docs/init-from.md.' });
    return readSweep(chosen(root, part));
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

function chosen(root: ParamValue, part: Part): Fields {
  return choosePart(sweepsOf(root), part, 'sweep steps');
}

function readSweep(job: Fields): Draft {
  const sampling = fieldsOf(job['sampling_algorithm'])?.['type'] ?? job['sampling_algorithm'];
  const { goal, primary_metric: metric } = at(job, 'objective');
  const line = textOf(at(job, 'trial')['command']);
  const { command, notes } = line === undefined ? { command: undefined, notes: [] } : commandOf(line, at(job, 'inputs'));
  return {
    ...optional({ name: textOf(job['experiment_name']) ?? textOf(job['display_name']), metric: textOf(metric), goal: goal === 'maximize' ? 'maximize' as const : goal === 'minimize' ? 'minimize' as const : undefined, method: methods[String(sampling)], trials: countOf(at(job, 'limits')['max_total_trials']), command }),
    parameters: Object.entries(at(job, 'search_space')).map(([name, given]) => ({ path: [name], form: formOf(at(given)) })),
    notes: [...notes, ...(sampling === undefined || String(sampling) in methods ? [] : [`sampling_algorithm ${String(sampling)}: left out`]), ...stoppingNotes(at(job, 'early_termination'))],
  };
}

function formOf({ type, values, upper, min_value: min, max_value: max, q, mu, sigma }: Fields): Form {
  const [low, high, step] = [numberOf(min), numberOf(max), numberOf(q)];
  const normal = { mu: numberOf(mu), sigma: numberOf(sigma) };
  switch (type) {
    case 'choice':
      return choices(listOf(values));
    case 'randint':
      return whole(0, numberOf(upper) - 1);
    case 'uniform':
      return uniform(low, high);
    case 'quniform':
      return stepped({ low, high, step, whole: false });
    case 'loguniform':
      return logOfExponents(Math.E, low, high);
    case 'qloguniform':
      return stepped({ low: tidy(Math.exp(low)), high: tidy(Math.exp(high)), step, whole: false, log: true });
    case 'normal':
      return bell(normal);
    case 'qnormal':
      return bell({ ...normal, q: step });
    case 'lognormal':
      return bell({ ...normal, log: true });
    case 'qlognormal':
      return bell({ ...normal, q: step, log: true });
    default:
      return unsaid(`its type ${JSON.stringify(type ?? null)} is unknown`);
  }
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
      if (fieldsOf(input) !== undefined) notes.push(`input ${name}: the command names ${String(value)}, which Azure would have mounted: put a path of this machine in its place`);
      return String(value);
    }
    notes.push(`command: ${macro} has no value here: put one in its place`);
    return path.replaceAll('.', '_').toUpperCase();
  });
  return { command: commandWords(text), notes };
}

function stoppingNotes({ type }: Fields): readonly string[] {
  return type === undefined ? [] : [`early_termination ${String(type)}: left out; ${type === 'median_stopping' ? 'early_terminate: { type: median } is like it' : 'early_terminate has others'}`];
}
