import { describe, expect, test } from '@jest/globals';
import { createWorld, hill, noise, plainConfig, type Formula } from './simulatedRun.js';

const noSearch = plainConfig('verdict: { search: never }');

describe('one side loses runs', () => {
  /** The head's nth different seeds fail. */
  const losing = (failing: readonly number[], message: string): Formula => {
    const seeds: number[] = [];
    return (side, params, seed) => {
      if (!seeds.includes(seed)) seeds.push(seed);
      return side === 'head' && failing.includes(seeds.indexOf(seed)) ? message : hill({ salt: side })(params, seed);
    };
  };
  test('two seeds more on the head than on the base: not shown to be fine, however good the others are', async () => {
    const { study } = await createWorld({ config: noSearch, capacity: 1, formula: losing([1, 2], 'out of time') }).compare();
    expect(study.verdict).toMatchObject({ kind: 'INCONCLUSIVE', reason: 'stability' });
    expect(study.gate!.result).toMatchObject({ headOnlyFailures: 2, baseOnlyFailures: 0 });
    expect(study.gate!.result.low!).toBeGreaterThan(-0.02);
  });
  test('one seed is replaced by the next', async () => {
    const { study } = await createWorld({ config: noSearch, capacity: 1, formula: losing([1], 'out of time') }).compare();
    expect(study.verdict.kind).toBe('PASS');
    expect(study.gate!.result.headOnlyFailures).toBe(1);
  });
});

test('a coarse metric: steps as wide as the margin are told as such, where the same without its resolution would claim', async () => {
  const rounded: Formula = (side, _params, seed) => ({ acc: 0.9 + 0.001 * Math.round(noise(side, seed)) });
  const config = (more: string): string => plainConfig('verdict: { search: never }', `margin: 0.0015${more}`);
  const { study } = await createWorld({ config: config(', resolution: 0.02'), formula: rounded }).compare();
  expect(study.verdict).toMatchObject({ kind: 'INCONCLUSIVE', reason: 'coarse' });
  expect(study.gate!.result.looks.every(({ sd }) => Math.abs(sd - 0.02 / Math.sqrt(6)) < 1e-12)).toBe(true);
  const plain = await createWorld({ config: config(''), formula: rounded }).compare();
  expect(plain.study.gate!.result.looks[0]!.sd).toBeLessThan(0.005);
});

test('other looks and alpha than the tabulated ones, through the product', async () => {
  const { study } = await createWorld({ config: plainConfig('verdict: { search: never, looks: [4, 8], alpha: 0.1 }'), formula: (side, params, seed) => hill({ salt: side })(params, seed) }).compare();
  expect(study.verdict.kind).toBe('PASS');
  expect(study.gate!.result).toMatchObject({ alpha: 0.1, pairs: 4 });
});
