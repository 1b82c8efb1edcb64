import { canonicalJson, type ParamValue } from '../model/params.js';
import type { DialectReader, Draft, DraftParameter } from './dialect.js';
import { at, fieldsOf, listOf, numberOf, placeOf, spoken, textOf, type Fields } from './fields.js';
import { choices, constant, faulty, logUniform, reverseLog, stepped, tidy, tooMany, uniform, unsaid, whole, wholeLog, withNote, type Form } from './form.js';

/** Keras Tuner: oracle.json of a project, or `hyperparameters.get_config()` (keras_tuner/engine/hyperparameters, 1.4). */
export const kerasTuner: DialectReader = {
  tool: 'Keras Tuner',
  detects: ({ root }) => spaceOf(root).length > 0 && spaceOf(root).every((entry) => typeof at(entry)['class_name'] === 'string' && fieldsOf(at(entry)['config']) !== undefined),
  read: (root) => {
    const [own, bookkeeping] = [false, true].map((wanted) => spaceOf(root).filter((entry) => (textOf(at(entry, 'config')['name'])?.startsWith('tuner/') === true) === wanted));
    const { method, earlyTerminate, notes } = oracleOf(at(root));
    return {
      ...(method === undefined ? {} : { method }), ...(earlyTerminate === undefined ? {} : { earlyTerminate }),
      parameters: merged((own ?? []).map((entry) => readParameter(at(entry)))),
      notes: [...notes, ...(bookkeeping ?? []).map((entry) => `${spoken(at(entry, 'config')['name'])}: left out, since it is the tuner's own: ${canonicalJson(entry)}`)],
      scope: spaceOf(root),
    };
  },
};

function spaceOf(root: ParamValue): readonly ParamValue[] {
  return listOf(at(root, 'hyperparameters')['space'] ?? at(root)['space']);
}

/** Which oracle it is shows in what it stores. */
function oracleOf(file: Fields): Pick<Draft, 'method' | 'earlyTerminate' | 'notes'> {
  const [epochs, eta] = [numberOf(file['max_epochs']), numberOf(file['factor'])];
  if (epochs > 0 && eta >= 2) return { method: 'random', earlyTerminate: { type: 'hyperband', max_resource: epochs, eta }, notes: [`Hyperband: random search with early_terminate; it counts the epochs that the program reports, up to ${epochs}`] };
  if (file['num_initial_points'] !== undefined) return { method: 'gp', notes: [] };
  return { notes: [] };
}

function readParameter({ class_name: kind, config: given }: Fields): DraftParameter {
  const config = at(given);
  const conditions = listOf(config['conditions']).map((one) => at(one, 'config'));
  const strange = listOf(config['conditions']).map((one) => spoken(at(one)['class_name'])).find((name) => name !== 'Parent');
  const declared = config['default'];
  const when = Object.fromEntries(conditions.map((one) => [textOf(one['name']) ?? '', listOf(one['values'])]));
  return {
    path: [textOf(config['name']) ?? ''], at: placeOf(config), form: strange === undefined ? formOf(spoken(kind), config) : unsaid(`its condition ${strange} cannot be said here`),
    // A default that is none of ours says nothing: Keras Tuner writes null for "the first".
    ...(declared === undefined || declared === null || kind === 'Fixed' ? {} : { default: declared }),
    ...(conditions.length === 0 ? {} : { when, note: 'conditional, as its when says' }),
  };
}

function formOf(kind: string, config: Fields): Form {
  switch (kind) {
    case 'Boolean':
      return choices([true, false]);
    case 'Fixed':
      return constant(config['value'] ?? null);
    case 'Choice': {
      const values = listOf(config['values']);
      const form = values.length === 1 ? constant(values[0] ?? null) : choices(values);
      return config['ordered'] === true ? withNote(form, 'the order of its values is not used') : form;
    }
    case 'Int':
    case 'Float':
      return numeric(config, kind === 'Int');
    default:
      return unsaid(`its class ${kind} cannot be said here`);
  }
}

function numeric(config: Fields, isWhole: boolean): Form {
  const [low, high, step] = [numberOf(config['min_value']), numberOf(config['max_value']), numberOf(config['step'])];
  switch (textOf(config['sampling']) ?? 'linear') {
    case 'log':
      if (step > 1) return factors({ low, high, step, isWhole });
      return isWhole ? wholeLog(low, high) : logUniform(low, high);
    case 'reverse_log':
      if (!Number.isNaN(step) && !(isWhole && step === 1)) return withNote(stepped({ low, high, step, whole: isWhole }), 'evenly: steps of a reversed log scale cannot be said here');
      return reverseLog(low, high, isWhole);
    default:
      if (!Number.isNaN(step) && !(isWhole && step === 1)) return stepped({ low, high, step, whole: isWhole });
      return isWhole ? whole(low, high) : uniform(low, high);
  }
}

/** On a logarithmic scale the step is a factor. */
function factors({ low, high, step, isWhole }: { readonly low: number; readonly high: number; readonly step: number; readonly isWhole: boolean }): Form {
  if (!(low > 0) || !(high >= low)) return faulty(`its range ${low}…${high} is no logarithmic one`);
  const count = Math.floor(Math.log(high / low) / Math.log(step) + 1e-9) + 1;
  const refused = tooMany(count);
  if (refused !== undefined) return refused;
  const values = Array.from({ length: count }, (_, i) => (isWhole ? Math.round(low * step ** i) : tidy(low * step ** i)));
  return withNote(choices([...new Set(values)]), `each is ${step} times the one before: listed`);
}

/** The same name under another condition is one parameter that is there more often. */
function merged(parameters: readonly DraftParameter[]): readonly DraftParameter[] {
  const kept = new Map<string, DraftParameter>();
  for (const parameter of parameters) {
    const name = parameter.path.join('.');
    const before = kept.get(name);
    kept.set(name, before === undefined ? parameter : both(before, parameter));
  }
  return [...kept.values()];
}

function both(first: DraftParameter, second: DraftParameter): DraftParameter {
  const [a, b] = [first.when, second.when];
  const other = canonicalJson(first.form) === canonicalJson(second.form) ? [] : ['its other range, under another condition, is left out'];
  const { path, form, at: place, default: start } = first;
  const rest = { path, form, at: place, ...(start === undefined ? {} : { default: start }), ...(other[0] === undefined ? {} : { note: other[0] }) };
  if (a === undefined || b === undefined) return rest;
  const [parent, another] = Object.keys(a);
  if (parent === undefined || another !== undefined || b[parent] === undefined || Object.keys(b).length !== 1) return { ...rest, note: ['there under several conditions that when: cannot join: always there here', ...other].join('; ') };
  return { ...rest, when: { [parent]: [...new Set([...(a[parent] ?? []), ...b[parent]])] }, note: ['conditional, as its when says', ...other].join('; ') };
}
