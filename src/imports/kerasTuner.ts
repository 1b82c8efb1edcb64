import type { Params } from '../model/params.js';
import { own } from '../model/own.js';
import { fieldsAt, isFields, listAt, numberOr, paramAt, textAt, textOr, unreadable, type Fields, type Place } from './fields.js';
import { checkTrials, lastLine, studyOf, type ForeignMetric, type ForeignState, type Point } from './foreign.js';
import type { Importer } from './importer.js';
import { parsed } from './jsonPieces.js';
import { kerasTunerSpace } from './kerasTunerSpace.js';
import { emptyMap } from './names.js';
import { changed, createShelf, type ShelvedTrial } from './shelf.js';
import type { Source } from './source.js';
import { trialWith } from './trialWith.js';

const tool = 'Keras Tuner';
const states: Readonly<Record<string, ForeignState>> = { COMPLETED: 'complete', FAILED: 'failed', INVALID: 'failed', STOPPED: 'pruned', RUNNING: 'running', IDLE: 'waiting' };

/** A project folder: oracle.json and one folder per trial (Keras Tuner 1.4). */
export const kerasTuner: Importer = {
  tool, takes: 'a project folder',
  detects: (source) => source.isFolder && (/"(ongoing_trials|tried_so_far|hyperparameters)"/.test(source.head('oracle.json').toString('latin1')) || trialFolders(source).slice(0, 3).some((name) => source.head(`${name}/trial.json`).includes('"hyperparameters"'))),
  read: (source) => {
    const notes: string[] = [];
    const oracle = document(source, 'oracle.json', notes);
    const full = numberOr(oracle?.['max_epochs']);
    const shelf = createShelf();
    const scored = objectiveSearch();
    let cut = 0;
    for (const name of trialFolders(source)) {
      const fields = document(source, `${name}/trial.json`, notes);
      if (fields === undefined) continue;
      const found = trialOf(fields, source.label(`${name}/trial.json`));
      scored.add(found);
      if (isCut(found, full)) cut += 1;
      checkTrials(shelf.push(foreign(found, full)), source.name);
    }
    const { objective, metrics, notes: guess } = scored.end();
    // The score is the objective's value, also where no step of its curve is the best one.
    const trials = changed(shelf, (trial) => (objective === undefined || trial.facts?.['score'] === undefined ? trial : { ...trial, values: { ...trial.values, [objective]: trial.facts['score'] } }));
    const space = oracle === undefined ? undefined : kerasTunerSpace(fieldsAt(oracle['hyperparameters'], { tool, file: source.label('oracle.json'), field: 'hyperparameters' })['space'], { tool, file: source.label('oracle.json'), field: 'hyperparameters.space' });
    return {
      notes: [],
      studies: [studyOf({
        name: source.base, tool, format: 'keras-tuner', metrics, trials,
        ...(objective === undefined ? {} : { objective }), ...(space === undefined ? {} : { space: space.space }),
        notes: [...notes, ...guess, ...(space?.notes ?? []), ...(cut === 0 ? [] : [`Hyperband: ${cut} trials were trained for fewer than ${full ?? 0} epochs: they count as pruned at theirs`])],
      })],
    };
  },
};

interface Found { readonly file: string; readonly id: string; readonly params: Params; readonly epochs: number | undefined; readonly state: ForeignState; readonly score: number | undefined; readonly bestStep: number | undefined; readonly message: string | undefined; readonly metrics: readonly Measured[] }
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
  const params: Record<string, Params[string]> = emptyMap();
  for (const [name, value] of Object.entries(values)) if (!name.startsWith('tuner/')) params[name] = paramAt(value, { tool, file, field: `hyperparameters.values.${name}` });
  const metrics = isFields(fields['metrics']) ? fieldsAt(fields['metrics']['metrics'] ?? {}, { tool, file, field: 'metrics.metrics' }) : {};
  return {
    file, id: textOr(fields['trial_id']) ?? '', params, epochs: numberOr(values['tuner/epochs']), state: stateAt(fields['status'], { tool, file, field: 'status' }),
    score: numberOr(fields['score']), bestStep: numberOr(fields['best_step']), message: textOr(fields['message']),
    metrics: Object.entries(metrics).map(([name, metric]) => measured(name, fieldsAt(metric, { tool, file, field: `metrics.metrics.${name}` }), file)),
  };
}

function stateAt(status: unknown, place: Place): ForeignState {
  const state = own(states, textAt(status, place));
  if (state === undefined) throw unreadable(place, `is no status of a trial: ${JSON.stringify(status)}`);
  return state;
}

function measured(name: string, fields: Fields, file: string): Measured {
  const points = listAt(fields['observations'], { tool, file, field: `metrics.metrics.${name}.observations` }).map((one): Point => {
    const { value, step } = fieldsAt(one, { tool, file, field: `metrics.metrics.${name}.observations` });
    const values = (Array.isArray(value) ? value : [value]).filter((x): x is number => typeof x === 'number');
    return [numberOr(step) ?? 0, values.reduce((total, x) => total + x, 0) / values.length];
  });
  const { direction } = fields;
  if (direction === undefined || direction === null) return { name, points };
  if (direction !== 'min' && direction !== 'max') throw unreadable({ tool, file, field: `metrics.metrics.${name}.direction` }, `should be "min" or "max", and is ${JSON.stringify(direction)}`);
  return { name, points, goal: direction === 'min' ? 'minimize' : 'maximize' };
}

/** No file names the objective: it is the metric whose value the score is in every trial. */
function objectiveSearch(): { readonly add: (found: Found) => void; readonly end: () => { readonly objective?: string; readonly metrics: readonly ForeignMetric[]; readonly notes: readonly string[] } } {
  const all = new Map<string, ForeignMetric>();
  let fitting: readonly string[] | undefined;
  return {
    add: ({ file, score, metrics }) => {
      for (const { name, goal } of metrics) {
        const before = all.get(name)?.goal;
        if (goal !== undefined && before !== undefined && goal !== before) throw unreadable({ tool, file, field: `metrics.metrics.${name}.direction` }, `says ${goal}, and trials before it say ${before}`, 'Is the trial from another project? Move its folder away.');
        if (goal !== undefined || before === undefined) all.set(name, { name, ...(goal === undefined ? {} : { goal }) });
      }
      if (score === undefined || !Number.isFinite(score) || metrics.length === 0) return;
      const own = metrics.filter(({ points }) => points.some(([, value]) => value === score)).map(({ name }) => name);
      fitting = (fitting ?? own).filter((name) => own.includes(name));
    },
    end: () => {
      const [only, second] = fitting ?? [];
      const isKnown = only !== undefined && second === undefined;
      return { metrics: [...all.values()], ...(isKnown ? { objective: only } : {}), notes: isKnown ? [`the objective is taken to be ${only}: its value is the score of every trial`] : [] };
    },
  };
}

/** Hyperband gave it fewer epochs than the most there are. */
function isCut({ state, epochs }: Found, full: number | undefined): boolean {
  return state === 'complete' && epochs !== undefined && full !== undefined && epochs < full;
}

function foreign(found: Found, full: number | undefined): ShelvedTrial {
  const { params, state, score, bestStep, message, metrics, epochs = 0 } = found;
  const values: Record<string, number> = emptyMap();
  for (const { name, points } of metrics) values[name] = (points.find(([step]) => step === bestStep) ?? points.at(-1))?.[1] ?? Number.NaN;
  const cut = isCut(found, full);
  const curves = metrics.some(({ points }) => points.length > 1) || cut ? Object.fromEntries(metrics.map(({ name, points }) => [name, cut && points.length === 1 ? [[epochs, points[0]?.[1] ?? Number.NaN] as const] : points])) : undefined;
  const why = message === undefined ? (score !== undefined && Number.isNaN(score) ? 'the score was NaN' : undefined) : lastLine(message);
  return trialWith({ params, state: cut ? 'pruned' : state, values, curves, message: why, facts: score === undefined ? undefined : { score } });
}
