import { describe, expect, test } from '@jest/globals';
import { detectableDecline } from '../../src/compare/plan.js';
import type { Report } from '../../src/model/comparison.js';
import type { Side } from '../../src/model/trial.js';
import { certainty } from '../../src/report/sections/certainty.js';
import { createWorld, hill, noise, plainConfig, type Formula } from './simulatedRun.js';

const noSearch = plainConfig('verdict: { search: never }');

describe('one side loses runs', () => {
  /** A side's nth different seeds fail. */
  const losing = (failing: readonly number[], message: string, loser: Side = 'head'): Formula => {
    const seeds: number[] = [];
    return (side, params, seed) => {
      if (!seeds.includes(seed)) seeds.push(seed);
      return side === loser && failing.includes(seeds.indexOf(seed)) ? message : hill({ salt: side })(params, seed);
    };
  };
  test('two seeds more on the head than on the base: not shown to be fine, however good the others are', async () => {
    const { study } = await createWorld({ config: noSearch, capacity: 1, formula: losing([1, 2], 'out of time') }).compare();
    expect(study.verdict).toMatchObject({ kind: 'INCONCLUSIVE', reason: 'stability' });
    expect(study.gate!.result).toMatchObject({ headOnlyFailures: 2, baseOnlyFailures: 0 });
    expect(study.gate!.result.low!).toBeGreaterThan(-0.02);
  });
  test.each([0, 0.1, -0.1])('two seeds more on the base than on the head: the others show nothing, whatever they look like (%d)', async (shift) => {
    const formula = losing([1, 2], 'out of time', 'base');
    const shifted: Formula = (side, ...run) => {
      const values = formula(side, ...run);
      return typeof values === 'string' || side === 'base' ? values : { ...values, acc: (values['acc'] ?? 0) + shift };
    };
    const { study } = await createWorld({ config: noSearch, capacity: 1, formula: shifted }).compare();
    expect(study.verdict).toMatchObject({ kind: 'INCONCLUSIVE', reason: 'base-stability' });
    expect(study.verdict.sentence).toMatch(/^Inconclusive: 2 runs failed on main that succeeded here \(0 the other way round\), so main's values are only of the seeds that went well there; on these acc /);
    expect(study.gate!.result).toMatchObject({ headOnlyFailures: 0, baseOnlyFailures: 2, pairs: 10 });
    expect(study.confirmation).toBeUndefined();
  });
  test('almost as many on either side: the rest is judged', async () => {
    const [head, base] = [losing([1], 'out of time'), losing([2, 3], 'out of time', 'base')];
    const { study } = await createWorld({ config: noSearch, capacity: 1, formula: (side, ...run) => (side === 'head' ? head(side, ...run) : base(side, ...run)) }).compare();
    expect(study.verdict.kind).toBe('PASS');
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

test('what the gate can tell is of its own looks and error rate', async () => {
  const powerOf = async (verdict: string) => (await createWorld({ config: plainConfig(`verdict: { search: never, ${verdict} }`), formula: (side, params, seed) => hill({ salt: side })(params, seed) }).compare()).study;
  const studies = [await powerOf(''), await powerOf('looks: [3]'), await powerOf('looks: [3, 5, 7, 10], alpha: 0.01')];
  expect(studies.map(({ power }) => [power!.looks, power!.alpha])).toEqual([[[3, 5, 7, 10], 0.05], [[3], 0.05], [[3, 5, 7, 10], 0.01]]);
  for (const { power, gate } of studies) {
    const { looks, margin } = gate!.result;
    expect(power!.decline).toBe(detectableDecline({ looks: power!.looks, alpha: power!.alpha, margin }, looks.at(-1)!.sd));
  }
  // Where the margin is far below the noise, only more looks or a larger alpha see a smaller decline.
  const fine = { margin: 0.1, alpha: 0.05, looks: [3, 5, 7, 10] };
  expect(detectableDecline({ ...fine, looks: [3] }, 1)!).toBeGreaterThan(detectableDecline(fine, 1)!);
  expect(detectableDecline({ ...fine, alpha: 0.01 }, 1)!).toBeGreaterThan(detectableDecline(fine, 1)!);
  expect(certainty.build(studies[1]!, { studies } as unknown as Report)).toEqual([expect.objectContaining({ blocks: expect.arrayContaining([{ kind: 'facts', items: expect.arrayContaining([expect.objectContaining({ label: 'Smallest decline the gate catches 9 times in 10', value: [{ kind: 'plain', text: expect.stringMatching(/ \(looks after 3 pairs, 5 % for a false "worse"\)$/) }] })]) }]) })]);
});

test('other looks and alpha than the tabulated ones, through the product', async () => {
  const { study } = await createWorld({ config: plainConfig('verdict: { search: never, looks: [4, 8], alpha: 0.1 }'), formula: (side, params, seed) => hill({ salt: side })(params, seed) }).compare();
  expect(study.verdict.kind).toBe('PASS');
  expect(study.gate!.result).toMatchObject({ alpha: 0.1, pairs: 4 });
});
