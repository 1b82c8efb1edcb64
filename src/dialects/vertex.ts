import type { Goal } from '../model/direction.js';
import { canonicalJson, type ParamValue } from '../model/params.js';
import type { DialectReader, Draft, DraftParameter } from './dialect.js';
import { at, countAt, fieldsOf, goalAt, listOf, methodFor, numberOf, optional, placeOf, spoken, textOf, type Fields } from './fields.js';
import { choices, unsaid, type Form } from './form.js';
import { scaled, type Scale } from './scaled.js';

const scales: Readonly<Record<string, Scale>> = { UNIT_LINEAR_SCALE: 'linear', UNIT_LOG_SCALE: 'log', UNIT_REVERSE_LOG_SCALE: 'reverse-log', SCALE_TYPE_UNSPECIFIED: 'linear', NONE: 'linear' };
const methods: Readonly<Record<string, string>> = { RANDOM_SEARCH: 'random', GRID_SEARCH: 'grid', ALGORITHM_UNSPECIFIED: 'auto' };
const goals: Readonly<Record<string, Goal>> = { MAXIMIZE: 'maximize', MINIMIZE: 'minimize' };

/** Google Vertex AI (`studySpec`; gcloud writes camelCase, the Python client snake_case) and the older AI Platform (`trainingInput.hyperparameters`). */
export const vertex: DialectReader = {
  tool: 'Vertex AI',
  detects: ({ root }) => studyOf(root) !== undefined || platformOf(root) !== undefined,
  read: (root) => {
    const study = studyOf(root);
    return study === undefined ? readPlatform(platformOf(root) ?? {}, at(root, 'trainingInput')) : readStudy(study, at(root));
  },
};

function studyOf(root: ParamValue): Fields | undefined {
  return [at(root, 'studySpec'), at(root, 'study_spec'), at(root)].find((spec) => listOf(spec['parameters']).some((item) => (at(item)['parameterId'] ?? at(item)['parameter_id']) !== undefined));
}

function platformOf(root: ParamValue): Fields | undefined {
  return [at(root, 'trainingInput', 'hyperparameters'), at(root, 'hyperparameters'), at(root)].find(({ params }) => listOf(params).some((item) => at(item)['parameterName'] !== undefined));
}

function readStudy(spec: Fields, file: Fields): Draft {
  const [metric, ...others] = listOf(spec['metrics']);
  const { method, notes } = methodFor(textOf(spec['algorithm']) ?? 'ALGORITHM_UNSPECIFIED', methods, 'algorithm');
  const stopping = Object.keys(spec).filter((name) => /stop/i.test(name));
  const command = commandOf(at(listOf(at(file, 'trialJobSpec')['workerPoolSpecs'])[0]));
  return {
    ...optional({
      name: textOf(file['displayName']), metric: textOf(at(metric)['metricId']), goal: goalAt(at(metric), 'goal', goals), method, command,
      trials: countAt(file, 'maxTrialCount') ?? (spec === file ? undefined : countAt(spec, 'maxTrialCount')),
    }),
    parameters: listOf(spec['parameters']).flatMap((item) => readParameter(at(item), undefined)),
    notes: [
      ...notes,
      ...others.map((other) => `metric ${spoken(at(other)['metricId'])}: left out; one metric is optimised, more are watched by also:`),
      ...stopping.map((name) => `${name} ${canonicalJson(spec[name])}: left out; early_terminate has its like`),
    ],
  };
}

/** Vertex appends `--name=value` of each parameter. */
function commandOf(pool: Fields): readonly string[] | undefined {
  const container = at(pool, 'containerSpec');
  const module = textOf(at(pool, 'pythonPackageSpec')['pythonModule']);
  const words = [...listOf(container['command']), ...listOf(container['args'])].map(spoken);
  if (module !== undefined) return ['python', '-m', module, ...listOf(at(pool, 'pythonPackageSpec')['args']).map(spoken), '${args}'];
  return words.length === 0 ? undefined : [...words, '${args}'];
}

type When = NonNullable<DraftParameter['when']>;

const kinds = ['doubleValueSpec', 'integerValueSpec', 'categoricalValueSpec', 'discreteValueSpec'] as const;
const types: Readonly<Record<(typeof kinds)[number], string>> = { doubleValueSpec: 'DOUBLE', integerValueSpec: 'INTEGER', categoricalValueSpec: 'CATEGORICAL', discreteValueSpec: 'DISCRETE' };

function readParameter(spec: Fields, when: When | undefined): readonly DraftParameter[] {
  const name = textOf(spec['parameterId']) ?? '';
  const kind = kinds.find((one) => fieldsOf(spec[one]) !== undefined);
  const given = kind === undefined ? {} : at(spec, kind);
  const form = formOf(kind === undefined ? 'none' : types[kind], { low: given['minValue'], high: given['maxValue'], values: given['values'] }, scaleOf(spec));
  const children = listOf(spec['conditionalParameterSpecs']).flatMap((child) => readChild(name, at(child), when));
  return [{ path: [name], at: placeOf(spec), form, ...defaultOf(given['defaultValue']), ...(when === undefined ? {} : { when, note: 'conditional, as its when says' }) }, ...children];
}

function scaleOf({ scaleType }: Fields): Scale | undefined {
  return scaleType === undefined ? 'linear' : scales[spoken(scaleType)];
}

function defaultOf(value: ParamValue | undefined): Pick<DraftParameter, 'default'> {
  return value === undefined || value === null ? {} : { default: typeof value === 'string' && Number.isFinite(numberOf(value)) ? numberOf(value) : value };
}

function readChild(parent: string, child: Fields, when: When = {}): readonly DraftParameter[] {
  const categories = listOf(at(child, 'parentCategoricalValues')['values']);
  const numbers = [...listOf(at(child, 'parentIntValues')['values']), ...listOf(at(child, 'parentDiscreteValues')['values'])].map(numberOf);
  return readParameter(at(child, 'parameterSpec'), { ...when, [parent]: categories.length > 0 ? categories : numbers });
}

interface Range { readonly low: ParamValue | undefined; readonly high: ParamValue | undefined; readonly values: ParamValue | undefined }

function formOf(type: string, { low, high, values }: Range, scale: Scale | undefined): Form {
  // A single value is accepted in place of a list.
  const list = Array.isArray(values) ? listOf(values) : values === undefined || values === null ? [] : [values];
  if (type === 'CATEGORICAL') return choices(list);
  if (type === 'DISCRETE') return choices(list.map(numberOf), scale === 'linear' || scale === undefined ? undefined : 'its scale is left out: its values are listed');
  if (type !== 'DOUBLE' && type !== 'INTEGER') return unsaid(`its type ${type} is unknown`);
  return scaled({ low: numberOf(low), high: numberOf(high), whole: type === 'INTEGER', scale });
}

function readPlatform(spec: Fields, training: Fields): Draft {
  const { method, notes } = methodFor(textOf(spec['algorithm']) ?? 'ALGORITHM_UNSPECIFIED', methods, 'algorithm');
  const module = textOf(training['pythonModule']);
  const tag = textOf(spec['hyperparameterMetricTag']);
  return {
    ...optional({ metric: tag ?? 'training/hptuning/metric', goal: goalAt(spec, 'goal', goals), trials: countAt(spec, 'maxTrials'), method, command: module === undefined ? undefined : ['python', '-m', module, ...listOf(training['args']).map(spoken), '${args}'] }),
    parameters: listOf(spec['params']).map((item) => readParam(at(item))),
    notes: [
      ...notes, ...(tag === undefined ? ['hyperparameterMetricTag: none is named, so the metric is called training/hptuning/metric, as AI Platform does'] : []),
      ...(spec['enableTrialEarlyStopping'] === true ? ['enableTrialEarlyStopping: left out; write early_terminate: { type: auto }'] : []),
    ],
  };
}

function readParam(item: Fields): DraftParameter {
  const type = spoken(item['type']);
  const values = type === 'CATEGORICAL' ? item['categoricalValues'] : type === 'DISCRETE' ? item['discreteValues'] : undefined;
  return { path: [textOf(item['parameterName']) ?? ''], at: placeOf(item), form: formOf(type, { low: item['minValue'], high: item['maxValue'], values }, scaleOf(item)) };
}
