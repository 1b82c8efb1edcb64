import { describe, expect, test } from '@jest/globals';
import { messages, parse, problems } from './parsing.js';

const study = (lines: string): string => `metric: { name: acc, goal: maximize }\n${lines}\n`;

describe('results', () => {
  test('a path, or a map with what the files do not say; nothing else is needed', () => {
    const { config } = parse(study('results: tuner/digits'));
    expect(config).toMatchObject({ results: { path: 'tuner/digits', columns: {} }, program: undefined, space: { parameters: [] }, method: { name: 'random' } });
    expect(parse(study('results: { path: t.csv, format: csv, study: digits, params: [lr, units], seed: s, state: st, choices: { act: [relu, 1, null], n: number } }')).config?.results)
      .toEqual({ path: 't.csv', format: 'csv', study: 'digits', columns: { params: ['lr', 'units'], seed: 's', state: 'st' }, choices: { act: ['relu', 1, null], n: 'number' } });
    expect(problems(parse(study('results: tuner')), 'warning')).toEqual([]);
  });

  test.each([
    ['results: /data/tuner', '2:10 path-outside'], ['results: ../tuner', '2:10 path-outside'], ['results: { path: a/../../b }', '2:18 path-outside'],
    ['results: { path: t.csv, params: [lr, acc] }', '2:38 column-two-roles'], ['results: { path: t.csv, params: [s, lr], seed: s }', '2:34 column-two-roles'],
    ['results: { path: t.csv, seed: s, state: s }', '2:41 column-two-roles'], ['results: { path: t.csv, seed: acc }', '2:31 column-two-roles'],
    ['results: {}', '2:10 wrong-value'], ['results: { path: t, trust: true }', '2:21 unknown-key'],
    ['results: t\ncommand: [python, train.py]', '3:1 two-programs'], ['results: t\ntrainer: { tfjs: t.mjs }', '3:1 two-programs'], ['results: t\nfolds: 5', '3:1 two-programs'], ['results: t\nsetup: [[npm, ci]]', '3:1 two-programs'],
  ])('%s', (lines, place) => expect(problems(parse(study(lines)))).toEqual([place]));

  test('a key that there is not: those that there are, or the one that is meant', () => {
    const fixes = (lines: string) => parse(study(lines)).diagnostics.map(({ fix }) => fix);
    expect(fixes('results: { path: t, trust: true }')).toEqual(['keys here: path, format, study, params, state, seed, choices']);
    expect(fixes('results: { path: t, parms: [a] }')).toEqual(['did you mean params?']);
  });

  test('the metric has to be named', () => {
    expect(messages(parse('results: t\n'))).toContain('metric is missing: results may hold several');
  });

  test('what a tuner that reads the same file needs may stand there', () => {
    const result = parse(study('results: t\nmethod: random\nparameters: { lr: { min: 0, max: 1 } }\nbudget: { trials: 5 }'));
    expect(problems(result)).toEqual([]);
    expect(messages(result)).toContain('parameters, method, budget: without effect where results are read');
  });
});
