import type { Params } from '../model/params.js';
import { fieldsAt, isFields, listAt, numberOr, paramAt, textAt, textOr, type Fields } from './fields.js';
import { checkTrials, lastLine, studyOf, type ForeignMetric, type ForeignState, type ForeignTrial, type Point } from './foreign.js';
import type { Importer } from './importer.js';
import { parsed } from './jsonPieces.js';
import { kerasTunerSpace } from './kerasTunerSpace.js';
import type { Source } from './source.js';

const tool = 'Keras Tuner';
const states: Readonly<Record<string, ForeignState>> = { COMPLETED: 'complete', FAILED: 'failed', INVALID: 'failed', STOPPED: 'pruned', RUNNING: 'running', IDLE: 'waiting' };

/** A project folder: oracle.json and one folder per trial (Keras Tuner 1.4). */
export const kerasTuner: Importer = {
  tool, takes: 'a project folder',
  detects: (source) => source.isFolder && (/"(ongoing_trials|tried_so_far|hyperparameters)"/.test(source.head('oracle.json').toString('latin1')) || trialFolders(source).slice(0, 3).some((name) => source.head(`${name}/trial.json`).includes('"hyperparameters"'))),
  read: (source) => {
    const notes: string[] = [];
    const oracle = document(source, 'oracle.json', notes);
    const found = trialFolders(source).flatMap((name): Found[] => {
      const fields = document(source, `${name}/trial.json`, notes);
      return fields === undefined ? [] : [trialOf(fields, source.label(`${name}/trial.json`))];
    });
    checkTrials(found.length, source.name);
    const { objective, notes: guess } = objectiveOf(found);
    const full = numberOr(oracle?.['max_epochs']);
    const trials = found.map((one) => foreign(one, objective, full));
    const cut = trials.filter(({ state }, i) => state === 'pruned' && found[i]?.status === 'COMPLETED').length;
    const space = oracle === undefined ? undefined : kerasTunerSpace(fieldsAt(oracle['hyperparameters'], { tool, file: source.label('oracle.json'), field: 'hyperparameters' })['space'], { tool, file: source.label('oracle.json'), field: 'hyperparameters.space' });
    return {
      notes: [],
      studies: [studyOf({
        name: source.base, tool, format: 'keras-tuner', metrics: metricsOf(found), trials,
        ...(objective === undefined ? {} : { objective }), ...(space === undefined ? {} : { space: space.space }),
        notes: [...notes, ...guess, ...(space?.notes ?? []), ...(cut === 0 ? [] : [`Hyperband: ${cut} trials were trained for fewer than ${full ?? 0} epochs: they count as pruned at theirs`])],
      })],
    };
  },
};

interface Found { readonly id: string; readonly params: Params; readonly epochs: number | undefined; readonly status: string; readonly score: number | undefined; readonly bestStep: number | undefined; readonly message: string | undefined; readonly metrics: readonly Measured[] }
interface Measured extends ForeignMetric { readonly points: readonly Point[] }

function trialFolders(source: Source): string[] {
  return source.list().filter(({ name, isFolder }) => isFolder && name.startsWith('trial_')).map(({ name }) => name);
}

/** Undefined, and said, where the tuner has not written it to its end. */
function document(source: Source, path: string, notes: string[]): Fields | undefined {
  if (!source.has(path)) {
    notes.push(`${source.label(path)} is not there (yet): left out`);
    return undefined;
  }
  const value = parsed(source.text(path));
  if (isFields(value)) return value;
  notes.push(`${source.label(path)} is half-written: left out`);
  return undefined;
}

function trialOf(fields: Fields, file: string): Found {
  const values = fieldsAt(fieldsAt(fields['hyperparameters'], { tool, file, field: 'hyperparameters' })['values'], { tool, file, field: 'hyperparameters.values' });
  const params: Record<string, Params[string]> = {};
  for (const [name, value] of Object.entries(values)) if (!name.startsWith('tuner/')) params[name] = paramAt(value, { tool, file, field: `hyperparameters.values.${name}` });
  const metrics = isFields(fields['metrics']) ? fieldsAt(fields['metrics']['metrics'] ?? {}, { tool, file, field: 'metrics.metrics' }) : {};
  return {
    id: textOr(fields['trial_id']) ?? '', params, epochs: numberOr(values['tuner/epochs']), status: textAt(fields['status'], { tool, file, field: 'status' }),
    score: numberOr(fields['score']), bestStep: numberOr(fields['best_step']), message: textOr(fields['message']),
    metrics: Object.entries(metrics).map(([name, metric]) => measured(name, fieldsAt(metric, { tool, file, field: `metrics.metrics.${name}` }), file)),
  };
}

function measured(name: string, fields: Fields, file: string): Measured {
  const points = listAt(fields['observations'], { tool, file, field: `metrics.metrics.${name}.observations` }).map((one): Point => {
    const { value, step } = fieldsAt(one, { tool, file, field: `metrics.metrics.${name}.observations` });
    const values = (Array.isArray(value) ? value : [value]).filter((x): x is number => typeof x === 'number');
    return [numberOr(step) ?? 0, values.reduce((total, x) => total + x, 0) / values.length];
  });
  const { direction } = fields;
  return { name, points, ...(direction === 'min' ? { goal: 'minimize' } : direction === 'max' ? { goal: 'maximize' } : {}) };
}

function metricsOf(found: readonly Found[]): ForeignMetric[] {
  const all = new Map(found.flatMap(({ metrics }) => metrics.map(({ name, goal }) => [name, { name, ...(goal === undefined ? {} : { goal }) }])));
  return [...all.values()];
}

/** No file names the objective: it is the metric whose value the score is in every trial. */
function objectiveOf(found: readonly Found[]): { readonly objective?: string; readonly notes: readonly string[] } {
  const scored = found.filter(({ score, metrics }) => score !== undefined && Number.isFinite(score) && metrics.length > 0);
  const names = metricsOf(scored).map(({ name }) => name).filter((name) => scored.every(({ score, metrics }) => metrics.some((one) => one.name === name && one.points.some(([, value]) => value === score))));
  const [only, second] = names;
  if (only === undefined) return { notes: [] };
  return second === undefined ? { objective: only, notes: [`the objective is taken to be ${only}: its value is the score of every trial`] } : { notes: [] };
}

function foreign({ params, status, score, bestStep, message, metrics, epochs }: Found, objective: string | undefined, full: number | undefined): ForeignTrial {
  const values: Record<string, number> = {};
  for (const { name, points } of metrics) values[name] = (points.find(([step]) => step === bestStep) ?? points.at(-1))?.[1] ?? Number.NaN;
  if (objective !== undefined && score !== undefined) values[objective] = score;
  const isCut = status === 'COMPLETED' && epochs !== undefined && full !== undefined && epochs < full;
  const curves = metrics.some(({ points }) => points.length > 1) || isCut ? { curves: Object.fromEntries(metrics.map(({ name, points }) => [name, isCut && points.length === 1 ? [[epochs, points[0]?.[1] ?? Number.NaN] as const] : points])) } : {};
  const why = message === undefined ? (score !== undefined && Number.isNaN(score) ? 'the score was NaN' : undefined) : lastLine(message);
  return { params, state: isCut ? 'pruned' : states[status] ?? 'failed', values, ...curves, ...(why === undefined ? {} : { message: why }) };
}
