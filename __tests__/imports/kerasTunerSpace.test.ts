import { expect, test } from '@jest/globals';
import { kerasTunerSpace } from '../../src/imports/kerasTunerSpace.js';

const space = (...configs: readonly object[]): ReturnType<typeof kerasTunerSpace> =>
  kerasTunerSpace(configs.map((config) => ({ class_name: 'step' in config && Number.isInteger(config.step) ? 'Int' : 'Float', config })), { tool: 'Keras Tuner', file: 'oracle.json', field: 'space' });

test('reversed log scales, and steps that multiply, are what Keras Tuner draws', () => {
  const { space: read, notes } = space(
    { name: 'momentum', min_value: 0.001, max_value: 0.999, step: null, sampling: 'reverse_log' },
    { name: 'batch', min_value: 16, max_value: 128, step: 2, sampling: 'log' },
    { name: 'stepped', min_value: 0.5, max_value: 1, step: 0.25, sampling: 'reverse_log' },
  );
  expect(Object.fromEntries(read.parameters.map(({ name, distribution }) => [name, distribution]))).toEqual({
    momentum: { name: 'reverse_log_uniform_values', low: 0.001, high: 0.999 },
    batch: { name: 'categorical', choices: [16, 32, 64, 128] },
    stepped: { name: 'q_uniform', low: 0.5, high: 1, q: 0.25, integer: false },
  });
  expect(notes).toEqual(['batch: the order of its values cannot be said here', 'stepped: its reversed log scale cannot be said here']);
});
