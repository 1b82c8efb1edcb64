import type { ParamValue } from '../model/params.js';
import type { DialectReader, Draft, DraftParameter } from './dialect.js';
import { at, countOf, fieldsOf, listOf, numberOf, textOf, type Fields } from './document.js';
import { choices, unsaid, type Form } from './form.js';
import { optional } from './optional.js';
import { scaled, type Scale } from './scaled.js';

const scales: Readonly<Record<string, Scale>> = { UNIT_LINEAR_SCALE: 'linear', UNIT_LOG_SCALE: 'log', UNIT_REVERSE_LOG_SCALE: 'reverse-log', SCALE_TYPE_UNSPECIFIED: 'linear', NONE: 'linear' };
const methods: Readonly<Record<string, string>> = { RANDOM_SEARCH: 'random', GRID_SEARCH: 'grid', ALGORITHM_UNSPECIFIED: 'auto' };

/** Google Vertex AI (`studySpec`) and the older AI Platform (`trainingInput.hyperparameters`). */
export const vertex: DialectReader = {
  tool: 'Vertex AI',
  detects: ({ root }) => studyOf(root) !== undefined || platformOf(root) !== undefined,
  read: ({ root }) => {
    const study = studyOf(root);
    return study === undefined ? readPlatform(platformOf(root) ?? {}) : readStudy(camel(study), textOf(at(root)['displayName']));
  },
};

function studyOf(root: ParamValue): Fields | undefined {
  return [at(root, 'studySpec'), at(root, 'study_spec'), at(root)].find((spec) => listOf(spec['parameters']).some((item) => 'parameterId' in at(item) || 'parameter_id' in at(item)));
}

function platformOf(root: ParamValue): Fields | undefined {
  return [at(root, 'trainingInput', 'hyperparameters'), at(root, 'hyperparameters'), at(root)].find(({ params }) => listOf(params).some((item) => 'parameterName' in at(item)));
}

/** gcloud writes camelCase, the Python client snake_case. */
function camel(value: Fields): Fields;
function camel(value: ParamValue): ParamValue;
function camel(value: ParamValue): ParamValue {
  if (Array.isArray(value)) return value.map((item: ParamValue) => camel(item));
  const fields = fieldsOf(value);
  return fields === undefined ? value : Object.fromEntries(Object.entries(fields).map(([key, inner]) => [key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), camel(inner)]));
}

function readStudy(spec: Fields, name: string | undefined): Draft {
  const [metric, ...others] = listOf(spec['metrics']);
  const algorithm = textOf(spec['algorithm']) ?? 'ALGORITHM_UNSPECIFIED';
  const stopping = Object.keys(spec).filter((key) => /Stop/.test(key));
  return {
    ...optional({ name, metric: textOf(at(metric)['metricId']), goal: goalOf(at(metric)['goal']), method: methods[algorithm], trials: countOf(spec['maxTrialCount']) }),
    parameters: listOf(spec['parameters']).flatMap((item) => readParameter(at(item), undefined)),
    notes: [
      ...(methods[algorithm] === undefined ? [`algorithm ${algorithm}: left out`] : []),
      ...others.map((other) => `metric ${String(at(other)['metricId'])}: left out; one metric is optimised, more are watched by also:`),
      ...stopping.map((key) => `${key}: left out; early_terminate has its like`),
    ],
  };
}

type When = NonNullable<DraftParameter['when']>;

function readParameter(spec: Fields, when: When | undefined): readonly DraftParameter[] {
  const name = String(spec['parameterId']);
  const scale = spec['scaleType'] === undefined ? 'linear' : scales[String(spec['scaleType'])];
  const given = { ...at(spec, 'doubleValueSpec'), ...at(spec, 'integerValueSpec'), ...at(spec, 'categoricalValueSpec'), ...at(spec, 'discreteValueSpec') };
  const type = spec['doubleValueSpec'] !== undefined ? 'DOUBLE' : spec['integerValueSpec'] !== undefined ? 'INTEGER' : spec['categoricalValueSpec'] !== undefined ? 'CATEGORICAL' : 'DISCRETE';
  const form = formOf(type, { low: given['minValue'], high: given['maxValue'], values: given['values'] }, scale);
  const children = listOf(spec['conditionalParameterSpecs']).flatMap((child) => readChild(name, at(child), when));
  return [{ path: [name], form, ...defaultOf(given['defaultValue']), ...(when === undefined ? {} : { when, note: 'conditional, written with when:' }) }, ...children];
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
  if (type !== 'DOUBLE' && type !== 'INTEGER') return unsaid(`its type ${JSON.stringify(type)} is unknown`);
  return scaled({ low: numberOf(low), high: numberOf(high), whole: type === 'INTEGER', scale });
}

function readPlatform(spec: Fields): Draft {
  const algorithm = textOf(spec['algorithm']) ?? 'ALGORITHM_UNSPECIFIED';
  return {
    ...optional({ metric: textOf(spec['hyperparameterMetricTag']) ?? 'training/hptuning/metric', goal: goalOf(spec['goal']), trials: countOf(spec['maxTrials']), method: methods[algorithm] }),
    parameters: listOf(spec['params']).map((item) => {
      const { parameterName, type, minValue, maxValue, scaleType, categoricalValues, discreteValues } = at(item);
      const form = formOf(String(type), { low: minValue, high: maxValue, values: categoricalValues ?? discreteValues }, scaleType === undefined ? 'linear' : scales[String(scaleType)]);
      return { path: [String(parameterName)], form };
    }),
    notes: [...(methods[algorithm] === undefined ? [`algorithm ${algorithm}: left out`] : []), ...(spec['enableTrialEarlyStopping'] === true ? ['enableTrialEarlyStopping: left out; write early_terminate: { type: auto }'] : [])],
  };
}

function goalOf(goal: ParamValue | undefined): Draft['goal'] | undefined {
  return goal === 'MAXIMIZE' ? 'maximize' : goal === 'MINIMIZE' ? 'minimize' : undefined;
}
