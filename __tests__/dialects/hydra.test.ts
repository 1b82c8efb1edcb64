import { expect, test } from '@jest/globals';
import { dialectContract, readText, refusal } from '../contracts/dialect.js';

const file = (params: string, sweeper = ''): string => `defaults:
  - override hydra/sweeper: optuna
  - override hydra/sweeper/sampler: tpe
optimized_metric: val/acc
hydra:
  sweeper:
    direction: maximize
    study_name: mnist
    n_trials: 25${sweeper}
    params:
${params}
`;
const one = (override: string): string => file(`      x: ${JSON.stringify(override)}`);

const example = file(`      model.lr: tag(log, interval(1e-5, 0.1))
      data.batch: choice(32, 64, 128)
      model.depth: interval(1, 5)
      model.width: range(8, 64, step=8)
      model.act: choice(relu, 'leaky relu', null, true)
      trainer.epochs: 5
      odd: glob(*)`, '\n    max_failure_rate: 0.1\n    custom_search_space: .space.configure');

dialectContract('hydra', {
  example,
  study: { name: 'mnist', metric: 'val/acc', goal: 'maximize', trials: 25, method: 'tpe', argsMacro: '${args_no_hyphens}' },
  lines: [
    'model.lr: { distribution: log_uniform_values, min: 0.00001, max: 0.1 }',
    'data.batch: { values: [32, 64, 128] }',
    'model.depth: { distribution: int_uniform, min: 1, max: 5 }',
    'model.width: { distribution: q_uniform, min: 8, max: 64, q: 8 }',
    'model.act: { values: [relu, "leaky relu", null, true] }',
    'trainer.epochs: { value: 5 }',
  ],
  notes: [/^names with dots/, /^custom_search_space \.space\.configure: left out/, /^max_failure_rate: left out/, /^model\.width: Optuna's sweeper includes the stop 64; its two ends are drawn half as often/, /^odd: left out: glob\(…\) is no function/],
  unknown: [example.replace('n_trials: 25', 'n_trials: 25\n    zzz: 1'), example.replace('sampler: tpe', 'sampler: zzz')],
  bad: {
    'what is not in the grammar': [one('uniform(0.0, '), /^file:11: hydra\.sweeper\.params\.x .*no override of Hydra's grammar/],
    'a range upside down': [one('interval(2, 1)'), /^file:11: hydra\.sweeper\.params\.x .*upside down/],
    'no numbers': [one('interval(a, 1)'), /^file:11: .*not two numbers/],
    'a logarithm of nothing': [one('tag(log, interval(0, 1))'), /^file:11: .*logarithmic from 0 on/],
    'a direction of its own': [example.replace('direction: maximize', 'direction: up'), /^file:7: hydra\.sweeper\.direction is "up"/],
    'a number of trials that is none': [example.replace('n_trials: 25', 'n_trials: 2.5'), /^file:9: hydra\.sweeper\.n_trials is 2\.5/],
  },
  write: {
    constant: ({ value }) => file(`      x: ${JSON.stringify(value)}`),
    texts: ({ choices }) => one(`choice(${choices.map((choice) => `'${choice}'`).join(',')})`), numbers: ({ choices }) => one(`choice(${choices.join(',')})`),
    whole: ({ low, high }) => one(`interval(${low}, ${high})`), uniform: ({ low, high }) => one(`float(interval(${low}, ${high}))`),
    log: ({ low, high }) => one(`tag(log, float(interval(${low}, ${high})))`), wholeLog: ({ low, high }) => one(`tag(log, int(interval(${low}, ${high})))`),
    steps: ({ low, high, q }) => one(`float(range(${low}, ${high}, ${q}))`),
  },
});

test('the basic sweeper is a grid, and its range leaves the stop out', () => {
  const { draft, lines, notes } = readText('hydra:\n  sweeper:\n    params:\n      a: range(1, 4)\n      b: 1,2\n      c: shuffle(x, z)\n');
  expect({ method: draft.method, trials: draft.trials, lines }).toEqual({ method: 'grid', trials: 12, lines: ['a: { values: [1, 2, 3] }', 'b: { values: [1, 2] }', 'c: { values: [x, z] }'] });
  expect(notes).toEqual([]);
});

test('Nevergrad: bounds, or no end to the walk', () => {
  const { draft, lines, notes } = readText('defaults:\n  - override hydra/sweeper: nevergrad\nhydra:\n  sweeper:\n    optim: { optimizer: OnePlusOne, budget: 40, maximize: true, zzz: 1 }\n    parametrization: { q: 1 }\n    params: { lr: { init: 0.02, step: 2.0, log: true }, p: { lower: 0.0, upper: 1.0 }, w: { lower: 4, upper: 16, integer: true } }\n');
  expect(draft).toMatchObject({ goal: 'maximize', trials: 40 });
  expect(lines.filter((line) => !line.startsWith('#'))).toEqual(['p: { distribution: uniform, min: 0, max: 1 }', 'w: { distribution: int_uniform, min: 4, max: 16 }']);
  expect(notes.join('\n')).toMatch(/optimizer OnePlusOne of Nevergrad: left out[^]*not read: hydra\.sweeper\.optim\.zzz, hydra\.sweeper\.parametrization[^]*lr: left out: it has no lower and upper bound/);
});

test('a space that stands elsewhere is refused', () => {
  expect(refusal('hydra:\n  sweeper:\n    search_space: ${space}\n')?.message).toMatch(/^file:3: hydra\.sweeper\.search_space: .*\(\$\{space\}\) stands in another file/);
});
