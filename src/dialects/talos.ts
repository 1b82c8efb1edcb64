import type { ParamValue } from '../model/params.js';
import type { DialectReader, DraftParameter } from './dialect.js';
import type { DialectDocument } from './documents.js';
import { at, fieldsOf, isFloatAt, isWordAt, listOf, numberOf, optional, placeOf, spoken, textOf, type Fields } from './fields.js';
import { choices, constant, faulty, listed, tooMany, withNote, type Form } from './form.js';
import { tupleKey } from './literalTree.js';

/** Talos: the dictionary that `Scan` takes (Python, or a literal in a file of its own), or metadata.json of Talos 2. Lists are values, tuples (start, end, steps). */
export const talos: DialectReader = {
  tool: 'Talos',
  detects: (document) => isMetadata(document.root) || isDictionary(document),
  read: (root) => {
    const isRun = isMetadata(root);
    const space = isRun ? at(root, 'identity', 'params') : at(root);
    const { metric, direction } = isRun ? at(root, 'objective') : {};
    return {
      ...optional({ metric: textOf(metric), goal: direction === 'min' ? 'minimize' as const : direction === 'max' ? 'maximize' as const : undefined }),
      parameters: Object.entries(space).map(([name, given]): DraftParameter => ({ path: [name], at: placeOf(space, name), form: formOf(given) })),
      notes: [],
      scope: space,
    };
  },
};

function isMetadata(root: ParamValue): boolean {
  return fieldsOf(at(root, 'identity')['params']) !== undefined;
}

/** A dictionary in Python whose every value is a list or a tuple; in JSON, where such a map could be anything, at least one must be a tuple. */
function isDictionary({ root, variable }: DialectDocument): boolean {
  const values = Object.values(fieldsOf(root) ?? {});
  return values.length > 0 && values.every((value) => Array.isArray(value) || isTuple(value)) && (variable !== undefined || values.some(isTuple));
}

function isTuple(value: ParamValue): boolean {
  return at(value)[tupleKey] === 'tuple' && Array.isArray(at(value)['items']);
}

function formOf(given: ParamValue): Form {
  if (!isTuple(given)) return Array.isArray(given) ? listForm(given as readonly ParamValue[]) : constant(given);
  const fields = at(given);
  return rangeForm(fields, listOf(fields['items']));
}

function listForm(given: readonly ParamValue[]): Form {
  const values = given.map((item) => (isTuple(item) ? listOf(at(item)['items']) : item));
  const words = values.filter((_, i) => isWordAt(given, String(i))).map(spoken);
  const form = values.length === 1 ? constant(values[0] ?? null) : choices(values);
  return words.length === 0 ? form : withNote(form, `${words.join(', ')}: an object in Python, here its name as a text`);
}

/** numpy's arange(start, end, (end - start) / steps): the end is left out; whole numbers where both ends are. */
function rangeForm(tuple: Fields, items: readonly ParamValue[]): Form {
  const [start, end, steps] = [numberOf(items[0]), numberOf(items[1]), numberOf(items[2])];
  if (items.length !== 3 || ![start, end].every(Number.isFinite) || !Number.isSafeInteger(steps) || steps < 1) return faulty(`its tuple (${items.map(spoken).join(', ')}) is not start, end and a number of steps`);
  if (!(end > start)) return faulty(`its range from ${start} to ${end} is empty`);
  const refused = tooMany(steps);
  if (refused !== undefined) return refused;
  const values = listed(start, (end - start) / steps, steps);
  const isWhole = [0, 1].every((i) => Number.isInteger(numberOf(items[i])) && !isFloatAt(tuple['items'], String(i)));
  return choices(isWhole ? [...new Set(values.map(Math.trunc))] : values);
}
