import { paramsKey, type Params } from '../model/params.js';
import type { LossTrial, StudyView } from '../model/ports.js';
import type { Study, StudyEvent } from '../model/study.js';
import { foldStudy, waitingIn } from '../model/studyLog.js';
import { lossTrial } from '../model/studyView.js';
import { whyInvalid } from '../model/validity.js';
import type { EnginePlan } from './engine.js';

/** The fold of an asked-and-told study: what samplers see, and what waits to be asked for. */
export interface EngineLog {
  readonly study: Study;
  apply(event: StudyEvent): void;
  view(): StudyView;
  /** Every trial without a result, points of the space or not. */
  open(): readonly LossTrial[];
  /** Params put in the queue, first come first served. */
  waiting(): readonly Params[];
  isTried(params: Params): boolean;
  /** Trials that were asked for: results from elsewhere are not. */
  asked(): number;
  failuresInARow(): number;
  /** Since a trial was asked for by this process; 0 where another one did. */
  secondsSince(trial: number): number;
}

/** What grows as events are applied. */
interface State {
  readonly trials: LossTrial[];
  readonly waiting: Params[];
  readonly tried: Set<string>;
  readonly askedMs: Map<number, number>;
  /** Told of here, never asked for. */
  readonly added: Set<number>;
  failures: number;
  view: StudyView | undefined;
}

/** `past` begins with the study's `created`. Trials that are no points of the space (any more) are not shown to samplers. */
export function createEngineLog(plan: EnginePlan, past: readonly StudyEvent[]): EngineLog {
  const [created, ...rest] = past;
  const log = foldStudy(created === undefined ? [] : [created]);
  if (log === undefined) throw new Error('a study log begins with "created"');
  const { study } = log;
  const state: State = { trials: [], waiting: [], tried: new Set(), askedMs: new Map(), added: new Set(), failures: 0, view: undefined };
  const apply = (event: StudyEvent): void => {
    log.apply(event);
    note(state, event, { plan, study });
  };
  for (const event of rest) apply(event);
  // Asked for by another process: nobody knows how long they have been running.
  state.askedMs.clear();
  return {
    study, apply,
    view: () => state.view ??= viewOf(plan, state.trials),
    open: () => state.trials.filter((trial) => trial.state === 'running'),
    waiting: () => state.waiting,
    isTried: (params) => state.tried.has(paramsKey(params)),
    asked: () => state.trials.length - state.added.size,
    failuresInARow: () => state.failures,
    secondsSince: (number) => {
      const begin = state.askedMs.get(number);
      return begin === undefined ? 0 : (plan.clock.now() - begin) / 1000;
    },
  };
}

function note(state: State, event: StudyEvent, { plan, study }: { readonly plan: EnginePlan; readonly study: Study }): void {
  state.view = undefined;
  const seen = 'trial' in event ? study.trials[event.trial] : undefined;
  if (seen !== undefined) state.trials[seen.number] = lossTrial(seen, seen.number, { ...plan.objective, resource: plan.pruner.resource, comparesParts: plan.pruner.comparesParts });
  switch (event.type) {
    case 'started': {
      start(state, event);
      state.askedMs.set(event.trial, plan.clock.now());
      return;
    }
    case 'finished': finish(state, event.trial); return;
    case 'reported': return;
    case 'froze': {
      const params = waitingIn(event);
      if (params !== undefined) state.waiting.push(params);
      return;
    }
    case 'created': case 'ended': return;
  }
}

function start(state: State, { trial, params, attempt }: Extract<StudyEvent, { type: 'started' }>): void {
  const { waiting, tried, added } = state;
  if (attempt === 0) added.add(trial);
  const key = paramsKey(params);
  tried.add(key);
  const queued = waiting.findIndex((one) => paramsKey(one) === key);
  if (queued !== -1) waiting.splice(queued, 1);
}

function finish(state: State, number: number): void {
  state.askedMs.delete(number);
  const seen = state.trials[number];
  if (seen !== undefined && seen.state !== 'running') state.failures = seen.state === 'failed' ? state.failures + 1 : 0;
}

function viewOf(plan: EnginePlan, trials: readonly LossTrial[]): StudyView {
  const points = trials.filter(({ params }) => isPoint(plan, params));
  const { limits, expectedTrials, space } = plan;
  return {
    space, goal: plan.objective.goal, budget: Number.isFinite(limits.trials) ? limits.trials : expectedTrials,
    finished: points.filter(({ state }) => state !== 'running'), running: points.filter(({ state }) => state === 'running'),
  };
}

const known = new WeakMap<EnginePlan, WeakMap<Params, boolean>>();

/** Params are never changed once made: each is looked at once. */
function isPoint(plan: EnginePlan, params: Params): boolean {
  const points = known.get(plan) ?? new WeakMap<Params, boolean>();
  known.set(plan, points);
  const found = points.get(params) ?? whyInvalid(plan.space, params) === undefined;
  points.set(params, found);
  return found;
}
