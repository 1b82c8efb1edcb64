import { describe } from '@jest/globals';
import { tpe } from '../../src/samplers/tpe.js';
import { tpeOptions } from '../../src/samplers/tpePresets.js';
import { finiteSpaces, samplerContract } from '../contracts/sampler.js';
import { spaceOf, values } from '../contracts/spaces.js';

const make = (options: object = {}) => tpe(tpeOptions.parse(options));

const continuous = {
  floats: spaceOf({
    lr: { name: 'log_uniform_values', low: 1e-5, high: 0.1 }, x: { name: 'uniform', low: -3, high: 3 }, n: { name: 'normal', mu: 0, sigma: 2 },
    b: { name: 'beta', a: 2, b: 5 }, q: { name: 'q_uniform', low: 0.001, high: 0.02, q: 0.006, integer: false }, v1: { name: 'log_uniform', low: -9, high: -2 },
  }),
  quantized: spaceOf({
    ql: { name: 'q_log_uniform_values', low: 0.3, high: 50, q: 1, integer: true }, qv: { name: 'q_log_uniform', low: 0, high: 9, q: 8, integer: true },
    qn: { name: 'q_normal', mu: 0, sigma: 3, q: 0.5, integer: false }, qln: { name: 'q_log_normal', mu: 0, sigma: 1, q: 0.25, integer: false },
    qb: { name: 'q_beta', a: 2, b: 3, q: 0.01, integer: false }, ln: { name: 'log_normal', mu: -2, sigma: 3 }, il: { name: 'inv_log_uniform_values', low: 0.01, high: 1 },
  }),
  wide: spaceOf({
    tiny: { name: 'log_uniform_values', low: 1e-30, high: 1 }, many: { name: 'categorical', choices: Array.from({ length: 3000 }, (_, i) => `c${i}`) },
    big: { name: 'int_uniform', low: 0, high: 2 ** 40 }, one: { name: 'uniform', low: 0.5, high: 0.5 }, weighted: { name: 'categorical', choices: ['a', 'b', 'c'], probabilities: [0.7, 0.3, 0] },
  }),
  'conditional floats': spaceOf({ optimizer: values('sgd', 'adam'), momentum: { distribution: { name: 'uniform', low: 0, high: 0.99 }, when: { optimizer: ['sgd'] } } }),
};

describe('tpe', () => {
  samplerContract(make, { ...finiteSpaces, ...continuous });
});
describe.each(['hyperopt', 'paper'])('tpe with the preset %s', (preset) => {
  samplerContract(() => make({ preset }), { ...finiteSpaces, ...continuous });
});
describe('tpe, each parameter by itself', () => {
  samplerContract(() => make({ multivariate: false, startup: 0 }), continuous);
});
