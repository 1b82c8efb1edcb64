import { canonicalJson, type ParamValue } from '../model/params.js';
import { commandWords } from './commandWords.js';
import type { DialectReader, Draft, DraftParameter } from './dialect.js';
import { at, countAt, fieldsOf, goalAt, listOf, methodFor, numberOf, optional, placeOf, plainGoals, spoken, textOf, type Fields } from './fields.js';
import { bell, choices, constant, faulty, listed, logUniform, rounded, stepped, tidy, uniform, unsaid, whole, withNote, type Form } from './form.js';

const methods: Readonly<Record<string, string>> = { random: 'random', gridsearch: 'grid', grid: 'grid', tpe: 'tpe', anneal: 'anneal', evolution: 'ga', gp: 'gp', gptuner: 'gp', smac: 'auto', metis: 'auto' };

/** Microsoft NNI: search_space.json, or an experiment's config with `searchSpace` in it (docs, hpo/search_space). */
export const nni: DialectReader = {
  tool: 'NNI',
  detects: ({ root }) => isSpace(root) || isSpace(at(root)['searchSpace']),
  read: (root) => (isSpace(at(root)['searchSpace']) ? readExperiment(at(root)) : { parameters: readSpace(at(root), []), notes: [] }),
};

/** Whether every entry has a type; which are read, what else an entry holds is not. */
function isSpace(value: ParamValue | undefined): boolean {
  const entries = Object.values(fieldsOf(value) ?? {});
  return entries.length > 0 && entries.every((entry) => fieldsOf(entry)?.['_type'] !== undefined);
}

function readExperiment(file: Fields): Draft {
  const tuner = at(file, 'tuner');
  const { method, notes } = methodFor(textOf(tuner['name'] ?? tuner['builtinTunerName'])?.toLowerCase(), methods, 'tuner');
  const line = textOf(file['trialCommand']) ?? textOf(at(file, 'trial')['command']);
  const command = line === undefined ? undefined : commandWords(line);
  const duration = textOf(file['maxExperimentDuration']) ?? textOf(file['maxExecDuration']);
  const time = duration !== undefined && /^\d+[smhd]$/.test(duration) ? duration : undefined;
  return {
    ...optional({
      name: textOf(file['experimentName']), trials: countAt(file, 'maxTrialNumber') ?? countAt(file, 'maxTrialNum'), method, time,
      goal: goalAt(at(tuner, 'classArgs'), 'optimize_mode', plainGoals), command: command === undefined ? undefined : [...command, ...(command[1] === '-c' ? [] : ['${args}'])],
    }),
    parameters: readSpace(at(file, 'searchSpace'), []),
    notes: [
      ...notes,
      ...(duration !== undefined && time === undefined ? [`maxExperimentDuration ${duration}: left out`] : []),
      ...(file['assessor'] === undefined ? [] : [`assessor ${spoken(at(file, 'assessor')['name'])}: left out; early_terminate has its like`]),
      ...(line === undefined ? [] : ['command: NNI hands parameters over through nni.get_next_parameter(); here they are arguments']),
    ],
  };
}

function readSpace(space: Fields, path: readonly string[]): readonly DraftParameter[] {
  return Object.entries(space).flatMap(([name, entry]) => {
    const here = [...path, name];
    const { _type: type, _value: value } = fieldsOf(entry) ?? {};
    if (type === 'choice' && listOf(value).some(isBranch)) return nested(here, at(entry));
    return [{ path: here, at: placeOf(space, name), form: formOf(spoken(type), listOf(value)) }];
  });
}

/** Asked without a look inside: a map that is a value is taken as a whole. */
function isBranch(item: ParamValue): boolean {
  const fields = fieldsOf(item);
  return fields !== undefined && '_name' in fields;
}

/** `{_name: Conv, kernel_size: {…}}`: the branch is a parameter of its own, what is inside exists where it is chosen. */
function nested(path: readonly string[], entry: Fields): readonly DraftParameter[] {
  const selector = [...path, '_name'];
  const branches = listOf(entry['_value']);
  const seen = new Map<string, string>();
  const inside = branches.flatMap((branch) => {
    const { _name: name = null, ...space } = fieldsOf(branch) ?? {};
    return Object.keys(space).flatMap((key) => {
      const own = canonicalJson(space[key]);
      const isOther = (seen.get(key) ?? own) !== own;
      if (!seen.has(key)) seen.set(key, own);
      return readSpace({ [isOther ? `${key}_${spoken(name)}` : key]: space[key] ?? null }, path).map((parameter): Conditional => ({
        ...parameter, at: placeOf(branch, key), when: { ...parameter.when, [selector.join('.')]: [name] },
        ...(isOther ? { note: `called ${key} in the file, where another branch has that name with another range` } : {}),
      }));
    });
  });
  return [{ path: selector, at: placeOf(entry), form: choices(branches.map((branch) => fieldsOf(branch)?.['_name'] ?? branch)), note: 'the choice of a branch, whose parameters have a when' }, ...merged(inside, selector.join('.'))];
}

type Conditional = DraftParameter & { readonly when: NonNullable<DraftParameter['when']> };

/** Branches that share a parameter: it exists in each of them. */
function merged(parameters: readonly Conditional[], selector: string): readonly DraftParameter[] {
  const kept = new Map<string, Conditional>();
  for (const parameter of parameters) {
    const name = parameter.path.join('.');
    const twin = kept.get(name);
    kept.set(name, twin === undefined ? parameter : { ...twin, when: { ...twin.when, [selector]: [...(twin.when[selector] ?? []), ...(parameter.when[selector] ?? [])] } });
  }
  return [...kept.values()];
}

function formOf(type: string, value: readonly ParamValue[]): Form {
  const [a, b, c] = [numberOf(value[0]), numberOf(value[1]), numberOf(value[2])];
  switch (type) {
    case 'choice':
      return choices(value);
    case 'randint':
      return a < b ? whole(a, b - 1) : faulty(`its range [${a}, ${b}) is empty`);
    case 'uniform':
      return uniform(a, b);
    case 'quniform':
      return clipped(a, b, c);
    case 'loguniform':
      return logUniform(a, b);
    case 'qloguniform':
      return onStep(a, c) && onStep(b, c) ? rounded({ low: a, high: b, step: c, whole: false, log: true }) : withNote(rounded({ low: a, high: b, step: c, whole: false, log: true }), `rounded to multiples of ${c} and not cut off at ${a} and ${b}, as NNI does`);
    case 'normal':
      return bell({ mu: a, sigma: b });
    case 'qnormal':
      return bell({ mu: a, sigma: b, q: c });
    case 'lognormal':
      return bell({ mu: a, sigma: b, log: true });
    case 'qlognormal':
      return bell({ mu: a, sigma: b, q: c, log: true });
    default:
      return unsaid(`its _type ${type} cannot be said here`);
  }
}

function onStep(x: number, q: number): boolean {
  return Math.abs(x / q - Math.round(x / q)) < 1e-9;
}

/** clip(round(U / q) * q, low, high): multiples of q, and each end that is none. */
function clipped(low: number, high: number, q: number): Form {
  if (!(q > 0) || !(low < high)) return stepped({ low, high, step: q, whole: false });
  if (onStep(low, q) && onStep(high, q)) return rounded({ low, high, step: q, whole: false });
  // A draw right between two multiples has no probability: neither end is rounded outwards.
  const [first, last] = [Math.floor(low / q + 0.5 + 1e-9), Math.ceil(high / q - 0.5 - 1e-9)];
  if (!(last - first < 200)) return unsaid(`it is rounded to multiples of ${q} and cut off at ${low} and ${high}, which are too many to list`);
  const values = [...new Set(listed(tidy(first * q), q, last - first + 1).map((x) => Math.min(high, Math.max(low, x))))];
  const [only] = values;
  if (values.length === 1 && only !== undefined) return constant(only, `rounded to multiples of ${q} and cut off at its ends, it is always ${only}`);
  return withNote(choices(values), `rounded to multiples of ${q} and cut off at ${low} and ${high}, it has these values: listed`);
}
