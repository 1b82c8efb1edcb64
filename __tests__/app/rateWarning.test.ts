import { expect, test } from '@jest/globals';
import { createWorld, noise, type Formula } from './simulatedRun.js';

const config = (batch: number, rate = 'default: 0.001'): string => `name: demo
command: [python, train.py]
metric: { name: acc, goal: maximize, margin: 0.02 }
parameters:
  batch_size: { value: ${batch} }
  learning_rate: { distribution: log_uniform_values, min: 0.0001, max: 0.1, ${rate} }
budget: { trials: 12 }
`;
/** Best at a rate of batch / 32000. */
const formula: Formula = (side, params, seed) => ({ acc: 0.9 - 0.02 * Math.log10(Number(params['learning_rate']) * 32_000 / Number(params['batch_size'])) ** 2 + 0.0005 * noise(side, seed) });

test('a pull request with four times the batch at the old rate is told what its search found', async () => {
  const { study, markdown } = await createWorld({ config: config(320), baseConfig: config(32), formula }).compare();
  expect(study.warnings).toEqual([expect.stringMatching(/^batch_size 32 → 320, and learning_rate 0\.001 was kept: .* The search's best at batch_size 320 has learning_rate 0\.0\d+ \(acc 0\.\d+, 12 trials there, one seed each\)\.$/)]);
  expect(markdown).toContain('<strong>Warning:</strong> batch\\_size 32 → 320');
});

test('one that moved the rate along is not, nor one that changed neither; nor is a push', async () => {
  expect((await createWorld({ config: config(320, 'default: 0.01'), baseConfig: config(32), formula }).compare()).study.warnings).toEqual([]);
  expect((await createWorld({ config: config(32), baseConfig: config(32), formula }).compare()).study.warnings).toEqual([]);
  const world = createWorld({ config: config(32), formula });
  await world.push(1);
  expect((await world.push(2, { config: config(320) })).study.warnings).toEqual([]);
});
