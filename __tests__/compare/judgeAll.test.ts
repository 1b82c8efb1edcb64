import { describe, expect, test } from '@jest/globals';
import { judge, judgeText, type JudgeOptions } from '../../src/compare/judge.js';
import { judgeAll, judgeAllText, type JudgeAllOptions } from '../../src/compare/judgeAll.js';
import { pairTableReader, parsePairs, type PairTable } from '../../src/compare/pairTable.js';
import { joinSides, sideTableReader, type SideTable } from '../../src/compare/sideTable.js';

const options: JudgeOptions = { margin: { kind: 'absolute', value: 0.6 }, goal: 'maximize', alpha: 0.05, looks: [3, 5, 7, 10] };
const undecided = [-0.9, 0.8, -0.5, 0.6, -1.1, 0.9, -0.7, 0.3, -0.6, 0.4];
const csv = (differences: readonly number[]): string => ['seed,base,head', ...differences.map((d, i) => `${i},1,${1 + d}`)].join('\n');
const side = (text: string): SideTable => {
  const reader = sideTableReader();
  reader.push(text);
  return reader.end();
};
const all = (text: string, more: Partial<JudgeAllOptions> = {}): ReturnType<typeof judgeAll> => judgeAll(parsePairs(text), {
  margins: { all: options.margin, named: new Map() }, goals: { all: 'maximize', named: new Map() }, alpha: 0.05, looks: [3, 5, 7, 10], ...more,
});

describe('any number of pairs', () => {
  test('all rows count, beyond the last look', () => {
    const rows = csv([...undecided, ...undecided, ...undecided, ...undecided]);
    expect(judge(rows, options)).toMatchObject({ verdict: 'INCONCLUSIVE', method: 'looks', pairs: 10, surplusRows: 30 });
    expect(judge(rows, { ...options, moreSeeds: true })).toMatchObject({ verdict: 'PASS', method: 'more-seeds', pairs: 40, surplusRows: 0 });
  });
  test('what to do when undecided', () => {
    expect(judge(csv(undecided), options).notes).toEqual(['to go on, add pairs to these and judge all of them with --more-seeds']);
    expect(judge(csv(undecided), { ...options, moreSeeds: true }).notes.join()).toContain('as often as needed');
  });
  test('the same as the pure extension, p being the inverse e-value', () => {
    const result = judge(csv([-1.1, -0.3, -0.9, -0.75, -1]), { ...options, moreSeeds: true });
    expect(result.verdict).toBe('REGRESSION');
    expect(result.high).toBeCloseTo(-0.81 + 0.6029907547749319, 8);
    expect(result.p).toBeCloseTo(1 / 25.346558061651603, 8);
  });
  test('a minimised metric keeps its sign', () => {
    const result = judge(csv([-1.1, -0.3, -0.9, -0.75, -1]), { ...options, goal: 'minimize', moreSeeds: true });
    expect(result).toMatchObject({ verdict: 'IMPROVED', better: true });
    expect(result.effect).toBeCloseTo(-0.81, 12);
  });
});

describe('resplits of one data set', () => {
  const differences = [0.01, 0.006, 0.012, 0.004, 0.009, 0.011, 0.003, 0.008, 0.007, 0.01];
  test('the corrected t test of the reference', () => {
    const result = judge(csv(differences), { ...options, margin: { kind: 'absolute', value: 0.001 }, looks: [10], foldRatio: 1 / 9 });
    expect(result.verdict).toBe('IMPROVED');
    expect(result.p).toBeCloseTo(0.00024682619056018657, 9);
  });
  test('the interval is wider than for independent runs, by the root of 1 + n/9', () => {
    const width = (foldRatio: number): number => {
      const { low = 0, high = 0 } = judge(csv(differences), { ...options, looks: [10], foldRatio });
      return high - low;
    };
    expect(width(1 / 9) / width(0)).toBeCloseTo(Math.sqrt(1 + 10 / 9), 10);
  });
});

describe('without pairs', () => {
  const text = 'base,head\n0.921,0.912\n0.918,0.905\n0.925,0.921\n0.919,0.909\n0.924,0.915\n0.92,\n';
  test('columns without seeds, of unequal length', () => {
    const result = judge(text, { ...options, margin: { kind: 'absolute', value: 0.01 } });
    expect(result).toMatchObject({ verdict: 'REGRESSION', method: 'unpaired', pairs: 5, headOnlyFailures: 0 });
    expect(judgeText(result)[0]).toContain('margin 0.01, 6 base and 5 head runs without pairs');
  });
  test('seeds that mean nothing', () => {
    expect(judge(csv(undecided), { ...options, unpaired: true })).toMatchObject({ method: 'unpaired', pairs: 10, verdict: 'PASS' });
  });
  test('nan is a failed run, nothing is none', () => {
    expect(judge('base,head\n1,nan\n2,1\n3,2\n4,3\n', options)).toMatchObject({ headOnlyFailures: 1, pairs: 3 });
    expect(judge('{"base":1,"head":2}\n{"base":2,"head":null}\n{"base":3,"head":2}\n{"base":2}\n{"head":1}', options)).toMatchObject({ headOnlyFailures: 1, pairs: 3 });
  });
  test('one side failed altogether', () => {
    expect(judge('base,head\n1,nan\n2,nan\n3,nan\n', options)).toMatchObject({ verdict: 'REGRESSION', reason: 'stability' });
    expect(judge('base,head\nnan,1\nnan,1.1\nnan,1.2\n', options)).toMatchObject({ verdict: 'NO_BASELINE', reason: 'base-failed' });
    expect(judge('base,head\nnan,nan\nnan,nan\nnan,nan\n', options)).toMatchObject({ verdict: 'INCOMPLETE', reason: 'both-failed' });
  });
  test('all equal', () => {
    expect(judge('base,head\n1,1\n1,1\n1,1\n', options)).toMatchObject({ verdict: 'NO_CHANGE', effect: 0 });
  });
  test('too few', () => {
    expect(judge('base,head\n1,1\n2,\n3,\n', options).sentence).toContain('2 more on the shorter side');
  });
});

describe('numbers and margins that have no answer', () => {
  test.each([{}, { moreSeeds: true }, { unpaired: true }])('a spread beyond the range of numbers %j', (more) => {
    expect(() => judge('seed,base,head\n1,1e200,-1e200\n2,1e300,-1e300\n3,1,5\n', { ...options, ...more })).toThrow(/spread of value is beyond the range/);
  });
  test('a per cent margin on a metric that changes sign, or has none', () => {
    const percent = { ...options, margin: { kind: 'percent', value: 1 } as const };
    expect(() => judge('seed,base,head\n1,-1,1\n2,1,1\n3,2,1\n', percent)).toThrow(/both sides of zero/);
    expect(() => judge('base,head\n-1,1\n1,1\n2,1\n', percent)).toThrow(/both sides of zero/);
    expect(() => judge('seed,base,head\n1,,1\n2,,1\n3,,1\n', percent)).toThrow(/no value to take a share of/);
  });
  test('a margin in another unit is pointed out', () => {
    expect(judge(csv([0, 0.1, 0]), { ...options, margin: { kind: 'absolute', value: 2 } }).notes.join()).toContain('per cent need a % sign');
  });
});

describe('several metrics', () => {
  const wide = 'seed,base.acc,head.acc,base.loss,head.loss,host\n1,0.92,0.91,1,1\n'.replace('1,1\n', '1,1,a\n') + [2, 3, 4, 5].map((i) => `${i},0.9${i},0.9${i - 1},1.0${i},1.0${i},a`).join('\n');
  const long = ['metric,seed,base,head', ...[1, 2, 3, 4, 5].flatMap((i) => [`acc,${i},0.9${i},0.9${i}1`, `loss,${i},1.0${i},2.0${i % 3}`])].join('\n');
  test('side by side', () => {
    const report = all(wide, { margins: { named: new Map([['acc', { kind: 'absolute', value: 0.005 }], ['loss', { kind: 'percent', value: 50 }]]) } });
    expect(report.metrics.map(({ metric, verdict }) => [metric, verdict])).toEqual([['acc', 'REGRESSION'], ['loss', 'NO_CHANGE']]);
    expect(report).toMatchObject({ verdict: 'REGRESSION', ignored: ['host'] });
    expect(report.sentence).toContain('acc');
  });
  test('row by row, each with its own direction; Holm in the table', () => {
    const report = all(long, { goals: { all: 'maximize', named: new Map([['loss', 'minimize']]) } });
    expect(report.verdict).toBe('REGRESSION');
    const text = judgeAllText(report).join('\n');
    expect(text).toMatch(/\| metric +\| base +\| head +\| change/);
    expect(text).toMatch(/\| loss +\|.*\| REGRESSION \|/);
    const loss = report.metrics.find(({ metric }) => metric === 'loss')!;
    expect(loss.pHolm).toBeGreaterThanOrEqual(loss.p!);
  });
  test('what is not gated does not decide', () => {
    expect(all(long, { goals: { all: 'maximize', named: new Map([['loss', 'minimize']]) }, gated: ['acc'] })).toMatchObject({ verdict: 'PASS', metrics: [{ gate: true }, { metric: 'loss', gate: false, verdict: 'REGRESSION' }] });
  });
  test('the same seed belongs to each metric once', () => {
    expect(() => parsePairs(`${long}\nacc,3,0.9,0.9`)).toThrow(/line 12: seed 3 again \(first on line 6\)/);
  });
  test.each([
    ['half a pair of columns', 'seed,base.acc,head.loss\n1,2,3', /line 1: no column head\.acc, base\.loss/],
    ['a row without a metric', 'metric,seed,base,head\n,1,2,3', /line 2: this row names no metric/],
  ])('%s', (_, text, message) => {
    expect(() => all(text)).toThrow(message);
  });
  test('names that the file does not have, settings that are missing, too many', () => {
    expect(() => all(wide, { gated: ['f1'] })).toThrow(/no metric f1, but acc, loss/);
    expect(() => all(wide, { margins: { named: new Map([['acc', options.margin]]) } })).toThrow(/--margin says nothing of loss/);
    const six = ['metric,seed,base,head', ...'abcdef'.split('').map((name) => `${name},1,1,1`)].join('\n');
    expect(() => all(six)).toThrow(/6 metrics would decide together/);
  });
});

describe('a file of each side', () => {
  const joined = (base: string, head: string, isUnpaired = false): PairTable => {
    const { metrics, ignored } = joinSides(side(base), side(head), isUnpaired);
    const plain = metrics.map(({ seeds, ...one }) => ({ ...one, base: Array.from(one.base), head: Array.from(one.head), ...(seeds === undefined ? {} : { seeds: Array.from(seeds) }) }));
    return { metrics: plain, ignored };
  };
  test('pairs where both have seeds, in any order', () => {
    expect(joined('seed,acc,host\n1,0.9,a\n2,0.8,b', 'seed,acc\n2,0.7\n1,0.95')).toEqual({ metrics: [{ metric: 'acc', seeds: [1, 2], base: [0.9, 0.8], head: [0.95, 0.7] }], ignored: [] });
    expect(joined('seed,acc\n1,0.9', 'seed,acc\n1,0.95', true).metrics[0]).not.toHaveProperty('seeds');
  });
  test('one number per line, lines of unequal number', () => {
    expect(joined('0.9\n0.8\nnan\n', '0.7\n0.6\n').metrics).toEqual([{ base: [0.9, 0.8, Number.NaN], head: [0.7, 0.6] }]);
  });
  test('metric and value', () => {
    expect(joined('metric,value\nacc,1\nloss,2', '{"metric":"loss","value":3}')).toEqual({ metrics: [{ metric: 'loss', base: [2], head: [3] }], ignored: ['acc'] });
  });
  test('a seed on one side only', () => {
    expect(() => joined('seed,acc\n1,1\n2,1', 'seed,acc\n1,1\n3,1')).toThrow(/2 seeds of acc are on one side only: 2 \(base\), 3 \(head\)/);
  });
  test('nothing in common, a repeated seed', () => {
    expect(() => joined('acc\n1', 'loss\n1')).toThrow(/no metric in common: base has acc, head loss/);
    expect(() => joined('seed,acc\n1,1\n1,2', 'seed,acc\n1,1')).toThrow(/line 3: seed 1 again/);
  });
});

test('a long file out of order: what is repeated first, with its lines', () => {
  const seeds = Array.from({ length: 5000 }, (_, i) => (i * 1237) % 5003);
  const text = ['seed,base,head', ...seeds.map((seed, i) => `${seed},${i},${i + 0.5}`)].join('\n');
  const [columns] = parsePairs(text).metrics;
  expect([columns?.base.length, columns?.base[4999], columns?.head[1024]]).toEqual([5000, 4999, 1024.5]);
  expect(() => parsePairs(`${text}\n${seeds[4000]},1,1\n${seeds[10]},1,1`)).toThrow(`line 5002: seed ${seeds[4000]} again (first on line 4002)`);
});

test('a file in pieces is the file', () => {
  const text = 'seed,base,head\r\n3,1,2\r\n\r\n1,2,3\r\n2,0.5,nan\r\n';
  for (const size of [1, 2, 3, 7]) {
    const reader = pairTableReader();
    for (let i = 0; i < text.length; i += size) reader.push(text.slice(i, i + size));
    expect(reader.end()).toEqual(parsePairs(text));
  }
  expect(() => parsePairs(`${text}2,1,1\r\n`)).toThrow(/line 6: seed 2 again \(first on line 5\)/);
  expect(() => parsePairs('x'.repeat(2 << 20))).toThrow(/more than a million characters/);
});
