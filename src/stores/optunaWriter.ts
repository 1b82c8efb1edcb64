import { paramsKey, type ParamValue, type Params } from '../model/params.js';
import { writePythonJson } from '../model/pythonNumbers.js';
import type { Distribution, SearchSpace } from '../model/searchSpace.js';
import { paramsSchema, type StudyEvent } from '../model/study.js';
import type { Goal } from '../model/direction.js';
import type { TrialOutcome } from '../model/trial.js';
import { internalOf, toOptuna, type OptunaDistribution } from './optunaDistribution.js';
import { ownAttrs } from './optunaEvents.js';
import { optunaOps, optunaStates } from './optunaReplay.js';

export interface OptunaWriterOptions {
  readonly space: SearchSpace;
  readonly metric: { readonly name: string; readonly goal: Goal };
  readonly studyName: string;
  /** Where the file stands: ids are implicit, so the next ones follow from what is there. */
  readonly studyId: number;
  readonly nextTrialId: number;
  /** Trial ids by our numbers, of trials that stand there already. */
  readonly ids: readonly number[];
  /** Waiting trials that stand there. */
  readonly waiting: readonly { readonly id: number; readonly params: unknown }[];
  readonly worker: string;
}

/** A log of ours, event by event, as lines of an Optuna journal. */
export interface OptunaWriter {
  readonly nextTrialId: number;
  /** Lines, each with its end. */
  linesOf(event: StudyEvent): string;
  /** Somebody else's trials stand in the file by now. */
  skipTo(nextTrialId: number): void;
}

type Op = Readonly<Record<string, unknown>>;

export function createOptunaWriter(options: OptunaWriterOptions): OptunaWriter {
  const distributions = new Map(options.space.parameters.map(({ name, distribution }) => [name, distributionText(distribution)]));
  const ids = [...options.ids];
  const waiting = options.waiting.flatMap(({ id, params }) => {
    const fixed = paramsSchema.safeParse(params).data;
    return fixed === undefined ? [] : [{ id, key: paramsKey(fixed) }];
  });
  let { nextTrialId } = options;
  const { studyId: study_id } = options;
  const opsOf = (event: StudyEvent): Op[] => {
    switch (event.type) {
      case 'created': return createStudy(options, event);
      case 'started': {
        if (ids[event.trial] !== undefined) return [trialAttr(ids[event.trial] ?? 0, ownAttrs.trial, ownTrial(event))];
        const queued = waiting.findIndex(({ key }) => key === paramsKey(event.params));
        const claimed = queued === -1 ? undefined : waiting.splice(queued, 1)[0];
        const id = claimed?.id ?? nextTrialId++;
        ids[event.trial] = id;
        const begin = claimed === undefined ? { op_code: optunaOps.createTrial, study_id, datetime_start: timeOf(event.at) } : { op_code: optunaOps.trialState, trial_id: id, state: optunaStates.running, values: null, datetime_start: timeOf(event.at) };
        return [begin, trialAttr(id, ownAttrs.trial, ownTrial(event)), ...paramOps(id, event.params, distributions)];
      }
      case 'reported': return reportOps(ids[event.trial] ?? 0, event, options.metric.name);
      case 'finished': return finishOps(ids[event.trial] ?? 0, event);
      case 'ended': return [{ op_code: optunaOps.studySystemAttr, study_id, system_attr: { [ownAttrs.ended]: event } }];
      case 'froze': {
        const params = event.name.startsWith('waiting:') ? paramsSchema.safeParse(event.value).data : undefined;
        if (params === undefined) return [{ op_code: optunaOps.studySystemAttr, study_id, system_attr: { [`${ownAttrs.froze}${event.name}`]: event.value } }];
        waiting.push({ key: paramsKey(params), id: nextTrialId++ });
        return [{ op_code: optunaOps.createTrial, study_id, datetime_start: null, state: optunaStates.waiting, system_attrs: { fixed_params: params } }];
      }
    }
  };
  return {
    get nextTrialId() { return nextTrialId; },
    linesOf: (event) => opsOf(event).map((op) => `${writePythonJson({ ...op, worker_id: options.worker })}\n`).join(''),
    skipTo: (next) => { nextTrialId = next; },
  };
}

function createStudy({ studyName, metric, studyId }: OptunaWriterOptions, event: StudyEvent): Op[] {
  return [
    { op_code: optunaOps.createStudy, study_name: studyName, directions: [metric.goal === 'minimize' ? 1 : 2] },
    { op_code: optunaOps.studySystemAttr, study_id: studyId, system_attr: { 'study:metric_names': [metric.name] } },
    { op_code: optunaOps.studySystemAttr, study_id: studyId, system_attr: { [ownAttrs.created]: event } },
  ];
}

function ownTrial({ trial, attempt, side, stage, seed }: Extract<StudyEvent, { type: 'started' }>): Op {
  return { trial, attempt, side, stage, seed };
}

function trialAttr(trial_id: number, name: string, value: unknown): Op {
  return { op_code: optunaOps.trialSystemAttr, trial_id, system_attr: { [name]: value } };
}

interface Written { readonly distribution: OptunaDistribution; readonly text: string }

function distributionText(d: Distribution): Written {
  const { distribution } = toOptuna(d);
  return { distribution, text: JSON.stringify(distribution) };
}

function paramOps(trial_id: number, params: Params, distributions: ReadonlyMap<string, Written>): Op[] {
  return Object.entries(params).map(([param_name, value]) => {
    const { distribution, text } = distributions.get(param_name) ?? distributionText(alone(value));
    return { op_code: optunaOps.trialParam, trial_id, param_name, param_value_internal: internalOf(distribution, value), distribution: text };
  });
}

/** A parameter that is not in the space (any more). */
function alone(value: ParamValue): Distribution {
  return typeof value === 'number' ? { name: 'uniform', low: value, high: value } : { name: 'constant', value };
}

function reportOps(trial_id: number, { step, metrics, nonFinite = [] }: Extract<StudyEvent, { type: 'reported' }>, metric: string): Op[] {
  const value = nonFinite.includes(metric) ? Number.NaN : metrics[metric];
  return value === undefined ? [] : [{ op_code: optunaOps.trialIntermediate, trial_id, step: Math.round(step), intermediate_value: value }];
}

function finishOps(trial_id: number, { result, at }: Extract<StudyEvent, { type: 'finished' }>): Op[] {
  const { outcome } = result;
  const why = 'message' in outcome ? [{ op_code: optunaOps.trialUserAttr, trial_id, user_attr: { [outcome.state]: outcome.message } }] : [];
  const value = 'value' in outcome ? outcome.value : undefined;
  return [
    ...why, trialAttr(trial_id, ownAttrs.result, result),
    { op_code: optunaOps.trialState, trial_id, state: stateOf(outcome), values: value === undefined ? null : [value], datetime_complete: timeOf(at) },
  ];
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

/** Optuna reads ISO 8601; a time it cannot read stops it, and so does none. */
function timeOf(at: string): string {
  const ms = Date.parse(at);
  return new Date(Number.isFinite(ms) ? ms : 0).toISOString().replace('Z', '+00:00');
}
