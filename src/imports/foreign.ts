import type { Goal } from '../model/direction.js';
import { UserError } from '../model/errors.js';
import type { Params } from '../model/params.js';
import type { SearchSpace } from '../model/searchSpace.js';
import type { StudyEvent } from '../model/study.js';
import { frozenEvent } from '../model/studyLog.js';
import type { TrialOutcome } from '../model/trial.js';
import { own } from '../model/own.js';
import type { ImportedStudy } from './importer.js';
import { inferSpace } from './inferSpace.js';
import { limits } from './limits.js';
import { refuseReserved, refuseReservedName } from './names.js';
import { chooseObjective, type Objective } from './objective.js';

/** `waiting`: proposed, not begun. */
export type ForeignState = 'complete' | 'pruned' | 'failed' | 'infeasible' | 'running' | 'waiting';

/** Step and value; the value may be NaN or infinite. */
export type Point = readonly [step: number, value: number];

/** A trial as another tool left it: parameters by their values. Only what is known. */
export interface ForeignTrial {
  readonly params: Params;
  readonly state: ForeignState;
  /** Of each metric the value that counts for the tool (last, best or mean); NaN and infinite ones too. */
  readonly values: Readonly<Record<string, number>>;
  readonly curves?: Readonly<Record<string, readonly Point[]>>;
  readonly message?: string;
  /** ISO 8601. */
  readonly start?: string | undefined;
  readonly seconds?: number;
  readonly seed?: number;
}

/** What was tried, and whether it came to an end. */
export type TrialHead = Pick<ForeignTrial, 'params' | 'state'>;

/** A list, or a shelf (`createShelf`) where there may be many. May be walked as often as wanted. */
export interface Trials extends Iterable<ForeignTrial> {
  readonly length: number;
  /** The same trials, where so much of them costs less than the whole. */
  readonly heads?: Iterable<TrialHead>;
  /** Of all trials, perhaps several times each; where it is known without a walk. */
  readonly metricNames?: () => Iterable<string>;
}

export interface ForeignMetric { readonly name: string; /** Where the files say it. */ readonly goal?: Goal }

export interface ForeignStudy {
  readonly name: string;
  readonly tool: string;
  /** Key of the format in the map. */
  readonly format: string;
  readonly metrics: readonly ForeignMetric[];
  /** Name of the metric that was optimised, where the files say it. */
  readonly objective?: string;
  /** Absent where the files do not say what was searched. */
  readonly space?: SearchSpace;
  readonly trials: Trials;
  readonly notes: readonly string[];
}

export function studyOf(study: ForeignStudy): ImportedStudy {
  return {
    name: study.name, trials: study.trials.length,
    read: (choice = {}) => {
      refuseReservedName(study.name, study.metrics.map(({ name }) => name), 'metric');
      const objective = chooseObjective(study, choice);
      if (study.trials.length === 0) throw new UserError('no-trials', `${study.name} holds no trial.`, { fix: 'Has a trial ended? Is this the file of results, and whole?' });
      const space = study.space === undefined ? inferSpace(study.trials) : { space: study.space, notes: [] };
      refuseReservedName(study.name, space.space.parameters.map(({ name }) => name), 'parameter');
      return {
        events: { [Symbol.iterator]: () => eventsOf(study, objective, space.space) },
        notes: [...study.notes, ...objective.notes, ...space.notes],
        space: study.space === undefined ? 'inferred' : 'declared',
      };
    },
  };
}

/** Names of all metrics that some trial has, sorted. */
export function metricsOf(trials: Trials): ForeignMetric[] {
  const names = new Set(trials.metricNames?.());
  if (trials.metricNames === undefined) for (const { values } of trials) for (const name of Object.keys(values)) names.add(name);
  return [...names].sort().map((name) => ({ name }));
}

/** Of a curve that may be a new one. */
export function curveOf(curves: Map<string, Point[]>, name: string): Point[] {
  const points = curves.get(name) ?? [];
  if (points.length === 0) curves.set(name, points);
  return points;
}

/** Collects trials up to the limit. UserError `too-many-trials`. */
export function checkTrials(count: number, name: string): void {
  if (count > limits.trials) throw new UserError('too-many-trials', `${name} holds more than ${limits.trials} trials.`, { fix: 'Is this the right file? If it is, keep the newest trials in a file of their own.' });
}

function* eventsOf(study: ForeignStudy, objective: Objective, space: SearchSpace): Generator<StudyEvent, void> {
  const { metric } = objective;
  yield {
    type: 'created', schema: 1, tool: study.tool, study: slug(study.name), at: firstStart(study.trials) ?? '',
    identity: { command: 'import', from: study.format, name: study.name, config: JSON.stringify({ metric, space }) },
  };
  let [number, waiting] = [0, 0];
  for (const trial of study.trials) {
    // A declared space may not have it.
    refuseReserved(study.name, trial.params, 'parameter');
    if (trial.state === 'waiting') {
      yield frozenEvent(`waiting:import:${++waiting}`, trial.params, '');
      continue;
    }
    for (const event of trialEvents(trial, number, metric)) yield event;
    number += 1;
  }
}

function firstStart(trials: Trials): string | undefined {
  for (const { start } of trials) if (start !== undefined) return start;
  return undefined;
}

function trialEvents(trial: ForeignTrial, number: number, metric: Objective['metric']): readonly StudyEvent[] {
  const { params, seed = 0, start = '' } = trial;
  const seconds = trial.seconds !== undefined && trial.seconds >= 0 && trial.seconds < Infinity ? trial.seconds : 0;
  const events: StudyEvent[] = [{ type: 'started', trial: number, attempt: 0, side: 'head', stage: 'search', params, seed, at: start }];
  addReports(events, trial, number);
  if (trial.state === 'running') return events;
  events.push({
    type: 'finished', trial: number, attempt: 0, at: isoTime(Date.parse(start) / 1000 + seconds) ?? start,
    result: { outcome: outcomeOf(trial, metric.name), metrics: finite(trial.values), seconds },
  });
  return events;
}

function addReports(events: StudyEvent[], { curves = {} }: ForeignTrial, trial: number): void {
  const [only, second] = Object.entries(curves);
  // Nearly all there are.
  if (only !== undefined && second === undefined && isAscending(only[1])) {
    for (const [step, value] of thinned(only[1])) events.push(reportOf(trial, step, { [only[0]]: value }));
    return;
  }
  const steps = new Map<number, Record<string, number>>();
  for (const [name, points] of Object.entries(curves)) {
    for (const [step, value] of thinned(points)) {
      const known = steps.get(step);
      if (known === undefined) steps.set(step, { [name]: value });
      else known[name] = value;
    }
  }
  for (const [step, values] of [...steps].sort(([a], [b]) => a - b)) events.push(reportOf(trial, step, values));
}

function reportOf(trial: number, step: number, values: Readonly<Record<string, number>>): StudyEvent {
  const nonFinite = Object.keys(values).filter((name) => !Number.isFinite(values[name]));
  return nonFinite.length === 0 ? { type: 'reported', trial, step, metrics: values } : { type: 'reported', trial, step, metrics: finite(values), nonFinite };
}

function isAscending(points: readonly Point[]): boolean {
  let last = -Infinity;
  for (const [step] of points) {
    if (!(step > last)) return false;
    last = step;
  }
  return true;
}

/** First and last always stay. */
function thinned(points: readonly Point[]): readonly Point[] {
  const most = limits.curvePoints;
  if (points.length <= most) return points;
  return Array.from({ length: most }, (_, i) => points[Math.round((i * (points.length - 1)) / (most - 1))] ?? [0, Number.NaN]);
}

function outcomeOf({ state, values, curves, message }: ForeignTrial, metric: string): TrialOutcome {
  const value = own(values, metric);
  switch (state) {
    case 'complete':
      if (value === undefined) return { state: 'failed', reason: 'no-objective', message: message ?? `no value of ${metric}` };
      return Number.isFinite(value) ? { state: 'complete', value } : { state: 'failed', reason: 'non-finite', message: message ?? `${metric} was ${value}` };
    case 'pruned':
      return { state: 'pruned', step: own(curves ?? {}, metric)?.at(-1)?.[0] ?? 0, ...(value !== undefined && Number.isFinite(value) ? { value } : {}) };
    case 'infeasible':
      return { state: 'infeasible', message: message ?? 'infeasible' };
    case 'failed': case 'running': case 'waiting':
      return { state: 'failed', reason: value === undefined || Number.isFinite(value) ? 'told' : 'non-finite', message: message ?? (value === undefined ? 'failed' : `${metric} was ${value}`) };
  }
}

function finite(values: Readonly<Record<string, number>>): Record<string, number> {
  const kept: Record<string, number> = {};
  for (const name of Object.keys(values)) {
    const value = values[name] ?? Number.NaN;
    if (Number.isFinite(value)) kept[name] = value;
  }
  return kept;
}

/** Unix seconds as ISO 8601; undefined for what is no time. */
export function isoTime(seconds: number | undefined): string | undefined {
  const ms = Math.round((seconds ?? Number.NaN) * 1000);
  if (!(Math.abs(ms) <= 8.64e15)) return undefined;
  const day = Math.floor(ms / msOf.day);
  if (day !== lastDay.day) [lastDay.day, lastDay.text] = [day, new Date(day * msOf.day).toISOString().slice(0, -'00:00:00.000Z'.length)];
  const rest = ms - day * msOf.day;
  const [hours, minutes, whole] = [Math.floor(rest / msOf.hour), Math.floor(rest / msOf.minute) % 60, Math.floor(rest / msOf.second)];
  return `${lastDay.text}${padded[hours]}:${padded[minutes]}:${padded[whole % 60]}.${padded[Math.floor(rest % msOf.second / 10)]}${rest % 10}Z`;
}

const msOf = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const padded: readonly string[] = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, '0'));
/** Trials of one tuning began on few days, and each time is asked for four times in an import; `Date` works each out anew. */
const lastDay = { day: Number.NaN, text: '' };

/** A study's name is used in paths. */
function slug(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replaceAll(/^[-.]+|[-.]+$/g, '').slice(0, 100) || 'study';
}

/** The last line of a traceback says what happened; bounded. */
export function lastLine(text: string): string {
  const lines = text.replaceAll(/\u001B\[[0-9;]*m/g, '').split('\n').map((line) => line.trim()).filter((line) => line !== '');
  return (lines.at(-1) ?? text).slice(0, 500);
}
