import { isDeterministic, needsNeighbour, type SeedRuns, type SelfTestRun } from '../compare/selfTest.js';
import type { Params } from '../model/params.js';
import { seedFor } from '../model/seeds.js';
import { wasCut } from '../model/studyLog.js';
import type { Side } from '../model/trial.js';
import { slotsOf, type StageContext } from './context.js';
import { canonicalLabel } from './gateStep.js';
import { inParallel } from './inParallel.js';
import { secondsPerRun, timeLeft } from './timeLeft.js';

/** First rounds, after which it shows whether running a seed twice tells anything. */
const openingRounds = 3;

/**
 * The first seeds are those of the drift series, so that the record of a self-test is a point of it (decisions.md 19); the
 * others belong to the commit: a program that repeats itself would show the next self-test nothing new on the same ones.
 */
export const seriesSeeds = 5;

type Which = 'first' | 'second' | 'neighbour';

/** What a self-test of a study measures: `rounds` seeds at b*, again, and beside it. */
export interface SelfTestPlan { readonly rounds: number; readonly incumbent: Params; readonly neighbour: Params | undefined }

interface Job { readonly round: number; readonly which: Which; readonly side: Side; readonly params: Params; readonly seed: number }

export interface SelfTestMeasured { readonly rounds: readonly SeedRuns[]; readonly failed: number; readonly firstFailure?: string; readonly cut?: string }

/** Runs at most and at least: a program that repeats itself needs the second run of the first seeds only. */
export function plannedRuns({ rounds, neighbour }: Pick<SelfTestPlan, 'rounds' | 'neighbour'>): { readonly least: number; readonly most: number } {
  const repeats = Math.min(openingRounds, rounds);
  const beside = neighbour === undefined ? 0 : rounds;
  return { least: rounds + repeats + beside, most: 2 * rounds + beside };
}

/** Seeds by seeds, in the order in which they tell most per run; what the log holds is not run again. Ends early without time or patience. */
export async function measureSelfTest(context: StageContext, plan: SelfTestPlan): Promise<SelfTestMeasured> {
  const seeds = Array.from({ length: plan.rounds }, (_, i) => seedFor(i < seriesSeeds ? canonicalLabel : `aa:${context.run.head.sha}`, i + 1));
  const runs = new Map<string, SelfTestRun>();
  const state: State = { runs, failed: 0, done: 0, of: plannedRuns(plan).most, cut: undefined, firstFailure: undefined };
  const jobsOf = (which: Which, from: number, to: number): Job[] => seeds.slice(from, to).flatMap((seed, i) => {
    const params = which === 'neighbour' ? plan.neighbour : plan.incumbent;
    return params === undefined ? [] : [{ round: from + i, which, seed, params, side: which === 'second' ? 'base' as const : 'head' as const }];
  });
  const roundsSoFar = (): SeedRuns[] => seeds.map((seed, i) => roundOf(runs, seed, i)).filter(({ first, second, neighbour }) => first !== undefined || second !== undefined || neighbour !== undefined);
  await runJobs(context, state, alternating(jobsOf('first', 0, openingRounds), jobsOf('second', 0, openingRounds)));
  const opening = roundsSoFar();
  if (state.cut === undefined && opening.length === 0) return { rounds: [], ...outcomeOf(state) };
  const repeats = !isDeterministic(opening);
  state.of = repeats ? plannedRuns(plan).most : plannedRuns(plan).least;
  if (isOverGpuBudget(context, state)) state.cut ??= 'gpu_hours';
  await runJobs(context, state, repeats ? alternating(jobsOf('first', openingRounds, plan.rounds), jobsOf('second', openingRounds, plan.rounds)) : jobsOf('first', openingRounds, plan.rounds));
  const wanted = needsNeighbour(roundsSoFar(), context.run.objective.name);
  state.of = wanted ? state.of : state.done;
  if (wanted) await runJobs(context, state, jobsOf('neighbour', 0, plan.rounds));
  await context.lab.end('canonical', state.cut ?? 'decided');
  return { rounds: roundsSoFar(), ...outcomeOf(state) };
}

interface State { readonly runs: Map<string, SelfTestRun>; failed: number; done: number; of: number; cut: string | undefined; firstFailure: string | undefined }

function outcomeOf({ failed, cut, firstFailure }: State): Omit<SelfTestMeasured, 'rounds'> {
  return { failed, ...(cut === undefined ? {} : { cut }), ...(firstFailure === undefined ? {} : { firstFailure }) };
}

function roundOf(runs: ReadonlyMap<string, SelfTestRun>, seed: number, round: number): SeedRuns {
  const of = (which: Which): Partial<SeedRuns> => {
    const run = runs.get(`${which} ${round}`);
    return run === undefined ? {} : { [which]: run };
  };
  return { seed, ...of('first'), ...of('second'), ...of('neighbour') };
}

/** Both runs of a seed after each other, now one first and now the other: a machine that grows warm must not look like a side. */
function alternating(first: readonly Job[], second: readonly Job[]): Job[] {
  return first.flatMap((job, i) => {
    const pair = [job, ...second.slice(i, i + 1)];
    return job.round % 2 === 0 ? pair : pair.reverse();
  });
}

async function runJobs(context: StageContext, state: State, jobs: readonly Job[]): Promise<void> {
  const { run, lab, executor, tools } = context;
  const slots = slotsOf(context);
  const tell = (): void => tools.progress.progress({
    study: run.configs.head.name, stage: 'A/A self-test', done: state.done, of: state.of, slots: executor.capacity, running: Math.min(slots, state.of - state.done),
    ...timeLeft({ waiting: Math.max(0, state.of - state.done), slots, each: secondsPerRun(lab) }, tools.clock, context.deadlineMs),
  });
  tell();
  await inParallel(jobs, slots, async (job) => {
    await runJob(context, state, job);
    tell();
  });
}

function deviceOf({ executor }: StageContext, { round }: Job): string | undefined {
  return executor.devices.length === 0 ? undefined : executor.devices[round % executor.devices.length];
}

async function runJob(context: StageContext, state: State, job: Job): Promise<void> {
  const { run, lab } = context;
  const known = lab.find(job.side, job.params, job.seed);
  if (run.signal.aborted) state.cut = 'cancelled';
  else if (known === undefined && !fits(context)) state.cut ??= 'budget';
  if (state.cut !== undefined && known === undefined) return;
  const timeoutMs = run.configs.head.budget.trialTimeMs;
  const device = deviceOf(context, job);
  const { trial: { result } } = await lab.measure({
    side: job.side, stage: 'canonical', params: job.params, seed: job.seed, signal: run.signal,
    ...(timeoutMs === undefined ? {} : { timeoutMs }), ...(device === undefined ? {} : { device }),
  });
  if (result === undefined || wasCut(result)) {
    state.cut = run.signal.aborted ? 'cancelled' : 'budget';
    return;
  }
  state.done += 1;
  if (result.outcome.state === 'complete') {
    state.runs.set(`${job.which} ${job.round}`, { metrics: result.metrics, seconds: result.seconds, ...(result.streamSha256 === undefined ? {} : { streamSha256: result.streamSha256 }) });
    return;
  }
  state.failed += 1;
  state.firstFailure ??= 'message' in result.outcome ? result.outcome.message : result.outcome.state;
  if (state.failed >= context.run.configs.head.budget.failures && state.runs.size === 0) state.cut ??= 'failures';
}

/** A run is started only if it is expected to end in time; one of unknown length is tried. */
function fits({ lab, tools, deadlineMs }: StageContext): boolean {
  if (deadlineMs === undefined) return true;
  return 1000 * (secondsPerRun(lab) ?? 0) <= deadlineMs - tools.clock.now() && deadlineMs > tools.clock.now();
}

/** GPU-hours of so many runs; undefined on CPU and while no run was timed. */
export function gpuHoursOf({ run, executor, lab }: StageContext, runs: number, timed: readonly { readonly seconds: number }[] = []): number | undefined {
  const seconds = secondsPerRun(lab, timed);
  return seconds === undefined || executor.devices.length === 0 ? undefined : (runs * seconds * run.configs.head.gpus) / 3600;
}

/** What is yet to run would take more than `gpu_hours` in all. */
function isOverGpuBudget(context: StageContext, state: State): boolean {
  const { gpuHours } = context.run.configs.head.budget;
  const hours = gpuHoursOf(context, state.of);
  return gpuHours !== undefined && hours !== undefined && hours > gpuHours;
}
