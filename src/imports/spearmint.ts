import type { ParamValue } from '../model/params.js';
import type { Distribution, SearchSpace } from '../model/searchSpace.js';
import { UserError } from '../model/errors.js';
import { cellNumber } from './cells.js';
import { fieldsAt, listAt, numberAt, paramAt, textAt, unreadable, type Place } from './fields.js';
import { checkTrials, studyOf, type ForeignTrial } from './foreign.js';
import type { Importer } from './importer.js';
import { lines, parsed } from './jsonPieces.js';
import { emptyMap } from './names.js';
import { createShelf } from './shelf.js';

const tool = 'Spearmint';

/** A folder of spearmint-lite: config.json (the variables in order) and results.dat (value, seconds, values; `P P` while pending). */
export const spearmint: Importer = {
  tool, takes: 'a folder of spearmint-lite (config.json, results.dat)',
  detects: (source) => source.isFolder && source.has('results.dat') && /"type"\s*:\s*"(int|float|enum)"/i.test(source.head('config.json').toString('latin1')),
  read: (source) => {
    const variables = variablesOf(parsed(source.text('config.json')), { tool, file: source.label('config.json') });
    const columns = variables.flatMap(({ columns: own }) => own);
    const file = source.label('results.dat');
    const trials = createShelf();
    let line = 0;
    for (const text of lines(source.chunks('results.dat'), file)) {
      line += 1;
      const cells = text.trim().split(/\s+/);
      // Spearmint itself passes over lines that short.
      if (cells.length < 3) continue;
      if (cells.length !== columns.length + 2) throw new UserError('row-ragged', `${file}: line ${line} has ${cells.length - 2} values for ${columns.length} variables of config.json.`, { fix: 'Is config.json the one that these results were made with?' });
      checkTrials(trials.push(trialOf(cells, columns, { file, line })), source.name);
    }
    const parameters = variables.flatMap(({ columns: own, distribution }) => own.map(({ name }) => ({ name, path: [name], distribution })));
    const space: SearchSpace = { parameters, constraints: [] };
    return { notes: [], studies: [studyOf({ name: source.base, tool, format: 'spearmint', metrics: [{ name: 'value', goal: 'minimize' }], objective: 'value', space, trials, notes: ['Spearmint marks no failed trial: its line was deleted or is still pending'] })] };
  },
};

interface Column { readonly name: string; readonly isText: boolean }
interface Variable { readonly columns: readonly Column[]; readonly distribution: Distribution }

/** Longer vectors are a mistake: no model searches them. */
const longestVector = 10_000;

/** Spearmint has 1 where nothing is said. */
function sizeAt(value: unknown, at: Place): number {
  const size = value === undefined ? 1 : numberAt(value, at);
  if (!Number.isInteger(size) || size < 1 || size > longestVector) throw unreadable(at, `is ${size}; a whole number from 1 to ${longestVector} is known`);
  return size;
}

/** A variable of size n takes n columns, and is n parameters: `w.0`, `w.1`, as nested ones of a study are called. */
function variablesOf(config: unknown, place: Place): readonly Variable[] {
  return Object.entries(fieldsAt(config, place)).map(([key, value]) => {
    const at = (field: string): Place => ({ ...place, field: `${key}.${field}` });
    const fields = fieldsAt(value, { ...place, field: key });
    const [name, type, size] = [textAt(fields['name'] ?? key, at('name')), textAt(fields['type'], at('type')).toLowerCase(), sizeAt(fields['size'], at('size'))];
    const columns = Array.from({ length: size }, (_, i): Column => ({ name: size === 1 ? name : `${name}.${i}`, isText: type === 'enum' }));
    if (type === 'enum') return { columns, distribution: { name: 'categorical', choices: listAt(fields['options'], at('options')).map((option) => paramAt(option, at('options'))) } };
    if (type !== 'int' && type !== 'float') throw unreadable(at('type'), `is ${JSON.stringify(type)}; int, float and enum are known`);
    return { columns, distribution: { name: type === 'int' ? 'int_uniform' : 'uniform', low: numberAt(fields['min'], at('min')), high: numberAt(fields['max'], at('max')) } };
  });
}

function trialOf([value = '', seconds = '', ...cells]: readonly string[], columns: readonly Column[], at: { readonly file: string; readonly line: number }): ForeignTrial {
  const params: Record<string, ParamValue> = emptyMap();
  for (const [i, { name, isText }] of columns.entries()) params[name] = isText ? cells[i] ?? '' : cellNumber(cells[i] ?? '', { ...at, column: name }) ?? null;
  if (value === 'P') return { params, values: {}, state: 'running' };
  const took = cellNumber(seconds, { ...at, column: 'duration' });
  return { params, values: { value: cellNumber(value, { ...at, column: 'value' }) ?? Number.NaN }, state: 'complete', ...(took === undefined ? {} : { seconds: took }) };
}
