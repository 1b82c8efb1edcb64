import { importanceOf, type Importances } from '../compare/importance.js';
import type { ImportanceMethod } from '../model/config.js';
import { createRng } from '../math/rng.js';
import { toLoss, type Goal } from '../model/direction.js';
import { nest } from '../model/nesting.js';
import { UserError } from '../model/errors.js';
import { paramsKey, type Params } from '../model/params.js';
import type { LossTrial, Pruner, Sampler, StudyView } from '../model/ports.js';
import type { SearchSpace } from '../model/searchSpace.js';
import type { StudyEvent } from '../model/study.js';
import { waitingEvent } from '../model/studyLog.js';
import { mayStop } from '../model/studyView.js';
import { whyInvalid } from '../model/validity.js';
import { bestStep } from './bestStep.js';
import { createEngineLog, type EngineLog } from './engineLog.js';
import { createPatience, type Over, type Patience } from './patience.js';
import { regretBound } from '../samplers/regretBound.js';
import { metricsOf, outcomeOf, settled, type Told } from './told.js';
import { bestOf, judged, whyStop, type SearchLimits, type StopReason } from './stopRules.js';

export interface EnginePlan {
  readonly study: string;
  readonly space: SearchSpace;
  readonly objective: { readonly name: string; readonly goal: Goal };
  readonly sampler: Sampler;
  readonly pruner: Pruner;
  /** Key of the sampler's random stream. */
  readonly samplerSeed: string;
  /** Recorded with every trial. */
  readonly seed: number;
  /** `trials` may be Infinity. */
  readonly limits: SearchLimits;
  /** What samplers are told when there is no limit. */
  readonly expectedTrials: number;
  /** Tried before the sampler is asked. */
  readonly anchors: readonly Params[];
  readonly clock: { now(): number; utc(): string };
  /** A run that gets no better for so long is over, and complete. */
  readonly patience?: Patience;
}

/**
 * `params` is a point of the space, `arguments` what `tune` would hand to a program, where that is something else: nested maps, and lists
 * of widths. `continues`: it was pruned before and goes on; `until`: the step at which it will be stopped, where that is known.
 */
export interface AskedTrial { readonly trial: number; readonly params: Params; readonly arguments?: Params; readonly continues?: true; readonly until?: number }
/** `step`: where it was best, if it reported more than one value. */
export interface BestTrial { readonly trial: number; readonly params: Params; readonly arguments?: Params; readonly value: number; readonly step?: number }
/** What would happen; nothing has until the events are applied. */
export interface Step { readonly events: readonly StudyEvent[] }
export interface Asked extends Step { readonly trials: readonly AskedTrial[]; /** Why there are none. */ readonly stop?: StopReason }

/**
 * A study whose trials somebody else runs. Every method only decides: the caller writes the events down and then
 * applies them, so that what was answered is never lost. UserErrors `unknown-trial`, `already-told`, `outside-space`.
 */
export interface Engine {
  apply(...events: readonly StudyEvent[]): void;
  ask(n: number): Asked;
  tell(trial: number, told: Told): Step;
  report(trial: number, step: number, value: number): Step;
  /** After the report was applied. True of a trial that is over as well. */
  shouldPrune(trial: number): boolean;
  /** Set once its study's patience with a running trial is used up: it is complete with this, whether it is told as such or as pruned. Nothing more that it reports counts. */
  over(trial: number): Over | undefined;
  /** A result from elsewhere, or params to try next. */
  add(params: Params, told?: Told): Step & { readonly trial?: number };
  best(): BestTrial | undefined;
  /** Numbers between 0 and 1 by parameter; `auto` by default. */
  importance(method?: ImportanceMethod): Importances;
  running(): readonly AskedTrial[];
}

/** `past` = the study's log so far, its first event included. */
export function createEngine(plan: EnginePlan, past: readonly StudyEvent[]): Engine {
  const log = createEngineLog(plan, past);
  const { objective, clock } = plan;
  const result = (trial: number, told: Told): StudyEvent[] => [{
    type: 'finished', trial, attempt: log.study.trials[trial]?.attempt ?? 0, at: clock.utc(),
    result: { outcome: outcomeOf(told, log.study.trials[trial], objective.name), metrics: metricsOf(told, objective.name), seconds: told.seconds ?? log.secondsSince(trial) },
  }];
  const overOf = plan.patience === undefined ? undefined : createPatience(plan.patience, objective);
  const over = (number: number): Over | undefined => {
    const trial = log.study.trials[number];
    return trial === undefined || trial.result !== undefined ? undefined : overOf?.(trial);
  };
  return {
    apply: (...events) => { for (const event of events) log.apply(event); },
    ask: (n) => ask(plan, log, n),
    tell: (trial, told) => {
      checkRunning(log, trial);
      return { events: result(trial, settled(told, over(trial))) };
    },
    report: (trial, step, value) => {
      checkRunning(log, trial);
      if (over(trial) !== undefined) return { events: [] };
      const seconds = plan.pruner.resource === 'seconds' ? { seconds: log.secondsSince(trial) } : {};
      const seen = Number.isFinite(value) ? { metrics: { [objective.name]: value } } : { metrics: {}, nonFinite: [objective.name] };
      return { events: [{ type: 'reported', trial, step, ...seen, ...seconds }] };
    },
    over,
    shouldPrune: (number) => over(number) !== undefined || isPruned(log, plan, number),
    add: (params, told) => {
      checkPoint(plan.space, params);
      if (told === undefined) return { events: [waitingEvent(Object.keys(log.study.frozen).length, params, clock.utc())] };
      const trial = log.study.trials.length;
      return { trial, events: [startedEvent(plan, { trial, params, attempt: 0 }), ...result(trial, { seconds: 0, ...told })] };
    },
    best: () => best(plan, log),
    importance: (method) => importanceOf(plan.space, log.view().finished.flatMap(({ state, loss, params }) => (state === 'complete' && loss !== undefined && Number.isFinite(loss) ? [{ params, loss }] : [])), method),
    running: () => log.open().map(({ number, params }) => askedTrial(plan, number, params)),
  };
}

function isPruned(log: EngineLog, { pruner }: EnginePlan, number: number): boolean {
  const trial = log.open().find((one) => one.number === number);
  const report = log.study.trials[number]?.reports.at(-1);
  return trial !== undefined && report !== undefined && mayStop(report, pruner) && pruner.decide(log.view(), trial) === 'stop';
}

function ask(plan: EnginePlan, log: EngineLog, n: number): Asked {
  const chosen: Chosen[] = [];
  let stop: StopReason | undefined;
  while (chosen.length < n) {
    const fresh = chosen.filter(({ attempt }) => attempt === 1).length;
    stop = whyStop(plan.limits, factsOf(plan, log, fresh));
    const next = stop === undefined || stop === 'trials' ? choose(plan, log, { chosen, isOver: stop === 'trials' }) : undefined;
    if (next === undefined) break;
    chosen.push(next);
  }
  return {
    events: chosen.map(({ loss: { number, params }, attempt }) => startedEvent(plan, { trial: number, params, attempt })),
    trials: chosen.map(({ asked }) => asked),
    ...(chosen.length > 0 ? {} : { stop: stop ?? 'exhausted' }),
  };
}

interface Chosen { readonly loss: LossTrial; readonly attempt: number; readonly asked: AskedTrial }
interface Before { readonly chosen: readonly Chosen[]; /** No new trial, but a pruned one may go on. */ readonly isOver: boolean }

/** A pruned trial that goes on, else a new one; to sampler and pruner, trials chosen in the same breath are running ones. */
function choose(plan: EnginePlan, log: EngineLog, { chosen, isOver }: Before): Chosen | undefined {
  const { pruner } = plan;
  const view = withRunning(log.view(), chosen.map(({ loss }) => loss));
  const goesOn = pruner.next?.(view);
  if (goesOn !== undefined) return takenUp(plan, log, goesOn, view);
  const params = isOver ? undefined : propose(plan, log, chosen.map(({ loss }) => loss), view);
  if (params === undefined) {
    const closed = { ...view, budget: view.finished.length + view.running.length };
    const last = isOver ? undefined : pruner.next?.(closed);
    return last === undefined ? undefined : takenUp(plan, log, last, closed);
  }
  const number = log.study.trials.length + chosen.filter(({ attempt }) => attempt === 1).length;
  return chosenOf(plan, view, { loss: { number, params, state: 'running', intermediate: [] }, attempt: 1 });
}

function takenUp(plan: EnginePlan, log: EngineLog, number: number, view: StudyView): Chosen | undefined {
  const [trial, rested] = [log.study.trials[number], view.finished.find((one) => one.number === number)];
  if (trial === undefined || rested === undefined) return undefined;
  const { params, intermediate, rests = 0 } = rested;
  const chosen = chosenOf(plan, view, { loss: { number, params, intermediate, rests, state: 'running' }, attempt: trial.attempt + 1 });
  return { ...chosen, asked: { ...chosen.asked, continues: true } };
}

function chosenOf(plan: EnginePlan, view: StudyView, { loss, attempt }: Pick<Chosen, 'loss' | 'attempt'>): Chosen {
  const { number, params } = loss;
  const until = plan.pruner.until?.(withRunning(view, [loss]), number);
  return { loss, attempt, asked: { ...askedTrial(plan, number, params), ...(until === undefined ? {} : { until }) } };
}

function askedTrial({ space }: EnginePlan, trial: number, params: Params): AskedTrial {
  const isFlat = space.shapes === undefined && space.parameters.every(({ name, path }) => path.length === 1 && path[0] === name);
  return { trial, params, ...(isFlat ? {} : { arguments: nest(space, params) }) };
}

function withRunning(view: StudyView, more: readonly LossTrial[]): StudyView {
  if (more.length === 0) return view;
  return { ...view, finished: view.finished.filter(({ number }) => more.every((one) => one.number !== number)), running: [...view.running, ...more] };
}

/** What was put in the queue, the anchors, then the sampler. */
function propose({ anchors, sampler, samplerSeed }: EnginePlan, log: EngineLog, before: readonly LossTrial[], view: StudyView): Params | undefined {
  const fresh = before.filter(({ number }) => number >= log.study.trials.length);
  const queued = log.waiting()[fresh.length];
  if (queued !== undefined) return queued;
  const anchor = anchors.find((one) => !log.isTried(one) && fresh.every(({ params }) => paramsKey(params) !== paramsKey(one)));
  return anchor ?? sampler.suggest(view, createRng(samplerSeed).fork(`trial ${log.study.trials.length + fresh.length}`));
}

function factsOf({ objective, clock, pruner }: EnginePlan, log: EngineLog, proposed: number): Parameters<typeof whyStop>[1] {
  const { finished, running } = log.view();
  return {
    goal: objective.goal, finished: judged(pruner, finished), regret: () => regretBound(log.view()), asked: log.asked() + proposed, failuresInARow: log.failuresInARow(),
    gpuSeconds: 0, gpuSecondsEach: 0, running: running.length + proposed, nowMs: clock.now(),
  };
}

function best(plan: EnginePlan, log: EngineLog): BestTrial | undefined {
  const { objective } = plan;
  const found = bestOf(log.view().finished);
  const trial = found && log.study.trials[found.number];
  if (trial === undefined || found === undefined) return undefined;
  const step = bestStep(trial, objective).steps?.best;
  return { ...askedTrial(plan, found.number, trial.params), value: toLoss(found.loss, objective.goal), ...(step === undefined ? {} : { step }) };
}

function startedEvent({ seed, clock }: EnginePlan, { trial, params, attempt }: { trial: number; params: Params; attempt: number }): StudyEvent {
  return { type: 'started', trial, attempt, side: 'head', stage: 'search', params, seed, at: clock.utc() };
}

function checkRunning(log: EngineLog, number: number): void {
  const trial = log.study.trials[number];
  if (trial === undefined) throw new UserError('unknown-trial', `there is no trial ${number}; ${log.study.trials.length === 0 ? 'none was asked for yet' : `the last one is ${log.study.trials.length - 1}`}`);
  if (trial.result !== undefined) throw new UserError('already-told', `trial ${number} was told already: ${trial.result.outcome.state}`);
}

function checkPoint(space: SearchSpace, params: Params): void {
  const reason = whyInvalid(space, params);
  if (reason !== undefined) throw new UserError('outside-space', reason);
}
