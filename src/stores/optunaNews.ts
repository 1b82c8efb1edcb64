import { paramsKey } from '../model/params.js';
import { paramsSchema, studyEventSchema, type StudyEvent } from '../model/study.js';
import { waitingEvent } from '../model/studyLog.js';
import { paramsOf, resultOf, utcOf } from './optunaOutcome.js';
import { intermediateValue, ownAttrs, readOwnTrial, readReport, type OwnTrial } from './optunaOwn.js';
import { isFinished, type OptunaFact, type OptunaStudy, type OptunaTrial } from './optunaReplay.js';

/** A trial of another tool. */
const foreign: OwnTrial = { trial: 0, attempt: 0, side: 'head', stage: 'search', seed: 0 };

/** How much of a trial was told. */
interface Told {
  readonly trial: OptunaTrial;
  readonly own: OwnTrial;
  /** In our log. */
  readonly number: number;
  params: number;
  facts: number;
  isEnded: boolean;
}

/** What a growing study of Optuna's says in events of ours, from one call to the next. Trials are numbered in the order in which they begin. */
export interface OptunaNews {
  take(): StudyEvent[];
  /** The last attempt of each trial, by our number. */
  readonly attempts: readonly { readonly trial: OptunaTrial; readonly own: OwnTrial }[];
  /** Waiting trials that do not say what they wait with. */
  partlyFixed(): number;
}

export function createOptunaNews(study: OptunaStudy, metric: string): OptunaNews {
  const attempts: Told[] = [];
  const told = new Map<OptunaTrial, Told>();
  const waiting = new Set<OptunaTrial>();
  let [attrs, partly] = [0, 0];

  const wait = (trial: OptunaTrial): StudyEvent[] => {
    if (waiting.has(trial)) return [];
    waiting.add(trial);
    const fixed = fixedParams(trial);
    if (fixed === undefined) partly += 1;
    return fixed === undefined ? [] : [waitingEvent(`optuna:${waiting.size}`, fixed, '')];
  };
  const begin = (trial: OptunaTrial): Told => {
    const own = readOwnTrial(trial);
    const before = own === undefined ? undefined : attempts[own.trial];
    const goesOn = own !== undefined && before !== undefined && isNextAttempt(before, own, trial);
    const begun = { trial, own: own ?? foreign, number: goesOn ? own.trial : attempts.length, params: -1, facts: 0, isEnded: false };
    attempts[begun.number] = begun;
    told.set(trial, begun);
    return begun;
  };
  return {
    attempts,
    partlyFixed: () => partly,
    take: () => {
      const events = study.ownAttrs.slice(attrs).flatMap(attrEvent);
      attrs = study.ownAttrs.length;
      const changed = [...study.changed];
      study.changed.clear();
      for (const trial of changed.filter(({ begunAt }) => begunAt !== undefined).sort(byBeginning)) events.push(...tell(told.get(trial) ?? begin(trial), metric));
      for (const trial of changed.filter(({ begunAt }) => begunAt === undefined)) events.push(...wait(trial));
      return events;
    },
  };
}

/** What a waiting trial waits with. */
export function fixedParams({ systemAttrs }: OptunaTrial): ReturnType<typeof paramsOf> | undefined {
  const fixed = paramsSchema.safeParse(systemAttrs.get('fixed_params')).data;
  return fixed === undefined || Object.keys(fixed).length === 0 ? undefined : fixed;
}

function tell(known: Told, metric: string): StudyEvent[] {
  const { trial, own, number } = known;
  const events: StudyEvent[] = [];
  const isNew = known.params === -1;
  if (isNew || (own.attempt === 0 && trial.params.size > known.params && !known.isEnded)) {
    const { attempt, side, stage, seed } = own;
    events.push({ type: 'started', trial: number, attempt, side, stage, params: paramsOf(trial), seed, at: utcOf(trial.start) });
  }
  known.params = trial.params.size;
  events.push(...reports(trial.facts, known.facts, { number, metric }));
  known.facts = trial.facts.length;
  if (known.isEnded || !isFinished(trial)) return events;
  known.isEnded = true;
  // Its process had died: the next attempt follows.
  if (trial.systemAttrs.get(ownAttrs.lost) === true) return events;
  return [...events, { type: 'finished', trial: number, attempt: own.attempt, result: resultOf(trial, metric), at: utcOf(trial.complete) }];
}

/** A report of ours that holds more than Optuna can say stands in an attribute before what Optuna sees of it. */
function reports(facts: readonly OptunaFact[], from: number, { number, metric }: { readonly number: number; readonly metric: string }): StudyEvent[] {
  return facts.slice(from).flatMap((fact, i): StudyEvent[] => {
    if (fact.kind === 'attr') return fact.key === ownAttrs.report ? [readReport(fact.value, number) ?? []].flat() : [];
    const before = facts[from + i - 1];
    const shadowed = before?.kind === 'attr' && before.key === ownAttrs.report ? readReport(before.value, number) : undefined;
    if (fact.value === null || (shadowed !== undefined && intermediateValue(shadowed, metric) !== undefined)) return [];
    return [{ type: 'reported', trial: number, step: fact.step, ...(Number.isFinite(fact.value) ? { metrics: { [metric]: fact.value } } : { metrics: {}, nonFinite: [metric] }) }];
  });
}

function attrEvent({ key, value }: OptunaStudy['ownAttrs'][number]): StudyEvent[] {
  const event = key.startsWith(ownAttrs.froze) ? { type: 'froze', name: key.slice(ownAttrs.froze.length), value, at: '' } : key === ownAttrs.ended ? value : undefined;
  const parsed = studyEventSchema.safeParse(event).data;
  return parsed === undefined ? [] : [parsed];
}

/** What claims to be one, and is not, is a trial of its own: a log that somebody put together still reads. */
function isNextAttempt(before: Told, own: OwnTrial, trial: OptunaTrial): boolean {
  return own.attempt > 1 && own.attempt === before.own.attempt + 1 && own.seed === before.own.seed && own.side === before.own.side
    && isFinished(before.trial) && paramsKey(paramsOf(trial)) === paramsKey(paramsOf(before.trial));
}

function byBeginning(a: OptunaTrial, b: OptunaTrial): number {
  return (a.begunAt ?? 0) - (b.begunAt ?? 0);
}

