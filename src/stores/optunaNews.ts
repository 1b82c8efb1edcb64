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
}

export function createOptunaNews(study: OptunaStudy, metric: string): OptunaNews {
  const attempts: Told[] = [];
  const told = new Map<OptunaTrial, Told>();
  const waiting = new Set<OptunaTrial>();
  let attrs = 0;

  const wait = (trial: OptunaTrial): StudyEvent[] => {
    if (waiting.has(trial)) return [];
    waiting.add(trial);
    const fixed = fixedParams(trial);
    return fixed === undefined ? [] : [waitingEvent(`optuna:${waiting.size}`, fixed, '')];
  };
  const begin = (trial: OptunaTrial): Told => {
    const begun = begunAs(trial, attempts.length, (number) => attempts[number]);
    attempts[begun.number] = begun;
    told.set(trial, begun);
    return begun;
  };
  return {
    attempts,
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

/** What a study says as it stands, one event after the other: of a large one neither the events nor who told what are held. */
export function* wholeNews(study: OptunaStudy, metric: string): Generator<StudyEvent, void> {
  for (const attr of study.ownAttrs) yield* attrEvent(attr);
  const ours = new Map<number, Told>();
  let [count, waiting] = [0, 0];
  for (const trial of study.trials.filter(({ begunAt }) => begunAt !== undefined).sort(byBeginning)) {
    const begun = begunAs(trial, count, (number) => ours.get(number));
    if (begun.own !== foreign) ours.set(begun.number, begun);
    count = Math.max(count, begun.number + 1);
    yield* tell(begun, metric);
  }
  for (const trial of study.trials.filter(({ begunAt }) => begunAt === undefined)) {
    waiting += 1;
    const fixed = fixedParams(trial);
    if (fixed !== undefined) yield waitingEvent(`optuna:${waiting}`, fixed, '');
  }
}

/** A further attempt of a trial of ours keeps its number; `next` is a new one's. */
function begunAs(trial: OptunaTrial, next: number, attempt: (number: number) => Told | undefined): Told {
  const own = readOwnTrial(trial);
  const before = own === undefined ? undefined : attempt(own.trial);
  const goesOn = own !== undefined && before !== undefined && isNextAttempt(before, own, trial);
  return { trial, own: own ?? foreign, number: goesOn ? own.trial : next, params: -1, facts: 0, isEnded: false };
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

