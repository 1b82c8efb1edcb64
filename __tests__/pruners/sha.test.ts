import { describe, expect, test } from '@jest/globals';
import { prunerContract } from '../contracts/pruner.js';
import { climb } from './climb.js';
import { prunerOf, steps, trialOf, viewOf } from './histories.js';

prunerContract(() => prunerOf('sha'), { firstGoesOn: false, bestGoesOn: false });

test('20 trials, eta 3: 20 at 1, 6 at 3, 2 at 9, the best of all to its end', () => {
  const { runs, completed } = climb(prunerOf('sha'), { trials: 20, length: 50 });
  expect(runs).toEqual([[1, 20], [3, 6], [9, 2], [50, 1]]);
  expect(completed).toEqual([0]);
});

test('with a full length the rungs end there', () => {
  expect(climb(prunerOf('sha', { max_resource: 3 }), { trials: 20, length: 3 }).runs).toEqual([[1, 20], [3, 6]]);
  expect(climb(prunerOf('sha', { trials: 5, min_resource: 2, eta: 2 }), { trials: 12, length: 16 }).runs).toEqual([[2, 12], [4, 5], [16, 3]]);
});

describe('at a rung', () => {
  const resting = (number: number, loss: number): ReturnType<typeof trialOf> => trialOf(number, 'pruned', [[1, loss]], { rests: 1 });
  test('all wait for the last one', () => {
    const trials = [resting(0, 3), resting(1, 1), trialOf(2, 'running', [[1, 2]])];
    expect(prunerOf('sha').next?.(viewOf(trials, 3))).toBeUndefined();
    expect(prunerOf('sha').next?.(viewOf([...trials.slice(0, 2), resting(2, 2)], 3))).toBe(1);
  });
  test('failed, infeasible and NaN are not taken up; one that ended by itself holds its place', () => {
    const trials = [trialOf(0, 'failed', [[1, 0]]), trialOf(1, 'infeasible', []), resting(2, Number.NaN), trialOf(3, 'complete', [[1, 1]], { loss: 1 }), resting(4, 2), resting(5, 3)];
    expect(prunerOf('sha').next?.(viewOf(trials, 6))).toBe(4);
    expect(prunerOf('sha', { eta: 6 }).next?.(viewOf(trials, 6))).toBeUndefined();
  });
  test('a trial taken up again may go to the next rung, and is stopped there', () => {
    const again = trialOf(1, 'running', steps(1, 1, 1), { rests: 1 });
    const view = viewOf([resting(0, 3), again, ...[2, 3, 4, 5, 6, 7, 8].map((number) => resting(number, number))], 9);
    expect(prunerOf('sha').until?.(view, 1)).toBe(3);
    expect(prunerOf('sha').decide(view, again)).toBe('stop');
  });
});
