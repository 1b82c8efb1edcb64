import { expect, test } from '@jest/globals';
import { dialectContract, readText } from '../contracts/dialect.js';

const file = (parameters: string): string => `tune_config:
  mode: max
  metric: reward
  num_samples: 32
  search_alg: bohb
  scheduler: hyperband
${parameters}
`;
const one = (strategy: string, values: unknown): string => file(`x: { strategy: ${strategy}, values: ${JSON.stringify(values)} }`);

const example = file(`lr: { strategy: loguniform, values: [1e-6, 0.01] }
depth: { strategy: randint, values: [2, 9] }
width: { strategy: qrandint, values: [8, 64, 8] }
dropout: { strategy: quniform, values: [0.0, 0.5, 0.1] }
act: { strategy: choice, values: [relu, null, true] }
noise: { strategy: randn, values: [0, 2] }
odd: { strategy: sample_from, values: [] }`);

dialectContract('raytune', {
  example,
  study: { metric: 'reward', goal: 'maximize', trials: 32, method: 'tpe' },
  lines: [
    'lr: { distribution: log_uniform_values, min: 0.000001, max: 0.01 }',
    'depth: { distribution: int_uniform, min: 2, max: 8 }',
    'width: { distribution: q_uniform, min: 8, max: 64, q: 8 }',
    'dropout: { distribution: q_uniform, min: 0, max: 0.5, q: 0.1 }',
    'act: { values: [relu, null, true] }',
    'noise: { distribution: normal, mu: 0, sigma: 2 }',
  ],
  notes: [/^scheduler hyperband: left out/, /^odd: left out: sample_from of Ray Tune cannot be said here/],
  unknown: [example.replace('num_samples: 32', 'num_samples: 32\n  zzz: 1'), example.replace('values: [2, 9] }', 'values: [2, 9], zzz: 1 }'), example.replace('search_alg: bohb', 'search_alg: zzz'), example.replace('scheduler: hyperband', 'scheduler: zzz')],
  bad: {
    'an empty range': [one('randint', [3, 3]), /^file:7: x is no search space: its range \[3, 3\) is empty/],
    'a range upside down': [one('uniform', [2, 1]), /^file:7: x .*upside down/],
    'an endless bound': [file('x: { strategy: uniform, values: [0, .inf] }'), /^file:7: x .*not two numbers/],
    'a mode of its own': [example.replace('mode: max', 'mode: best'), /^file:2: tune_config\.mode is "best"/],
    'a number of samples that is none': [example.replace('num_samples: 32', 'num_samples: -1'), /^file:4: tune_config\.num_samples is -1/],
  },
  write: {
    texts: ({ choices }) => one('choice', choices), numbers: ({ choices }) => one('choice', choices), whole: ({ low, high }) => one('randint', [low, high + 1]),
    uniform: ({ low, high }) => one('uniform', [low, high]), log: ({ low, high }) => one('loguniform', [low, high]), wholeLog: ({ low, high }) => one('lograndint', [low, high + 1]),
    steps: ({ low, high, q }) => one('quniform', [low, high, q]), normal: ({ mu, sigma }) => one('randn', [mu, sigma]),
  },
});

test('objects of Hydra, with nested names and a scheduler', () => {
  const { tool, draft, lines, notes } = readText(`optimized_metric: val/loss
direction: minimize
ray: { num_samples: 6, resources: { cpu: 1 } }
scheduler: { _target_: ray.tune.schedulers.ASHAScheduler, max_t: 20, grace_period: 2, reduction_factor: 3 }
search_space:
  model:
    lr: { _target_: ray.tune.loguniform, lower: 1e-6, upper: 1e-2 }
    size: { _target_: ray.tune.choice, _args_: [[8, 16]] }
  seed: { _target_: ray.tune.search.sample.randint, lower: 0, upper: 100 }
  fixed: 3
`);
  expect({ tool, metric: draft.metric, goal: draft.goal, trials: draft.trials, early: draft.earlyTerminate }).toEqual({ tool: 'Ray Tune', metric: 'val/loss', goal: 'minimize', trials: 6, early: { type: 'asha', min_resource: 2, max_resource: 20, eta: 3, rule: 'quantile' } });
  expect(lines).toEqual(['model:', '  parameters:', '    lr: { distribution: log_uniform_values, min: 0.000001, max: 0.01 }', '    size: { values: [8, 16] }', 'seed: { distribution: int_uniform, min: 0, max: 99 }', 'fixed: { value: 3 }']);
  expect(notes).toContain('not read: ray.resources');
  // As model.lr, in the words of Hydra's own dialect; without a group nothing has a dot.
  expect(notes).toContain('names with dots are overrides of Hydra, handed over as NAME=VALUE by ${args_no_hyphens}');
  expect(readText('search_space:\n  lr: { _target_: ray.tune.loguniform, lower: 1e-6, upper: 1e-2 }\n').notes).toEqual([]);
});

test('experiments of RLlib: grids, constants, one named of several', () => {
  const text = 'a:\n  run: PPO\n  env: { grid_search: [x, z] }\n  stop: { steps: 10 }\n  config: { lr: { grid_search: [0.1, 0.2] }, gamma: 0.9 }\nb:\n  run: DQN\n  env: z\n  config: { lr: 1 }\n';
  expect(() => readText(text)).toThrow('file has several experiments: "a", "b".');
  const { draft, lines, notes } = readText(text, { part: 'a' });
  expect({ method: draft.method, trials: draft.trials, lines }).toEqual({ method: 'grid', trials: 4, lines: ['run: { value: PPO }', 'env: { values: [x, z] }', 'lr: { values: [0.1, 0.2] }', 'gamma: { value: 0.9 }'] });
  expect(notes.join()).toContain('stop {"steps":10}: left out');
});
