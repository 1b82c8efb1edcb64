import type { Clock, Journal, SharedLog } from '../model/ports.js';
import type { StudyEvent, Trial } from '../model/study.js';
import { isVoid, type StudyLog } from '../model/studyLog.js';
import type { TrialResult } from '../model/trial.js';
import type { MeasureRequest } from './lab.js';

/** What is measured: one attempt of it after the other, until one ends it. */
export type Subject = Pick<MeasureRequest, 'side' | 'stage' | 'params' | 'seed' | 'continues' | 'signal'>;

export type Finished = Trial & { readonly result: TrialResult };

/** After two crashes nothing is begun. */
export interface BegunAttempt {
  readonly number: number;
  readonly attempt: number;
  readonly crashes: number;
  /** Resolves once its beginning is in the log. */
  readonly written: Promise<void>;
}

/** A lab's log: its own, or one that other programs write too. */
export interface LabLog extends StudyLog {
  readonly record: (...events: readonly StudyEvent[]) => Promise<void>;
  /** The next attempt; at once where the log is ours alone. Undefined when another program has measured just this: while it does, it is waited for. */
  begin(subject: Subject): BegunAttempt | Promise<BegunAttempt | undefined>;
  /** Undefined where the log is ours alone. */
  readonly others: OtherWriters | undefined;
}

/** Programs that write the same study at the same time. */
export interface OtherWriters {
  /** Takes in what they wrote. */
  readonly refresh: () => Promise<void>;
  /** As `begin`, but gives up when they have written something since: with it, something else may better be tried. */
  readonly claim: (subject: Subject) => Promise<BegunAttempt | undefined>;
  /** Trials, by number, of which they wrote since the log was opened. */
  readonly touched: ReadonlySet<number>;
  readonly isElsewhere: (trial: number) => boolean;
}

/** Others that write faster than we can begin a trial are no search any more. */
const mostTries = 1000;
/** Between two looks whether another program's run has ended. */
export const lookAfterMs = 500;

export interface LabLogOptions { readonly journal: Journal; readonly clock: Clock; readonly deadlineMs?: number | undefined }

export function createLabLog(log: StudyLog, options: LabLogOptions): LabLog {
  const { journal, clock } = options;
  const { shared } = journal;
  if (shared !== undefined) return createSharedLabLog(log, { ...options, shared });
  const record = async (...events: readonly StudyEvent[]): Promise<void> => {
    for (const event of events) log.apply(event);
    await journal.append(...events);
  };
  return {
    ...log, record, others: undefined,
    begin: (subject) => {
      const next = nextAttempt(log, subject, () => false);
      const written = next.crashes >= 2 ? Promise.resolve() : record(startedEvent(subject, next, clock));
      // Whoever runs the job waits for it too, but perhaps later than it fails.
      written.catch(() => undefined);
      return { ...next, written };
    },
  };
}

/** Numbers are the file's to give: others' news are taken in first, and a number that they took meanwhile is refused by it. */
function createSharedLabLog(log: StudyLog, { journal, shared, clock, deadlineMs = Infinity }: LabLogOptions & { readonly shared: SharedLog }): LabLog {
  /** `own` are running here: nobody else can say how they end. */
  const [touched, own] = [new Set<number>(), new Set<number>()];
  const exclusive = createTurns();
  const takeIn = async (): Promise<void> => {
    for (const event of await shared.news()) {
      if ('trial' in event && own.has(event.trial)) continue;
      log.apply(event);
      if ('trial' in event) touched.add(event.trial);
    }
  };
  const tryBegin = async (subject: Subject): Promise<BegunAttempt | undefined> => {
    const next = nextAttempt(log, subject, (trial) => shared.isElsewhere(trial));
    const event = startedEvent(subject, next, clock);
    if (next.crashes < 2) {
      if (!(await shared.offer(event))) return undefined;
      log.apply(event);
      own.add(next.number);
    }
    touched.delete(next.number);
    return { ...next, written: Promise.resolve() };
  };
  return {
    ...log,
    record: async (...events) => {
      for (const event of events) log.apply(event);
      await journal.append(...events).finally(() => { for (const trial of endedIn(events)) own.delete(trial); });
    },
    begin: async (subject) => await atLast(async () => await exclusive(async () => {
      await takeIn();
      if (reusable(log, subject) !== undefined) return 'measured';
      const mayWait = !subject.signal.aborted && clock.now() < deadlineMs;
      return mayWait && isRunElsewhere(log, subject, shared) ? 'wait' : await tryBegin(subject);
    }), async () => await clock.sleep(lookAfterMs, subject.signal)),
    others: {
      touched, refresh: async () => await exclusive(takeIn), isElsewhere: (trial) => !own.has(trial) && shared.isElsewhere(trial),
      claim: async (subject) => await exclusive(async () => await tryBegin(subject)),
    },
  };
}

/** Each refusal (undefined) means that somebody else got on. */
async function atLast(attempt: () => Promise<BegunAttempt | 'measured' | 'wait' | undefined>, rest: () => Promise<void>): Promise<BegunAttempt | undefined> {
  for (let refusals = 0; refusals < mostTries;) {
    const found = await attempt();
    if (found === 'wait') await rest();
    else if (found === undefined) refusals += 1;
    else return found === 'measured' ? undefined : found;
  }
  throw new Error(`the journal refused the beginning of a trial ${mostTries} times`);
}

function isRunElsewhere(log: StudyLog, { side, params, seed }: Subject, shared: SharedLog): boolean {
  const trial = log.latest(side, params, seed);
  return trial !== undefined && trial.result === undefined && shared.isElsewhere(trial.number);
}

/** A pruned search trial is an answer to the search, but not a measurement of anything else. */
export function reusable(log: StudyLog, subject: Omit<Subject, 'signal'>): Finished | undefined {
  const trial = log.latest(subject.side, subject.params, subject.seed);
  const result = trial?.result;
  if (trial === undefined || result === undefined || isVoid(result) || goesOn(result, subject)) return undefined;
  return result.outcome.state === 'pruned' && subject.stage !== 'search' ? undefined : { ...trial, result };
}

function endedIn(events: readonly StudyEvent[]): readonly number[] {
  return events.flatMap((event) => (event.type === 'finished' ? [event.trial] : []));
}

/** One after the other: news are applied in the order of the file, our own beginnings among them. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return async (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return await turn;
  };
}

function nextAttempt(log: StudyLog, subject: Subject, isElsewhere: (trial: number) => boolean): Omit<BegunAttempt, 'written'> {
  const before = log.latest(subject.side, subject.params, subject.seed);
  const reopened = before !== undefined && mayGoOn(before, subject, isElsewhere) ? before : undefined;
  const number = reopened?.number ?? log.study.trials.length;
  const crashes = reopened === undefined ? 0 : log.unfinishedAttempts(number);
  return { number, attempt: (reopened?.attempt ?? 0) + (crashes >= 2 ? 0 : 1), crashes };
}

function mayGoOn({ number, result }: Trial, subject: Subject, isElsewhere: (trial: number) => boolean): boolean {
  return result === undefined ? !isElsewhere(number) : isVoid(result) || goesOn(result, subject);
}

function goesOn({ outcome }: TrialResult, { continues }: Pick<Subject, 'continues'>): boolean {
  return continues === true && outcome.state === 'pruned';
}

function startedEvent({ side, stage, params, seed }: Subject, { number, attempt }: Pick<BegunAttempt, 'number' | 'attempt'>, clock: Clock): StudyEvent {
  return { type: 'started', trial: number, attempt, side, stage, params, seed, at: clock.utc() };
}
