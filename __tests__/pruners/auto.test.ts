import { describe, expect, test } from '@jest/globals';
import { prunerContract } from '../contracts/pruner.js';
import { prunerOf, steps, trialOf, viewOf } from './histories.js';

prunerContract(() => prunerOf('auto'));
prunerContract(() => prunerOf('auto', { startup_trials: 1, grace: 0, trend: 0 }));

describe('five trials of 16 steps that end at 1 and are at 2 at step 8', () => {
  const curve = [9, 8, 7, 6, 5, 4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 1];
  const others = [0, 1, 2, 3, 4].map((i) => trialOf(i, 'complete', steps(...curve), { loss: 1 }));
  const asked = (own: readonly number[], options: Readonly<Record<string, unknown>> = {}): string => {
    const trial = trialOf(9, 'running', steps(...own));
    return prunerOf('auto', { trend: 0.5, ...options }).decide(viewOf([...others, trial]), trial);
  };
  const flat = [5, 5, 5, 5, 5, 5, 5, 5];

  test('behind and flat: stopped', () => expect(asked(flat)).toBe('stop'));
  test('not before the grace is over: 10 % of the longest run are 1.6 steps', () => expect([asked([20], { grace: 0.1 }), asked([20, 20], { grace: 0.1 })]).toEqual(['continue', 'stop']));
  test('not behind: goes on', () => expect(asked([...flat.slice(0, 7), 2])).toBe('continue'));
  // From step 4 to 8 it gained 4; half of that once more, with the doubling to 16, makes 1.
  test('behind, but fast enough to end level with the best', () => expect(asked([9, 8, 7, 7, 6, 5, 4, 3])).toBe('continue'));
  test('not quite fast enough', () => expect(asked([9, 8, 7, 7, 6, 5, 4, 3.1])).toBe('stop'));
  test('trend 0 is the percentile alone', () => expect(asked([9, 8, 7, 7, 6, 5, 4, 3], { trend: 0 })).toBe('stop'));
  test('four finished trials are too few', () => expect(asked(flat, { startup_trials: 6 })).toBe('continue'));
  test('a twelfth of the budget, where that is more', () => {
    const trial = trialOf(9, 'running', steps(...flat));
    const at = (budget: number): string => prunerOf('auto').decide(viewOf([...others, trial], budget), trial);
    expect([at(71), at(72)]).toEqual(['stop', 'continue']);
  });
  test('nothing but NaN', () => expect(asked([Number.NaN, Number.NaN, Number.NaN])).toBe('stop'));
});
