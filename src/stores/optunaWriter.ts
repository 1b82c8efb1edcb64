import type { Params } from '../model/params.js';
import { writePythonJson } from '../model/pythonNumbers.js';
import type { StudyEvent } from '../model/study.js';
import { waitingIn } from '../model/studyLog.js';
import type { StudySubject } from '../model/studySubject.js';
import type { TrialOutcome } from '../model/trial.js';
import { internalOf, type OptunaDistribution } from './optunaDistribution.js';
import { intermediateValue, ownAttrs } from './optunaOwn.js';
import { optunaOps, optunaStates } from './optunaReplay.js';
import type { ProcessIdentity } from './processIdentity.js';

/** What the file holds so far, from which ids follow: they are implicit. */
export interface OptunaPlace {
  /** Undefined while the study is not in the file. */
  readonly studyId: number | undefined;
  readonly nextStudyId: number;
  readonly nextTrialId: number;
  /** The last attempt of a trial, by our number. */
  attempt(trial: number): { readonly id: number; readonly isOpen: boolean; readonly lastStep: number } | undefined;
  /** A waiting trial with just these params. */
  waiting(params: Params): number | undefined;
  distribution(name: string, value: Params[string]): OptunaDistribution;
}

export interface OptunaWriterOptions {
  readonly metric: StudySubject['metric'];
  readonly studyName: string;
  readonly worker: string;
  /** Who runs the trials that begin; undefined = nobody any more. */
  readonly by: ProcessIdentity | undefined;
}

type Op = Readonly<Record<string, unknown>>;
type Event<T extends StudyEvent['type']> = Extract<StudyEvent, { readonly type: T }>;

/** An event of ours as lines of an Optuna journal, each with its end. */
export function optunaLinesOf(event: StudyEvent, place: OptunaPlace, options: OptunaWriterOptions): string {
  return opsOf(event, place, options).map((op) => `${writePythonJson({ ...op, worker_id: options.worker })}\n`).join('');
}

function opsOf(event: StudyEvent, place: OptunaPlace, options: OptunaWriterOptions): readonly Op[] {
  switch (event.type) {
    case 'created': return createOps(event, place, options);
    case 'started': return startOps(event, place, options);
    case 'reported': return reportOps(event, place, options);
    case 'finished': return finishOps(idOf(place, event.trial), event);
    case 'ended': return [studyAttr(place, ownAttrs.ended, event)];
    case 'froze': {
      const params = waitingIn(event);
      if (params === undefined) return [studyAttr(place, `${ownAttrs.froze}${event.name}`, event.value)];
      return [{ op_code: optunaOps.createTrial, study_id: place.studyId, datetime_start: null, state: optunaStates.waiting, system_attrs: { fixed_params: params } }];
    }
  }
}

/** A study that Optuna made is taken over as it is. */
function createOps(event: Event<'created'>, place: OptunaPlace, { studyName, metric }: OptunaWriterOptions): readonly Op[] {
  const study_id = place.studyId ?? place.nextStudyId;
  const created = { op_code: optunaOps.studySystemAttr, study_id, system_attr: { [ownAttrs.created]: event } };
  if (place.studyId !== undefined) return [created];
  return [
    { op_code: optunaOps.createStudy, study_name: studyName, directions: [metric.goal === 'minimize' ? 1 : 2] },
    { op_code: optunaOps.studySystemAttr, study_id, system_attr: { 'study:metric_names': [metric.name] } },
    created,
  ];
}

/**
 * Each attempt is a trial of its own, since Optuna never changes one that has ended; one whose process died has failed.
 * The line that begins it is the last, and holds all of it: half a beginning is none.
 */
function startOps(event: Event<'started'>, place: OptunaPlace, { by }: OptunaWriterOptions): readonly Op[] {
  const { trial, attempt, side, stage, seed, params } = event;
  const own = { trial, attempt, side, stage, seed, ...(by === undefined ? {} : { by }) };
  const before = place.attempt(trial);
  const chosen = Object.entries(params).map(([name, value]) => {
    const distribution = place.distribution(name, value);
    return { name, internal: internalOf(distribution, value), text: JSON.stringify(distribution) };
  });
  if (before === undefined) {
    const claimed = place.waiting(params);
    if (claimed !== undefined) {
      return [
        trialAttr(claimed, ownAttrs.trial, own),
        ...chosen.map(({ name, internal, text }) => ({ op_code: optunaOps.trialParam, trial_id: claimed, param_name: name, param_value_internal: internal, distribution: text })),
        { op_code: optunaOps.trialState, trial_id: claimed, state: optunaStates.running, values: null, datetime_start: timeOf(event.at) },
      ];
    }
  }
  return [
    ...(before?.isOpen === true ? [trialAttr(before.id, ownAttrs.lost, true), stateOp(before.id, optunaStates.fail, { at: event.at })] : []),
    {
      op_code: optunaOps.createTrial, study_id: place.studyId, datetime_start: timeOf(event.at), state: optunaStates.running, value: null, values: null,
      distributions: Object.fromEntries(chosen.map(({ name, text }) => [name, text])), params: Object.fromEntries(chosen.map(({ name, internal }) => [name, internal])),
      user_attrs: stage === 'search' ? {} : { stage, seed }, system_attrs: { [ownAttrs.trial]: own }, intermediate_values: {},
    },
  ];
}

/** Optuna has one number per whole step, the last one told of it: what is more than that is kept beside it. */
function reportOps(event: Event<'reported'>, place: OptunaPlace, { metric }: OptunaWriterOptions): readonly Op[] {
  const { trial, step, metrics, seconds, nonFinite = [], part } = event;
  const id = idOf(place, trial);
  const value = intermediateValue(event, metric.name);
  const isPlain = Number.isInteger(step) && step > (place.attempt(trial)?.lastStep ?? -Infinity) && seconds === undefined && part === undefined && value !== undefined && Object.keys(metrics).length + nonFinite.length === 1;
  const seen = value === undefined ? [] : [{ op_code: optunaOps.trialIntermediate, trial_id: id, step: Math.round(step), intermediate_value: value }];
  if (isPlain) return seen;
  return [trialAttr(id, ownAttrs.report, { step, metrics, ...(seconds === undefined ? {} : { seconds }), ...(event.nonFinite === undefined ? {} : { nonFinite }), ...(part === undefined ? {} : { part }) }), ...seen];
}

function finishOps(id: number, { result, at }: Event<'finished'>): readonly Op[] {
  const { outcome } = result;
  const why = 'message' in outcome ? [{ op_code: optunaOps.trialUserAttr, trial_id: id, user_attr: { [outcome.state]: outcome.message } }] : [];
  const values = 'value' in outcome && outcome.value !== undefined ? { values: [outcome.value] } : {};
  return [...why, trialAttr(id, ownAttrs.result, result), stateOp(id, stateOf(outcome), { at, ...values })];
}

/** Optuna has no trial that is infeasible without a value. */
function stateOf({ state }: TrialOutcome): number {
  switch (state) {
    case 'complete': return optunaStates.complete;
    case 'pruned': return optunaStates.pruned;
    case 'infeasible':
    case 'failed': return optunaStates.fail;
  }
}

function idOf(place: OptunaPlace, trial: number): number {
  const found = place.attempt(trial);
  if (found === undefined) throw new Error(`trial ${trial} is not in the journal`);
  return found.id;
}

function stateOp(trial_id: number, state: number, { at, values }: { readonly at: string; readonly values?: readonly number[] }): Op {
  return { op_code: optunaOps.trialState, trial_id, state, values: values ?? null, datetime_complete: timeOf(at) };
}

function trialAttr(trial_id: number, name: string, value: unknown): Op {
  return { op_code: optunaOps.trialSystemAttr, trial_id, system_attr: { [name]: value } };
}

function studyAttr({ studyId }: OptunaPlace, name: string, value: unknown): Op {
  return { op_code: optunaOps.studySystemAttr, study_id: studyId, system_attr: { [name]: value } };
}

/** Local time without a zone, as Optuna writes it: Python compares no other with its own. One that it cannot read stops it, and so does none. */
function timeOf(at: string): string {
  const ms = Date.parse(at);
  const date = new Date(Number.isFinite(ms) ? ms : 0);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().replace('Z', '000');
}
