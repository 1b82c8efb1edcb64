import { describe, expect, test } from '@jest/globals';
import { messages, ours, parse, problems } from './parsing.js';

const parts = (text: string): unknown => parse(ours(text)).config?.parts;

describe('folds and repeats', () => {
  test('without them a trial is one run, and the configuration is what it was', () => {
    expect(parse(ours('')).config).not.toHaveProperty('parts');
    expect(parts('folds: 1\nrepeats: 1')).toBeUndefined();
  });

  test('are read with their defaults', () => {
    expect(parts('folds: 5')).toEqual({ folds: 5, repeats: 1, aggregate: 'mean' });
    expect(parts('repeats: 3\naggregate: worst')).toEqual({ folds: 1, repeats: 3, aggregate: 'worst' });
    expect(parts('folds: 5\nrepeats: 2\naggregate: median')).toEqual({ folds: 5, repeats: 2, aggregate: 'median' });
  });

  test.each([
    ['folds: 0', '6:8 wrong-value', 'folds is 0'],
    ['folds: 2.5', '6:8 wrong-value', 'folds is 2.5, must be a whole number'],
    ['folds: all', '6:8 wrong-value', 'folds is "all"'],
    ['repeats: 101', '6:10 wrong-value', 'repeats is 101'],
    ['folds: 20\nrepeats: 6', '7:10 too-many-runs', 'a trial would be 120 runs'],
    ['folds: 5\ncheckpoint: model', '7:13 checkpoint-folds', 'each of the 5 folds leaves a model of its own'],
    ['folds: 5\naggregate: sum', '7:12 wrong-value', 'aggregate is "sum"'],
    ['folds: 5\nearly_terminate: { type: hyperband }', '7:18 pruner-needs-curve', 'write one of never, wilcoxon'],
    ['folds: 5\nearly_terminate: { type: auto }', '7:18 pruner-needs-curve', 'follows the curve of one run'],
    ['folds: 5\nearly_terminate: { type: asha, resource: seconds }', '7:42 pruner-needs-curve', 'a step is one of them'],
  ])('%s', (text, place, message) => {
    const result = parse(ours(text));
    expect(problems(result)).toEqual([place]);
    expect(messages(result)).toContain(message);
  });

  test('an aggregate of one run is a warning', () => {
    expect(problems(parse(ours('aggregate: worst')), 'warning')).toEqual(['6:12 no-effect']);
  });

  test('a command that asks for a fold needs folds', () => {
    const text = (more: string): string => ours(more).replace(/command: .*/, 'command: [python, train.py, "--fold=${fold}/${folds}", "${args}"]');
    expect(text('')).toContain('${fold}');
    expect(problems(parse(text('')))).toEqual([expect.stringMatching(/ no-folds$/)]);
    expect(problems(parse(text('folds: 4')))).toEqual([]);
  });

  test.each(['wilcoxon', 'median', 'percentile', 'asha', 'never'])('%s stops between the runs', (type) => {
    expect(problems(parse(ours(`folds: 5\nearly_terminate: { type: ${type} }`)))).toEqual([]);
  });
});
