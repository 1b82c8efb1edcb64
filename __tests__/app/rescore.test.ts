import { describe, expect, test } from '@jest/globals';
import { mostRescoreRuns, rescoreCandidates, rescoreRounds, type RescoreOptions } from '../../src/app/rescore.js';
import type { SearchTrial } from '../../src/model/comparison.js';
import { seedFor } from '../../src/model/seeds.js';
import type { TrialJob } from '../../src/model/ports.js';
import { complete, failed, simulate, type Simulation } from './simulatedLab.js';

const trials = (...found: readonly number[]): SearchTrial[] => found.map((value, number) => ({ number, params: { x: number }, state: 'complete', value }));
const twelve = trials(0.1, 0.9, 0.2, 0.95, 0.3, 0.94, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85);
const long = (count: number): SearchTrial[] => trials(...Array.from({ length: count }, (_, i) => i / 1000));
const of = (simulation: Simulation, options: Partial<RescoreOptions> = {}): Parameters<typeof rescoreCandidates>[0] => ({
  lab: simulation.lab, side: 'head', study: 'spiral', tree: 't1', goal: 'maximize', trials: twelve, top: 3, slots: 2, signal: new AbortController().signal, ...options,
});
const truth = (job: TrialJob) => complete(job.params['x'] === 1 ? 0.93 : 0.9);

describe('re-score', () => {
  test('the best three on fresh seeds, the same for all; the winner has the best mean, not the luckiest single value', async () => {
    const simulation = await simulate(truth, { capacity: 2 });
    const outcome = await rescoreCandidates(of(simulation));
    expect(outcome.candidates.map((c) => [c.trial, c.values, c.winner])).toEqual([[3, [0.9, 0.9], false], [5, [0.9], false], [1, [0.93, 0.93], true]]);
    expect(outcome.candidates.map((c) => c.mean)).toEqual([0.9, undefined, 0.93]);
    expect(outcome.winner?.params).toEqual({ x: 1 });
    expect(outcome.seeds).toEqual([1, 2].map((i) => seedFor('rescore:spiral:t1', i)));
    expect(simulation.jobs.every((job) => job.stage === 'rescore')).toBe(true);
  });

  test('the sampler\'s model says which are the best, where it has ranked them', async () => {
    const ranked = async (...ranking: readonly number[]) => (await rescoreCandidates(of(await simulate(truth), { ranking }))).candidates.map((c) => c.trial);
    expect(await ranked(1, 9, 3)).toEqual([1, 9, 3]);
    expect(await ranked(9)).toEqual([9, 3, 5]);
    expect(await ranked(99)).toEqual([3, 5, 1]);
  });

  test('lower is better where the goal says so', async () => {
    const outcome = await rescoreCandidates(of(await simulate((job) => complete(job.params['x'] === 2 ? 0.1 : 0.2)), { goal: 'minimize' }));
    expect(outcome.candidates.map((c) => c.trial)).toEqual([0, 2, 4]);
    expect(outcome.winner?.trial).toBe(2);
  });

  test('main\'s best is re-scored along when the search tried it, and meets the best alone on a last seed', async () => {
    const outcome = await rescoreCandidates(of(await simulate(truth), { incumbent: { x: 0 } }));
    expect(outcome.candidates.map((c) => [c.trial, c.values.length])).toEqual([[3, 2], [5, 1], [1, 3], [0, 3]]);
    expect(outcome.seeds).toHaveLength(3);
    expect(outcome.candidates[3]).toMatchObject({ values: [0.9, 0.9, 0.9], mean: expect.closeTo(0.9), winner: false });
    expect(outcome.winner?.trial).toBe(1);
    expect((await rescoreCandidates(of(await simulate(truth), { incumbent: { x: 3 } }))).candidates.map((c) => [c.trial, c.values.length])).toEqual([[3, 3], [5, 2], [1, 3]]);
    expect((await rescoreCandidates(of(await simulate(truth), { incumbent: { x: 77 } }))).seeds).toHaveLength(2);
  });

  test('main\'s best stays the winner where no other is better', async () => {
    const outcome = await rescoreCandidates(of(await simulate((job) => complete(job.params['x'] === 0 ? 0.95 : 0.9)), { incumbent: { x: 0 } }));
    expect(outcome.winner).toMatchObject({ trial: 0, values: [0.95, 0.95, 0.95] });
  });

  test('after each seed the worse third drops out until two are left', async () => {
    expect([1, 2, 3, 4, 5, 6, 10].map((top) => rescoreRounds(top, 100))).toEqual([[1, 1], [2, 2], [3, 2], [4, 3, 2], [5, 4, 3, 2], [6, 4, 3, 2], [10, 7, 5, 4, 3, 2]]);
    const simulation = await simulate((job) => complete(Number(job.params['x'])));
    const outcome = await rescoreCandidates(of(simulation, { top: 6, ranking: [2, 9, 4, 11, 7, 0] }));
    expect(outcome.candidates.map((c) => [c.trial, c.values.length])).toEqual([[2, 1], [9, 4], [4, 2], [11, 4], [7, 3], [0, 1]]);
    expect(outcome.winner?.trial).toBe(11);
  });

  test('a seed is run for every one that is left before the next begins, on all slots', async () => {
    const simulation = await simulate(truth, { capacity: 2 });
    await rescoreCandidates(of(simulation, { top: 4 }));
    expect(simulation.jobs.map(({ seed }) => seed)).toEqual([1, 1, 1, 1, 2, 2, 2, 3, 3].map((i) => seedFor('rescore:spiral:t1', i)));
  });

  test('the longer the search, the more candidates; a number that is given holds for every length', () => {
    expect([1, 2, 3, 20, 21, 41, 85, 1000].map((count) => rescoreRounds('auto', count))).toEqual([[1, 1], [2, 2], [2, 2], [2, 2], [3, 2], [4, 3, 2], [6, 4, 3, 2], [6, 4, 3, 2]]);
    expect([1, 20, 1000].map((count) => rescoreRounds(3, count)[0])).toEqual([1, 3, 3]);
    expect(rescoreRounds(0, 20)).toEqual([]);
  });

  test('what is announced is enough, with main\'s best as one more, however long the search turns out', async () => {
    for (const top of [0, 3, 'auto'] as const) {
      for (const count of [1, 3, 20, 45]) {
        const simulation = await simulate(truth);
        await rescoreCandidates(of(simulation, { trials: long(count), top, incumbent: { x: 0 } }));
        expect(simulation.jobs.length).toBeLessThanOrEqual(mostRescoreRuns(top, count));
        expect(mostRescoreRuns(top, count)).toBeLessThanOrEqual(mostRescoreRuns(top, 45));
      }
    }
    expect([0, 3, 'auto' as const].map((top) => mostRescoreRuns(top, 20))).toEqual([0, 9, 8]);
  });

  test('rescore: 0 switches it off: nothing is run, the best single value wins', async () => {
    const simulation = await simulate(truth);
    expect((await rescoreCandidates(of(simulation, { top: 0 }))).winner).toMatchObject({ trial: 3, values: [] });
    expect(simulation.jobs).toEqual([]);
  });

  test('a configuration that fails now and then does not win; when all do there is no winner', async () => {
    const flaky = await rescoreCandidates(of(await simulate((job) => (job.params['x'] === 1 && job.seed === seedFor('rescore:spiral:t1', 2) ? failed('exit-code') : truth(job)))));
    expect(flaky.candidates[2]).toMatchObject({ trial: 1, values: [0.93], winner: false });
    expect(flaky.winner?.trial).toBe(3);
    expect((await rescoreCandidates(of(await simulate(() => failed('exit-code'))))).winner).toBeUndefined();
  });

  test('every one that was left failed on a seed: the best that never failed wins, though it had dropped out', async () => {
    const onSecond = (job: TrialJob) => (job.seed === seedFor('rescore:spiral:t1', 2) ? failed('exit-code') : truth(job));
    const outcome = await rescoreCandidates(of(await simulate(onSecond)));
    expect(outcome.candidates.map(({ trial, values, mean, winner }) => [trial, values, mean, winner])).toEqual([[3, [0.9], undefined, false], [5, [0.9], 0.9, true], [1, [0.93], undefined, false]]);
    expect(outcome).toMatchObject({ finalistsFailed: true, winner: { trial: 5 } });
    // Of several, the one that stayed longest: 2 and 0 went after the first seed, 4 after the second.
    const six = await simulate((job) => (job.seed === seedFor('rescore:spiral:t1', 3) ? failed('exit-code') : complete(Number(job.params['x']))));
    expect((await rescoreCandidates(of(six, { top: 6, ranking: [2, 9, 4, 11, 7, 0] }))).winner).toMatchObject({ trial: 4, values: [4, 4] });
    expect(await rescoreCandidates(of(await simulate(truth)))).not.toHaveProperty('finalistsFailed');
  });

  test('a search that found nothing has nothing to re-score', async () => {
    const none: SearchTrial[] = [{ number: 0, params: {}, state: 'failed', reason: 'exit-code' }];
    expect(await rescoreCandidates(of(await simulate(truth), { trials: none }))).toEqual({ candidates: [], seeds: expect.any(Array), cut: false });
  });

  test('cancelled at once, it runs nothing', async () => {
    const simulation = await simulate(truth);
    expect((await rescoreCandidates(of(simulation, { signal: AbortSignal.abort() }))).winner).toBeUndefined();
    expect(simulation.jobs).toEqual([]);
  });
});
