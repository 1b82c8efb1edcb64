import { importanceOf } from '../compare/importance.js';
import { createRng } from '../math/rng.js';
import { toLoss, type Goal } from '../model/direction.js';
import { UserError } from '../model/errors.js';
import { paramsKey, type Params } from '../model/params.js';
import type { LossTrial, Pruner, Sampler } from '../model/ports.js';
import type { SearchSpace } from '../model/searchSpace.js';
import type { StudyEvent } from '../model/study.js';
import type { TrialOutcome } from '../model/trial.js';
import { whyInvalid } from '../model/validity.js';
import { createEngineLog, waitingEvent, type EngineLog } from './engineLog.js';
import { bestOf, whyStop, type SearchLimits, type StopReason } from './stopRules.js';

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
}

/** How a trial ended, in the metric's own unit and sign; `seconds` is the time since it was asked for unless told. */
export interface Told {
  readonly state: 'complete' | 'pruned' | 'failed' | 'infeasible';
  /** Not finite in a complete trial = failed. */
  readonly value?: number;
  readonly seconds?: number;
  readonly message?: string;
}

export interface AskedTrial { readonly trial: number; readonly params: Params }
export interface BestTrial extends AskedTrial { readonly value: number }
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
  /** After the report was applied; `value` is given where the log cannot hold it. */
  shouldPrune(trial: number, unheld?: { readonly step: number; readonly value: number }): boolean;
  /** A result from elsewhere, or params to try next. */
  add(params: Params, told?: Told): Step & { readonly trial?: number };
  best(): BestTrial | undefined;
  importance(): Readonly<Record<string, number>>;
  running(): readonly AskedTrial[];
}

/** `past` = the study's log so far, its first event included. */
export function createEngine(plan: EnginePlan, past: readonly StudyEvent[]): Engine {
  const log = createEngineLog(plan, past);
  const { objective, clock } = plan;
  const result = (trial: number, told: Told): StudyEvent[] => [{
    type: 'finished', trial, attempt: log.study.trials[trial]?.attempt ?? 0, at: clock.utc(),
    result: { outcome: outcomeOf(log, trial, told), metrics: metricsOf(told, objective.name), seconds: told.seconds ?? log.secondsSince(trial) },
  }];
  return {
    apply: (...events) => { for (const event of events) log.apply(event); },
    ask: (n) => ask(plan, log, n),
    tell: (trial, told) => {
      checkRunning(log, trial);
      return { events: result(trial, told) };
    },
    report: (trial, step, value) => {
      checkRunning(log, trial);
      return { events: Number.isFinite(value) ? [{ type: 'reported', trial, step, metrics: { [objective.name]: value } }] : [] };
    },
    shouldPrune: (trial, unheld) => shouldPrune(plan, log, trial, unheld),
    add: (params, told) => {
      checkPoint(plan.space, params);
      if (told === undefined) return { events: [waitingEvent(log, params, clock.utc())] };
      const trial = log.study.trials.length;
      return { trial, events: [startedEvent(plan, { trial, params, attempt: 0 }), ...result(trial, { seconds: 0, ...told })] };
    },
    best: () => best(plan, log),
    importance: () => importanceOf(plan.space, log.view().finished.flatMap(({ state, loss, params }) => (state === 'complete' && loss !== undefined ? [{ params, value: loss }] : []))),
    running: () => log.open().map(({ number, params }) => ({ trial: number, params })),
  };
}

function ask(plan: EnginePlan, log: EngineLog, n: number): Asked {
  const next: LossTrial[] = [];
  let stop: StopReason | undefined;
  while (next.length < n && stop === undefined) {
    stop = whyStop(plan.limits, factsOf(plan, log, next.length));
    const params = stop === undefined ? propose(plan, log, next) : undefined;
    if (params === undefined) stop ??= 'exhausted';
    else next.push({ number: log.study.trials.length + next.length, params, state: 'running', intermediate: [] });
  }
  return {
    events: next.map(({ number, params }) => startedEvent(plan, { trial: number, params, attempt: 1 })),
    trials: next.map(({ number, params }) => ({ trial: number, params })),
    ...(next.length > 0 || stop === undefined ? {} : { stop }),
  };
}

/** What was put in the queue, the anchors, then the sampler, to which trials proposed in the same breath are running ones. */
function propose({ anchors, sampler, samplerSeed }: EnginePlan, log: EngineLog, before: readonly LossTrial[]): Params | undefined {
  const queued = log.waiting()[before.length];
  if (queued !== undefined) return queued;
  const view = log.view();
  const running = [...view.running, ...before];
  const number = log.study.trials.length + before.length;
  const anchor = anchors.find((one) => !log.isTried(one) && before.every(({ params }) => paramsKey(params) !== paramsKey(one)));
  return anchor ?? sampler.suggest({ ...view, running }, createRng(samplerSeed).fork(`trial ${number}`));
}

function factsOf({ objective, clock }: EnginePlan, log: EngineLog, proposed: number): Parameters<typeof whyStop>[1] {
  const { finished, running } = log.view();
  return {
    goal: objective.goal, finished, asked: log.asked() + proposed, failuresInARow: log.failuresInARow(),
    gpuSeconds: 0, gpuSecondsEach: 0, running: running.length + proposed, nowMs: clock.now(),
  };
}

function shouldPrune({ pruner, objective }: EnginePlan, log: EngineLog, number: number, unheld?: { readonly step: number; readonly value: number }): boolean {
  const view = log.view();
  const trial = log.open().find((one) => one.number === number);
  if (trial === undefined) return false;
  const seen = unheld === undefined ? trial : { ...trial, intermediate: [...trial.intermediate, { step: unheld.step, loss: toLoss(unheld.value, objective.goal) }] };
  return pruner.decide(view, seen) === 'stop';
}

function best({ objective }: EnginePlan, log: EngineLog): BestTrial | undefined {
  const found = bestOf(log.view().finished);
  const trial = found && log.study.trials[found.number];
  return trial === undefined || found === undefined ? undefined : { trial: found.number, value: objective.goal === 'minimize' ? found.loss : -found.loss, params: trial.params };
}

function startedEvent({ seed, clock }: EnginePlan, { trial, params, attempt }: { trial: number; params: Params; attempt: number }): StudyEvent {
  return { type: 'started', trial, attempt, side: 'head', stage: 'search', params, seed, at: clock.utc() };
}

function outcomeOf(log: EngineLog, trial: number, { state, value, message }: Told): TrialOutcome {
  switch (state) {
    case 'complete':
      if (value !== undefined && Number.isFinite(value)) return { state, value };
      return { state: 'failed', reason: value === undefined ? 'no-objective' : 'non-finite', message: `the objective was ${value ?? 'not told'}` };
    case 'pruned': {
      const last = log.study.trials[trial]?.reports.at(-1);
      const known = value ?? last?.metrics[log.metric];
      return { state, step: last?.step ?? 0, ...(known === undefined || !Number.isFinite(known) ? {} : { value: known }) };
    }
    case 'infeasible':
      return { state, message: message ?? 'told to be infeasible' };
    case 'failed':
      return { state, reason: 'told', message: message ?? 'told to have failed' };
  }
}

function metricsOf({ value }: Told, name: string): Readonly<Record<string, number>> {
  return value !== undefined && Number.isFinite(value) ? { [name]: value } : {};
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
