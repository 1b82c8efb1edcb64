import { describe, expect, test } from '@jest/globals';
import { canaryIsIdentical, seedIgnoredWarning, type CanaryRun } from '../../src/compare/canary.js';

const run = (loss: number, streamSha256 = `s${loss}`): CanaryRun => ({ metrics: { loss, seconds: 3 }, streamSha256 });
const pair = (seed: number, base: CanaryRun, head: CanaryRun) => ({ seed, base, head });

describe('canaryIsIdentical', () => {
  test('two seeds, every metric and the whole stream equal', () => {
    expect(canaryIsIdentical([pair(1, run(0.3), run(0.3)), pair(2, run(0.4), run(0.4))])).toBe(true);
  });
  test.each([
    ['one seed only', [pair(1, run(0.3), run(0.3))]],
    ['the same seed twice', [pair(1, run(0.3), run(0.3)), pair(1, run(0.3), run(0.3))]],
    ['one value differs in the last bit', [pair(1, run(0.3), run(0.3)), pair(2, run(0.4, 's'), run(0.4 + 2 ** -54, 's'))]],
    ['same final values, other steps', [pair(1, run(0.3), run(0.3)), pair(2, run(0.4, 'a'), run(0.4, 'b'))]],
    ['a metric more', [pair(1, run(0.3), run(0.3)), pair(2, run(0.4), { metrics: { loss: 0.4, seconds: 3, f1: 1 }, streamSha256: 's0.4' })]],
    ['stream unknown', [pair(1, run(0.3), run(0.3)), pair(2, { metrics: { loss: 0.4 } }, { metrics: { loss: 0.4 } })]],
    ['both runs failed alike', [pair(1, { metrics: {}, streamSha256: 'e' }, { metrics: {}, streamSha256: 'e' }), pair(2, { metrics: {}, streamSha256: 'e' }, { metrics: {}, streamSha256: 'e' })]],
  ])('not when %s', (_, pairs) => {
    expect(canaryIsIdentical(pairs)).toBe(false);
  });
});

describe('seedIgnoredWarning', () => {
  test.each([
    ['three equal values', [1, 2, 3].map((seed) => ({ seed, value: 0.5 })), true],
    ['two equal streams', [1, 2].map((seed) => ({ seed, value: 0.5, streamSha256: 'x' })), true],
    ['two equal values may be chance', [1, 2].map((seed) => ({ seed, value: 0.5 })), false],
    ['one seed, measured thrice', [1, 1, 1].map((seed) => ({ seed, value: 0.5 })), false],
    ['equal values, different streams', [1, 2, 3].map((seed) => ({ seed, value: 0.5, streamSha256: `x${seed}` })), false],
    ['different values', [1, 2, 3].map((seed) => ({ seed, value: seed })), false],
    ['no runs', [], false],
  ])('%s', (_, runs, warns) => {
    expect(seedIgnoredWarning(runs)?.includes('NOREGRET_SEED') ?? false).toBe(warns);
  });
});
