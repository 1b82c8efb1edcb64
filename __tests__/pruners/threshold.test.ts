import { describe, expect, test } from '@jest/globals';
import { prunerContract } from '../contracts/pruner.js';
import { prunerOf, steps, trialOf, viewOf } from './histories.js';

prunerContract(() => prunerOf('threshold'));
prunerContract(() => prunerOf('threshold', { upper: 3 }), { firstGoesOn: false });

describe('bounds are in the metric\'s own unit', () => {
  const asked = (options: Readonly<Record<string, unknown>>, loss: number, goal: 'minimize' | 'maximize' = 'minimize'): string => {
    const trial = trialOf(0, 'running', steps(loss));
    return prunerOf('threshold', options).decide({ ...viewOf([trial]), goal }, trial);
  };
  test('minimize: loss is the value', () => expect([asked({ upper: 2 }, 2), asked({ upper: 2 }, 2.1)]).toEqual(['continue', 'stop']));
  test('maximize: loss is the value with the other sign', () => expect([asked({ lower: 0.5 }, -0.6, 'maximize'), asked({ lower: 0.5 }, -0.4, 'maximize')]).toEqual(['continue', 'stop']));
  test('no bounds: only what is no number', () => expect([asked({}, 1e300), asked({}, Number.NaN)]).toEqual(['continue', 'stop']));
});
