/** One test per row of the table "where readers and tools disagree" (sweeps/README.md). */
import { describe, expect, test } from '@jest/globals';
import type { Distribution } from '../../src/model/searchSpace.js';
import { messages, ours, parse, problems, wandb } from './parsing.js';

function distribution(parameter: string, source = wandb): Distribution | undefined {
  return parse(source('', `  p: ${parameter}`)).config?.space.parameters[0]?.distribution;
}

describe('numbers', () => {
  test.each([['1e-5', 1e-5], ['15e-4', 0.0015], ['1E6', 1e6]])('%s is a number, with a note', (text, value) => {
    const result = parse(wandb('', `  p: { values: [${text}] }`));
    expect(result.config?.space.parameters[0]?.distribution).toEqual({ name: 'categorical', choices: [value] });
    expect(problems(result, 'note')).toContain('5:17 read-differently');
    expect(messages(result)).toContain('W&B reads text');
  });

  test('1e-4 with 0.1 is a float range', () => expect(distribution('{ min: 1e-4, max: 0.1 }')).toEqual({ name: 'uniform', low: 1e-4, high: 0.1 }));
  test('1_000 is an integer', () => expect(distribution('{ min: 1_000, max: 10_000_000 }')).toEqual({ name: 'int_uniform', low: 1000, high: 10_000_000 }));
  test('1_000 stays text where text is meant', () => expect(parse(wandb('name: 1_000')).config?.name).toBe('1_000'));
  test('1_000 is a limit', () => expect(parse(wandb('run_cap: 1_000')).config?.budget).toMatchObject({ trials: 1000, trialsExplicit: true }));

  test.each([
    ['{ min: 1, max: 2 }', 'int_uniform'], ['{ min: 1.0, max: 2.0 }', 'uniform'], ['{ min: 1., max: 2. }', 'uniform'], ['{ min: 1.0, max: 2 }', 'uniform'],
    ['{ distribution: uniform, min: 0, max: 1 }', 'uniform'],
  ])('%s is %s', (text, name) => expect(distribution(text)?.name).toBe(name));

  test('int_uniform takes 2. and 8. with a note, not 2.5', () => {
    const result = parse(wandb('', '  p: { distribution: int_uniform, min: 2., max: 8. }'));
    expect(result.config?.space.parameters[0]?.distribution).toEqual({ name: 'int_uniform', low: 2, high: 8 });
    expect(problems(result, 'note')).toContain('5:40 float-bounds');
    expect(problems(parse(wandb('', '  p: { distribution: int_uniform, min: 2.5, max: 8 }')))).toEqual(['5:40 out-of-range']);
  });

  test('mixed bounds are uniform, with a note', () => {
    const result = parse(wandb('', '  p: { min: 0, max: 0.5 }'));
    expect(result.config?.space.parameters[0]?.distribution).toEqual({ name: 'uniform', low: 0, high: 0.5 });
    expect(problems(result, 'note')).toContain('5:13 mixed-bounds');
  });

  test('q: 1 gives integers, q: 1.0 and no q give floats', () => {
    expect(distribution('{ distribution: q_uniform, min: 0, max: 9, q: 1 }')).toMatchObject({ q: 1, integer: true });
    expect(distribution('{ distribution: q_uniform, min: 0, max: 9, q: 1.0 }')).toMatchObject({ q: 1, integer: false });
    expect(distribution('{ distribution: q_uniform, min: 0, max: 9 }')).toMatchObject({ q: 1, integer: false });
  });
});

test.each([['yes', true], ['On', true], ['NO', false], ['off', false]])('%s as a value is boolean, with a note', (text, value) => {
  const result = parse(wandb('', `  p: { value: ${text} }`));
  expect(result.config?.space.parameters[0]?.distribution).toEqual({ name: 'constant', value });
  expect(problems(result, 'note')).toContain('5:15 read-differently');
});

test('n, y, no as names are names', () => {
  expect(parse(wandb('', '  n: { value: 1 }\n  y: { value: 2 }\n  no: { value: 3 }')).config?.space.parameters.map(({ name }) => name)).toEqual(['n', 'no', 'y']);
});

describe('log_uniform takes exponents', () => {
  test('honoured, with a warning that names the range', () => {
    const result = parse(wandb('', '  p: { distribution: log_uniform, min: -9.2, max: -6.9 }'));
    expect(result.config?.space.parameters[0]?.distribution).toEqual({ name: 'log_uniform', low: -9.2, high: -6.9 });
    expect(problems(result, 'warning')).toEqual(['5:40 log-uniform-exponents']);
    expect(messages(result)).toContain('samples 0.000101…0.001008');
  });
  test.each(['min: -800, max: 1', 'min: 0, max: 800'])('refused where no number can hold them: %s', (range) => {
    const result = parse(wandb('', `  p: { distribution: log_uniform, ${range} }`));
    expect(problems(result)).toEqual(['5:40 log-uniform-exponents']);
    expect(messages(result)).toContain('p: log_uniform takes natural-log exponents');
    expect(messages(result)).toContain('more than numbers can hold');
  });
  test('refused when both bounds lie in (0, 1)', () => {
    const result = parse(wandb('', '  p: { distribution: log_uniform, min: 0.0001, max: 0.1 }'));
    expect(problems(result)).toEqual(['5:40 log-uniform-exponents']);
    expect(result.diagnostics.find(({ severity }) => severity === 'error')?.fix).toBe('write distribution: log_uniform_values, min: 0.0001, max: 0.1');
  });
});

test('a wrong goal is an error, never a default', () => {
  const result = parse('method: random\nprogram: a.py\nmetric: { name: acc, goal: maximum }\nparameters: { lr: { value: 1 } }\n');
  expect(problems(result)).toEqual(['3:28 wrong-goal']);
  expect(result.diagnostics.find(({ code }) => code === 'wrong-goal')).toMatchObject({ message: 'metric.goal is "maximum", must be minimize or maximize', fix: 'write maximize', example: 'goal: maximize' });
});

describe('misspelt top-level keys', () => {
  test('a warning in a W&B file', () => {
    const result = parse(wandb('early_early_terminate: { type: hyperband, min_iter: 3 }'));
    expect(problems(result)).toEqual([]);
    expect(problems(result, 'warning')).toEqual(['6:1 unknown-key']);
    expect(messages(result)).toContain('did you mean early_terminate?');
  });
  test('a misspelt direction is an error everywhere: W&B would silently minimise', () => {
    const result = parse('method: random\nmetric: { name: acc, gaol: maximize }\nprogram: train.py\nparameters: { lr: { min: 0.001, max: 0.1 } }\n');
    expect(problems(result)).toEqual(['2:22 unknown-key']);
    expect(messages(result)).toContain('did you mean goal?');
  });
  test('an error in a file that uses a key of ours', () => {
    const result = parse(ours('progam: x.py'));
    expect(problems(result)).toEqual(['6:1 unknown-key']);
    expect(messages(result)).toContain('did you mean program?');
  });
  test.each(['run-cap', 'runcap', 'max_runs', 'count', 'bugdet', 'timeout'])('the limit %s is an error everywhere', (key) => {
    expect(problems(parse(wandb(`${key}: 5`)))).toEqual(['6:1 misspelt-limit']);
  });
});

test('a duplicate key names both lines', () => {
  const result = parse(wandb('run_cap: 5\nrun_cap: 6'));
  expect(problems(result)).toEqual(['7:1 duplicate-key']);
  expect(messages(result)).toContain('"run_cap" stands on line 6 and again on line 7');
});

test.each([
  ['```', 'markdown fence'], ['This sweep was run by Ann.', 'no setting'], ['Note from Ann: see below', 'no setting'],
])('pasted %p is one error with its line', (line, message) => {
  const result = parse(wandb(`${line}\n`));
  expect(result.diagnostics.filter(({ severity }) => severity === 'error')).toMatchObject([{ line: 6, column: 1 }]);
  expect(messages(result)).toContain(message);
});

test('closing braces at a lower indent, CRLF, anchors, merge keys and !!float are read', () => {
  const text = 'method: random\r\nprogram: a.py\r\nmetric: &m {name: loss, goal: minimize}\r\nparameters:\r\n  a: {min: 1,\r\n      max: 3\r\n}\r\n  b: {values: [\r\n    1, 2\r\n]}\r\n  c: &c {value: !!float 3}\r\n  d: *c\r\n  e: {<<: *c, value: 5}\r\n';
  const result = parse(text);
  expect(problems(result)).toEqual([]);
  expect(Object.fromEntries(result.config?.space.parameters.map(({ name, distribution: d }) => [name, d]) ?? [])).toEqual({
    a: { name: 'int_uniform', low: 1, high: 3 }, b: { name: 'categorical', choices: [1, 2] }, c: { name: 'constant', value: 3 }, d: { name: 'constant', value: 3 }, e: { name: 'constant', value: 5 },
  });
});

describe('wrong indents', () => {
  test('stray keys inside a parameter', () => {
    const result = parse(wandb('', '  lr:\n    min: 0.1\n    max: 0.2\n    units: { values: [1, 2] }'));
    expect(problems(result)).toEqual(['8:5 stray-keys']);
    expect(messages(result)).toContain('lr (uniform) cannot have "units" | it looks like a parameter of its own: indent it to the left');
  });
  test('parameters at the top', () => {
    const result = parse(wandb('units: { values: [1, 2] }'));
    expect(problems(result)).toEqual(['6:1 stray-parameter']);
    expect(messages(result)).toContain('indent it under `parameters:`');
  });
});

test('null, the text None, maps and lists are kept apart', () => {
  expect(distribution('{ values: [null, None, ~, "null", {a: 1}, [1, [2]], []] }')).toEqual({ name: 'categorical', choices: [null, 'None', null, 'null', { a: 1 }, [1, [2]], []] });
});

test('dotted names stay flat; nesting comes from parameters', () => {
  const parameters = parse(wandb('', '  model.lr: { value: 1 }\n  opt: { parameters: { lr: { value: 2 }, adam: { parameters: { beta: { value: 3 } } } } }')).config?.space.parameters;
  expect(parameters?.map(({ name, path }) => [name, path])).toEqual([['model.lr', ['model.lr']], ['opt.adam.beta', ['opt', 'adam', 'beta']], ['opt.lr', ['opt', 'lr']]]);
});

test('odd names are accepted with a note', () => {
  const result = parse(wandb('', '  "a/b": { value: 1 }\n  x^2: { value: 1 }\n  two words: { value: 1 }'));
  expect(problems(result)).toEqual([]);
  expect(problems(result, 'note').filter((p) => p.endsWith('odd-name'))).toHaveLength(3);
});

test('max_iter wins over min_iter; s beside min_iter is ignored', () => {
  expect(problems(parse(wandb('early_terminate: { type: hyperband, max_iter: 9, s: 1, min_iter: 3 }')), 'note')).toContain('6:66 max-iter-wins');
  expect(problems(parse(wandb('early_terminate: { type: hyperband, s: 2, min_iter: 3 }')), 'note')).toContain('6:40 s-ignored');
});

test('command items are text as written', () => {
  expect(parse('method: random\nmetric: {name: a, goal: minimize}\ncommand: [null, True, 128, 0.000001, -5, 1_0, "x"]\nparameters: {a: {value: 1}}').config?.program)
    .toEqual({ kind: 'command', argv: ['None', 'True', '128', '0.000001', '-5', '1_0', 'x'] });
});

test('an unknown macro is an error; inside longer text it is left alone', () => {
  const result = parse('method: random\nmetric: {name: a, goal: minimize}\ncommand: ["${python3}", "x-${foo}", "${args}"]\nparameters: {a: {value: 1}}');
  expect(problems(result)).toEqual(['3:11 unknown-macro']);
  expect(messages(result)).toContain('${python3}');
});

test('no method: an error in W&B\'s terms, random in ours', () => {
  const result = parse('program: a.py\nmetric: {name: a, goal: minimize}\nparameters: {a: {value: 1}}');
  expect(problems(result)).toEqual(['1:1 missing-key']);
  expect(parse(ours('')).config?.method).toEqual({ name: 'random', options: {} });
});

test('no metric and no command: valid with warnings that flags can answer', () => {
  const text = 'method: random\nparameters: {a: {value: 1}}';
  const result = parse(text);
  expect(result.config?.metric).toBeUndefined();
  expect(problems(result, 'warning')).toEqual(['1:1 no-metric', '1:1 no-command']);
  const supplied = parse(text, { overrides: { metric: 'acc', goal: 'maximize', command: 'python "my train.py" ${args}' } });
  expect(problems(supplied, 'warning')).toEqual([]);
  expect(supplied.config?.metric).toMatchObject({ name: 'acc', goal: 'maximize' });
  expect(supplied.config?.program).toEqual({ kind: 'command', argv: ['python', 'my train.py', '${args}'] });
});

test('program alone gets W&B\'s command', () => {
  expect(parse(wandb('')).config?.program).toEqual({ kind: 'command', argv: ['${env}', '${interpreter}', '${program}', '${args}'], program: 'train.py' });
});

test('no run_cap: our default budget, said', () => {
  const result = parse(wandb(''));
  expect(result.config?.budget).toMatchObject({ trials: 20, trialsExplicit: false });
  expect(messages(result)).toContain('no limit on trials is given: 20 are run');
});

test('keys of W&B without an effect are listed once', () => {
  const result = parse(wandb('project: p\nentity: e\ncontroller: { type: local }\ndescription: d\njob: j\nimage_uri: i\nkind: sweep\napiVersion: 1'));
  expect(problems(result)).toEqual([]);
  expect(result.diagnostics.filter(({ code }) => code === 'no-effect').map(({ message }) => message)).toEqual(['project, entity, controller, description, job, image_uri, kind, apiVersion: accepted, without effect here']);
});
