import { describe, expect, test } from '@jest/globals';
import { rescoreCandidates, type RescoreOptions } from '../../src/app/rescore.js';
import type { SearchTrial } from '../../src/model/comparison.js';
import { seedFor } from '../../src/model/seeds.js';
import type { TrialJob } from '../../src/model/ports.js';
import { complete, failed, simulate, type Simulation } from './simulatedLab.js';

const trials = (...found: readonly number[]): SearchTrial[] => found.map((value, number) => ({ number, params: { x: number }, state: 'complete', value }));
const twelve = trials(0.1, 0.9, 0.2, 0.95, 0.3, 0.94, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85);
const of = (simulation: Simulation, options: Partial<RescoreOptions> = {}): Parameters<typeof rescoreCandidates>[0] => ({
  lab: simulation.lab, side: 'head', study: 'spiral', tree: 't1', goal: 'maximize', trials: twelve, top: 3, slots: 2, signal: new AbortController().signal, ...options,
});
const truth = (job: TrialJob) => complete(job.params['x'] === 1 ? 0.93 : 0.9);

describe('re-score', () => {
  test('the best three on three fresh seeds; the winner has the best mean, not the luckiest single value', async () => {
    const simulation = await simulate(truth, { capacity: 2 });
    const outcome = await rescoreCandidates(of(simulation));
    expect(outcome.candidates.map((c) => [c.trial, c.values, c.winner])).toEqual([[3, [0.9, 0.9, 0.9], false], [5, [0.9, 0.9, 0.9], false], [1, [0.93, 0.93, 0.93], true]]);
    expect(outcome.winner?.params).toEqual({ x: 1 });
    expect(outcome.seeds).toEqual([1, 2, 3].map((i) => seedFor('rescore:spiral:t1', i)));
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

  test('main\'s best is re-scored along when the search tried it', async () => {
    const outcome = await rescoreCandidates(of(await simulate(truth), { incumbent: { x: 0 } }));
    expect(outcome.candidates.map((c) => c.trial)).toEqual([3, 5, 1, 0]);
    expect((await rescoreCandidates(of(await simulate(truth), { incumbent: { x: 3 } }))).candidates).toHaveLength(3);
    expect((await rescoreCandidates(of(await simulate(truth), { incumbent: { x: 77 } }))).candidates).toHaveLength(3);
  });

  test('a search of fewer than ten trials: the best two on two seeds', async () => {
    const simulation = await simulate(truth);
    const outcome = await rescoreCandidates(of(simulation, { trials: twelve.slice(0, 9) }));
    expect(outcome.candidates.map((c) => [c.trial, c.values.length])).toEqual([[3, 2], [5, 2]]);
    expect(simulation.jobs).toHaveLength(4);
  });

  test('rescore: 0 switches it off: nothing is run, the best single value wins', async () => {
    const simulation = await simulate(truth);
    expect((await rescoreCandidates(of(simulation, { top: 0 }))).winner).toMatchObject({ trial: 3, values: [] });
    expect(simulation.jobs).toEqual([]);
  });

  test('a configuration that fails now and then does not win; when all do there is no winner', async () => {
    const flaky = await rescoreCandidates(of(await simulate((job) => (job.params['x'] === 1 && job.seed === seedFor('rescore:spiral:t1', 2) ? failed('exit-code') : truth(job)))));
    expect(flaky.candidates[2]).toMatchObject({ trial: 1, values: [0.93, 0.93], winner: false });
    expect(flaky.winner?.trial).toBe(3);
    expect((await rescoreCandidates(of(await simulate(() => failed('exit-code'))))).winner).toBeUndefined();
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
