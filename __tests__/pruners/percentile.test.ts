import { describe, expect, test } from '@jest/globals';
import { prunerContract } from '../contracts/pruner.js';
import { prunerOf, trialOf, viewOf } from './histories.js';

prunerContract(() => prunerOf('percentile'));
prunerContract(() => prunerOf('percentile', { percentile: 100, startup_trials: 0 }));

describe('quarter of five trials', () => {
  const five = [1, 2, 3, 4, 5].map((loss, i) => trialOf(i, 'complete', [[1, loss]], { loss }));
  const asked = (loss: number, options: Readonly<Record<string, unknown>> = {}): string => {
    const trial = trialOf(9, 'running', [[1, loss]]);
    return prunerOf('percentile', options).decide(viewOf([...five, trial]), trial);
  };
  test.each([[2, 'continue'], [2.01, 'stop']])('best 25 %%: %d %s', (loss, answer) => expect(asked(loss)).toBe(answer));
  test.each([[4.2, 'continue'], [4.21, 'stop']])('best 80 %%, between two trials: %d %s', (loss, answer) => expect(asked(loss, { percentile: 80 })).toBe(answer));
  test('fewer than min_trials at this step', () => expect(asked(9, { min_trials: 6 })).toBe('continue'));
});
