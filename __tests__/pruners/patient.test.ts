import { describe, expect, test } from '@jest/globals';
import { prunerContract } from '../contracts/pruner.js';
import { prunerOf, steps, trialOf, viewOf } from './histories.js';

prunerContract(() => prunerOf('patient'), { firstGoesOn: false });
prunerContract(() => prunerOf('patient', { wraps: { type: 'median' } }));
prunerContract(() => prunerOf('patient', { wraps: { type: 'asha' } }));

const asked = (options: Readonly<Record<string, unknown>>, curve: readonly number[], others: readonly (readonly number[])[] = []): string => {
  const trial = trialOf(9, 'running', steps(...curve));
  return prunerOf('patient', options).decide(viewOf([...others.map((other, i) => trialOf(i, 'complete', steps(...other), { loss: 0 })), trial]), trial);
};

describe('patience 2', () => {
  test.each([[[5, 6, 7], 'continue'], [[5, 6, 7, 8], 'stop'], [[5, 6, 4, 8], 'continue'], [[5, 5, 5, 5], 'continue'], [[5, NaN, NaN, NaN], 'stop']])('%j: %s', (curve, answer) => expect(asked({ patience: 2 }, curve)).toBe(answer));
  test('a worsening within min_delta is none', () => expect(asked({ patience: 2, min_delta: 2 }, [5, 6, 7, 8])).toBe('continue'));
  test('what it counts, the wrapped rule counts too', () => {
    expect(prunerOf('patient', { resource: 'seconds', wraps: { type: 'median' } }).resource).toBe('seconds');
    expect(prunerOf('patient', { wraps: { type: 'median', resource: 'seconds' } }).resource).toBe('seconds');
  });
  test('then the wrapped rule decides', () => {
    const wraps = { type: 'median', startup_trials: 1 };
    expect(asked({ patience: 2, wraps }, [5, 6, 7, 8], [[9, 9, 9, 9]])).toBe('continue');
    expect(asked({ patience: 2, wraps }, [5, 6, 7, 8], [[1, 1, 1, 1]])).toBe('stop');
  });
});
