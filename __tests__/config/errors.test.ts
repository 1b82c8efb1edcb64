/** Bad input, first two rows of product.md §9: each message has its place, the value, the fix and an example. */
import { describe, expect, test } from '@jest/globals';
import { checkText } from '../../src/config/checkReport.js';
import { messages, ours, parse, problems, wandb } from './parsing.js';

test('all errors of a file are shown at once', () => {
  const result = parse(`metric: { name: acc, goal: up, margin: -1 }
command: python train.py
budget: { trials: 0, time: 45, trial_time: 10min }
parameters:
  a: { min: 3, max: 2 }
  b: { distribution: log_uniform_values, min: 0, max: 1 }
  c: { values: [x, y], probabilities: [0.5, 0.6] }
  d: { values: [1], when: { nope: 1 } }
  e: { values: [] }
  f: { distribution: unifrom, min: 0, max: 1 }
constraints: ["b <"]
verdict: { alpha: 0.3, looks: [2, 4] }
also: [{ name: t, gate: true }]
executor: slurm
gpu: 2
`);
  expect(result.config).toBeUndefined();
  expect(problems(result)).toEqual([
    '1:28 wrong-goal', '1:40 wrong-value', '2:10 wrong-type', '3:19 wrong-value', '3:28 wrong-value', '3:44 wrong-value',
    '5:13 min-not-below-max', '6:47 out-of-range', '7:39 probabilities', '8:21 when-unknown', '9:16 empty-values', '10:22 unknown-distribution',
    '11:19 constraint', '12:19 wrong-value', '12:31 wrong-value', '13:8 gate-without-margin', '14:11 not-yet', '15:1 unknown-key',
  ]);
});

describe('values of settings', () => {
  test.each([
    ['stop: { threshold: high }', '6:20 wrong-value', 'stop.threshold is "high", must be a number'],
    ['parallel: 0', '6:11 wrong-value', 'parallel is 0, must be at least 1'],
    ['verdict: { rescore: 11 }', '6:21 wrong-value', 'verdict.rescore is 11, must be at most 10'],
    ['verdict: { rescore: some }', '6:21 wrong-value', 'verdict.rescore is "some", must be auto or a whole number from 0 to 10'],
    ['gpus: -1', '6:7 wrong-value', 'gpus is -1, must be at least 0'],
    ['setup: [npm ci]', '6:9 wrong-value', 'setup[0] is "npm ci", must be a list'],
    ['main_search: weekly', '6:14 wrong-value', 'main_search is "weekly", must be a length of time with its unit'],
    ['reduce: max', '6:9 wrong-value', 'reduce is "max", must be best, last or mean'],
    ['metrics: { tensorboard: 3 }', '6:25 wrong-value', 'metrics.tensorboard is 3, must be a text'],
    ['metrics: { regex: "acc=[0-9]+" }', '6:19 regex', 'has no group'],
    ['metrics: { regex: "acc=(?=x)(.)" }', '6:19 regex', 'cannot be read'],
    ['metrics: { fil: a.json }', '6:12 unknown-key', 'did you mean file?'],
    ['executor: cloud', '6:11 wrong-value', 'executor is "cloud", must be local'],
    ['link: [../data]', '6:8 path-outside', 'leads out of the repository'],
    ['also: [{ name: acc, goal: maximize }]', '6:8 duplicate-metric', 'metric "acc" is named twice'],
    ['trainer: { tfjs: ./t.mjs }', '3:1 two-programs', 'command and trainer are both given'],
    ['method: tpo', '6:9 unknown-method', 'there are random, grid, tuned, bayes'],
    ['method: { name: tuned, preset: c }', '6:32 wrong-value', 'method.preset is "c", must be a or b'],
    ['method: { name: tuned, starup: 3 }', '6:24 unknown-key', 'did you mean startup?'],
    ['method: { name: random, startup: 3 }', '6:25 unknown-key', 'random has no options'],
    ['method: { name: tuned, startup: 0 }', '6:33 wrong-value', 'method.startup is 0'],
    ['method: randm', '6:9 unknown-method', 'did you mean random?'],
    ['method: { nam: random }', '6:9 wrong-value', 'method is {"nam":"random"}, must be a sampler\'s name, a map'],
    ['env: { pass: ["A B"] }', '6:15 wrong-value', 'env.pass[0] is "A B"'],
    ['verdict: { looks: [5, 3] }', '6:19 wrong-value', 'verdict.looks is [5,3], must be whole numbers that grow'],
    ['verdict: { looks: [2, 4] }', '6:19 wrong-value', 'must begin at 3 pairs or more'],
    ['verdict: { looks: [3, 300] }', '6:19 wrong-value', 'must end at 100 pairs or fewer'],
    ['verdict: { looks: [] }', '6:19 wrong-value', 'must be 1 to 8 numbers of pairs'],
    ['verdict: { alpha: 0.5 }', '6:19 wrong-value', 'verdict.alpha is 0.5, must be at most 0.2'],
    ['early_terminate: hyperband', '6:18 wrong-value', 'must be a map of keys'],
    ['data:', '6:6 wrong-value', 'data is null, must be a list'],
  ])('%s', (line, place, message) => {
    const result = parse(ours(line));
    expect(problems(result)).toEqual([place]);
    expect(messages(result)).toContain(message);
  });

  test('too many gated metrics', () => {
    const also = ['a', 'b', 'c', 'd', 'e'].map((name) => `{ name: ${name}, goal: minimize, gate: true, margin: 1% }`).join(', ');
    expect(problems(parse(ours(`also: [${also}]`)))).toEqual(['6:7 too-many-gates']);
  });

  test('a wrong level and wrong looks are reported together', () => {
    expect(problems(parse(ours('verdict: { alpha: 7, looks: [1] }')))).toEqual(['6:19 wrong-value', '6:29 wrong-value']);
    expect(problems(parse(ours('verdict: { alpha: 0.1, looks: [4, 8, 16] }')))).toEqual([]);
  });
});

describe('values of parameters', () => {
  test.each([
    ['{ min: 5, max: 5 }', '5:13 min-not-below-max', 'write p: { value: 5 }'],
    ['{ min: "1e-5", max: 0.1 }', '5:13 wrong-type', 'min of p is "1e-5", must be a number | remove the quotes'],
    ['{ min: true, max: 3 }', '5:13 wrong-type', 'min of p is true, must be a number'],
    ['{ min: .nan, max: 3 }', '5:13 wrong-type', 'must be a number'],
    ['{ min: 1 }', '5:6 incomplete-parameter', 'p has "min" but no max'],
    ['{ mu: 1 }', '5:6 incomplete-parameter', 'or a distribution'],
    ['0.1', '5:6 wrong-type', 'write p: { value: 0.1 }'],
    ['[1, 2]', '5:6 wrong-type', 'write p: { values: [1,2] }'],
    ['', '5:6 wrong-type', 'parameter p is null, must be a map'],
    ['{ distribution: log_uniform_values, min: 0, max: 1 }', '5:47 out-of-range', 'above 0, as log_uniform_values takes its logarithm'],
    ['{ distribution: uniform, min: 0, max: 1, q: 2 }', '5:47 stray-keys', 'p (uniform) cannot have "q"'],
    ['{ distribution: categorical, value: 1 }', '5:35 stray-keys', 'cannot have "value"'],
    ['{ distribution: normal, mu: 0, sigma: -1 }', '5:44 out-of-range', 'at least 0'],
    ['{ distribution: beta, a: 0 }', '5:31 out-of-range', 'above 0'],
    ['{ distribution: q_uniform, min: 0, max: 1, q: 0 }', '5:52 out-of-range', 'above 0'],
    ['{ values: 3 }', '5:16 empty-values', 'must be a list with at least one value'],
    ['{ values: [1, 2], probabilities: [1] }', '5:39 probabilities', 'must be 2 numbers'],
    ['{ values: [1, 2], probabilities: [0.5, 0.6] }', '5:39 probabilities', 'sums to 1.1, must sum to 1'],
    ['{ min: 1, max: 5, default: 9 }', '5:33 default-outside', 'write a value of its space, such as 3'],
    ['{ value: 1, when: sgd }', '5:24 wrong-type', 'must be a map of parameters and their values'],
    ['{ parameters: {}, min: 1 }', '5:24 stray-keys', 'has nested parameters and cannot have "min" too'],
  ])('%s', (text, place, message) => {
    const result = parse(ours('', `  p: ${text}`));
    expect(problems(result)).toContain(place);
    expect(messages(result)).toContain(message);
  });

  test('when: unknown, never, circular', () => {
    const opt = '  opt: { values: [sgd, adam] }\n';
    expect(messages(parse(ours('', `${opt}  m: { value: 1, when: { optt: sgd } }`)))).toContain('when of m names "optt", which is no parameter | did you mean opt?');
    expect(problems(parse(ours('', `${opt}  m: { value: 1, when: { opt: lion } }`)))).toEqual(['6:31 when-never']);
    const circle = parse(ours('', '  a: { values: [1], when: { b: 1 } }\n  b: { values: [1], when: { a: 1 } }'));
    expect(problems(circle)).toEqual(['5:21 when-cycle']);
    expect(messages(circle)).toContain('a → b → a');
  });

  test('no parameters at all', () => {
    expect(problems(parse('method: random\nprogram: a.py\n'))).toEqual(['1:1 no-parameters']);
    expect(problems(parse('method: random\nparameters: {}\n'))).toEqual(['2:1 no-parameters']);
  });

  test('a constraint points into its own text', () => {
    const result = parse(ours('constraints: ["lr < 1", "lr < 1 && momentun < 1"]', '  lr: { min: 0.0, max: 1.0 }\n  momentum: { min: 0.0, max: 1.0 }'));
    expect(problems(result)).toEqual(['7:36 constraint']);
    expect(messages(result)).toContain('did you mean momentum?');
  });

  test('a macro that names no parameter', () => {
    expect(messages(parse('budget: { trials: 1 }\ncommand: ["${param:rate}"]\nparameters: { lr: { value: 1 } }'))).toContain('${param:rate} in command names no parameter');
  });
});

describe('grid', () => {
  test('over a continuous parameter is an error with the fix', () => {
    const result = parse('method: grid\nprogram: a.py\nparameters:\n  lr: { min: 0.0, max: 1.0 }\n  n: { parameters: { p: { values: [1, 2], probabilities: [0.5, 0.5] } } }');
    expect(problems(result)).toEqual(['4:7 grid-continuous', '5:25 grid-continuous']);
    expect(result.diagnostics.find(({ line }) => line === 4)?.example).toBe('lr: { distribution: q_uniform, min: 0, max: 1, q: 0.1 }');
  });
  const space = '  a: { min: 1, max: 5 }\n  b: { min: 1, max: 5 }';
  test('larger than the default budget: an error with both numbers in ours, a warning in W&B\'s', () => {
    const own = parse(ours('method: grid', space).replace('budget: { trials: 5 }', 'gpus: 1'));
    expect(problems(own)).toEqual(['7:1 grid-too-large']);
    expect(messages(own)).toContain('grid has 25 points, the default budget is 20 trials');
    expect(problems(parse(wandb('', space).replace('random', 'grid')), 'warning')).toEqual(['1:1 grid-too-large']);
  });
  test('larger than an explicit budget: said', () => expect(messages(parse(ours('method: grid', space)))).toContain('grid has 25 points, budget is 5: an evenly spread part is run'));
  test('conditions and constraints are counted', () => {
    const result = parse(ours('method: grid\nconstraints: ["a < 3"]', '  a: { min: 1, max: 5 }\n  b: { min: 1, max: 5, when: { a: 1 } }'));
    expect(messages(result)).toContain('grid has 6 points, budget is 5');
    expect(problems(parse(ours('method: grid\nconstraints: ["a < 0"]', '  a: { min: 1, max: 5 }')))).toEqual(['6:1 empty-space']);
  });
});

test('an error is shown with its line, a caret, the fix and an example', () => {
  expect(checkText(parse(ours('reduce: max'))).split('\n')).toEqual([
    'noregret.yml:6:9 error wrong-value: reduce is "max", must be best, last or mean',
    '  6 | reduce: max',
    '    |         ^',
    '  fix: write for example `reduce: last`',
    '  example: reduce: last',
    'noregret.yml: not valid, 1 error',
  ]);
});

describe('flags', () => {
  test.each([
    [{ trials: '0' }, '--trials: budget.trials is 0, must be at least 1'], [{ time: 'soon' }, '--time: budget.time is "soon"'], [{ method: 'gird' }, '--method: method is "gird"'],
    [{ goal: 'up' }, '--goal: metric.goal is "up"'], [{ seed: '-3' }, '--seed: seed is "-3"'], [{ command: '${arg}' }, '--command: unknown macro ${arg}'],
  ])('%p names the flag', (overrides, message) => {
    const result = parse(ours(''), { overrides });
    expect(messages(result)).toContain(message);
    expect(result.diagnostics.find(({ severity }) => severity === 'error')).toMatchObject({ line: 0, column: 0 });
    expect(checkText(result)).toContain('noregret.yml error ');
  });

  test('inputs have their own names', () => {
    expect(messages(parse(ours(''), { overrides: { trials: 0 }, overrideLabel: (name) => `input "${name}"` }))).toContain('input "trials": budget.trials is 0');
  });

  test('they win over the file', () => {
    const { config } = parse(ours('method: random\nreduce: best').replace('maximize', 'maximize, margin: 1%'), { overrides: { trials: 7, time: '1h30m', method: 'grid', metric: 'loss', goal: 'minimize', seed: 9, command: ['a', '${args}'] } }) ;
    expect(config).toBeUndefined();
    const random = parse(ours('reduce: best').replace('maximize', 'maximize, margin: 1%'), { overrides: { trials: 7, time: '1h30m', metric: 'loss', goal: 'minimize', seed: 9, command: ['a', '${args}'] } }).config;
    expect(random).toMatchObject({ budget: { trials: 7, trialsExplicit: true, timeMs: 5_400_000 }, metric: { name: 'loss', goal: 'minimize', margin: { kind: 'auto' } }, seed: 9, program: { argv: ['a', '${args}'] }, reduce: 'best' });
  });
});

test.each([['0', 'is 0, must be above 0'], ['0%', 'is "0%", must be above 0'], ['5ms', 'is "5ms", must be a number in the metric\'s own unit, a percentage of main such as 0.5%, or auto']])('margin: %s', (margin, message) => {
  const { diagnostics } = parse(ours('').replace('maximize', `maximize, margin: ${margin}`));
  expect(diagnostics.find(({ severity }) => severity === 'error')).toMatchObject({ message: expect.stringContaining(message), fix: expect.stringContaining('margin: 0.5%') });
});

test.each([
  ['transfer: noregret', '6:11 transfer-self', 'cannot train on from its own model'], ['checkpoint: ../model', '6:13 path-outside', 'leads out of $NOREGRET_TRIAL_DIR'], ['checkpoint: /tmp/model', '6:13 path-outside', 'name a file or folder below it'],
])('%s', (line, place, words) => {
  const result = parse(ours(line));
  expect([problems(result), messages(result)]).toEqual([[place], expect.stringContaining(words)]);
});
