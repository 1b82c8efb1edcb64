import { createRng, type Rng } from '../math/rng.js';
import type { SearchTrial } from '../model/comparison.js';
import { paramsKey, type Params } from '../model/params.js';
import type { LossTrial, OnReport, Pruner, Sampler, StudyView } from '../model/ports.js';
import type { SearchSpace } from '../model/searchSpace.js';
import type { Trial } from '../model/study.js';
import { isVoid, wasCut } from '../model/studyLog.js';
import { lossTrial } from '../model/studyView.js';
import { toLoss, type Goal } from '../model/direction.js';

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
}

/** The trials of one search, numbered from 0 in the order in which they were asked for. */
export interface SearchTrials {
  readonly asked: number;
  readonly failuresInARow: number;
  view(): StudyView;
  /** The next trial to run: one that was cut (here or in a former run), an anchor, the sampler's. undefined = space exhausted. */
  next(): { readonly number: number; readonly params: Params } | undefined;
  /** Hears a trial's reports and asks the pruner. */
  listen(number: number): OnReport;
  settle(number: number, trial: Trial): void;
  rows(): readonly SearchTrial[];
}

type Intermediate = LossTrial['intermediate'][number];
/** `live` is the trial's list of intermediate values, growing while it runs. */
interface Entry { readonly loss: LossTrial; readonly live: Intermediate[]; readonly trial?: Trial }

/** `past` = this search's trials in the log, in order: they take their numbers again, and are not asked for again. */
export function createSearchTrials(plan: SearchPlan, past: readonly Trial[]): SearchTrials {
  const { objective } = plan;
  const rng = createRng(plan.samplerSeed);
  const entries: Entry[] = past.map((trial, number) => ({ loss: lossTrial(trial, number, objective), live: [], trial }));
  const reopened = entries.filter((entry) => entry.loss.state === 'running').map((entry) => entry.loss);
  let failuresInARow = entries.reduce((row, entry) => rowOfFailures(row, entry.loss), 0);
  let cached: StudyView | undefined;

  const view = (): StudyView => cached ??= viewOf(plan, entries.map((entry) => entry.loss));
  const put = (number: number, entry: Entry): void => { entries[number] = entry; cached = undefined; };
  return {
    get asked() { return entries.length - reopened.length; },
    get failuresInARow() { return failuresInARow; },
    view,
    next: () => {
      const open = reopened.shift();
      if (open !== undefined) {
        put(open.number, runningEntry(open.number, open.params));
        return open;
      }
      const number = entries.length;
      const params = ask(plan, view(), rng.fork(`trial ${number}`));
      if (params === undefined) return undefined;
      put(number, runningEntry(number, params));
      return { number, params };
    },
    listen: (number) => (report) => {
      const entry = entries[number];
      return entry !== undefined && hear(entry, report, objective) ? plan.pruner.decide(view(), entry.loss) : 'continue';
    },
    settle: (number, trial) => {
      const loss = lossTrial(trial, number, objective);
      failuresInARow = rowOfFailures(failuresInARow, loss);
      put(number, { loss, live: [], trial });
      if (trial.result !== undefined && wasCut(trial.result)) reopened.push(loss);
    },
    rows: () => entries.map(({ loss, trial }) => rowOf(plan, loss, trial)),
  };
}

function viewOf({ space, trials, knowledge }: SearchPlan, all: readonly LossTrial[]): StudyView {
  return { ...knowledge, space, budget: trials, finished: all.filter(({ state }) => state !== 'running'), running: all.filter(({ state }) => state === 'running') };
}

/** False for a report without the objective: there is nothing to decide on. */
function hear(entry: Entry, report: Parameters<OnReport>[0], objective: SearchPlan['objective']): boolean {
  const value = report.metrics[objective.name];
  if (value === undefined || !Number.isFinite(value)) return false;
  entry.live.push({ step: report.step, loss: toLoss(value, objective.goal) });
  return true;
}

function runningEntry(number: number, params: Params): Entry {
  const live: Intermediate[] = [];
  return { loss: { number, params, state: 'running', intermediate: live }, live };
}

function ask(plan: SearchPlan, view: StudyView, rng: Rng): Params | undefined {
  const tried = new Set([...view.finished, ...view.running].slice(0, plan.anchors.length + 1).map((trial) => paramsKey(trial.params)));
  const anchor = view.finished.length + view.running.length > plan.anchors.length ? undefined : plan.anchors.find(({ params }) => !tried.has(paramsKey(params)));
  return anchor?.params ?? plan.sampler.suggest(view, rng);
}

/** Infeasible is an answer of a working program, so it ends a row of failures; cancelled and lost say nothing. */
function rowOfFailures(row: number, trial: LossTrial): number {
  if (trial.state === 'running') return row;
  return trial.state === 'failed' ? row + 1 : 0;
}

function rowOf(plan: SearchPlan, loss: LossTrial, trial: Trial | undefined): SearchTrial {
  const { number, params } = loss;
  const anchor = plan.anchors.find((a) => paramsKey(a.params) === paramsKey(params));
  const named = { number, params, ...(anchor === undefined ? {} : { anchor: anchor.name }) };
  const result = trial?.result;
  if (result === undefined) return { ...named, state: 'running' };
  const { outcome, seconds } = result;
  if (isVoid(result) && outcome.state === 'failed') {
    return { ...named, state: outcome.reason === 'lost' ? 'failed' : 'running', reason: outcome.reason, message: outcome.message, seconds };
  }
  switch (outcome.state) {
    case 'complete': return { ...named, state: 'complete', value: outcome.value, seconds };
    case 'pruned': return { ...named, state: 'pruned', seconds };
    case 'infeasible': return { ...named, state: 'infeasible', message: outcome.message, seconds };
    case 'failed': return { ...named, state: 'failed', reason: outcome.reason, message: outcome.message, seconds };
  }
}
