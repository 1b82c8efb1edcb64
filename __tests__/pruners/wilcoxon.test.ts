import { describe, expect, test } from '@jest/globals';
import { prunerContract } from '../contracts/pruner.js';
import { prunerOf, steps, trialOf, viewOf } from './histories.js';

prunerContract(() => prunerOf('wilcoxon'));

const best = trialOf(0, 'complete', steps(1, 2, 3, 4, 5, 6), { loss: 3.5 });
const asked = (curve: readonly number[], options: Readonly<Record<string, unknown>> = {}): string => {
  const trial = trialOf(9, 'running', steps(...curve));
  return prunerOf('wilcoxon', options).decide(viewOf([best, trialOf(1, 'complete', steps(9, 9), { loss: 9 }), trial]), trial);
};

describe('folds against the best trial\'s folds', () => {
  // Worse on n of n folds: p = 2^-n.
  test('three folds, all worse, mean worse: p = 0.125', () => expect([asked([9, 9, 9]), asked([9, 9, 9], { p_threshold: 0.13 })]).toEqual(['continue', 'stop']));
  test('four folds, all worse: p = 0.0625', () => expect(asked([9, 9, 9, 9])).toBe('stop'));
  test('worse in rank, but not on average', () => expect(asked([1.1, 2.1, 3.1, 4.1, 5.1])).toBe('continue'));
  test('a fold that is not a number is no reason', () => expect(asked([9, 9, 9, Number.NaN])).toBe('continue'));
  test('the first folds are always run', () => expect(asked([9, 9, 9, 9], { startup_steps: 5 })).toBe('continue'));
});
