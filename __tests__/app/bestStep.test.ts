import { expect, test } from '@jest/globals';
import { complete, searchIn, simulate } from './simulatedLab.js';

test('a search keeps at which step each trial was best', async () => {
  const curves = [[0.1, 0.8, 0.6], [0.2, 0.3, 0.9], [0.5]];
  const simulation = await simulate((job) => { const values = curves[job.trial] ?? []; return complete(values.at(-1) ?? 0, { steps: values.map((acc) => ({ acc })) }); });
  const { trials, best } = await searchIn(simulation, { limits: { trials: 3, failures: 3 } });
  expect(trials.map(({ steps }) => steps)).toEqual([{ best: 2, bestValue: 0.8, last: 3, lastValue: 0.6 }, { best: 3, bestValue: 0.9, last: 3, lastValue: 0.9 }, undefined]);
  expect(best?.steps?.best).toBe(3);
});

test('folds are no steps', async () => {
  const simulation = await simulate((job) => complete(0.1 + 0.1 * (job.part?.fold?.index ?? 0)), { parts: { folds: 3, repeats: 1, aggregate: 'mean', objective: 'acc', goals: new Map([['acc', 'maximize']]) } });
  const { trials } = await searchIn(simulation, { limits: { trials: 1, failures: 3 } });
  expect(trials).toEqual([expect.objectContaining({ state: 'complete', value: expect.closeTo(0.2, 9) })]);
  expect(trials[0]).not.toHaveProperty('steps');
});

test('downwards, and without the objective in every report', async () => {
  const simulation = await simulate(() => complete(0.3, { steps: [{ acc: 0.4 }, { other: 1 }, { acc: 0.2 }, { acc: 0.3 }] }));
  const { trials } = await searchIn(simulation, { limits: { trials: 1, failures: 3 }, objective: { name: 'acc', goal: 'minimize' } });
  expect(trials[0]?.steps).toEqual({ best: 3, bestValue: 0.2, last: 4, lastValue: 0.3 });
});
