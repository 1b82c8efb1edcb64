import { describe, expect, test } from '@jest/globals';
import type { SearchOptions, SearchOutcome } from '../../src/app/search.js';
import type { Params } from '../../src/model/params.js';
import type { TrialJob } from '../../src/model/ports.js';
import type { StudyEvent } from '../../src/model/study.js';
import type { SimulatedRun } from '../../src/runners/simulated.js';
import { ints, spaceOf } from '../contracts/spaces.js';
import { prunerOf } from '../pruners/histories.js';
import { complete, failed, searchIn, simulate, value, type Simulation } from './simulatedLab.js';

const length = 27;
/** Accuracy by epoch: rises to the trial's own level, one second an epoch. */
const curve = (params: Params): readonly { readonly acc: number }[] => Array.from({ length }, (_, i) => ({ acc: value(params) * (1 - 1 / (i + 2)) }));

/** What a program with checkpoints keeps in its own folder: epochs done, by folder. */
function programs({ checkpoints }: { readonly checkpoints: boolean }): (job: TrialJob) => SimulatedRun {
  const done = new Map<string, number>();
  return (job) => {
    const home = `${job.trial}-${job.continues ?? job.attempt}`;
    const from = checkpoints ? done.get(home) ?? 0 : 0;
    done.set(home, job.until ?? length);
    return complete(value(job.params), { steps: curve(job.params).slice(from), firstStep: from + 1, seconds: length - from });
  };
}

const run = (simulation: Simulation, pruner: SearchOptions['pruner'], more: Partial<SearchOptions> = {}): Promise<SearchOutcome> =>
  searchIn(simulation, { pruner, ...more, limits: { trials: 20, failures: 3, ...more.limits } });
const startsOf = (events: readonly StudyEvent[]): number[] => events.flatMap((event) => (event.type === 'started' ? [event.trial] : []));
const endsOf = (events: readonly StudyEvent[]): unknown[] => events.flatMap((event) => (event.type === 'finished' ? [[event.trial, event.attempt, event.result.outcome.state, 'step' in event.result.outcome ? event.result.outcome.step : undefined]] : []));

describe('saves', () => {
  test.each(['median', 'asha', 'auto', 'percentile'])('%s: less time, and the best is among the complete', async (type) => {
    const all = await simulate(programs({ checkpoints: false }));
    const whole = await run(all, prunerOf('never'));
    const simulation = await simulate(programs({ checkpoints: false }));
    const outcome = await run(simulation, prunerOf(type));
    expect(whole).not.toHaveProperty('pruning');
    expect(outcome.stopReason).toBe('trials');
    expect(outcome.counts.pruned).toBeGreaterThan(3);
    expect(outcome.counts.pruned + outcome.counts.complete).toBe(20);
    expect(simulation.clock.now()).toBeLessThan(0.9 * all.clock.now());
    expect(outcome.best?.state).toBe('complete');
    expect(outcome.pruning).toMatchObject({ stopped: outcome.counts.pruned, complete: outcome.counts.complete, takenUp: 0, restarted: 0 });
    expect(outcome.pruning?.seconds?.spent).toBeCloseTo(simulation.clock.now() / 1000);
    expect(outcome.pruning?.amount).toEqual({ spent: simulation.clock.now() / 1000, full: 20 * length });
  });
});

describe('sha: 20 trials to epoch 1, the best 6 on to 3, the best 2 on to 9, one to its end', () => {
  test('goes on from checkpoints in the first attempt\'s folder: each epoch is paid once', async () => {
    const simulation = await simulate(programs({ checkpoints: true }));
    const outcome = await run(simulation, prunerOf('sha'));
    expect(outcome.counts).toMatchObject({ complete: 1, pruned: 19 });
    expect(simulation.clock.now()).toBe(1000 * (20 * 1 + 6 * 2 + 2 * 6 + 18));
    expect(outcome.trials.toSorted((a, b) => value(b.params) - value(a.params))[0]).toMatchObject({ state: 'complete', number: outcome.best?.number });
    expect(simulation.jobs.filter(({ until }) => until === 3).map(({ continues, attempt }) => [continues, attempt])).toEqual(Array.from({ length: 6 }, () => [1, 2]));
    expect(outcome.pruning).toMatchObject({ takenUp: 9, restarted: 0, amount: { spent: 62, full: 540 }, brackets: [{ name: 'sha', rungs: [
      { resource: 1, planned: 20, trials: 20, stopped: 14 }, { resource: 3, planned: 6, trials: 6, stopped: 4 }, { resource: 9, planned: 2, trials: 2, stopped: 1 }, { planned: 1, trials: 1, stopped: 0 },
    ] }] });
  });

  test('without checkpoints the full cost is charged, and said', async () => {
    const simulation = await simulate(programs({ checkpoints: false }));
    const outcome = await run(simulation, prunerOf('sha'));
    expect(simulation.clock.now()).toBe(1000 * (20 * 1 + 6 * 3 + 2 * 9 + 27));
    expect(outcome.pruning).toMatchObject({ takenUp: 9, restarted: 9, amount: { spent: 83 }, seconds: { spent: 83 } });
    expect(outcome.best?.seconds).toBe(1 + 3 + 9 + 27);
  });

  test('a program that ends by itself at NOREGRET_RESOURCE is resting, not complete', async () => {
    const simulation = await simulate((job) => complete(value(job.params), { steps: curve(job.params).slice(0, job.until ?? length), seconds: job.until ?? length }));
    const outcome = await run(simulation, prunerOf('sha'));
    expect(outcome.counts).toMatchObject({ complete: 1, pruned: 19 });
    expect(simulation.clock.now()).toBe(83_000);
  });

  test('several at once come to the same', async () => {
    const alone = await run(await simulate(programs({ checkpoints: true })), prunerOf('sha'));
    const four = await run(await simulate(programs({ checkpoints: true }), { capacity: 4 }), prunerOf('sha'), { slots: () => 4 });
    expect(four.best).toEqual(alone.best);
    expect(four.pruning).toEqual(alone.pruning);
  });

  test('a trial that fails when it is taken up again is failed, and the others go on', async () => {
    const run_ = programs({ checkpoints: true });
    const outcome = await run(await simulate((job) => (job.continues !== undefined && job.until === 3 && job.trial % 2 === 0 ? failed('exit-code') : run_(job))), prunerOf('sha'), { limits: { trials: 20, failures: 9 } });
    expect(outcome.counts.complete).toBe(1);
    expect(outcome.counts.failed).toBeGreaterThan(0);
  });

  test('a space that ends before the bracket is full', async () => {
    const outcome = await run(await simulate(programs({ checkpoints: true })), prunerOf('sha'), { space: spaceOf({ x: ints(0, 3), y: ints(3, 3) }) });
    expect(outcome).toMatchObject({ stopReason: 'exhausted', counts: { complete: 1, pruned: 3 } });
  });
});

describe('what is counted', () => {
  test('seconds: rungs by the clock of each attempt, journaled so that a resumed run counts alike', async () => {
    const simulation = await simulate((job) => complete(value(job.params), { steps: curve(job.params), seconds: length * (1 + job.trial % 2) }));
    const outcome = await run(simulation, prunerOf('asha', { resource: 'seconds', min_resource: 4 }));
    expect(outcome.counts.pruned).toBeGreaterThan(5);
    expect(new Set(simulation.events.flatMap((event) => (event.type === 'finished' && event.result.outcome.state === 'pruned' ? [event.result.seconds] : [])))).toEqual(new Set([4, 12]));
    expect(simulation.events.every((event) => event.type !== 'reported' || event.seconds !== undefined)).toBe(true);
  });

  test('seconds: what was saved is told in seconds, not in the steps that happened to be reported', async () => {
    const simulation = await simulate((job) => complete(value(job.params), { steps: curve(job.params), seconds: length * 4 }));
    const outcome = await run(simulation, prunerOf('median', { resource: 'seconds' }));
    expect(outcome.pruning).toMatchObject({ counts: 'seconds', amount: { full: 20 * length * 4 } });
    expect(outcome.pruning?.amount?.spent).toBeCloseTo(simulation.clock.now() / 1000);
  });

  /** As `programs`, but reports the part of the training that is done: 1/27, 2/27, … 1. */
  const inParts = (checkpoints: boolean, endsThere = false): (job: TrialJob) => SimulatedRun => {
    const done = new Map<string, number>();
    return (job) => {
      const home = `${job.trial}-${job.continues ?? job.attempt}`;
      const from = checkpoints ? done.get(home) ?? 0 : 0;
      const to = Math.floor((job.until ?? 1) * length + 1e-9) + (endsThere || job.until === undefined ? 0 : 1);
      done.set(home, Math.min(to, length));
      const steps = curve(job.params).slice(from, endsThere ? to : length);
      return complete(value(job.params), { steps, stepOf: (i) => (from + i + 1) / length, seconds: steps.length });
    };
  };
  const fractions = { resource: 'fraction', min_resource: 0.1 };

  test.each([['from checkpoints', true, false, 9, 0], ['from the start', false, false, 9, 9], ['ending by itself below the rung', true, true, 9, 0]] as const)('fractions: %s', async (_, checkpoints, endsThere, takenUp, restarted) => {
    const outcome = await run(await simulate(inParts(checkpoints, endsThere)), prunerOf('sha', fractions));
    expect(outcome.counts).toMatchObject({ complete: 1, pruned: 19 });
    expect(outcome.pruning).toMatchObject({ counts: 'fraction', takenUp, restarted, brackets: [{ rungs: [
      { resource: 0.1, trials: 20, stopped: 14 }, { trials: 6, stopped: 4 }, { trials: 2, stopped: 1 }, { trials: 1, stopped: 0 },
    ] }] });
    expect(outcome.pruning?.amount?.full).toBeCloseTo(20);
    expect(outcome.pruning?.amount?.spent).toBeLessThan(restarted === 0 ? 6 : 8);
    expect(outcome.notes).toEqual([]);
  });

  test('fractions: nobody is stopped at its full run', async () => {
    const outcome = await run(await simulate((job) => complete(value(job.params), { steps: [{ acc: value(job.params) }], stepOf: () => 1 })), prunerOf('sha', fractions));
    expect(outcome.counts).toMatchObject({ complete: 20, pruned: 0 });
  });

  test('fractions asked for, whole steps reported: nothing is stopped, nothing is said to be saved, and the report tells why', async () => {
    for (const type of ['sha', 'asha', 'hyperband']) {
      const outcome = await run(await simulate(programs({ checkpoints: true })), prunerOf(type, fractions));
      expect(outcome.counts).toMatchObject({ complete: 20, pruned: 0 });
      expect(outcome.pruning).not.toHaveProperty('amount');
      expect(outcome.notes).toEqual([expect.stringMatching(/counts fractions, steps from 0 to 1, but trial 0 reported step 2: .* write `resource: step`/)]);
    }
  });

  test('main\'s best runs to its end, however bad', async () => {
    const outcome = await run(await simulate(programs({ checkpoints: true })), prunerOf('sha'), { incumbent: { x: 0, y: 9 } });
    expect(outcome.trials[0]).toMatchObject({ anchor: 'incumbent', state: 'complete' });
  });
});

describe('no progress', () => {
  const limits = { trials: 20, failures: 3, noProgress: { trials: 5, percent: 0 } };
  test('trials that wait at a rung are none: the bracket goes to its end', async () => {
    const outcome = await run(await simulate(programs({ checkpoints: true })), prunerOf('sha'), { limits });
    expect(outcome).toMatchObject({ stopReason: 'trials', counts: { complete: 1, pruned: 19 } });
  });
  test('trials that are stopped for good are', async () => {
    const outcome = await run(await simulate(programs({ checkpoints: true })), prunerOf('asha'), { limits });
    expect(outcome.stopReason).toBe('no_progress');
    expect(outcome.counts.pruned).toBeGreaterThanOrEqual(3);
  });
});

test('a budget that ends while all wait at a rung has no best, and the report says what would have left one', async () => {
  const simulation = await simulate((job) => ({ ...programs({ checkpoints: true })(job), seconds: length }));
  const outcome = await run(simulation, prunerOf('sha'), { limits: { trials: 20, failures: 3, deadlineMs: 5_000 } });
  expect(outcome).toMatchObject({ stopReason: 'time', counts: { complete: 0 } });
  expect(outcome).not.toHaveProperty('best');
  expect(outcome.notes).toEqual([expect.stringMatching(/^No trial ran to its end: [2-9] wait at a rung of sha, .*`asha`/)]);
  expect((await run(await simulate(programs({ checkpoints: true })), prunerOf('sha'))).notes).toEqual([]);
});

describe('resuming', () => {
  test.each(['sha', 'hyperband', 'screen', 'median', 'auto'])('%s: after a stop at any event the same trials come to the same rungs', async (type) => {
    const options = type === 'hyperband' ? { max_resource: 9 } : {};
    const limits = { trials: 12, failures: 3 };
    const whole = await simulate(programs({ checkpoints: false }));
    const expected = await run(whole, prunerOf(type, options), { limits });
    const cuts = whole.events.map((_, i) => i + 1).filter((cut) => cut < 12 || cut % 13 === 0 || whole.events[cut - 1]?.type !== 'reported');
    for (const cut of cuts) {
      const events = whole.events.slice(0, cut);
      const resumed = await simulate(programs({ checkpoints: false }), { events });
      const outcome = await run(resumed, prunerOf(type, options), { limits });
      expect(outcome.best).toEqual(expected.best);
      expect(outcome.trials.map(({ params, state }) => [params, state])).toEqual(expected.trials.map(({ params, state }) => [params, state]));
      expect(outcome.pruning?.brackets).toEqual(expected.pruning?.brackets);
      const again = startsOf(events.slice(cut)).length + endsOf(events.slice(0, cut)).length;
      expect(again).toBeLessThanOrEqual(endsOf(whole.events).length);
    }
  }, 60_000);
});
