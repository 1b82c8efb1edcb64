import { z } from 'zod';
import { UserError } from './errors.js';
import { parseJson } from './json.js';
import { canonicalJson, paramsKey, type Params, type ParamValue } from './params.js';
import { paramsSchema, type Study, type StudyEvent, type Trial, type TrialReport } from './study.js';
import type { Side, Stage, TrialResult } from './trial.js';

type Created = Extract<StudyEvent, { type: 'created' }>;
type Started = Extract<StudyEvent, { type: 'started' }>;

interface OpenTrial extends Trial {
  readonly reports: TrialReport[];
  readonly rests: number[];
  home?: number;
  result?: TrialResult;
  /** What the attempts that ended in a rest took. */
  rested: { readonly seconds: number; readonly gpuSeconds: number; readonly joules?: number };
}

/** The fold of a log, event by event, in constant time each. `study` is a live view: it grows as events are applied. */
export interface StudyLog {
  readonly study: Study;
  /** Refuses an event that cannot follow the ones before it (UserError `journal-inconsistent`). */
  apply(event: StudyEvent): void;
  /** Latest trial of these params and this seed on this side, finished or not. */
  latest(side: Side, params: Params, seed: number): Trial | undefined;
  /** Attempts of a trial begun since it last finished: 1 after one crash, 2 after two in a row. */
  unfinishedAttempts(trial: number): number;
}

/** Folds a loaded log; undefined for an empty one. */
export function foldStudy(events: readonly StudyEvent[]): StudyLog | undefined {
  const [first] = events;
  if (first === undefined) return undefined;
  if (first.type !== 'created') throw inconsistent(`the log begins with "${first.type}" instead of "created"`);
  const log = createStudyLog(first);
  for (const event of events.slice(1)) log.apply(event);
  return log;
}

/** The only way a study changes. */
export function createStudyLog(created: Created): StudyLog {
  const trials: OpenTrial[] = [];
  const frozen: Record<string, unknown> = {};
  const ended: { stage: Stage; reason: string }[] = [];
  const unfinished: number[] = [];
  const latest = new Map<string, number>();

  const apply = (event: StudyEvent): void => {
    switch (event.type) {
      case 'created': throw inconsistent('the log holds "created" twice');
      case 'started':
        checkStart(trials, event);
        noteLatest(latest, event, trials[event.trial]);
        trials[event.trial] = openTrial(event, trials[event.trial]);
        unfinished[event.trial] = (unfinished[event.trial] ?? 0) + 1;
        return;
      case 'reported':
        running(trials, event.trial, 'report').reports.push(reportOf(event));
        return;
      case 'finished': {
        const trial = running(trials, event.trial, 'result');
        if (trial.attempt !== event.attempt) throw inconsistent(`trial ${event.trial} finished attempt ${event.attempt} while attempt ${trial.attempt} was running`);
        settle(trial, event.result);
        unfinished[event.trial] = 0;
        return;
      }
      case 'froze': frozen[event.name] = event.value; return;
      case 'ended': ended.push({ stage: event.stage, reason: event.reason }); return;
    }
  };
  return {
    study: { name: created.study, identity: created.identity, trials, frozen, ended },
    apply,
    latest: (side, params, seed) => {
      const number = latest.get(measurementKey(side, params, seed));
      return number === undefined ? undefined : trials[number];
    },
    unfinishedAttempts: (trial) => unfinished[trial] ?? 0,
  };
}

/** Names the first field in which a log's identity differs from the expected one (UserError `journal-foreign`). */
export function checkIdentity(study: Study, expected: { readonly name: string; readonly identity: Readonly<Record<string, string>> }): void {
  const stored: Readonly<Record<string, string>> = { study: study.name, ...study.identity };
  const here: Readonly<Record<string, string>> = { study: expected.name, ...expected.identity };
  const field = [...new Set([...Object.keys(stored), ...Object.keys(here)])].sort().find((name) => stored[name] !== here[name]);
  if (field === undefined) return;
  const [where, there, now] = differenceOf([field], stored[field], here[field]);
  throw new UserError('journal-foreign', `This study log belongs to another run: its ${where.join('.')} is ${shown(there)}, here it is ${shown(now)}.`, {
    fix: 'Start anew (noregret tune --new sets this log aside; elsewhere, another state directory), or go back to what it was written for.',
  });
}

/** Down to the key that differs, where both hold JSON: nobody finds it in two whole configurations. */
function differenceOf(path: readonly string[], stored: unknown, here: unknown): readonly [readonly string[], unknown, unknown] {
  const [a, b] = [opened(stored), opened(here)];
  if (a === undefined || b === undefined) return [path, stored, here];
  const key = [...new Set([...Object.keys(a), ...Object.keys(b)])].find((name) => canonicalJson(a[name] ?? null) !== canonicalJson(b[name] ?? null));
  return key === undefined ? [path, stored, here] : differenceOf([...path, key], a[key], b[key]);
}

/** A map or list, or the text of one. */
function opened(value: unknown): Readonly<Record<string, ParamValue>> | undefined {
  const parsed = typeof value === 'string' && /^[[{]/.test(value) ? parseJson(value) : value;
  return z.union([z.record(z.string(), z.json()), z.array(z.json()).transform((items) => Object.fromEntries(items.entries()))]).safeParse(parsed).data;
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length <= 120 ? text : `${text.slice(0, 119)}…`;
}

const waitingPrefix = 'waiting:';

/** Params that are to be tried next. `number` makes its name in the log unique. */
export function waitingEvent(number: number | string, params: Params, at: string): StudyEvent {
  return frozenEvent(`${waitingPrefix}${number}`, params, at);
}

/** The params of such an event. */
export function waitingIn({ name, value }: { readonly name: string; readonly value: unknown }): Params | undefined {
  return name.startsWith(waitingPrefix) ? paramsSchema.safeParse(value).data : undefined;
}

const importNotes = 'import:notes';

/** What a reader of another tool's files guessed or left out, kept in the log that was made of them. */
export function importNotesEvent(notes: readonly string[], at: string): StudyEvent {
  return frozenEvent(importNotes, notes, at);
}

export function isImportNotes(event: StudyEvent): boolean {
  return event.type === 'froze' && event.name === importNotes;
}

/** Of a fold; none in a log that was made by an earlier version. */
export function importNotesIn({ frozen }: Pick<Study, 'frozen'>): readonly string[] {
  return z.array(z.string()).safeParse(frozen[importNotes]).data ?? [];
}

/** A decision in the form in which the log holds it; throws where JSON cannot. */
export function frozenEvent(name: string, value: unknown, at: string): StudyEvent {
  return { type: 'froze', name, value: z.json().parse(value), at };
}

/** True for a result that says nothing about the params: it may be measured again (decisions.md 5). */
export function isVoid(result: TrialResult): boolean {
  return result.outcome.state === 'failed' && (result.outcome.reason === 'cancelled' || result.outcome.reason === 'lost');
}

/** Ended from outside: no statement about the program. */
export function wasCut({ outcome }: TrialResult): boolean {
  return outcome.state === 'failed' && outcome.reason === 'cancelled';
}

/** One string per measurement: two trials with the same one would measure the same thing. */
export function measurementKey(side: Side, params: Params, seed: number): string {
  return `${side} ${seed} ${paramsKey(params)}`;
}

function checkStart(trials: readonly OpenTrial[], event: Started): void {
  const before = trials[event.trial];
  if (before === undefined) {
    if (event.trial !== trials.length) throw inconsistent(`trial ${event.trial} follows trial ${trials.length - 1}`);
    return;
  }
  if (isToldMore(before, event)) return;
  const same = measurementKey(before.side, before.params, before.seed) === measurementKey(event.side, event.params, event.seed);
  if (!same || event.attempt !== before.attempt + 1) {
    throw inconsistent(`attempt ${event.attempt} of trial ${event.trial} does not follow attempt ${before.attempt} (${canonicalJson(before.params)})`);
  }
}

/** A trial that another tool runs (attempt 0) chooses its params while it runs: it is told of again as they become known. */
function isToldMore(before: OpenTrial, event: Started): boolean {
  return before.attempt === 0 && event.attempt === 0 && before.result === undefined && Object.entries(before.params).every(([name, value]) => canonicalJson(event.params[name] ?? null) === canonicalJson(value));
}

/** Params that were not all of them yet name no measurement any more. */
function noteLatest(latest: Map<string, number>, { side, params, seed, trial }: Started, before: OpenTrial | undefined): void {
  const former = before?.attempt === 0 ? measurementKey(before.side, before.params, before.seed) : undefined;
  if (former !== undefined && latest.get(former) === trial) latest.delete(former);
  latest.set(measurementKey(side, params, seed), trial);
}

/** A rest is no end: what came before it stays, what came after it is begun anew, but for whole runs of a trial that has several. */
function openTrial(event: Started, before: OpenTrial | undefined): OpenTrial {
  const { trial, attempt, side, stage, params, seed } = event;
  const { rests = [], rested = { seconds: 0, gpuSeconds: 0 }, reports = [] } = before ?? {};
  if (before !== undefined && attempt === 0) return { ...before, params };
  const home = before?.home === undefined ? {} : { home: before.home };
  return { number: trial, attempt, side, stage, params, seed, rested, rests, ...home, reports: reports.filter((report, i) => i < (rests.at(-1) ?? 0) || report.part !== undefined) };
}

function settle(trial: OpenTrial, { seconds, gpuSeconds, joules, ...result }: TrialResult): void {
  const { rested } = trial;
  const gpu = gpuSeconds === undefined && rested.gpuSeconds === 0 ? {} : { gpuSeconds: (gpuSeconds ?? 0) + rested.gpuSeconds };
  // Unknown for one part is unknown for the whole.
  const energy = joules === undefined || (rested.seconds > 0 && rested.joules === undefined) ? {} : { joules: joules + (rested.joules ?? 0) };
  trial.result = { ...result, seconds: seconds + rested.seconds, ...gpu, ...energy };
  if (result.outcome.state !== 'pruned') return;
  trial.rests.push(trial.reports.length);
  trial.home ??= trial.attempt;
  trial.rested = { seconds: trial.result.seconds, gpuSeconds: trial.result.gpuSeconds ?? 0, ...energy };
}

function reportOf({ step, metrics, seconds, nonFinite, part }: Extract<StudyEvent, { type: 'reported' }>): TrialReport {
  return { step, metrics, ...(seconds === undefined ? {} : { seconds }), ...(nonFinite === undefined ? {} : { nonFinite }), ...(part === undefined ? {} : { part }) };
}

function running(trials: readonly OpenTrial[], number: number, what: string): OpenTrial {
  const trial = trials[number];
  if (trial === undefined || trial.result !== undefined) throw inconsistent(`a ${what} of trial ${number}, which is not running`);
  return trial;
}

function inconsistent(what: string): UserError {
  return new UserError('journal-inconsistent', `The study log contradicts itself: ${what}.`, {
    fix: 'It was edited or mixed with another log. Restore it, or delete it to start anew.', exitCode: 3,
  });
}
