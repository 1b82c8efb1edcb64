import { describe, expect, test } from '@jest/globals';
import { pairedNoise, parseMargin, pooledNoise, resolveMargin, type MarginRequest } from '../../src/compare/margin.js';
import { UserError } from '../../src/model/errors.js';

const base = [0.9, 0.91, 0.89, 0.9, 0.9];
const sigma = Math.sqrt(0.0002 / 4);
const request = (more: Partial<MarginRequest>): MarginRequest => ({ margin: { kind: 'auto' }, metric: 'acc', baseValues: base, history: undefined, ...more });

describe('resolveMargin', () => {
  test('absolute is taken as it is', () => {
    expect(resolveMargin(request({ margin: { kind: 'absolute', value: 0.004 } })).margin).toEqual({ value: 0.004, kind: 'absolute', provisional: false });
  });
  test('percent of the base mean, whatever its sign', () => {
    const margin = { kind: 'percent', value: 0.5 } as const;
    expect(resolveMargin(request({ margin, baseValues: [100, 101, 99] })).margin.value).toBeCloseTo(0.5, 12);
    expect(resolveMargin(request({ margin, baseValues: [-100, -101, -99] })).margin.value).toBeCloseTo(0.5, 12);
  });
  test.each([
    ['values on both sides of zero', [-0.1, 0.2, 0.3]], ['noise as large as the value', [0.1, 0.3, 0.2]], ['no values', []], ['zero', [0, 0]],
  ])('percent is refused: %s', (_, baseValues) => {
    const refused = (): unknown => resolveMargin(request({ margin: { kind: 'percent', value: 1 }, baseValues }));
    expect(refused).toThrow(UserError);
    expect(refused).toThrow(/has no stable meaning/);
  });
  test('percent is judged by the noise of the history, where there is enough of it', () => {
    expect(() => resolveMargin(request({ margin: { kind: 'percent', value: 1 }, history: { sd: 0.2, df: 12 } }))).toThrow(/ten times its noise, 0.2/);
  });
  test('auto from the history', () => {
    expect(resolveMargin(request({ history: { sd: 0.004, df: 8 } }))).toEqual({ margin: { value: 0.005, kind: 'auto', provisional: false, noise: 0.004 } });
  });
  test('auto from base seeds while the history is short: provisional, and said', () => {
    const { margin, note } = resolveMargin(request({ history: { sd: 0.004, df: 7 } }));
    expect(margin).toMatchObject({ kind: 'auto', provisional: true });
    expect(margin.value).toBeCloseTo(1.25 * Math.SQRT2 * sigma, 12);
    expect(margin.noise).toBeCloseTo(Math.SQRT2 * sigma, 12);
    expect(note).toContain('provisional');
  });
  test('never below the resolution', () => {
    expect(resolveMargin(request({ resolution: 0.05 })).margin.value).toBe(0.05);
  });
  test('deterministic base: half a per cent, or the resolution, and said', () => {
    expect(resolveMargin(request({ baseValues: [2, 2, 2] }))).toMatchObject({ margin: { value: 0.01, provisional: true, noise: 0 }, note: expect.stringContaining('0.5 %') });
    expect(resolveMargin(request({ baseValues: [2, 2, 2], resolution: 0.1 }))).toMatchObject({ margin: { value: 0.1 }, note: expect.stringContaining('resolution') });
    expect(resolveMargin(request({ baseValues: [2, 2, 2], history: { sd: 0, df: 20 } }))).toMatchObject({ margin: { value: 0.01 } });
  });
  test.each([[[]], [[0.9]], [[0, 0, 0]]])('auto has nothing to go by: %p', (baseValues) => {
    expect(() => resolveMargin(request({ baseValues }))).toThrow(UserError);
  });
});

test.each([
  ['0.5%', { kind: 'percent', value: 0.5 }], ['0.5 %', { kind: 'percent', value: 0.5 }], ['0.004', { kind: 'absolute', value: 0.004 }], ['.5', { kind: 'absolute', value: 0.5 }],
  ['1e-3', { kind: 'absolute', value: 0.001 }], [' auto ', { kind: 'auto' }], ['-1', undefined], ['0', undefined], ['5px', undefined], ['', undefined], ['1e999', undefined],
])('parseMargin(%p)', (text, margin) => {
  expect(parseMargin(text)).toEqual(margin);
});

test('paired noise ignores half pairs; pooling weighs by degrees of freedom', () => {
  expect(pairedNoise([{ seed: 1, base: 1, head: 2 }, { seed: 2, base: 1, head: 4 }, { seed: 3, base: 1 }])).toEqual({ sd: Math.SQRT2, df: 1 });
  expect(pairedNoise([{ seed: 1, base: 1, head: 2 }])).toBeUndefined();
  expect(pooledNoise([{ sd: 1, df: 2 }, undefined, { sd: 2, df: 6 }])).toEqual({ sd: Math.sqrt(26 / 8), df: 8 });
  expect(pooledNoise([undefined, { sd: 1, df: 0 }])).toBeUndefined();
});
