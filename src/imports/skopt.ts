import type { ParamValue } from '../model/params.js';
import { exportedSpace } from './exportedSpace.js';
import { listAt, numberAt, paramAt, unreadable } from './fields.js';
import { checkTrials, studyOf, type ForeignStudy, type ForeignTrial } from './foreign.js';
import type { Importer } from './importer.js';
import { eachOf, jsonPieces } from './jsonPieces.js';
import { emptyMap } from './names.js';
import { skoptSpace } from './skoptSpace.js';
import type { Source } from './source.js';

const tool = 'scikit-optimize';

/** A result of scikit-optimize as JSON: { names, x_iters, func_vals, space }. Its own file is a pickle. */
export const skopt: Importer = {
  tool, takes: 'a result as JSON',
  detects: (source) => !source.isFolder && /^\s*\{/.test(source.head().toString('latin1')) && /"(x_iters|skopt_version)"|"noregret_export"\s*:\s*"skopt"/.test(source.head().toString('latin1')),
  read: (source) => ({ notes: [], studies: [studyOf(readResult(source, source.chunks()))] }),
};

/** Also for what Python printed of a pickle. */
export function readResult(source: Pick<Source, 'name' | 'base'>, chunks: Iterable<Buffer>): ForeignStudy {
  const file = source.name;
  const notes = ['scikit-optimize keeps neither failed trials nor times: a penalty that was returned for a failure counts as a value'];
  const [points, values]: [unknown[], number[]] = [[], []];
  let [names, space]: [readonly unknown[], unknown] = [[], undefined];
  const { whole } = eachOf(jsonPieces(chunks, file, (key) => key === 'x_iters' || key === 'func_vals'), ({ key, value, index }) => {
    if (key === 'x_iters') checkTrials(points.push(value), file);
    if (key === 'func_vals') values.push(numberAt(value, { tool, file, field: `func_vals[${index ?? 0}]` }));
    if (key === 'names') names = listAt(value, { tool, file, field: 'names' });
    if (key === 'space') space = value;
  });
  if (!whole) notes.push(`${file} ends in the middle: the trials before that were read`);
  if (values.length !== points.length && whole) throw unreadable({ tool, file, field: 'func_vals' }, `has ${values.length} values for ${points.length} points of x_iters`);
  const nameOf = (i: number): string => (typeof names[i] === 'string' && names[i] !== '' ? names[i] : `x${i}`);
  const trials = points.slice(0, values.length).map((point, i): ForeignTrial => {
    const params: Record<string, ParamValue> = emptyMap();
    for (const [j, value] of listAt(point, { tool, file, field: `x_iters[${i}]` }).entries()) params[nameOf(j)] = paramAt(value, { tool, file, field: `x_iters[${i}][${j}]` });
    return { params, state: 'complete', values: { objective: values[i] ?? Number.NaN } };
  });
  const read = Array.isArray(space) && typeof space[0] === 'string' ? skoptSpace(space, nameOf) : exportedSpace(space, { tool, file, field: 'space' });
  return { name: source.base.replace(/(\.pkl|\.json|\.gz)+$/i, ''), tool, format: 'skopt', metrics: [{ name: 'objective', goal: 'minimize' }], objective: 'objective', trials, notes, ...(read === undefined ? {} : { space: read }) };
}
