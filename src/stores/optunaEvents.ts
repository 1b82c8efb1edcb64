import { z } from 'zod';
import type { Goal } from '../model/direction.js';
import { UserError } from '../model/errors.js';
import type { Params, ParamValue } from '../model/params.js';
import { paramsSchema, studyEventSchema, type StudyEvent } from '../model/study.js';
import { frozenEvent } from '../model/studyLog.js';
import { sides, stages, trialResultSchema, type TrialOutcome, type TrialResult } from '../model/trial.js';
import { subjectOf } from '../model/studySubject.js';
import { externalOf } from './optunaDistribution.js';
import { optunaStates, type OptunaStudy, type OptunaTrial } from './optunaReplay.js';
import { spaceOf } from './optunaSpace.js';

/** System attributes in which a study of ours keeps what Optuna has no field for. */
export const ownAttrs = { created: 'noregret:created', trial: 'noregret:trial', result: 'noregret:result', froze: 'noregret:froze:', ended: 'noregret:ended' } as const;

/** Where a trial of ours stands in the log; attempt 0 = it was not asked for here. */
const ownTrialSchema = z.object({ trial: z.int(), attempt: z.int(), side: z.enum(sides), stage: z.enum(stages), seed: z.number() });
const foreignTrial = { attempt: 0, side: 'head', stage: 'search', seed: 0 } as const;

export interface OptunaLog {
  readonly events: readonly StudyEvent[];
  /** What could not be said, for people. */
  readonly notes: readonly string[];
  /** Trial ids of the file by our trial numbers. */
  readonly ids: readonly number[];
}

/** A study as a log of ours. UserError `two-objectives`. */
export function eventsOf(study: OptunaStudy): OptunaLog {
  const [direction, second] = study.directions;
  if (second !== undefined) throw new UserError('two-objectives', `The study ${JSON.stringify(study.name)} has ${study.directions.length} objectives; noregret optimises one.`, { fix: 'Import a study with one objective, or write one of its values into a new study.' });
  const goal: Goal = direction === 2 ? 'maximize' : 'minimize';
  const own = studyEventSchema.safeParse(study.systemAttrs.get(ownAttrs.created)).data;
  const { space, notes } = own === undefined ? spaceOf(study.trials) : { space: undefined, notes: [] };
  const metric = (own?.type === 'created' ? subjectOf(own.identity)?.metric.name : undefined) ?? metricName(study);
  const created = own ?? {
    type: 'created' as const, schema: 1 as const, tool: 'Optuna', study: slug(study.name), at: study.trials[0]?.start ?? '',
    identity: { command: 'import', from: 'optuna-journal', name: study.name, config: JSON.stringify({ metric: { name: metric, goal }, space }) },
  };
  const trials = createTrialEvents(metric);
  const events = study.trials.flatMap(trials.add);
  return { events: [created, ...frozenOf(study), ...events], notes: [...notes, ...trials.notes()], ids: trials.ids };
}

function createTrialEvents(metric: string): { readonly add: (trial: OptunaTrial) => StudyEvent[]; readonly notes: () => string[]; readonly ids: number[] } {
  const ids: number[] = [];
  let [waiting, partly] = [0, 0];
  return {
    ids,
    notes: () => [
      ...(partly === 0 ? [] : [`${partly} waiting ${partly === 1 ? 'trial' : 'trials'} without fixed parameters left out`]),
    ],
    add: (trial): StudyEvent[] => {
      if (trial.state === optunaStates.waiting) {
        const fixed = paramsSchema.safeParse(trial.systemAttrs.get('fixed_params')).data;
        if (fixed === undefined || Object.keys(fixed).length === 0) { partly += 1; return []; }
        waiting += 1;
        return [frozenEvent(`waiting:optuna:${waiting}`, fixed, '')];
      }
      const number = ids.push(trial.id) - 1;
      const steps = [...trial.intermediate].sort(([a], [b]) => a - b);
      const reports = steps.flatMap(([step, value]): StudyEvent[] => (value === null ? [] : [{ type: 'reported', trial: number, step, ...(Number.isFinite(value) ? { metrics: { [metric]: value } } : { metrics: {}, nonFinite: [metric] }) }]));
      const stored = ownTrialSchema.safeParse(trial.systemAttrs.get(ownAttrs.trial)).data ?? foreignTrial;
      const { attempt, side, stage, seed } = stored;
      const started: StudyEvent = { type: 'started', trial: number, attempt, side, stage, params: paramsOf(trial), seed, at: trial.start ?? '' };
      if (trial.state === optunaStates.running) return [started, ...reports];
      return [started, ...reports, { type: 'finished', trial: number, attempt, result: resultOf(trial, metric), at: trial.complete ?? '' }];
    },
  };
}

function paramsOf({ params }: OptunaTrial): Params {
  return Object.fromEntries([...params].flatMap(([name, { internal, distribution }]): [string, ParamValue][] => {
    const value = externalOf(distribution, internal);
    return value === undefined ? [] : [[name, value]];
  }));
}

function resultOf(trial: OptunaTrial, metric: string): TrialResult {
  const own = trialResultSchema.safeParse(trial.systemAttrs.get(ownAttrs.result)).data;
  if (own !== undefined) return own;
  const outcome = outcomeOf(trial);
  const value = 'value' in outcome ? outcome.value : undefined;
  return { outcome, metrics: value === undefined ? {} : { [metric]: value }, seconds: secondsBetween(trial.start, trial.complete) };
}

function outcomeOf(trial: OptunaTrial): TrialOutcome {
  const [value] = trial.values ?? [];
  const isValue = typeof value === 'number' && Number.isFinite(value);
  if (trial.state === optunaStates.fail) return { state: 'failed', reason: 'told', message: 'failed in Optuna' };
  if (trial.state === optunaStates.pruned) {
    const last = [...trial.intermediate].sort(([a], [b]) => a - b).at(-1);
    const known = isValue ? value : last?.[1];
    return { state: 'pruned', step: last?.[0] ?? 0, ...(typeof known === 'number' && Number.isFinite(known) ? { value: known } : {}) };
  }
  const violated = [...trial.systemAttrs].find(([key, constraint]) => isConstraint(key) && [constraint].flat().some((one) => typeof one === 'number' && one > 0));
  if (violated !== undefined) return { state: 'infeasible', message: `${violated[0]} does not hold` };
  return isValue ? { state: 'complete', value } : { state: 'failed', reason: 'non-finite', message: `the objective was ${value ?? 'not told'}` };
}

function isConstraint(key: string): boolean {
  return key === 'constraints' || key.startsWith('constraints:');
}

function frozenOf({ systemAttrs }: OptunaStudy): StudyEvent[] {
  return [...systemAttrs].flatMap(([key, value]): StudyEvent[] => {
    const event = key.startsWith(ownAttrs.froze) ? { type: 'froze', name: key.slice(ownAttrs.froze.length), value, at: '' } : key === ownAttrs.ended ? value : undefined;
    const parsed = studyEventSchema.safeParse(event).data;
    return parsed === undefined ? [] : [parsed];
  });
}

function metricName({ systemAttrs }: OptunaStudy): string {
  const [name] = z.array(z.string()).safeParse(systemAttrs.get('study:metric_names')).data ?? [];
  return name ?? 'value';
}

/** Optuna writes local time without a zone; only the difference is used. */
function secondsBetween(start: string | undefined, complete: string | undefined): number {
  const seconds = (Date.parse(complete ?? '') - Date.parse(start ?? '')) / 1000;
  return Number.isFinite(seconds) && seconds > 0 ? seconds : 0;
}

/** A study's name is used in paths. */
function slug(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replaceAll(/^[-.]+|[-.]+$/g, '').slice(0, 100) || 'study';
}
