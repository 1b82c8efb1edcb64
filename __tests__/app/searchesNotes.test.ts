import { describe, expect, test } from '@jest/globals';
import { searchedOf, type Searched } from '../../src/app/searched.js';
import { noVerdictNote, searchesNotes, searchesWarnings } from '../../src/app/searchesNotes.js';
import { unchangedReference } from '../../src/compare/twoSearches.js';
import { createRng } from '../../src/math/rng.js';
import type { Goal } from '../../src/model/direction.js';
import type { Params } from '../../src/model/params.js';
import type { StudyEvent } from '../../src/model/study.js';

/** Without a value it still runs. */
interface Row { readonly params: Params; readonly value?: number }

function searched(path: string, rows: readonly Row[], { metric = 'acc', goal = 'maximize', command = 'import' }: { metric?: string; goal?: Goal; command?: string } = {}): Searched {
  const events: StudyEvent[] = [{ type: 'created', schema: 1, tool: 't', study: 'digits', at: '', identity: { command, config: JSON.stringify({ metric: { name: metric, goal } }) } }];
  for (const [trial, { params, value }] of rows.entries()) {
    events.push({ type: 'started', trial, attempt: 1, side: 'head', stage: 'search', params, seed: -1 - trial, at: '' });
    if (value !== undefined) events.push({ type: 'finished', trial, attempt: 1, at: '', result: { outcome: { state: 'complete', value }, metrics: {}, seconds: 0 } });
  }
  return searchedOf({ log: { events, notes: [] }, path });
}
/** Each value `times` over, a thousandth apart, as one configuration. */
const repeated = (values: readonly number[], times: number, from = 0): Required<Row>[] => values.flatMap((value, x) => Array.from({ length: times }, (_, i) => ({ params: { x: x + from }, value: value - i / 1000 })));
const plain = (values: readonly number[], from = 0): Row[] => repeated(values, 1, from);
const line = (notes: readonly string[], beginning: string): string => notes.find((note) => note.startsWith(beginning)) ?? '';

describe('repeats of one configuration', () => {
  const [low, high] = [[0.5, 0.51, 0.52, 0.53, 0.54, 0.55], [0.505, 0.515, 0.525, 0.535, 0.545, 0.6]];

  test('are dealt out together: five runs of one good draw are one lucky draw, not five', () => {
    const notes = searchesNotes(searched('a', repeated(low, 5)), searched('b', repeated(high, 5, 100)));
    // Of twelve configurations the best is somebody's, whatever happened.
    expect(line(notes, 'If nothing had changed')).toMatch(/The one found is no larger than luck makes it\.$/);
    expect(notes).toContain('Repeats of one configuration count there as one trial, its best: 30 trials of a are 6, 30 trials of b are 6.');
    // As trials the five best would all be one search's: 2 * (30 * 29 * 28 * 27 * 26) / (60 * 59 * 58 * 57 * 56) = .052.
    expect(unchangedReference(repeated(low, 5).map(({ value }) => value), repeated(high, 5).map(({ value }) => value))?.share).toBeCloseTo(0.0522, 4);
    // The best two fall to two sides in 6/11 (median 0.6 - 0.55), the best four to one in 2 * (6 * 5 * 4 * 3) / (12 * 11 * 10 * 9) = .061, the best five in .015.
    expect(line(notes, 'If nothing had changed')).toContain('would differ by 0.05 (median), and by up to 0.065 in 95 of 100');
  });

  test('by the direction of the metric, and nothing is said where there are none', () => {
    const notes = searchesNotes(searched('a', repeated(low, 2), { metric: 'rmse', goal: 'minimize' }), searched('b', plain([0.1, 0.6, 0.7, 0.8, 0.9], 100), { metric: 'rmse', goal: 'minimize' }));
    expect(line(notes, 'Repeats')).toBe('Repeats of one configuration count there as one trial, its best: 12 trials of a are 6.');
    expect(searchesNotes(searched('a', plain(low)), searched('b', plain(high, 100))).filter((note) => note.startsWith('Repeats'))).toEqual([]);
  });

  test('fewer than five configurations are too few, however often they were run', () => {
    const notes = searchesNotes(searched('a', repeated(low.slice(0, 4), 9)), searched('b', plain(high)));
    expect(line(notes, 'How far')).toBe('How far two searches lie apart when nothing changed is not said: that takes 5 configurations with a value on each side, and a has 4.');
  });

  test('a share of at most .05 stays at most one of twenty where nothing changed', () => {
    const random = createRng('repeats of configurations');
    const draw = (path: string, from: number): Searched => searched(path, Array.from({ length: 10 }, (_, x) => ({ x, level: random.uniform() })).flatMap(({ x, level }) => Array.from({ length: 4 }, () => ({ params: { x: x + from }, value: level + 0.01 * random.uniform() }))));
    const [rounds, alarms] = [600, { together: 0, apart: 0 }];
    for (let i = 0; i < rounds; i += 1) {
      const [a, b] = [draw('a', 0), draw('b', 100)];
      const often = /comes about in (less than 1|\d+) of 100/.exec(line(searchesNotes(a, b), 'If nothing'))?.[1];
      if (often !== undefined && (often === 'less than 1' || Number(often) <= 5)) alarms.together += 1;
      const values = ({ trials }: Searched): number[] => trials.flatMap(({ result }) => (result?.outcome.state === 'complete' ? result.outcome.value : []));
      if ((unchangedReference(values(a), values(b))?.share ?? 1) <= 0.05) alarms.apart += 1;
    }
    expect(alarms.together / rounds).toBeLessThan(0.06);
    // What it was before: most pairs of unchanged searches looked like a find.
    expect(alarms.apart / rounds).toBeGreaterThan(0.3);
  });

  test('configurations that both tried are no luck of a search', () => {
    const note = (...sides: [Row[], Row[]]): string => searchesNotes(searched('a', sides[0]), searched('b', sides[1])).find((one) => one.includes('tried by both')) ?? '';
    expect(note(plain(low), plain(high, 5))).toMatch(/^One configuration was tried/);
    expect(note(plain(low), plain(high, 3))).toMatch(/^3 configurations were tried/);
    expect(note(plain(low), plain(high, 6))).toBe('');
    // Two grids: nothing was drawn.
    const grids = searchesNotes(searched('a', plain(low)), searched('b', plain(high)));
    expect(grids.join(' ')).toContain('Both searches tried the same 6 configurations, as grids or equal seeds do: the luck of a search plays no part, and what is left is that of single runs. Head is better at 6 of them, base at 0.');
    expect(grids.join(' ')).not.toContain('If nothing had changed');
    const losses = { metric: 'rmse', goal: 'minimize' } as const;
    expect(searchesNotes(searched('a', plain(low), losses), searched('b', plain([0.5, ...high.slice(1)]), losses)).join(' ')).toContain('Head is better at 0 of them, base at 5.');
  });
});

describe('a metric whose name says nothing', () => {
  const note = (name: string): string => `"${name}" does not say what was measured: it is assumed to be the same on both sides.`;
  const sides = (metric: string, factor = 1, command = 'import'): [Searched, Searched] => [searched('a', plain([0.7, 0.8]), { metric, command }), searched('b', plain([0.75, 0.9].map((x) => x * factor), 9), { metric, command })];

  test.each(['score', 'Value', 'loss', 'objective', 'mean_test_score', 'val_loss', 'values_0'])('%s is assumed to be one thing, once', (metric) => {
    expect(searchesNotes(...sides(metric)).filter((one) => one === note(metric))).toHaveLength(1);
    expect(searchesWarnings(...sides(metric))).toEqual([]);
  });

  test.each(['accuracy', 'f1_score', 'test_acc', 'log_loss', 'mean'])('%s is no such name', (metric) => {
    expect([...searchesNotes(...sides(metric)), ...searchesWarnings(...sides(metric, -1000))].join(' ')).not.toContain('does not say what was measured');
  });

  test('values of another scale or sign are a warning instead', () => {
    for (const [factor, range] of [[-4000, '−3600 to −3000'], [-0.01, '−0.009 to −0.0075'], [100, '75 to 90']] as const) {
      const [a, b] = sides('score', factor);
      expect(searchesWarnings(a, b)).toEqual([`${note('score')} The values speak against it: 0.7 to 0.8 in a, ${range} in b.`]);
      expect(searchesNotes(a, b)).not.toContain(note('score'));
    }
    expect(searchesWarnings(...sides('score', 1.2))).toEqual([]);
  });

  test('of two logs of ours the study file has named it', () => {
    expect(searchesNotes(...sides('score', 1, 'tune'))).not.toContain(note('score'));
  });
});

describe('parameters of one side', () => {
  const note = (base: Params, head: Params): string => searchesNotes(searched('a', [{ params: base, value: 1 }]), searched('b', [{ params: head, value: 2 }])).find((one) => one.startsWith('The searches were over')) ?? '';

  test('the same name with another way to it was probably renamed', () => {
    expect(note({ clf__alpha: 1, clf__penalty: 'l1' }, { alpha: 1, 'opt.penalty': 'l1' })).toBe('The searches were over different parameters: only base has clf__alpha, clf__penalty; only head has alpha, opt.penalty. Probably renamed: clf__alpha → alpha, clf__penalty → opt.penalty.');
  });

  test('two for one is no renaming', () => {
    expect(note({ a__lr: 1, b__lr: 1 }, { lr: 1 })).not.toContain('renamed');
    expect(note({ lr: 1 }, { a__lr: 1, b__lr: 1 })).not.toContain('renamed');
  });
});

describe('a tuner that still runs', () => {
  test('is told by side, once where both are one', () => {
    const open = (path: string): Searched => searched(path, [...plain([0.5, 0.6]), { params: { x: 7 } }]);
    const warning = '1 of the 3 trials of b has no end: if its tuner still runs, this search is not whole yet.';
    expect(searchesWarnings(searched('a', plain([0.5])), open('b'))).toEqual([warning]);
    expect(searchesWarnings(open('b'), open('b'))).toEqual([warning, 'Both sides are b.']);
  });
});

describe('one tuning twice', () => {
  test('is said, by its path or as a copy; other values are another tuning', () => {
    const rows = plain([0.5, 0.6]);
    expect(searchesWarnings(searched('a', rows), searched('a', rows))).toEqual(['Both sides are a.']);
    expect(searchesWarnings(searched('a', rows), searched('b', rows))).toEqual(['a and b hold the same trials, value for value: is one a copy of the other?']);
    expect(searchesWarnings(searched('a', rows), searched('b', plain([0.5, 0.61])))).toEqual([]);
    expect(searchesWarnings(searched('a', rows), searched('b', plain([0.5, 0.6], 1)))).toEqual([]);
    expect(searchesWarnings(searched('a', []), searched('b', []))).toEqual([]);
  });

  test('of results that one study file names, nothing was tuned in between: no copy, no luck, no other metric', () => {
    const [a, b, apart] = [searched('a', plain([0.5, 0.6]), { metric: 'loss' }), searched('b', plain([0.5, 0.6]), { metric: 'loss' }), searched('b', plain([50, 60]), { metric: 'loss' })];
    const oneStudyFile = { oneStudyFile: true };
    expect(searchesWarnings(a, b, oneStudyFile)).toEqual([]);
    expect(searchesNotes(a, b, oneStudyFile)).toEqual(['b holds the trials of a, value for value: nothing was tuned in between.', noVerdictNote]);
    expect(searchesWarnings(a, apart, oneStudyFile)).toEqual([]);
    expect(searchesNotes(a, apart, oneStudyFile)[0]).toContain('Both searches tried the same 2 configurations');
  });
});
