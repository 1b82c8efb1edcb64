import { createRng, type Rng } from '../math/rng.js';
import type { SearchTrial } from '../model/comparison.js';
import { paramsKey, type Params } from '../model/params.js';
import { partValues } from '../model/parts.js';
import type { LossTrial, OnReport, Pruner, Sampler, StudyView } from '../model/ports.js';
import type { SearchSpace } from '../model/searchSpace.js';
import type { Trial, TrialReport } from '../model/study.js';
import { isVoid, wasCut } from '../model/studyLog.js';
import { isCounted, lossIn, lossTrial, mayStop, partLoss, restedTrial, type Counted } from '../model/studyView.js';
import type { Goal } from '../model/direction.js';
import { bestStep } from './bestStep.js';
import { whyInvalid } from '../model/validity.js';

export interface Anchor { readonly params: Params; readonly name: 'defaults' | 'incumbent' }

export interface SearchPlan {
  readonly space: SearchSpace;
  readonly objective: { readonly name: string; readonly goal: Goal };
  readonly sampler: Sampler;
  readonly pruner: Pruner;
  /** Key of the sampler's random stream. */
  readonly samplerSeed: string;
  readonly trials: number;
  readonly anchors: readonly Anchor[];
  readonly knowledge: Pick<StudyView, 'prior' | 'noise'>;
  /** Params that somebody put into the log to be tried next, as of now. */
  readonly waiting?: () => readonly Params[];
  /** A running trial of `past` that is not to be taken up again: another program runs it. */
  readonly isElsewhere?: (trial: number) => boolean;
}

/** `until`: where the pruner will stop it this time. */
export interface NextTrial { readonly number: number; readonly params: Params; readonly until?: number; readonly continues: boolean }

/** The trials of one search, numbered from 0 in the order in which they were asked for. */
export interface SearchTrials {
  readonly asked: number;
  readonly failuresInARow: number;
  view(): StudyView;
  /** The next trial to run: one that was cut (here or in a former run), one that the pruner takes up again, and if a fresh one is wanted an anchor or the sampler's. undefined = there is none. */
  next(ask?: { readonly fresh: boolean }): NextTrial | undefined;
  /** There is no next trial now, and may be one when a running one has ended. */
  waits(): boolean;
  /** To be awaited before `next` where that would ask a sampler that is another program; undefined = there is nothing to wait for. */
  prepare(signal: AbortSignal): Promise<void> | undefined;
  /** Hears a trial's reports and asks the pruner. */
  listen(number: number): OnReport;
  settle(number: number, trial: Trial): void;
  /** A trial that another program runs or ran: seen by sampler and pruner. */
  adopt(trial: Trial): void;
  /** The trial that `next` gave last is not begun after all. */
  withdraw(number: number): void;
  rows(): readonly SearchTrial[];
}

/** `hear` takes the reports of a trial that runs; its list of intermediate values grows with them. */
interface Entry { readonly loss: LossTrial; readonly hear?: (report: TrialReport) => boolean; readonly trial?: Trial }

/** `past` = this search's trials in the log, in order: they take their numbers again, and are not asked for again. Copied, as the log's own change with it: the end of one that another program runs would seem to be adopted already. */
export function createSearchTrials(plan: SearchPlan, past: readonly Trial[]): SearchTrials {
  const { pruner } = plan;
  const counted: Counted = { ...plan.objective, resource: pruner.resource, comparesParts: pruner.comparesParts };
  const book = createBook(plan, past.map((trial, number) => ({ loss: lossTrial(trial, number, counted), trial: { ...trial } })));
  const { entries } = book;
  const rng = createRng(plan.samplerSeed);
  const reopened = entries.filter((entry) => isStillToMeasure(plan, entry)).map(({ loss }) => loss.number);
  let failuresInARow = entries.reduce((row, { loss, trial }) => (isAsked(trial) ? rowOfFailures(row, loss) : row), 0);
  const begin = (number: number, params: Params): NextTrial => beginIn(book, plan, { number, params, trial: entries[number]?.trial }, counted);
  const takeUp = (): NextTrial | undefined => {
    const number = reopened.shift() ?? pruner.next?.(book.view());
    const params = number === undefined ? undefined : entries[number]?.loss.params;
    return number === undefined || params === undefined ? undefined : begin(number, params);
  };
  return {
    get asked() { return countAsked(entries) - reopened.length; },
    get failuresInARow() { return failuresInARow; },
    view: () => book.view(),
    next: ({ fresh } = { fresh: true }) => {
      const open = takeUp();
      if (open !== undefined || !fresh || book.isClosed()) return open;
      const params = ask(plan, book.view(), rng.fork(`trial ${entries.length}`), countAsked(entries));
      if (params !== undefined) return begin(entries.length, params);
      if (plan.sampler.waits?.() !== true) book.close();
      return takeUp();
    },
    waits: () => plan.sampler.waits?.() === true,
    prepare: (signal) => (reopened.length > 0 || book.isClosed() ? undefined : prepareSampler(plan, book, signal)),
    listen: (number) => (report) => hear(plan, book, { number, report }, counted),
    settle: (number, trial) => {
      const loss = lossTrial(trial, number, counted);
      failuresInARow = rowOfFailures(failuresInARow, loss);
      book.put(number, { loss, trial });
      if (trial.result !== undefined && wasCut(trial.result)) reopened.push(number);
    },
    adopt: createAdopt(plan, book, { past, reopened, counted }),
    withdraw: (number) => { if (entries[number]?.trial === undefined) book.drop(number); },
    rows: () => entries.map(({ loss, trial }) => rowOf(plan, loss, trial)),
  };
}

function hear(plan: SearchPlan, book: Book, { number, report }: { readonly number: number; readonly report: TrialReport }, counted: Counted): ReturnType<OnReport> {
  const entry = book.entries[number];
  if (entry?.hear?.(report) !== true || !mayStop(report, counted) || isKept(plan, entry.loss.params)) return 'continue';
  const decided = plan.pruner.decide(book.view(), entry.loss);
  return decided === 'stop' ? decided : plan.pruner.consult?.(book.view(), entry.loss) ?? decided;
}

interface Adopting { readonly past: readonly Trial[]; readonly reopened: number[]; readonly counted: Counted }

function createAdopt(plan: SearchPlan, book: Book, { past, reopened, counted }: Adopting): SearchTrials['adopt'] {
  const numbers = new Map(past.map(({ number }, i) => [number, i]));
  return (trial) => {
    const number = numbers.get(trial.number) ?? book.entries.length;
    const known = book.entries[number]?.trial;
    if (known?.result !== undefined && known.attempt === trial.attempt) return;
    numbers.set(trial.number, number);
    const entry = { loss: lossTrial(trial, number, counted), trial: { ...trial } };
    book.put(number, entry);
    if (isStillToMeasure(plan, entry) && !reopened.includes(number)) reopened.push(number);
  };
}

/** Whoever ran it has died, or was cancelled. */
function isStillToMeasure({ isElsewhere }: SearchPlan, { loss, trial }: Entry): boolean {
  return loss.state === 'running' && (trial === undefined || isElsewhere?.(trial.number) !== true);
}

interface Begun { readonly number: number; readonly params: Params; readonly trial: Trial | undefined }

function beginIn(book: Book, plan: SearchPlan, begun: Begun, counted: Counted): NextTrial {
  const { number, params, trial } = begun;
  book.put(number, runningEntry(begun, counted));
  const until = isKept(plan, params) ? undefined : plan.pruner.until?.(book.view(), number);
  return { number, params, continues: (trial?.rests.length ?? 0) > 0, ...(until === undefined ? {} : { until }) };
}

interface Book {
  readonly entries: readonly Entry[];
  put(number: number, entry: Entry): void;
  /** The last one. */
  drop(number: number): void;
  view(): StudyView;
  /** The space is exhausted: a bracket that waited for more trials is full with those there are. */
  close(): void;
  isClosed(): boolean;
}

function createBook(plan: SearchPlan, past: readonly Entry[]): Book {
  const entries = [...past];
  let isClosed = false;
  let cached: StudyView | undefined;
  return {
    entries,
    put: (number, entry) => { entries[number] = entry; cached = undefined; },
    drop: (number) => { entries.length = number; cached = undefined; },
    view: () => cached ??= viewOf(plan, entries.map((entry) => entry.loss), isClosed),
    close: () => { isClosed = true; cached = undefined; },
    isClosed: () => isClosed,
  };
}

function viewOf({ space, trials, knowledge, objective: { goal } }: SearchPlan, all: readonly LossTrial[], isClosed: boolean): StudyView {
  return { ...knowledge, space, goal, budget: isClosed ? all.length : trials, finished: all.filter(({ state }) => state !== 'running'), running: all.filter(({ state }) => state === 'running') };
}

/** Main's best runs to its end whatever it looks like: the others are measured against it. */
function isKept({ anchors }: SearchPlan, params: Params): boolean {
  return anchors.some((anchor) => anchor.name === 'incumbent' && paramsKey(anchor.params) === paramsKey(params));
}

/** What it reported before it was stopped is still there. */
function runningEntry({ number, params, trial }: Begun, counted: Counted): Entry {
  const rested = trial === undefined ? undefined : restedTrial(trial);
  const before = rested === undefined ? undefined : lossTrial(rested, number, counted);
  const live = [...before?.intermediate ?? []];
  // A trial of several runs hears of those that an earlier attempt ended once more: it begins with none.
  const parts: number[] = [];
  const furthest = Math.max(-Infinity, ...(rested?.reports ?? []).map(({ step }) => step));
  const [seconds, rests] = [live.at(-1)?.step ?? 0, before?.rests];
  let begunAt: number | undefined;
  const hear = (report: TrialReport): boolean => {
    begunAt ??= report.step > furthest ? seconds : 0;
    const own = lossIn(report, counted);
    const loss = own !== undefined && report.part !== undefined ? partLoss(parts, own, counted) : own;
    // Nothing to decide on.
    if (loss === undefined || !isCounted(report, counted)) return false;
    live.push({ step: counted.resource === 'seconds' ? begunAt + (report.seconds ?? 0) : report.step, loss });
    return true;
  };
  return { hear, loss: { number, params, state: 'running', intermediate: live, ...(rests === undefined ? {} : { rests }) }, ...(trial === undefined ? {} : { trial }) };
}

function ask(plan: SearchPlan, view: StudyView, rng: Rng, asked: number): Params | undefined {
  return firstOf(plan, view, asked) ?? plan.sampler.suggest(view, rng);
}

/** Nothing to wait for where the sampler would not be asked. */
function prepareSampler(plan: SearchPlan, book: Book, signal: AbortSignal): Promise<void> | undefined {
  const view = book.view();
  return firstOf(plan, view, countAsked(book.entries)) === undefined ? plan.sampler.prepare?.(view, signal) : undefined;
}

/** What goes before the sampler: what somebody queued, then the anchors. */
function firstOf(plan: SearchPlan, view: StudyView, asked: number): Params | undefined {
  const tried = new Set(asked > plan.anchors.length ? [] : [...view.finished, ...view.running].map(({ params }) => paramsKey(params)));
  const anchor = asked > plan.anchors.length ? undefined : plan.anchors.find(({ params }) => !tried.has(paramsKey(params)));
  return queued(plan, view) ?? anchor?.params;
}

/** First come, first served. */
function queued({ space, waiting }: SearchPlan, { finished, running }: StudyView): Params | undefined {
  const wanted = waiting?.().filter((params) => whyInvalid(space, params) === undefined) ?? [];
  if (wanted.length === 0) return undefined;
  const tried = new Set([...finished, ...running].map(({ params }) => paramsKey(params)));
  return wanted.find((params) => !tried.has(paramsKey(params)));
}

function countAsked(entries: readonly Entry[]): number {
  return entries.reduce((sum, { trial }) => sum + (isAsked(trial) ? 1 : 0), 0);
}

/** What another tool measured was not asked for here, and costs nothing of the limit. */
function isAsked(trial: Trial | undefined): boolean {
  return trial?.attempt !== 0;
}

/** Infeasible is an answer of a working program, so it ends a row of failures; cancelled and lost say nothing. */
function rowOfFailures(row: number, trial: LossTrial): number {
  if (trial.state === 'running') return row;
  return trial.state === 'failed' ? row + 1 : 0;
}

function rowOf(plan: SearchPlan, loss: LossTrial, trial: Trial | undefined): SearchTrial {
  const { number, params } = loss;
  const anchor = plan.anchors.find((a) => paramsKey(a.params) === paramsKey(params));
  const parts = partValues(trial, plan.objective.name);
  const named = { number, params, ...(anchor === undefined ? {} : { anchor: anchor.name }), ...(parts.length === 0 ? {} : { parts: [...parts] }) };
  const result = trial?.result;
  if (trial === undefined || result === undefined) return { ...named, state: 'running' };
  const { outcome, seconds, joules } = result;
  if (isVoid(result) && outcome.state === 'failed') {
    return { ...named, state: outcome.reason === 'lost' ? 'failed' : 'running', reason: outcome.reason, message: outcome.message, seconds };
  }
  switch (outcome.state) {
    case 'complete': return { ...named, state: 'complete', value: outcome.value, seconds, ...(joules === undefined ? {} : { joules }), ...bestStep(trial, plan.objective) };
    case 'pruned': return { ...named, state: 'pruned', seconds, ...(joules === undefined ? {} : { joules }) };
    case 'infeasible': return { ...named, state: 'infeasible', message: outcome.message, seconds };
    case 'failed': return { ...named, state: 'failed', reason: outcome.reason, message: outcome.message, seconds };
  }
}
