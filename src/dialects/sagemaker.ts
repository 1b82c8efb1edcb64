import type { ParamValue } from '../model/params.js';
import type { DialectReader, Draft, DraftParameter } from './dialect.js';
import { at, countOf, fieldsOf, listOf, numberOf, textOf, type Fields } from './document.js';
import { choices, constant, unsaid } from './form.js';
import { optional } from './optional.js';
import { scaled, type Scale } from './scaled.js';

const methods: Readonly<Record<string, string>> = { Bayesian: 'auto', Random: 'random', Grid: 'grid', Hyperband: 'random' };
const scales: Readonly<Record<string, Scale>> = { Auto: 'linear', Linear: 'linear', Logarithmic: 'log', ReverseLogarithmic: 'reverse-log' };

/** AWS SageMaker tuning jobs: the API's JSON (`MinValue`), and the Kubernetes operators' YAML (`minValue`); numbers are texts. */
export const sagemaker: DialectReader = {
  tool: 'SageMaker',
  detects: ({ root }) => jobOf(root) !== undefined,
  read: ({ root }) => {
    const { job = {}, definition } = jobOf(root) ?? {};
    const objective = at(job, 'hyperParameterTuningJobObjective');
    const strategy = textOf(job['strategy']);
    const type = objective['type'] ?? objective['type_'];
    const goal: Draft['goal'] = type === 'Maximize' ? 'maximize' : type === 'Minimize' ? 'minimize' : undefined;
    return {
      ...optional({ metric: textOf(objective['metricName']), goal, trials: countOf(at(job, 'resourceLimits')['maxNumberOfTrainingJobs']), method: strategy === undefined ? undefined : methods[strategy] }),
      parameters: [...ranges(at(job, 'parameterRanges')), ...statics(definition ?? {})],
      notes: leftOut(job, strategy),
    };
  },
};

interface Job { readonly job: Fields; readonly definition: Fields }

function jobOf(root: ParamValue): Job | undefined {
  const file = lowered(root);
  const holder = [at(file), at(file, 'spec')].find((candidate) => fieldsOf(candidate['hyperParameterTuningJobConfig']) !== undefined);
  if (holder !== undefined) return { job: at(holder, 'hyperParameterTuningJobConfig'), definition: at(holder, 'trainingJobDefinition') };
  return fieldsOf(at(file)['parameterRanges']) === undefined ? undefined : { job: at(file), definition: {} };
}

/** Keys with a small first letter, at the depths where the API has keys of its own; hyperparameters keep theirs. */
function lowered(value: ParamValue): ParamValue {
  if (Array.isArray(value)) return value.map((item: ParamValue) => lowered(item));
  const fields = fieldsOf(value);
  if (fields === undefined) return value;
  return Object.fromEntries(Object.entries(fields).map(([key, inner]) => {
    const name = key.charAt(0).toLowerCase() + key.slice(1);
    return [name, name === 'staticHyperParameters' && fieldsOf(inner) !== undefined ? inner : lowered(inner)];
  }));
}

function ranges(given: Fields): readonly DraftParameter[] {
  const range = (isWhole: boolean) => (item: ParamValue): DraftParameter => {
    const { name, minValue, maxValue, scalingType } = at(item);
    return { path: [String(name)], form: scaled({ low: numberOf(minValue), high: numberOf(maxValue), whole: isWhole, scale: scales[textOf(scalingType) ?? 'Auto'] }) };
  };
  return [
    ...listOf(given['integerParameterRanges']).map(range(true)),
    ...listOf(given['continuousParameterRanges']).map(range(false)),
    ...listOf(given['categoricalParameterRanges']).map((item) => ({ path: [String(at(item)['name'])], form: choices(listOf(at(item)['values'])) })),
    ...listOf(given['autoParameters']).map((item) => ({ path: [String(at(item)['name'])], form: unsaid(`SageMaker chooses its range, around ${String(at(item)['valueHint'])}; give it one`) })),
  ];
}

/** A map, or a list of name and value. Entries that begin with an underscore are SageMaker's own. */
function statics({ staticHyperParameters: given }: Fields): readonly DraftParameter[] {
  const entries = Array.isArray(given) ? listOf(given).map((item): [string, ParamValue] => [String(at(item)['name']), at(item)['value'] ?? null]) : Object.entries(fieldsOf(given) ?? {});
  return entries.filter(([name]) => !name.startsWith('_')).map(([name, value]) => ({ path: [name], form: constant(value) }));
}

function leftOut(job: Fields, strategy: string | undefined): readonly string[] {
  const stopping = job['trainingJobEarlyStoppingType'];
  return [
    ...(strategy === 'Hyperband' ? ['strategy Hyperband: random search; for its stopping write early_terminate: { type: hyperband, max_resource: … }'] : []),
    ...(strategy === undefined || strategy in methods ? [] : [`strategy ${strategy}: left out`]),
    ...(stopping === 'Auto' ? ['trainingJobEarlyStoppingType Auto: left out; write early_terminate: { type: auto }'] : []),
  ];
}
