import { describe, expect, test } from '@jest/globals';
import type { SearchOutcome } from '../../src/app/search.js';
import { UserError } from '../../src/model/errors.js';
import { paramsKey } from '../../src/model/params.js';
import type { Pruner, Sampler } from '../../src/model/ports.js';
import type { StudyEvent } from '../../src/model/study.js';
import { grid } from '../../src/samplers/grid.js';
import { random } from '../../src/samplers/random.js';
import { ints, spaceOf, values } from '../contracts/spaces.js';
import { complete, failed, searchIn, simulate, value } from './simulatedLab.js';

const points = (outcome: SearchOutcome): unknown[] => outcome.trials.map((trial) => trial.params);
const measure = (job: { params: Readonly<Record<string, unknown>> }) => complete(value(job.params as never));

describe('the list of trials', () => {
  test('is the same at any parallelism and whatever order trials end in', async () => {
    const alone = points(await searchIn(await simulate(measure)));
    for (const capacity of [2, 3, 7]) {
      const simulation = await simulate((job) => ({ ...measure(job), seconds: 1 + ((job.params['x'] as number) * 7 + (job.params['y'] as number) * 3) % 5 }), { capacity });
      expect(points(await searchIn(simulation, { slots: () => capacity }))).toEqual(alone);
    }
    expect(new Set(alone.map((p) => paramsKey(p as never))).size).toBe(12);
    expect(points(await searchIn(await simulate(measure), { samplerSeed: 1 }))).not.toEqual(alone);
  });

  test('begins with the declared defaults, then main\'s best, each once, then the sampler', async () => {
    const withDefaults = spaceOf({ x: { distribution: ints(0, 9), default: 2 }, y: { distribution: ints(0, 9), default: 2 } });
    const outcome = await searchIn(await simulate(measure), { space: withDefaults, incumbent: { x: 6, y: 3 } });
    expect(outcome.trials.slice(0, 3)).toMatchObject([{ params: { x: 2, y: 2 }, anchor: 'defaults' }, { params: { x: 6, y: 3 }, anchor: 'incumbent' }, { number: 2 }]);
    expect(outcome.trials[2]).not.toHaveProperty('anchor');
    const same = await searchIn(await simulate(measure), { space: withDefaults, incumbent: { x: 2, y: 2 }, limits: { trials: 2, failures: 3 } });
    expect(same.trials.map((trial) => trial.anchor)).toEqual(['defaults', undefined]);
  });

  test('the sampler sees main\'s trials and the noise, and may repeat what only main has tried', async () => {
    const prior = [{ number: 0, params: { x: 1, y: 1 }, state: 'complete', loss: 5, intermediate: [] }] as const;
    const seen: unknown[] = [];
    const sampler: Sampler = { name: 'copy', suggest: (view) => { seen.push([view.prior, view.noise]); return view.prior?.[view.finished.length]?.params; } };
    const outcome = await searchIn(await simulate(measure), { sampler, knowledge: { prior, noise: 0.5 } });
    expect(points(outcome)).toEqual([{ x: 1, y: 1 }]);
    expect(seen[0]).toEqual([prior, 0.5]);
  });

  test('leaves out an incumbent that is no point of this space, and says so', async () => {
    const outcome = await searchIn(await simulate(measure), { incumbent: { x: 60, y: 3 } });
    expect(outcome.notes).toEqual([expect.stringContaining("Main's best configuration is not tried: x = 60")]);
    expect(outcome.trials).toHaveLength(12);
  });

  test('every trial gets the one seed of the search', async () => {
    const simulation = await simulate(measure);
    const outcome = await searchIn(simulation);
    expect(new Set(simulation.jobs.map((job) => job.seed))).toEqual(new Set([outcome.seed]));
  });
});

describe('stops', () => {
  const run = async (program: Parameters<typeof simulate>[0], limits: object, more: object = {}): Promise<SearchOutcome> =>
    await searchIn(await simulate(program, { devices: ['gpu0'] }), { limits: { trials: 12, failures: 3, ...limits }, ...more });

  test('trials', async () => expect(await run(measure, {})).toMatchObject({ stopReason: 'trials', counts: { complete: 12 } }));

  test('time: no trial is started that is not expected to end in time', async () => {
    expect(await run((job) => ({ ...measure(job), seconds: 10 }), { deadlineMs: 45_000 })).toMatchObject({ stopReason: 'time', counts: { complete: 4, running: 0 } });
  });

  test('time: a trial cut by the end of the time was cancelled, not failed', async () => {
    const simulation = await simulate((job) => ({ ...measure(job), seconds: job.trial === 2 ? 1000 : 10 }));
    const outcome = await searchIn(simulation, { limits: { trials: 12, failures: 3, deadlineMs: 45_000 } });
    expect(outcome).toMatchObject({ stopReason: 'time', counts: { complete: 2, running: 1, failed: 0 } });
    expect(simulation.clock.now()).toBe(45_000);
    expect(outcome.trials[2]).toMatchObject({ state: 'running', reason: 'cancelled' });
  });

  test('time per trial fails the trial, not the search', async () => {
    expect(await run((job) => ({ ...measure(job), seconds: job.trial === 1 ? 1000 : 1 }), { trialTimeMs: 5000 })).toMatchObject({ stopReason: 'trials', counts: { complete: 11, failed: 1 } });
  });

  test('gpu_hours: what is running is counted, and what comes after has its share', async () => {
    const hourly = (job: Parameters<typeof measure>[0]) => ({ ...measure(job), seconds: 3600 });
    const four = await simulate(hourly, { devices: ['a', 'b', 'c', 'd'], capacity: 4 });
    expect(await searchIn(four, { slots: () => 4, limits: { trials: 30, failures: 3, gpuHours: 10 } })).toMatchObject({ stopReason: 'gpu_hours', counts: { complete: 10 } });
    expect(await run(hourly, { gpuHours: 8, runsAfter: 1 })).toMatchObject({ counts: { complete: 7 } });
    expect(await run(hourly, { gpuHours: 8, runsAfter: 20 })).toMatchObject({ counts: { complete: 6 } });
  });
  test('gpu_hours', async () => expect(await run((job) => ({ ...measure(job), seconds: 3600 }), { gpuHours: 3 })).toMatchObject({ stopReason: 'gpu_hours', counts: { complete: 3 } }));

  test('failures in a row; one that completes between them begins a new row', async () => {
    expect(await run((job) => (job.trial === 2 ? measure(job) : failed('exit-code')), {})).toMatchObject({ stopReason: 'failures', counts: { complete: 1, failed: 5 } });
  });

  test('infeasible trials are no failures', async () => {
    expect(await run(() => ({ outcome: { state: 'infeasible', message: 'out of memory' } }), {})).toMatchObject({ stopReason: 'trials', counts: { infeasible: 12 } });
  });

  test.each([['maximize', 0.9], ['minimize', -0.9]] as const)('threshold, %s', async (goal, threshold) => {
    const sign = goal === 'maximize' ? 1 : -1;
    const outcome = await run((job) => complete(sign * value(job.params)), { threshold }, { objective: { name: 'acc', goal } });
    expect(outcome.stopReason).toBe('threshold');
    expect(outcome.best?.number).toBe(outcome.trials.length - 1);
    expect(sign * outcome.best!.value).toBeGreaterThanOrEqual(0.9);
  });

  test('no_progress', async () => {
    const outcome = await run((job) => complete(job.trial === 2 ? 1 : 0), { noProgress: { trials: 4, percent: 0 } });
    expect(outcome).toMatchObject({ stopReason: 'no_progress', best: { number: 2 } });
    expect(outcome.trials).toHaveLength(7);
  });

  test('exhausted', async () => {
    const small = spaceOf({ x: ints(0, 1), y: values(1, 2) });
    for (const sampler of [random(), grid()]) expect(await run(measure, {}, { space: small, sampler })).toMatchObject({ stopReason: 'exhausted', counts: { complete: 4 } });
  });

  test('cancelled: what was measured stays, what ran is cut', async () => {
    const controller = new AbortController();
    const outcome = await run((job) => { if (job.trial === 3) controller.abort(); return { ...measure(job), seconds: 5 }; }, {}, { signal: controller.signal });
    expect(outcome).toMatchObject({ stopReason: 'cancelled', counts: { complete: 3, running: 1 } });
  });

  test('a full disk ends it with what was measured', async () => {
    const events: StudyEvent[] = [];
    const full = new UserError('disk-full', 'full', { exitCode: 3 });
    const journal = {
      load: () => Promise.resolve({ events: [], tornBytes: 0 }), close: () => Promise.resolve(),
      append: (...more: readonly StudyEvent[]) => {
        if (more.some((event) => event.type === 'started' && event.trial >= 4)) return Promise.reject(full);
        events.push(...more);
        return Promise.resolve();
      },
    };
    const simulation = await simulate(measure, { journal, capacity: 2 });
    expect(await searchIn(simulation, { slots: () => 2 })).toMatchObject({ stopReason: 'disk', counts: { complete: 4 } });
  });

  test('a bug of ours is thrown, after the other trials ended', async () => {
    const simulation = await simulate((job) => { if (job.trial === 2) throw new TypeError('bug'); return measure(job); }, { capacity: 2 });
    await expect(searchIn(simulation, { slots: () => 2 })).rejects.toThrow('bug');
  });
});

describe('pruning', () => {
  const stopBad: Pruner = { name: 'stop-bad', decide: (view, trial) => (view.finished.length > 3 && (trial.intermediate.at(-1)?.loss ?? 0) > -0.8 ? 'stop' : 'continue') };

  test('each report is put to the pruner, in loss; a pruned trial is no failure and never the best', async () => {
    const outcome = await searchIn(await simulate((job) => complete(value(job.params), { steps: [{ acc: value(job.params) }, { acc: 1 }], seconds: 2 })), { pruner: stopBad });
    expect(outcome.stopReason).toBe('trials');
    expect(outcome.counts.pruned).toBeGreaterThan(0);
    expect(outcome.counts.pruned + outcome.counts.complete).toBe(12);
    expect(outcome.best?.state).toBe('complete');
  });
});

describe('resuming', () => {
  test('after a stop at any event the same trials follow, and no finished one is run again', async () => {
    const whole = await simulate((job) => ({ ...measure(job), seconds: 1 + job.trial % 3 }), { capacity: 2 });
    const expected = await searchIn(whole, { slots: () => 2 });
    for (let cut = 1; cut <= whole.events.length; cut++) {
      const events = whole.events.slice(0, cut);
      const finished = new Set(events.filter((event) => event.type === 'finished').map((event) => event.trial));
      const resumed = await simulate((job) => ({ ...measure(job), seconds: 1 + job.trial % 3 }), { events, capacity: 2 });
      const outcome = await searchIn(resumed, { slots: () => 2 });
      expect(points(outcome)).toEqual(points(expected));
      expect(outcome.best).toMatchObject({ number: expected.best!.number, value: expected.best!.value });
      expect(resumed.jobs.filter((job) => finished.has(job.trial))).toEqual([]);
    }
  });

  test('anchors and failures count as before', async () => {
    const program = (job: { trial: number; params: never }) => (job.trial < 2 ? failed('exit-code') : complete(value(job.params)));
    const first = await simulate(program as never);
    await searchIn(first, { incumbent: { x: 6, y: 3 }, limits: { trials: 2, failures: 3 } });
    const second = await simulate(() => failed('exit-code'), { events: first.events });
    expect(await searchIn(second, { incumbent: { x: 6, y: 3 } })).toMatchObject({ stopReason: 'failures', trials: [{ anchor: 'incumbent' }, {}, {}] });
    expect(second.jobs).toHaveLength(1);
  });

  test('a finished search is told again without running anything', async () => {
    const first = await simulate(measure);
    const told = await searchIn(first);
    const again = await simulate(measure, { events: first.events });
    expect(await searchIn(again)).toEqual(told);
    expect(again.jobs).toEqual([]);
  });
});

test('progress is told: done, running and the best in the metric\'s own unit', async () => {
  const states: { done: number; running: number; best?: number }[] = [];
  await searchIn(await simulate((job) => complete(-value(job.params))), { objective: { name: 'acc', goal: 'minimize' }, onProgress: (state) => states.push(state) });
  expect(states[0]).toEqual({ done: 0, running: 1 });
  expect(states.at(-1)).toMatchObject({ done: 12, running: 0 });
  expect(states.at(-1)!.best).toBeLessThan(0);
});
