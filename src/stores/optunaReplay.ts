import { z } from 'zod';
import { UserError } from '../model/errors.js';
import type { OptunaDistribution } from './optunaDistribution.js';
import { distributionParser } from './optunaDistributionText.js';
import { OptunaParams } from './optunaParams.js';

/** Optuna's TrialState. */
export const optunaStates = { running: 0, complete: 1, pruned: 2, fail: 3, waiting: 4 } as const;

/** One operation of a journal: `optuna/storages/journal/_storage.py`, JournalOperation. */
export const optunaOps = {
  createStudy: 0, deleteStudy: 1, studyUserAttr: 2, studySystemAttr: 3, createTrial: 4, trialParam: 5, trialState: 6,
  trialIntermediate: 7, trialUserAttr: 8, trialSystemAttr: 9, discardTrials: 10,
} as const;

/** What a trial told, one after the other: Optuna itself keeps the last value of a step and of an attribute only. */
export type OptunaFact =
  | { readonly kind: 'report'; readonly step: number; readonly value: number | null }
  | { readonly kind: 'attr'; readonly key: string; readonly value: unknown };

export interface OptunaTrial {
  readonly id: number;
  /** How many trials of its study had begun when it did; a waiting one has not. */
  begunAt: number | undefined;
  state: number;
  values: readonly (number | null)[] | undefined;
  /** Milliseconds since 1970, NaN for what is no time. */
  start: number | undefined;
  complete: number | undefined;
  params: OptunaParams;
  /** Grows by `tell` alone. */
  facts: OptunaFact[];
  systemAttrs: ReadonlyMap<string, unknown>;
}

/** What most trials have of facts and attributes: one list and one map for all of them. */
export const noFacts: OptunaFact[] = [];
export const noAttrs: ReadonlyMap<string, unknown> = new Map();

export interface OptunaStudy {
  readonly id: number;
  readonly name: string;
  readonly directions: readonly number[];
  readonly systemAttrs: Map<string, unknown>;
  /** Each as it was set, our own (`noregret:…`) only. */
  readonly ownAttrs: { readonly key: string; readonly value: unknown }[];
  readonly trials: OptunaTrial[];
  /** As a parameter's last trial had it. */
  readonly distributions: Map<string, OptunaDistribution>;
  /** Trials that changed since somebody emptied this. */
  readonly changed: Set<OptunaTrial>;
  begun: number;
}

type Fields = Readonly<Record<string, unknown>>;

const number = z.union([z.number(), z.nan(), z.literal([Infinity, -Infinity])]);
const record = z.record(z.string(), z.unknown());
const template = z.object({
  study_id: z.int(), datetime_start: z.string().nullish(), datetime_complete: z.string().nullish(), state: z.int().min(0).max(4).default(0),
  value: number.nullish(), values: z.array(number.nullable()).nullish(), params: z.record(z.string(), number).default({}), distributions: z.record(z.string(), z.string()).default({}),
  system_attrs: record.default({}), intermediate_values: z.record(z.string(), number.nullable()).default({}),
});
const stateChange = z.object({ state: z.int().min(0).max(4), values: z.array(number.nullable()).nullish(), datetime_start: z.string().nullish(), datetime_complete: z.string().nullish() });

/** What a journal says so far; ids are implicit: studies and trials are counted as they are created. */
export interface OptunaReplay {
  readonly studies: readonly OptunaStudy[];
  readonly nextTrialId: number;
  readonly nextStudyId: number;
  /** One line's operation. Throws UserError `optuna-op` with what cannot be read. */
  apply(fields: Fields): void;
}

export function createOptunaReplay(): OptunaReplay {
  const studies = new Map<number, OptunaStudy>();
  /** By id, each with its study beside it; trials of deleted studies count on. */
  const [trials, homes]: [OptunaTrial[], OptunaStudy[]] = [[], []];
  const [parse, counted, none] = [distributionParser(), { studies: 0 }, OptunaParams.none()];
  const createTrial = (fields: Fields): void => {
    const found = isBare(fields) ? { ...bare, study_id: fields.study_id, datetime_start: fields.datetime_start } : checked(template, fields);
    const study = studies.get(found.study_id);
    if (study === undefined) return;
    const trial = trialOf(trials.length, found, { parse, none });
    trials.push(trial);
    homes.push(study);
    enrol(study, trial);
  };
  const change = (fields: Fields): void => {
    const id = Number(fields['trial_id']);
    const [trial, study] = [trials[id], homes[id]];
    if (trial === undefined || study === undefined || isFinished(trial)) return;
    changeTrial(trial, fields, parse);
    if (fields['op_code'] === optunaOps.trialParam) noteDistribution(study, trial, fields);
    note(study, trial);
  };
  return {
    get studies() { return [...studies.values()]; },
    get nextTrialId() { return trials.length; },
    get nextStudyId() { return counted.studies; },
    apply: (fields) => {
      const { op_code: op, study_id: studyId } = fields;
      switch (op) {
        case optunaOps.createStudy: if (createStudy(studies, counted.studies, fields)) counted.studies += 1; return;
        case optunaOps.deleteStudy: studies.delete(Number(studyId)); return;
        case optunaOps.studySystemAttr: setStudyAttr(studies.get(Number(studyId)), fields['system_attr']); return;
        case optunaOps.createTrial: createTrial(fields); return;
        case optunaOps.trialParam: case optunaOps.trialState: case optunaOps.trialIntermediate: case optunaOps.trialSystemAttr: change(fields); return;
        case optunaOps.studyUserAttr: case optunaOps.trialUserAttr: case optunaOps.discardTrials: return;
        default: throw unreadable(`op_code ${JSON.stringify(op)}, which is none of Optuna 5`);
      }
    },
  };
}

function enrol(study: OptunaStudy, trial: OptunaTrial): void {
  study.trials.push(trial);
  for (const [name, { distribution }] of trial.params) study.distributions.set(name, distribution);
  note(study, trial);
}

/** False for a name that is there already, which uses up no id. */
function createStudy(studies: Map<number, OptunaStudy>, id: number, { study_name: name, directions }: Fields): boolean {
  if (typeof name !== 'string' || !Array.isArray(directions)) throw unreadable('a study without name or directions');
  if ([...studies.values()].some((study) => study.name === name)) return false;
  studies.set(id, { id, name, directions: directions.map(Number), systemAttrs: new Map(), ownAttrs: [], trials: [], distributions: new Map(), changed: new Set(), begun: 0 });
  return true;
}

/** A trial that is not waiting any more has begun: its number here follows from that order. */
function note(study: OptunaStudy, trial: OptunaTrial): void {
  study.changed.add(trial);
  if (trial.begunAt === undefined && trial.state !== optunaStates.waiting) trial.begunAt = study.begun++;
}

function noteDistribution({ distributions }: OptunaStudy, { params }: OptunaTrial, { param_name: name }: Fields): void {
  const found = typeof name === 'string' ? params.get(name) : undefined;
  if (found !== undefined && typeof name === 'string') distributions.set(name, found.distribution);
}

function setStudyAttr(study: OptunaStudy | undefined, attr: unknown): void {
  if (study === undefined) return;
  merge(study.systemAttrs, attr);
  for (const [key, value] of Object.entries(attr ?? {})) if (isOwn(key)) study.ownAttrs.push({ key, value: value as unknown });
}

function changeTrial(trial: OptunaTrial, fields: Fields, parse: (text: string) => OptunaDistribution): void {
  switch (fields['op_code']) {
    case optunaOps.trialParam: {
      const { param_name: name, param_value_internal: internal, distribution } = fields;
      if (typeof name !== 'string' || typeof internal !== 'number' || typeof distribution !== 'string') throw unreadable('a parameter without name, value or distribution');
      trial.params = trial.params.with(name, { internal, distribution: parse(distribution) });
      return;
    }
    case optunaOps.trialState: {
      const found = isPlainEnd(fields) ? fields : checked(stateChange, fields);
      if (found.state === optunaStates.running && trial.state === optunaStates.running) return;
      trial.state = found.state;
      trial.values = found.values ?? trial.values;
      trial.start = timeOf(found.datetime_start) ?? trial.start;
      trial.complete = timeOf(found.datetime_complete) ?? trial.complete;
      return;
    }
    case optunaOps.trialIntermediate: {
      const { step, intermediate_value: value } = fields;
      if (typeof step !== 'number') throw unreadable('an intermediate value without a step');
      tell(trial, [{ kind: 'report', step, value: typeof value === 'number' ? value : null }]);
      return;
    }
    default:
      trial.systemAttrs = merge(new Map(trial.systemAttrs), fields['system_attr']);
      tell(trial, ownFacts(fields['system_attr']));
  }
}

const bare = { state: optunaStates.running, params: {}, distributions: {}, system_attrs: {}, intermediate_values: {} } as const;

/** As strict as the schema, and much faster: nearly all trials begin and end in these two ways. */
function isBare(fields: Fields): fields is Fields & { readonly study_id: number; readonly datetime_start: string } {
  return Object.keys(fields).length === 4 && Number.isInteger(fields['study_id']) && typeof fields['datetime_start'] === 'string' && 'worker_id' in fields;
}

function isPlainEnd(fields: Fields): fields is Fields & { readonly state: number; readonly values: readonly number[]; readonly datetime_start?: undefined; readonly datetime_complete: string } {
  const { state, values, datetime_start: start, datetime_complete: complete } = fields;
  return state === optunaStates.complete && Array.isArray(values) && values.every((value) => typeof value === 'number') && start === undefined && typeof complete === 'string';
}

function trialOf(id: number, found: Readonly<z.infer<typeof template>>, { parse, none }: { readonly parse: (text: string) => OptunaDistribution; readonly none: OptunaParams }): OptunaTrial {
  let params = none;
  for (const [name, internal] of Object.entries(found.params)) {
    const text = found.distributions[name];
    if (text === undefined) throw unreadable(`parameter ${name} without a distribution`);
    params = params.with(name, { internal, distribution: parse(text) });
  }
  const attrs = Object.entries(found.system_attrs);
  const steps = Object.entries(found.intermediate_values).map(([step, value]) => ({ kind: 'report' as const, step: Number(step), value }));
  return {
    id, begunAt: undefined, state: found.state, values: found.values ?? (found.value === null || found.value === undefined ? undefined : [found.value]), params,
    start: timeOf(found.datetime_start), complete: timeOf(found.datetime_complete), systemAttrs: attrs.length === 0 ? noAttrs : new Map(attrs),
    facts: attrs.length === 0 && steps.length === 0 ? noFacts : [...ownFacts(found.system_attrs), ...steps.sort((a, b) => a.step - b.step)],
  };
}

/** Optuna writes local time without a zone. */
function timeOf(text: string | null | undefined): number | undefined {
  return text === null || text === undefined ? undefined : Date.parse(text);
}

function ownFacts(attr: unknown): OptunaFact[] {
  if (typeof attr !== 'object' || attr === null) return [];
  return Object.entries(attr).flatMap(([key, value]): OptunaFact[] => (isOwn(key) ? [{ kind: 'attr', key, value }] : []));
}

function isOwn(key: string): boolean {
  return key.startsWith('noregret:');
}

/** By step, as Optuna has them: the last value of each. */
export function intermediateOf({ facts }: OptunaTrial): readonly (readonly [number, number | null])[] {
  const byStep = new Map(facts.flatMap((fact) => (fact.kind === 'report' ? [[fact.step, fact.value] as const] : [])));
  return [...byStep].sort(([a], [b]) => a - b);
}

export function isFinished({ state }: OptunaTrial): boolean {
  return state === optunaStates.complete || state === optunaStates.pruned || state === optunaStates.fail;
}

function merge(into: Map<string, unknown>, attr: unknown): Map<string, unknown> {
  if (typeof attr === 'object' && attr !== null) for (const [key, value] of Object.entries(attr)) into.set(key, value);
  return into;
}

/** A trial tells more. */
export function tell(trial: OptunaTrial, facts: readonly OptunaFact[]): void {
  if (trial.facts === noFacts) trial.facts = [...facts];
  else trial.facts.push(...facts);
}

function checked<S extends z.ZodType>(schema: S, fields: Fields): z.infer<S> {
  const parsed = schema.safeParse(fields);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw unreadable(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

function unreadable(what: string): UserError {
  return new UserError('optuna-op', what);
}
