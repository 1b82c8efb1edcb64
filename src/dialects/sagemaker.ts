import type { Goal } from '../model/direction.js';
import type { ParamValue } from '../model/params.js';
import type { DialectReader, DraftParameter } from './dialect.js';
import { at, countAt, fieldsOf, goalAt, listOf, methodFor, numberOf, optional, placeOf, spoken, textOf, type Fields } from './fields.js';
import { choices, constant, unsaid } from './form.js';
import { scaled, type Scale } from './scaled.js';

const methods: Readonly<Record<string, string>> = { Bayesian: 'auto', Random: 'random', Grid: 'grid', Hyperband: 'random' };
const scales: Readonly<Record<string, Scale>> = { Auto: 'linear', Linear: 'linear', Logarithmic: 'log', ReverseLogarithmic: 'log-to-one' };
const goals: Readonly<Record<string, Goal>> = { Maximize: 'maximize', Minimize: 'minimize' };

/** AWS SageMaker tuning jobs: the API's JSON (`MinValue`), and the Kubernetes operators' YAML (`minValue`); numbers are texts. */
export const sagemaker: DialectReader = {
  tool: 'SageMaker',
  detects: ({ root }) => jobOf(root) !== undefined,
  read: (root) => {
    const { holder = {}, job = {}, definition = {} } = jobOf(root) ?? {};
    const objective = pick(job, 'HyperParameterTuningJobObjective');
    const { method, notes } = methodFor(textOf(value(job, 'Strategy')), methods, 'strategy');
    const limits = pick(job, 'ResourceLimits');
    const seconds = countAt(limits, key(limits, 'MaxRuntimeInSeconds'));
    return {
      ...optional({
        name: textOf(value(holder, 'HyperParameterTuningJobName')), metric: textOf(value(objective, 'MetricName')), goal: goalAt(objective, objective['type_'] === undefined ? key(objective, 'Type') : 'type_', goals), method,
        trials: countAt(limits, key(limits, 'MaxNumberOfTrainingJobs')), time: seconds === undefined ? undefined : `${seconds}s`,
      }),
      parameters: [...ranges(pick(job, 'ParameterRanges')), ...statics(value(definition, 'StaticHyperParameters'))],
      notes: [...notes, ...leftOut(job)], scope: holder,
    };
  },
};

/** The API's name, or the operators' with a small first letter: which of them stands there. */
function key(fields: Fields, name: string): string {
  return Object.hasOwn(fields, name) ? name : name.charAt(0).toLowerCase() + name.slice(1);
}

function value(fields: Fields, name: string): ParamValue | undefined {
  return fields[key(fields, name)];
}

function pick(fields: Fields, name: string): Fields {
  return at(value(fields, name));
}

interface Job { readonly holder: Fields; readonly job: Fields; readonly definition: Fields }

function jobOf(root: ParamValue): Job | undefined {
  const holder = [at(root), at(root, 'spec')].find((candidate) => fieldsOf(value(candidate, 'HyperParameterTuningJobConfig')) !== undefined);
  if (holder !== undefined) return { holder, job: pick(holder, 'HyperParameterTuningJobConfig'), definition: pick(holder, 'TrainingJobDefinition') };
  return fieldsOf(value(at(root), 'ParameterRanges')) === undefined ? undefined : { holder: at(root), job: at(root), definition: {} };
}

function ranges(given: Fields): readonly DraftParameter[] {
  const found = (item: ParamValue): Pick<DraftParameter, 'path' | 'at'> => ({ path: [textOf(value(at(item), 'Name')) ?? ''], at: placeOf(item) });
  const range = (isWhole: boolean) => (item: ParamValue): DraftParameter => {
    const fields = at(item);
    const scale = scales[textOf(value(fields, 'ScalingType')) ?? 'Auto'];
    return { ...found(item), form: scaled({ low: numberOf(value(fields, 'MinValue')), high: numberOf(value(fields, 'MaxValue')), whole: isWhole, scale }) };
  };
  return [
    ...listOf(value(given, 'IntegerParameterRanges')).map(range(true)),
    ...listOf(value(given, 'ContinuousParameterRanges')).map(range(false)),
    ...listOf(value(given, 'CategoricalParameterRanges')).map((item) => ({ ...found(item), form: choices(listOf(value(at(item), 'Values'))) })),
    ...listOf(value(given, 'AutoParameters')).map((item) => ({ ...found(item), form: unsaid(`SageMaker chooses its range, around ${spoken(value(at(item), 'ValueHint'))}; give it one`) })),
  ];
}

/** A map, or a list of name and value. Entries that begin with an underscore are SageMaker's own. */
function statics(given: ParamValue | undefined): readonly DraftParameter[] {
  const entries: readonly (readonly [string, ParamValue, string])[] = Array.isArray(given)
    ? listOf(given).map((item) => [textOf(value(at(item), 'Name')) ?? '', value(at(item), 'Value') ?? null, placeOf(item)])
    : Object.entries(fieldsOf(given) ?? {}).map(([name, text]) => [name, text, placeOf(given, name)]);
  return entries.filter(([name]) => !name.startsWith('_')).map(([name, text, place]) => ({ path: [name], at: place, form: constant(text) }));
}

function leftOut(job: Fields): readonly string[] {
  const stopping = value(job, 'TrainingJobEarlyStoppingType');
  return [
    ...(value(job, 'Strategy') === 'Hyperband' ? ['strategy Hyperband: random search; for its stopping write early_terminate: { type: hyperband, max_resource: … }'] : []),
    ...(stopping === undefined || stopping === 'Off' ? [] : [`trainingJobEarlyStoppingType ${spoken(stopping)}: left out; write early_terminate: { type: auto }`]),
  ];
}
