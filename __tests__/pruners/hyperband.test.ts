import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { kerasBrackets, paperBrackets } from '../../src/math/brackets.js';
import { wandbBands } from '../../src/pruners/wandbHyperband.js';
import { prunerContract } from '../contracts/pruner.js';
import { climb } from './climb.js';
import { prunerOf, steps, trialOf, viewOf } from './histories.js';

prunerContract(() => prunerOf('hyperband'), { firstGoesOn: false, bestGoesOn: false });
prunerContract(() => prunerOf('hyperband', { mode: 'keras-tuner', max_resource: 10 }), { firstGoesOn: false, bestGoesOn: false });
prunerContract(() => prunerOf('hyperband', { mode: 'async', max_resource: 27 }));
prunerContract(() => prunerOf('hyperband', { min_iter: 1 }));
prunerContract(() => prunerOf('hyperband', { min_resource: 0.04, resource: 'fraction' }), { firstGoesOn: false, bestGoesOn: false });

interface Counted { readonly rungs: readonly { readonly resource: number | undefined; readonly keep: number }[] }
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const resourceOf = (resource: number | undefined, most: number): number => resource ?? most;
const configs = (brackets: readonly Counted[]): number => sum(brackets.map(({ rungs }) => rungs[0]?.keep ?? 0));
const runs = (brackets: readonly Counted[]): number => sum(brackets.flatMap(({ rungs }) => rungs.map(({ keep }) => keep)));
const fromScratch = (brackets: readonly Counted[], most: number): number => sum(brackets.flatMap(({ rungs }) => rungs.map(({ keep, resource }) => keep * resourceOf(resource, most))));
const goingOn = (brackets: readonly Counted[], most: number): number => sum(brackets.flatMap(({ rungs }) => rungs.map(({ keep, resource }, i) => keep * (resourceOf(resource, most) - (i === 0 ? 0 : resourceOf(rungs[i - 1]?.resource, most))))));

describe('brackets, counted by the sources\' own programs', () => {
  test.each([[9, 17, 22, 78], [27, 49, 69, 423], [81, 143, 206, 1902]])('paper, R = %d: %d configurations, %d runs, %d iterations without checkpoints', (most, all, each, iterations) => {
    const brackets = paperBrackets(most, 3);
    expect([configs(brackets), runs(brackets), fromScratch(brackets, most)]).toEqual([all, each, iterations]);
  });
  test('paper, R = 81, as its table 1 has it', () => {
    expect(paperBrackets(81, 3).map(({ rungs }) => rungs.map(({ keep, resource }) => [keep, resource ?? 81]))).toEqual([
      [[81, 1], [27, 3], [9, 9], [3, 27], [1, 81]], [[34, 3], [11, 9], [3, 27], [1, 81]], [[15, 9], [5, 27], [1, 81]], [[8, 27], [2, 81]], [[5, 81]],
    ]);
  });
  test('paper, R = 243: six brackets, though log 243 / log 3 is 4.999', () => expect(paperBrackets(243, 3)).toHaveLength(6));
  test.each([[10, 3, 30, 120], [27, 4, 70, 375], [81, 5, 211, 1767], [100, 5, 254, 2672]])('Keras Tuner, %d epochs: %d brackets, %d runs, %d epochs with checkpoints', (most, count, each, epochs) => {
    const brackets = kerasBrackets(most, 3);
    expect([brackets.length, runs(brackets), goingOn(brackets, most)]).toEqual([count, each, epochs]);
  });
});

describe('a smallest rung', () => {
  const rungs = (brackets: readonly Counted[]): unknown => brackets.map(({ rungs: all }) => all.map(({ keep, resource }) => [keep, resource === undefined ? 'end' : Number(resource.toFixed(4))]));
  test('of fractions: the table of as many times the smallest, in parts of one', () => {
    const expected = [[[9, 0.1111], [3, 0.3333], [1, 'end']], [[5, 0.3333], [1, 'end']], [[3, 'end']]];
    expect(rungs(paperBrackets(1, 3, 0.04))).toEqual(expected);
    expect(rungs(paperBrackets(1, 3, 1 / 9))).toEqual(expected);
    expect(rungs(kerasBrackets(1, 3, 1 / 9))).toEqual([[[9, 0.1111], [3, 0.3333], [1, 'end']], [[5, 0.3333], [2, 'end']], [[3, 'end']]]);
  });
  test('of steps: no rung below it, and whole ones', () => {
    expect(rungs(paperBrackets(100, 3, 5))).toEqual([[[9, 11], [3, 33], [1, 'end']], [[5, 33], [1, 'end']], [[3, 'end']]]);
    expect(rungs(paperBrackets(81, 3))).toEqual(rungs(paperBrackets(81, 3, 1)));
  });
  test('0.3 is three times 0.1, though 0.3 / 0.1 is 2.999…', () => expect(paperBrackets(0.3, 3, 0.1)).toHaveLength(2));
});

describe('a whole run', () => {
  test('paper, R = 9: 17 configurations make 22 runs; the brackets follow each other', () => {
    const { runs: done, order } = climb(prunerOf('hyperband', { max_resource: 9 }), { trials: 17, length: 9 });
    expect(done).toEqual([[1, 9], [3, 8], [9, 5]]);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 0, 9, 10, 11, 12, 13, 9, 14, 15, 16]);
  });
  test('a budget that ends inside a bracket: what there is is halved, and the best runs to its end', () => {
    expect(climb(prunerOf('hyperband', { max_resource: 9 }), { trials: 4, length: 9 })).toMatchObject({ runs: [[1, 4], [3, 1], [9, 1]], completed: [0] });
  });
  test('after the last bracket it begins again', () => expect(climb(prunerOf('hyperband', { max_resource: 3 }), { trials: 10, length: 3 }).order).toEqual([0, 1, 2, 0, 3, 4, 5, 6, 7, 5, 8, 9]));
});

const file = new URL('../../../shared/sweeps/reference_vectors.json', import.meta.url);
interface Vector { readonly et: Readonly<Record<string, unknown>>; readonly goal?: string; readonly histories?: readonly (readonly number[])[]; readonly bands?: readonly number[]; readonly stopped?: readonly string[]; readonly error?: string }
const vectors = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { hyperband: Vector[] }).hyperband : [];

describe('Weights & Biases, numbers made by its own code', () => {
  if (vectors.length === 0) test.skip('no reference vectors here (../shared is absent)', () => undefined);
  for (const { et: { type, ...keys }, goal, histories = [], bands = [], stopped = [], error } of vectors) {
    test(`${String(type)} ${JSON.stringify(keys)} ${goal ?? ''}`, () => {
      if (error !== undefined) {
        expect(() => prunerOf('hyperband', { mode: 'wandb', ...keys })).toThrow();
        return;
      }
      expect(wandbBands({ eta: 3, ...keys }).slice(0, bands.length)).toEqual(bands);
      const trials = histories.map((values, i) => trialOf(i, 'running', steps(...values.map((value) => (goal === 'maximize' ? -value : value)))));
      const pruner = prunerOf('hyperband', keys);
      expect(trials.filter((trial) => pruner.decide(viewOf(trials), trial) === 'stop').map(({ number }) => String(number))).toEqual(stopped);
    });
  }
});
