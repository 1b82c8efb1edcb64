import { openLab, type Lab } from '../../src/app/lab.js';
import { search, type SearchOptions, type SearchOutcome } from '../../src/app/search.js';
import type { PartsPlan } from '../../src/app/trialRuns.js';
import type { Params } from '../../src/model/params.js';
import type { Journal, TrialJob } from '../../src/model/ports.js';
import type { StudyEvent } from '../../src/model/study.js';
import { never } from '../../src/pruners/never.js';
import { createSimulatedClock, createSimulatedExecutor, createSimulatedRunner, type SimulatedClock, type SimulatedRun } from '../../src/runners/simulated.js';
import { random } from '../../src/samplers/random.js';
import { createMemoryJournal } from '../../src/stores/memoryJournal.js';
import { ints, spaceOf } from '../contracts/spaces.js';

export interface Simulation {
  readonly lab: Lab;
  readonly clock: SimulatedClock;
  readonly events: StudyEvent[];
  /** Every job that was really run, in order of starting. */
  readonly jobs: TrialJob[];
}

export const complete = (value: number, more: Partial<SimulatedRun> = {}): SimulatedRun => ({ outcome: { state: 'complete', value }, metrics: { acc: value }, ...more });
export const failed = (reason: 'exit-code' | 'lost' | 'spawn', more: Partial<SimulatedRun> = {}): SimulatedRun => ({ outcome: { state: 'failed', reason, message: 'it broke' }, ...more });

export async function simulate(program: (job: TrialJob) => SimulatedRun, options: { events?: StudyEvent[]; capacity?: number; journal?: Journal; devices?: readonly string[]; parts?: PartsPlan } = {}): Promise<Simulation> {
  const events = options.events ?? [];
  const clock = createSimulatedClock();
  const jobs: TrialJob[] = [];
  const runner = createSimulatedRunner({ clock, program: (job) => { jobs.push(job); return program(job); } });
  const executor = createSimulatedExecutor(runner, { capacity: options.capacity ?? 1, ...(options.devices === undefined ? {} : { devices: options.devices }) });
  const lab = await openLab({
    journal: options.journal ?? createMemoryJournal(events), executor, clock, trees: (side) => `/tree/${side}`,
    study: 'spiral', tool: 'noregret test', identity: { head: 'abc' },
    ...(options.parts === undefined ? {} : { parts: options.parts }),
  });
  return { lab, clock, events, jobs };
}

export const space = spaceOf({ x: ints(0, 9), y: ints(0, 9) });
export const value = (params: Params): number => 1 - ((params['x'] as number) - 6) ** 2 / 100 - ((params['y'] as number) - 3) ** 2 / 100;

export function searchIn({ lab, clock }: Simulation, options: Partial<SearchOptions> = {}): Promise<SearchOutcome> {
  return search({
    lab, clock, study: 'spiral', side: 'head', space, objective: { name: 'acc', goal: 'maximize' }, sampler: random(), pruner: never(),
    slots: () => 1, signal: new AbortController().signal, ...options, limits: { trials: 12, failures: 3, ...options.limits },
  });
}
