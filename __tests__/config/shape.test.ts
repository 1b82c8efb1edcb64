import { describe, expect, test } from '@jest/globals';
import { createRng } from '../../src/math/rng.js';
import { nest } from '../../src/model/nesting.js';
import type { Params } from '../../src/model/params.js';
import { pythonJson } from '../../src/model/pythonText.js';
import type { SearchSpace } from '../../src/model/searchSpace.js';
import { trialArguments } from '../../src/model/trialArguments.js';
import { isValid, projectOnto } from '../../src/model/validity.js';
import { samplers } from '../../src/samplers/index.js';
import { messages, ours, parse, problems } from './parsing.js';

const every = '  hidden: { shape: [constant, funnel, triangle, slope, stretch-pants, free], layers: { min: 0, max: 3 }, width: { values: [16, 32, 64] }, last: 4, slope: { min: 0.1, max: 0.5 } }';

function spaceOf(parameters: string, more = ''): SearchSpace {
  const result = parse(ours(more, parameters));
  expect(problems(result)).toEqual([]);
  return result.config!.space;
}

/** `--name=value` in a command is made from these; who runs the trials himself gets the same. */
function given(space: SearchSpace, params: Params): Record<string, unknown> {
  const args = Object.fromEntries(trialArguments(space, params));
  expect(nest(space, params)).toEqual(JSON.parse(pythonJson(trialArguments(space, params))));
  return args;
}

describe('a shape is ordinary parameters', () => {
  test('the shortest spelling', () => {
    const space = spaceOf('  hidden: { shape: funnel, layers: { min: 1, max: 4 }, width: { values: [32, 64] }, last: 8 }\n  lr: { value: 1 }');
    expect(space.parameters.map(({ name, distribution, when }) => [name, distribution.name, when])).toEqual([
      ['hidden.shape', 'constant', undefined], ['hidden.layers', 'int_uniform', undefined], ['hidden.width', 'categorical', undefined], ['hidden.last', 'constant', undefined], ['lr', 'constant', undefined],
    ]);
    expect(given(space, { 'hidden.shape': 'funnel', 'hidden.layers': 4, 'hidden.width': 64, 'hidden.last': 8, lr: 1 })).toEqual({ hidden: [50, 36, 22, 8], lr: 1 });
  });

  test('a width exists only where a layer has it', () => {
    const space = spaceOf(every);
    expect(Object.fromEntries(space.parameters.map(({ name, when }) => [name, when]))).toEqual({
      'hidden.shape': undefined,
      'hidden.layers': { 'hidden.shape': ['constant', 'funnel', 'triangle', 'slope', 'free'] },
      'hidden.width': { 'hidden.shape': ['constant', 'funnel', 'triangle', 'slope'], 'hidden.layers': [1, 2, 3] },
      'hidden.last': { 'hidden.shape': ['funnel', 'triangle', 'slope'], 'hidden.layers': [1, 2, 3] },
      'hidden.slope': { 'hidden.shape': ['slope'], 'hidden.layers': [1, 2, 3] },
      'hidden.width1': { 'hidden.shape': ['free'], 'hidden.layers': [1, 2, 3] },
      'hidden.width2': { 'hidden.shape': ['free'], 'hidden.layers': [2, 3] },
      'hidden.width3': { 'hidden.shape': ['free'], 'hidden.layers': [3] },
    });
    expect(isValid(space, { 'hidden.shape': 'free', 'hidden.layers': 2, 'hidden.width1': 16, 'hidden.width2': 64 })).toBe(true);
    expect(isValid(space, { 'hidden.shape': 'free', 'hidden.layers': 1, 'hidden.width1': 16, 'hidden.width2': 64 })).toBe(false);
    expect(given(space, { 'hidden.shape': 'stretch-pants' })).toEqual({ hidden: [64, 64, 64] });
    expect(given(space, { 'hidden.shape': 'slope', 'hidden.layers': 0 })).toEqual({ hidden: [] });
  });

  test.each(['random', 'tpe', 'gp', 'cmaes', 'anneal', 'ga', 'sobol', 'lhs', 'auto'])('%s proposes valid points, and each gives a list as long as its layers', (name) => {
    const space = spaceOf(every);
    const plugin = samplers[name]!;
    const sampler = plugin.create(plugin.options.parse({}));
    const finished: { number: number; params: Params; loss: number; state: 'complete'; intermediate: [] }[] = [];
    for (let number = 0; number < 15; number++) {
      const params = sampler.suggest({ space, finished, running: [], budget: 30 }, createRng('shapes').fork(String(number)))!;
      expect(isValid(space, params)).toBe(true);
      const widths = given(space, params)['hidden'] as number[];
      expect(widths).toHaveLength(params['hidden.shape'] === 'stretch-pants' ? 3 : params['hidden.layers'] as number);
      expect(widths.every((width) => width >= 1 && Number.isInteger(width))).toBe(true);
      finished.push({ number, params, loss: Math.abs(widths.reduce((a, b) => a + b, 0) - 60), state: 'complete', intermediate: [] });
    }
  });

  test('nested, conditional, with defaults, in a macro and in a constraint', () => {
    const space = spaceOf([
      '  model: { values: [mlp, linear] }',
      '  net: { parameters: { hidden: { shape: { values: [constant, funnel], default: funnel }, layers: { min: 1, max: 2, default: 2 }, width: { min: 4, max: 64, default: 32 }, last: 2, when: { model: mlp } }, p: { min: 0.0, max: 0.5 } } }',
      '  net.hidden.dropout: { min: 0.0, max: 0.5 }',
    ].join('\n'), 'constraints: ["model != \'mlp\' || net.hidden.layers * net.hidden.width <= 100"]').parameters;
    expect(space.find(({ name }) => name === 'net.hidden.width')).toMatchObject({ default: 32, when: { model: ['mlp'] } });
    const result = parse(ours('', every).replace('"${args}"', '"--hidden=${param:hidden}", "--depth=${param:hidden.layers}"'));
    expect(problems(result)).toEqual([]);
    expect(problems(parse(ours('', every).replace('"${args}"', '"${param:hiden}"')))).toEqual(['3:29 unknown-macro']);
  });

  test('inactive as a whole, the program gets no list; a flat name beside it is left alone', () => {
    const space = spaceOf('  model: { values: [mlp, linear] }\n  hidden: { shape: [constant, free], layers: 2, width: { min: 4, max: 8 }, when: { model: mlp } }\n  hidden.dropout: { min: 0.0, max: 0.5 }');
    expect(isValid(space, { model: 'linear', 'hidden.dropout': 0.1 })).toBe(true);
    expect(given(space, { model: 'linear', 'hidden.dropout': 0.1 })).toEqual({ model: 'linear', 'hidden.dropout': { float: 0.1 } });
    expect(given(space, { model: 'mlp', 'hidden.shape': 'constant', 'hidden.layers': 2, 'hidden.width': 5, 'hidden.dropout': 0.1 })).toEqual({ model: 'mlp', 'hidden.dropout': { float: 0.1 }, hidden: [5, 5] });
  });

  test("main's best configuration survives a wider shape", () => {
    const before = spaceOf('  hidden: { shape: constant, layers: { min: 1, max: 2 }, width: { values: [16, 32] } }');
    expect(isValid(before, { 'hidden.shape': 'constant', 'hidden.layers': 2, 'hidden.width': 32 })).toBe(true);
    expect(projectOnto(spaceOf(every), { 'hidden.shape': 'constant', 'hidden.layers': 2, 'hidden.width': 32 })).toEqual({ params: { 'hidden.shape': 'constant', 'hidden.layers': 2, 'hidden.width': 32 }, filled: [], dropped: [] });
  });
});

test.each([
  ['shape: tunnel, layers: 2, width: 8', '5:20 unknown-shape', 'did you mean funnel?'],
  ['shape: [constant, 0.2], layers: 2, width: 8', '5:20 unknown-shape', 'there are constant, brick'],
  ['shape: funnel, layers: 2, width: 8', '5:11 shape', 'hidden has no last, which funnel need'],
  ['shape: constant, width: 8', '5:11 shape', 'add layers: { min: 1, max: 4 }'],
  ['shape: constant, layers: 2, width: 8, last: 3', '5:51 shape', 'last of hidden has no effect with shape constant'],
  ['shape: constant, layers: { min: 0.5, max: 3.0 }, width: 8', '5:30 shape', 'whole numbers from 0 to 100'],
  ['shape: constant, layers: { min: 1, max: 1000 }, width: 8', '5:30 shape', 'whole numbers from 0 to 100'],
  ['shape: constant, layers: 2, width: { min: 0, max: 8 }', '5:41 shape', 'whole numbers of at least 1'],
  ['shape: constant, layers: 2, width: { min: 0.5, max: 8.5 }', '5:41 shape', 'whole numbers of at least 1'],
  ['shape: constant, layers: 2, width: { distribution: normal, mu: 8 }', '5:41 shape', 'whole numbers of at least 1'],
  ['shape: slope, layers: 2, width: 8, last: 1, slope: { min: 0.5, max: 1.5 }', '5:57 shape', 'between 0 and 1'],
  ['shape: constant, layers: 2, width: 8, units: 3', '5:51 stray-keys', 'keys here: shape, layers, width, last, slope, when'],
  ['shape: constant, layers: { min: 1, max: 2, when: { a: 1 } }, width: 8', '5:56 stray-keys', 'put it on hidden itself'],
  ['shape: constant, layers: { mn: 1, max: 2 }, width: 8', '5:38 incomplete-parameter', 'no min'],
])('wrong: %s', (text, place, words) => {
  const result = parse(ours('', `  hidden: { ${text} }`));
  expect(problems(result)).toEqual([place]);
  expect(messages(result)).toContain(words);
});

describe('optimisers with their own learning rate', () => {
  const parameters = [
    '  optimizer: { values: [sgd, adam] }',
    '  sgd: { parameters: { learning_rate: { distribution: log_uniform_values, min: 0.01, max: 1, when: { optimizer: sgd } }, momentum: { min: 0.0, max: 0.99, when: { optimizer: sgd } } } }',
    '  adam: { parameters: { learning_rate: { distribution: log_uniform_values, min: 0.0001, max: 0.01, when: { optimizer: adam } } } }',
  ].join('\n');

  test('only the chosen one has a rate, drawn from its own range', () => {
    const space = spaceOf(parameters);
    const sampler = samplers['random']!.create({});
    for (let number = 0; number < 40; number++) {
      const params = sampler.suggest({ space, finished: [], running: [], budget: 40 }, createRng('rates').fork(String(number)))!;
      const args = given(space, params);
      const own = args[params['optimizer'] as string] as ReadonlyMap<string, { float: number }>;
      const rate = own.get('learning_rate')!.float;
      expect(rate >= (params['optimizer'] === 'sgd' ? 0.01 : 0.0001) && rate <= (params['optimizer'] === 'sgd' ? 1 : 0.01)).toBe(true);
      expect(args[params['optimizer'] === 'sgd' ? 'adam' : 'sgd']).toBeUndefined();
    }
  });
});

test('a role is one of those there are', () => {
  expect(spaceOf('  b: { values: [16, 32], role: batch_size }').parameters[0]).toMatchObject({ role: 'batch_size' });
  const wrong = parse(ours('', '  b: { values: [16, 32], role: batchsize }'));
  expect(problems(wrong)).toEqual(['5:32 unknown-role']);
  expect(messages(wrong)).toContain('did you mean batch_size?');
});
