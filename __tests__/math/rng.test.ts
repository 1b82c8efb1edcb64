import { describe, expect, test } from '@jest/globals';
import { createRng, type Rng } from '../../src/math/rng.js';

const draw = (rng: Rng, n: number): number[] => Array.from({ length: n }, () => rng.uniform());

describe('createRng', () => {
  test('same seed, same stream; near seeds part at once', () => {
    expect(draw(createRng('study-1'), 5)).toEqual(draw(createRng('study-1'), 5));
    expect(draw(createRng('study-1'), 1)).not.toEqual(draw(createRng('study-2'), 1));
  });
  test('the stream never changes between versions: studies are resumed with it', () => {
    expect(draw(createRng('golden'), 3)).toMatchInlineSnapshot(`
[
  0.8407662010313715,
  0.2803800864308328,
  0.16727076975477118,
]
`);
  });
  test('a fork depends on the label, not on what was drawn before', () => {
    const rng = createRng('a');
    const early = draw(rng.fork('x'), 3);
    rng.uniform();
    expect(draw(rng.fork('x'), 3)).toEqual(early);
    expect(draw(rng.fork('y'), 3)).not.toEqual(early);
    expect(draw(createRng('a'), 3)).not.toEqual(early);
  });
  test('every fork knows the stream it comes from, from its start', () => {
    const rng = createRng('study');
    rng.uniform();
    expect(draw(rng.fork('trial 3').fork('lr').root(), 3)).toEqual(draw(createRng('study'), 3));
    expect(draw(rng.root(), 3)).toEqual(draw(createRng('study'), 3));
  });
  test('uniform fills [0, 1) evenly', () => {
    const rng = createRng('even');
    const counts = new Array<number>(20).fill(0);
    for (let i = 0; i < 20_000; i++) counts[Math.floor(rng.uniform() * 20)]! += 1;
    // Chi-squared with 19 degrees of freedom: 43.8 is its .999 quantile.
    expect(counts.reduce((total, n) => total + (n - 1000) ** 2 / 1000, 0)).toBeLessThan(43.8);
  });
  test('integer reaches every value and none beyond', () => {
    const rng = createRng('integers');
    expect([...new Set(Array.from({ length: 200 }, () => rng.integer(5)))].sort()).toEqual([0, 1, 2, 3, 4]);
  });
});
