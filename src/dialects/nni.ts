import { canonicalJson, type ParamValue } from '../model/params.js';
import { commandWords } from './commandWords.js';
import type { DialectReader, DraftParameter } from './dialect.js';
import { at, countOf, fieldsOf, listOf, numberOf, textOf, type Fields } from './document.js';
import { bell, choices, constant, listed, logUniform, stepped, tidy, uniform, unsaid, whole, withNote, type Form } from './form.js';
import { optional } from './optional.js';

const methods: Readonly<Record<string, string>> = { random: 'random', gridsearch: 'grid', grid: 'grid', tpe: 'tpe', anneal: 'anneal', evolution: 'ga', gp: 'gp', gptuner: 'gp', smac: 'auto', metis: 'auto' };

/** Microsoft NNI: search_space.json, or an experiment's config with `searchSpace` in it (docs, hpo/search_space). */
export const nni: DialectReader = {
  tool: 'NNI',
  detects: ({ root }) => isSpace(root) || isSpace(fieldsOf(root)?.['searchSpace']),
  read: ({ root }) => {
    const file = at(root);
    if (isSpace(root)) return { parameters: readSpace(file, []), notes: [] };
    const tuner = at(file, 'tuner');
    const name = textOf(tuner['name'])?.toLowerCase();
    const mode = at(tuner, 'classArgs')['optimize_mode'];
    const line = textOf(file['trialCommand']);
    return {
      ...optional({ name: textOf(file['experimentName']), trials: countOf(file['maxTrialNumber']), method: name === undefined ? undefined : methods[name], goal: mode === 'minimize' ? 'minimize' as const : mode === 'maximize' ? 'maximize' as const : undefined, command: line === undefined ? undefined : [...commandWords(line), ...(line.includes('|') ? [] : ['${args}'])] }),
      parameters: readSpace(at(file, 'searchSpace'), []),
      notes: [
        ...(name === undefined || name in methods ? [] : [`tuner ${name}: left out`]),
        ...(file['assessor'] === undefined ? [] : ['assessor: left out; early_terminate has its like']),
        ...(line === undefined ? [] : ['command: NNI hands parameters over through nni.get_next_parameter(); here they are arguments']),
      ],
    };
  },
};

function isSpace(value: ParamValue | undefined): boolean {
  const entries = Object.values(fieldsOf(value) ?? {});
  return entries.length > 0 && entries.every((entry) => fieldsOf(entry)?.['_type'] !== undefined && '_value' in at(entry));
}

function readSpace(space: Fields, path: readonly string[]): readonly DraftParameter[] {
  return Object.entries(space).flatMap(([name, entry]) => {
    const here = [...path, name];
    const { _type: type, _value: value } = at(entry);
    if (type === 'choice' && listOf(value).some((item) => fieldsOf(item)?.['_name'] !== undefined)) return nested(here, listOf(value));
    return [{ path: here, form: formOf(String(type), listOf(value)) }];
  });
}

/** `{_name: Conv, kernel_size: {…}}`: the branch is a parameter of its own, what is inside exists where it is chosen. */
function nested(path: readonly string[], branches: readonly ParamValue[]): readonly DraftParameter[] {
  const selector = [...path, '_name'];
  const seen = new Map<string, string>();
  const inside = branches.flatMap((branch) => {
    const { _name: name = null, ...space } = fieldsOf(branch) ?? {};
    return Object.entries(space).flatMap(([key, entry]) => {
      const first = seen.get(key) ?? canonicalJson(entry);
      seen.set(key, first);
      const isOther = first !== canonicalJson(entry);
      return readSpace({ [isOther ? `${key}_${String(name)}` : key]: entry }, path).map((parameter): Conditional => ({
        ...parameter, when: { ...parameter.when, [selector.join('.')]: [name] },
        ...(isOther ? { note: `called ${key} in the file, where another branch has that name with another range` } : {}),
      }));
    });
  });
  return [{ path: selector, form: choices(branches.map((branch) => fieldsOf(branch)?.['_name'] ?? branch)), note: 'the choice of a branch, whose parameters are written with when:' }, ...merged(inside, selector.join('.'))];
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
      return a < b ? whole(a, b - 1) : unsaid(`its range [${a}, ${b}) is empty`);
    case 'uniform':
      return uniform(a, b);
    case 'quniform':
      return clipped(a, b, c);
    case 'loguniform':
      return logUniform(a, b);
    case 'qloguniform':
      return stepped({ low: a, high: b, step: c, whole: false, log: true });
    case 'normal':
      return bell({ mu: a, sigma: b });
    case 'qnormal':
      return bell({ mu: a, sigma: b, q: c });
    case 'lognormal':
      return bell({ mu: a, sigma: b, log: true });
    case 'qlognormal':
      return bell({ mu: a, sigma: b, q: c, log: true });
    default:
      return unsaid(`its _type ${JSON.stringify(type)} cannot be said here`);
  }
}

/** clip(round(U / q) * q, low, high): multiples of q, and each end that is none. */
function clipped(low: number, high: number, q: number): Form {
  const onStep = (x: number): boolean => Math.abs(x / q - Math.round(x / q)) < 1e-9;
  if (!(q > 0) || !(low < high) || (onStep(low) && onStep(high))) return stepped({ low, high, step: q, whole: false });
  const [first, last] = [Math.round(low / q), Math.round(high / q)];
  if (!(last - first < 200)) return unsaid(`it is rounded to multiples of ${q} and cut off at ${low} and ${high}, which are too many to list`);
  const values = [...new Set(listed(tidy(first * q), q, last - first + 1).map((x) => Math.min(high, Math.max(low, x))))];
  const [only] = values;
  if (values.length === 1 && only !== undefined) return constant(only, `rounded to multiples of ${q} and cut off at its ends, it is always this`);
  return withNote(choices(values), `rounded to multiples of ${q} and cut off at ${low} and ${high}, it has these values: listed`);
}
