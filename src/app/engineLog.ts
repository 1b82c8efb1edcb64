import { paramsKey, type Params } from '../model/params.js';
import type { LossTrial, StudyView } from '../model/ports.js';
import { paramsSchema, type Study, type StudyEvent } from '../model/study.js';
import { foldStudy, frozenEvent } from '../model/studyLog.js';
import { lossTrial } from '../model/studyView.js';
import { toLoss } from '../model/direction.js';
import { whyInvalid } from '../model/validity.js';
import type { EnginePlan } from './engine.js';

/** The fold of an asked-and-told study: what samplers see, and what waits to be asked for. */
export interface EngineLog {
  readonly study: Study;
  readonly metric: string;
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

type Intermediate = LossTrial['intermediate'][number];
const waitingPrefix = 'waiting:';

export function waitingEvent({ study }: EngineLog, params: Params, at: string): StudyEvent {
  return frozenEvent(`${waitingPrefix}${Object.keys(study.frozen).length}`, params, at);
}

/** `past` begins with the study's `created`. Trials that are no points of the space (any more) are not shown to samplers. */
export function createEngineLog(plan: EnginePlan, past: readonly StudyEvent[]): EngineLog {
  const { objective, clock } = plan;
  const [created, ...rest] = past;
  const log = foldStudy(created === undefined ? [] : [created]);
  if (log === undefined) throw new Error('a study log begins with "created"');
  const trials: LossTrial[] = [];
  const live = new Map<number, Intermediate[]>();
  const waiting: Params[] = [];
  const tried = new Set<string>();
  const askedMs = new Map<number, number>();
  let loaded = false;
  let added = 0;
  let failures = 0;
  let cached: StudyView | undefined;

  const start = ({ trial: number, params, attempt }: Extract<StudyEvent, { type: 'started' }>): void => {
    const intermediate: Intermediate[] = [];
    live.set(number, intermediate);
    trials[number] = { number, params, state: 'running', intermediate };
    if (attempt === 0) added += 1;
    if (loaded) askedMs.set(number, clock.now());
    const key = paramsKey(params);
    tried.add(key);
    const queued = waiting.findIndex((one) => paramsKey(one) === key);
    if (queued !== -1) waiting.splice(queued, 1);
  };
  const finish = (number: number): void => {
    const trial = log.study.trials[number];
    if (trial === undefined) return;
    const seen = lossTrial(trial, number, objective);
    trials[number] = seen;
    live.delete(number);
    askedMs.delete(number);
    if (seen.state !== 'running') failures = seen.state === 'failed' ? failures + 1 : 0;
  };
  const apply = (event: StudyEvent): void => {
    log.apply(event);
    cached = undefined;
    switch (event.type) {
      case 'started': start(event); return;
      case 'finished': finish(event.trial); return;
      case 'reported': {
        const value = event.metrics[objective.name];
        if (value !== undefined) live.get(event.trial)?.push({ step: event.step, loss: toLoss(value, objective.goal) });
        return;
      }
      case 'froze': if (event.name.startsWith(waitingPrefix)) waiting.push(paramsSchema.parse(event.value)); return;
      case 'created': case 'ended': return;
    }
  };
  for (const event of rest) apply(event);
  loaded = true;
  return {
    study: log.study, metric: objective.name, apply,
    view: () => cached ??= viewOf(plan, trials),
    open: () => trials.filter(({ state }) => state === 'running'),
    waiting: () => waiting,
    isTried: (params) => tried.has(paramsKey(params)),
    asked: () => trials.length - added,
    failuresInARow: () => failures,
    secondsSince: (number) => {
      const begin = askedMs.get(number);
      return begin === undefined ? 0 : (clock.now() - begin) / 1000;
    },
  };
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
