import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { judge, judgeText, type JudgeOptions, type JudgeResult } from '../../src/compare/judge.js';
import { UserError } from '../../src/model/errors.js';

const options: JudgeOptions = { margin: { kind: 'absolute', value: 0.005 }, goal: 'maximize', alpha: 0.05, looks: [3, 5, 7, 10] };
const fixture = (name: string): string => readFileSync(new URL(`../../fixtures/judge/${name}`, import.meta.url), 'utf8');
const judged = (text: string, more: Partial<JudgeOptions> = {}): JudgeResult => judge(text, { ...options, ...more });

describe('judge', () => {
  test('worse', () => {
    const result = judged(fixture('worse.csv'), { margin: { kind: 'absolute', value: 0.012 } });
    expect(result).toMatchObject({ verdict: 'REGRESSION', pairs: 5, margin: 0.012, better: false, surplusRows: 0, notes: [] });
    expect(result.effect).toBeCloseTo(-0.009, 12);
    expect(result.low).toBeCloseTo(-0.01354373, 8);
    expect(result.high).toBeCloseTo(-0.00445627, 8);
    expect(result.looks.map((look) => look.pairs)).toEqual([3, 5]);
    expect(judgeText(result)).toEqual([
      'REGRESSION  Regression: value −0.0090 [−0.0135, −0.0045], margin 0.012, 5 paired seeds',
      '  after 3 pairs: −0.009 [−0.022, +0.005]',
      '  after 5 pairs: −0.0090 [−0.0135, −0.0045]',
    ]);
  });
  test('the same numbers with the goal turned round are an improvement, in the same sign', () => {
    const result = judged(fixture('worse.csv'), { margin: { kind: 'absolute', value: 0.012 }, goal: 'minimize' });
    expect(result).toMatchObject({ verdict: 'IMPROVED', better: true });
    expect(result.effect).toBeCloseTo(-0.009, 12);
    expect(result.low).toBeLessThan(result.high!);
  });
  test('undecided after the last look', () => {
    const result = judged(fixture('noisy.csv'), { margin: { kind: 'absolute', value: 0.6 } });
    expect(result).toMatchObject({ verdict: 'INCONCLUSIVE', reason: 'noise', pairs: 10 });
    expect(result).not.toHaveProperty('needMore');
  });
  test('JSON lines with a NaN of Python: that pair is dropped and counted, other columns are named', () => {
    const result = judged(fixture('faster.jsonl'), { goal: 'minimize', margin: { kind: 'percent', value: 1 } });
    expect(result).toMatchObject({ verdict: 'IMPROVED', pairs: 3, baseOnlyFailures: 1, surplusRows: 1, notes: ['1 row after the last look was not used: looks are fixed before the first run', 'columns ignored: host'] });
  });
  test('a head that always fails', () => {
    const result = judged(fixture('crashes.csv'));
    expect(result).toMatchObject({ verdict: 'REGRESSION', reason: 'stability', headOnlyFailures: 3, looks: [] });
    expect(judgeText(result).join('\n')).toContain('failed on head alone: 3');
  });
  test('fewer rows than the first look', () => {
    const result = judged('seed,base,head\n1,0.9,0.9\n2,0.8,0.8\n');
    expect(result).toMatchObject({ verdict: 'INCONCLUSIVE', needMore: 1, pairs: 2, looks: [], surplusRows: 0 });
    expect(result).not.toHaveProperty('effect');
    expect(result.sentence).toBe('Inconclusive: value was measured on 2 paired seeds; 1 more pair reaches the next look');
  });
  test('rows between two looks are not used', () => {
    const four = fixture('noisy.csv').split('\n').slice(0, 5).join('\n');
    expect(judged(four, { margin: { kind: 'absolute', value: 0.6 } })).toMatchObject({ verdict: 'INCONCLUSIVE', pairs: 3, needMore: 1, surplusRows: 1 });
  });
  test('an automatic margin comes from the first five base values alone', () => {
    const a = judged('seed,base,head\n1,10,9\n2,11,9\n3,12,13\n4,13,9\n5,14,1\n6,999,5', { margin: { kind: 'auto' } });
    expect(a.margin).toBeCloseTo(1.25 * Math.SQRT2 * Math.sqrt(2.5), 12);
    expect(a.notes[0]).toContain('provisional');
  });
  test('equal files', () => {
    expect(judged('seed,base,head\n1,0.9,0.9\n2,0.8,0.8\n3,0.7,0.7')).toMatchObject({ verdict: 'NO_CHANGE', effect: 0, low: 0, high: 0 });
  });
  test('the result survives JSON', () => {
    const result = judged(fixture('worse.csv'));
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });
});

describe('forms of the file', () => {
  const expected = judged('seed,base,head\n1,0.5,0.6\n2,0.5,0.7\n3,0.5,0.65');
  test.each([
    ['semicolons', 'seed;base;head\n1;0.5;0.6\n2;0.5;0.7\n3;0.5;0.65'],
    ['tabs, CRLF, byte order mark', '\uFEFFseed\tbase\thead\r\n1\t0.5\t0.6\r\n2\t0.5\t0.7\r\n3\t0.5\t0.65\r\n'],
    ['columns in another order, quotes, blanks', 'head, "base" ,seed\n"0.6",0.5,1\n0.7, 0.5 ,2\n\n0.65,0.5,3'],
    ['JSON lines', '{"seed":1,"base":0.5,"head":0.6}\n{"seed":2,"base":0.5,"head":0.7}\n\n{"seed":3,"base":0.5,"head":0.65}'],
  ])('%s', (_, text) => {
    expect(judged(text)).toEqual(expected);
  });

  test.each([
    ['no rows', 'seed,base,head\n', /no rows/],
    ['empty', '', /no rows/],
    ['unpaired layout', 'seed,side,value\n1,base,0.5', /line 1: no column base, head among: seed, side, value/],
    ['a row too short', 'seed,base,head\n1,0.5,0.6\n2,0.5', /line 3: 2 cells, but the header names 3/],
    ['a word for a number', 'seed,base,head\n1,0.5,good', /line 2: head is "good", not a number/],
    ['a decimal comma', 'seed;base;head\n1;0,5;0,6', /line 2: base is "0,5"/],
    ['a repeated seed', 'seed,base,head\n1,0.5,0.6\n1,0.5,0.7', /line 3: seed 1 again \(first on line 2\)/],
    ['a seed that is no number', 'seed,base,head\na,0.5,0.6', /line 2: seed "a" is not a whole number/],
    ['a column twice', 'seed,base,head,head\n1,1,1,1', /two columns are called head/],
    ['JSON without a side', '{"seed":1,"base":0.5}', /line 1: no head in this row/],
    ['broken JSON', '{"seed":1,"base":0.5,"head":1}\n{"seed":2', /line 2: not a JSON object/],
    ['a JSON array', '[{"seed":1,"base":0.5,"head":0.6}]', /JSON array/],
  ])('refused: %s', (_, text, message) => {
    const run = (): unknown => judged(text);
    expect(run).toThrow(UserError);
    expect(run).toThrow(message);
    expect(() => judged(text)).toThrow(expect.objectContaining({ fix: expect.any(String), exitCode: 2 }));
  });
});
