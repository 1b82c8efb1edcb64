import { expect, test } from '@jest/globals';
import { parseConfig } from '../../src/config/parse.js';
import { adapterCommand } from '../../src/external/adapters.js';
import { pruners } from '../../src/pruners/index.js';
import { samplers } from '../../src/samplers/index.js';

const read = (method: string): ReturnType<typeof parseConfig> => parseConfig({ path: 'noregret.yml', samplers, pruners, text: `metric: { name: a, goal: minimize }\nparameters: { x: { min: 0.0, max: 1.0 } }\ncommand: [true]\nmethod: ${method}\n` });
const errors = (method: string): readonly string[] => read(method).diagnostics.filter(({ severity }) => severity === 'error').map(({ code, message, fix }) => `${code}: ${message} | ${fix ?? ''}`);

test('a shipped adapter by name, its options filled in', () => {
  expect(read('{ external: optuna, sampler: CmaEsSampler, seed: 3 }').config?.method).toEqual({ name: 'external', options: { adapter: 'optuna', sampler: 'CmaEsSampler', seed: 3, options: {}, python: 'python3', timeout: '2m' } });
  expect(read('{ external: hyperopt }').config?.method.options).toMatchObject({ adapter: 'hyperopt', sampler: 'tpe' });
});

test('a pruner of Optuna\'s, and one of ours beside another\'s sampler', () => {
  expect(read('{ external: optuna, pruner: MedianPruner, pruner_options: { n_startup_trials: 3 } }').config?.method.options).toMatchObject({ pruner: 'MedianPruner', pruner_options: { n_startup_trials: 3 } });
  expect(errors('{ external: hyperopt }\nearly_terminate: { type: auto }')).toEqual([]);
});

test('OptunaHub\'s packages, one class of several, a registry in a folder', () => {
  const hub = { sampler: 'hub:samplers/gp_acqf_samplers:GPEISampler', pruner: 'hub:pruners/median', registry: '../registry' };
  const config = read(`{ external: optuna, sampler: "${hub.sampler}", pruner: "${hub.pruner}", registry: ${hub.registry} }`).config;
  expect(config?.method.options).toMatchObject(hub);
  expect(adapterCommand(config?.method.options ?? {})).toMatchObject({ sampler: hub.sampler, registry: '../registry', pruner: { name: hub.pruner } });
});

test('the command of another, its options untouched', () => {
  expect(read('{ external: [python, my_adapter.py], options: { depth: [1, 2] }, timeout: 10m }').config?.method).toEqual({ name: 'external', options: { command: ['python', 'my_adapter.py'], options: { depth: [1, 2] }, timeout: '10m' } });
});

test.each([
  ['{ external: optun }', /unknown-external: method\.external is "?optun"?; adapters are shipped for optuna, hyperopt, .*did you mean optuna/],
  ['{ external: nevergrad }', /write the command of an adapter of your own as a list/],
  ['{ external: hyperopt, sampler: tpee }', /wrong-value: method\.sampler is "?tpee"?.*did you mean tpe/],
  ['{ external: optuna, sampler: "os.system(1)" }', /must be a class of optuna\.samplers/],
  ['{ external: optuna, samplr: TPESampler }', /unknown-key: method\.samplr is unknown; optuna has .*did you mean sampler/],
  ['{ external: [python, a.py], sampler: tpe }', /unknown-key: method\.sampler is unknown/],
  ['{ external: optuna, timeout: 120 }', /length of time with its unit/],
  ['{ external: optuna, seed: -1 }', /wrong-value: method\.seed/],
  ['{ external: 7 }', /wrong-value/],
  ['{ external: [] }', /wrong-value/],
  ['{ external: optuna, pruner: "a b" }', /must be a class of optuna\.pruners/],
  ['{ external: optuna, sampler: "hub:a:b:c" }', /must be a class of optuna\.samplers, or hub: and a package of OptunaHub/],
  ['{ external: optuna, registry: "" }', /wrong-value: method\.registry/],
  ['{ external: hyperopt, registry: x }', /unknown-key: method\.registry is unknown/],
  ['{ external: hyperopt, pruner: MedianPruner }', /unknown-key: method\.pruner is unknown/],
  ['{ external: optuna, pruner_options: { n: 3 } }', /no-pruner: method\.pruner_options without method\.pruner/],
  ['{ external: optuna, pruner: MedianPruner }\nearly_terminate: { type: auto }', /two-pruners: method\.pruner and early_terminate both stop trials \\| keep one/],
  ['{ external: keras-tuner, sampler: hyperband }\nearly_terminate: { type: auto }', /two-pruners: sampler hyperband and early_terminate/],
  ['{ external: keras-tuner, sampler: hyperbanned }', /did you mean hyperband/],
])('%s is refused', (method, expected) => {
  expect(errors(method).join('\n')).toMatch(expected);
});
