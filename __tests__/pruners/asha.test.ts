import { describe, expect, test } from '@jest/globals';
import { prunerContract } from '../contracts/pruner.js';
import { prunerOf, steps, trialOf, viewOf } from './histories.js';

prunerContract(() => prunerOf('asha'));
prunerContract(() => prunerOf('asha', { rule: 'quantile' }));
prunerContract(() => prunerOf('asha', { resource: 'fraction', min_resource: 1 / 27, max_resource: 1 }));

const arriving = (options: Readonly<Record<string, unknown>>, before: readonly number[], loss: number, step = 1): string => {
  const others = before.map((each, i) => trialOf(i, 'running', [[step, each]]));
  const trial = trialOf(99, 'running', [[step, loss]]);
  return prunerOf('asha', options).decide(viewOf([...others, trial]), trial);
};

describe('first rung, eta 3', () => {
  test('fewer than three: only the best so far', () => expect([arriving({}, [1], 2), arriving({}, [2], 1)]).toEqual(['stop', 'continue']));
  test('of six the best two', () => expect([arriving({}, [1, 3, 4, 5, 6], 2), arriving({}, [1, 2, 4, 5, 6], 3)]).toEqual(['continue', 'stop']));
  test('quantile of those before: a third of 0, 3, 6, 9 is 3', () => expect([arriving({ rule: 'quantile' }, [0, 3, 6, 9], 3), arriving({ rule: 'quantile' }, [0, 3, 6, 9], 3.1)]).toEqual(['continue', 'stop']));
  test('a trial at its full length is not stopped', () => expect([arriving({ min_resource: 9 }, [1], 2, 9), arriving({ min_resource: 9, max_resource: 9 }, [1], 2, 9)]).toEqual(['stop', 'continue']));
});

test('judged once per rung, and never again between two', () => {
  const other = trialOf(0, 'complete', steps(1, 1, 1, 1), { loss: 1 });
  const asked = (length: number): string => {
    const trial = trialOf(1, 'running', steps(0, 5, 5, 5).slice(0, length));
    return prunerOf('asha').decide(viewOf([other, trial]), trial);
  };
  expect([1, 2, 3, 4].map(asked)).toEqual(['continue', 'continue', 'stop', 'continue']);
});

test('243 is the sixth rung of 3: a logarithm would say 4.999', () => {
  const trials = [trialOf(0, 'complete', [[243, 1]]), trialOf(1, 'pruned', [[10, 2]])];
  expect(prunerOf('asha').rungs?.(viewOf(trials))).toEqual([{ name: 'asha', rungs: [
    { resource: 1, trials: 2, stopped: 0 }, { resource: 3, trials: 2, stopped: 0 }, { resource: 9, trials: 2, stopped: 1 },
    { resource: 27, trials: 1, stopped: 0 }, { resource: 81, trials: 1, stopped: 0 }, { resource: 243, trials: 1, stopped: 0 },
  ] }]);
});
