import type { Goal } from '../model/direction.js';
import { flattened, isFields, numberOr, paramsAt, textOr, type Fields } from './fields.js';
import { checkTrials, metricsOf, studyOf, type ForeignTrial, type Point } from './foreign.js';
import type { Importer } from './importer.js';
import { parsed } from './jsonPieces.js';
import { emptyMap } from './names.js';
import { createShelf } from './shelf.js';
import type { Source } from './source.js';
import { trialWith } from './trialWith.js';

const tool = 'kopt';
const inside = 'train_models';

/** What kopt leaves per trial: <save_dir>/<db>/<exp>/train_models/<uuid>.json; the folder above does as well. */
export const kopt: Importer = {
  tool, takes: 'the folder train_models of an experiment',
  detects: (source) => source.isFolder && resultFiles(source).slice(0, 3).some((path) => isResult(source.head(path).toString('latin1'))),
  read: (source) => {
    const notes: string[] = [];
    const shelf = createShelf();
    let [objective, goal]: [string | undefined, Goal] = [undefined, 'minimize'];
    for (const path of resultFiles(source)) {
      const value = parsed(source.text(path));
      if (!isFields(value) || !isFields(value['param'])) { notes.push(`${source.label(path)} is ${value === undefined ? 'half-written' : 'no result of kopt'}: left out`); continue; }
      const measured = koptMeasured([value]);
      if (isFields(value['name'])) objective ??= measured.objective;
      if (measured.goal === 'maximize') goal = 'maximize';
      checkTrials(shelf.push(trialOf(value, measured, source.label(path))), source.name);
    }
    // Files are named at random: the order is that of time.
    const trials = shelf.byStart();
    const metrics = metricsOf(trials).map(({ name }) => ({ name, ...(name === (objective ?? 'loss') ? { goal } : {}) }));
    return { notes: [], studies: [studyOf({ name: source.base === inside ? 'kopt' : source.base, tool, format: 'kopt', metrics, objective: objective ?? 'loss', trials, notes: [...notes, 'kopt writes no file for a trial that failed'] })] };
  },
};

/** A list of Hyperopt's documents holds such results as well, one level down. */
const isResult = (head: string): boolean => /^\s*\{/.test(head) && head.includes('"optim_metric"') && !/"tid"\s*:/.test(head);

function resultFiles(source: Source): string[] {
  const folder = source.list().some(({ name, isFolder }) => isFolder && name === inside) ? `${inside}/` : '';
  return source.list(folder.slice(0, -1)).filter(({ name, isFolder }) => !isFolder && name.endsWith('.json')).map(({ name }) => `${folder}${name}`);
}

function trialOf(fields: Fields, { values, curves }: KoptMeasured, file: string): ForeignTrial {
  const params = paramsAt(flattened(isFields(fields['param']) ? fields['param'] : {}), { tool, file }, 'param.');
  const time = isFields(fields['time']) ? fields['time'] : {};
  const [start, seconds] = [textOr(time['start']), isFields(time['duration']) ? numberOr(time['duration']['total']) : undefined];
  return trialWith({ params, values, curves, state: fields['status'] === 'ok' ? 'complete' : 'failed', start: start?.replace(' ', 'T'), seconds });
}

export interface KoptMeasured { readonly objective: string; readonly goal: Goal; readonly values: Readonly<Record<string, number>>; readonly curves: Readonly<Record<string, readonly Point[]>> }

/**
 * What kopt's results say. `loss` at the top is what Hyperopt minimises, i.e. the negated metric where the metric is to be large; `eval.loss`
 * is the model's own. The mode stands nowhere (`optim_metric_mode` holds the metric's name, a slip of kopt), so the sign tells it.
 */
export function koptMeasured(results: readonly unknown[]): KoptMeasured {
  const fields = results.filter(isFields);
  const named = fields.find((one) => isFields(one['name']));
  const objective = (isFields(named?.['name']) ? textOr(named['name']['optim_metric']) : undefined) ?? 'loss';
  const isNegated = fields.some((one) => isFields(one['eval']) && numberOr(one['loss']) === -(numberOr(one['eval'][objective]) ?? Number.NaN) && numberOr(one['loss']) !== 0);
  const [last] = fields.slice(-1);
  const values: Record<string, number> = emptyMap();
  if (isFields(last?.['eval'])) for (const [name, value] of Object.entries(last['eval'])) if (typeof value === 'number') values[name] = value;
  const loss = numberOr(last?.['loss']);
  if (loss !== undefined) values[objective] = isNegated ? -loss : loss;
  return { objective, goal: isNegated ? 'maximize' : 'minimize', values, curves: curvesOf(last?.['history']) };
}

/** One entry per fold under cross-validation: then there is no one curve. */
function curvesOf(history: unknown): Record<string, readonly Point[]> {
  const lists = isFields(history) && isFields(history['loss']) ? history['loss'] : {};
  const epochs = Array.isArray(lists['epoch']) ? lists['epoch'] : [];
  return Object.fromEntries(Object.entries(lists).flatMap(([name, list]): [string, readonly Point[]][] => (name === 'epoch' || !Array.isArray(list) ? [] : [[name, list.map((value, i): Point => [numberOr(epochs[i]) ?? i, typeof value === 'number' ? value : Number.NaN])]])));
}
