import { describe, expect, test } from '@jest/globals';
import { narrowParameter, type Narrower } from '../../src/config/narrowParameter.js';
import { parseConfig } from '../../src/config/parse.js';
import { pruners } from '../../src/pruners/index.js';
import { samplers } from '../../src/samplers/index.js';

const wanted: Narrower = { low: 0.001, high: 0.1, suggested: 0.01 };

function narrow(parameter: string, to: Narrower = wanted, name = 'lr'): ReturnType<typeof narrowParameter> {
  const text = `# mine\nmethod: random\nmetric: { name: loss, goal: minimize }\nparameters:\n${parameter}\ncommand: [true]\n`;
  const { space, diagnostics } = parseConfig({ path: 'noregret.yml', text, samplers, pruners });
  const found = space?.parameters.find((one) => one.name === name);
  if (found === undefined) throw new Error(JSON.stringify(diagnostics));
  const result = narrowParameter(text, found, to);
  if ('text' in result) {
    expect(parseConfig({ path: 'noregret.yml', text: result.text, samplers, pruners }).diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(result.text.startsWith('# mine\nmethod: random\nmetric: { name: loss, goal: minimize }\nparameters:\n')).toBe(true);
  }
  return result;
}
const lineOf = (result: ReturnType<typeof narrow>): string => ('text' in result ? result.text.split('\n').slice(4, -2).join('\n') : `why: ${result.why}`);

describe('the values change in their place, comments and all else stay', () => {
  test.each([
    ['  lr: { min: 0.0, max: 1.0 }   # rate', '  lr: { min: 0.001, max: 0.1 }   # rate'],
    ['  lr: { distribution: log_uniform_values, min: 1.0e-6, max: 0.05 }', '  lr: { distribution: log_uniform_values, min: 0.001, max: 0.05 }'],
    ['  lr:\n    min: 0.01   # low\n    max: 1.0\n    default: 0.5', '  lr:\n    min: 0.01   # low\n    max: 0.1\n    default: 0.01'],
    ['  lr: { min: 0.0, max: 1.0, default: 0.05 }', '  lr: { min: 0.001, max: 0.1, default: 0.05 }'],
    ['  lr: { values: [0.0001, 0.001, 0.01, 1], default: 1 }', '  lr: { values: [0.001, 0.01], default: 0.01 }'],
    ['  lr:\n    values:\n      - 0.0001\n      - 0.002\n      - 0.02', '  lr:\n    values:\n      [0.002, 0.02]'],
    ['  lr: { distribution: log_uniform, min: -9.21, max: 0.0 }', '  lr: { distribution: log_uniform, min: -6.908, max: -2.303 }'],
    ['  optimizer: { parameters: { lr: { min: 0.0, max: 1.0 } } }', '  optimizer: { parameters: { lr: { min: 0.001, max: 0.1 } } }'],
  ])('%s', (before, after) => {
    expect(lineOf(narrow(before, wanted, before.includes('optimizer') ? 'optimizer.lr' : 'lr'))).toBe(after);
  });

  test('a small number is written so that YAML 1.1 reads it as a number too', () => {
    expect(lineOf(narrow('  lr: { min: 0.0, max: 1.0 }', { low: 1e-7, high: 0.1, suggested: 0.01 }))).toBe('  lr: { min: 1.0e-7, max: 0.1 }');
  });
});

describe('never widened, never fixed', () => {
  test('a bound on one side is said as one', () => {
    expect(narrow('  lr: { values: [8, 16] }', { low: -Infinity, high: 4, suggested: 4 })).toEqual({ why: 'lr has no value up to 4' });
  });

  test.each([
    ['  lr: { min: 0.01, max: 0.05 }', 'lr lies inside of it already'],
    ['  lr: { min: 0.5, max: 1.0 }', 'lr is searched from 0.5 to 1, which has nothing in common with it'],
    ['  lr: { values: [0.01, 1] }', 'lr has only one value between 0.001 and 0.1'],
    ['  lr: { values: [3, 4] }', 'lr has no value between 0.001 and 0.1'],
    ['  lr: { values: [0.01, 0.02, 1], probabilities: [0.2, 0.2, 0.6] }', 'lr has probabilities, which would have to be dealt out anew'],
    ['  lr: { distribution: normal, mu: 0.1, sigma: 0.01 }', 'lr (normal) has no ends that could be narrowed'],
    ['  lr: { value: 0.1 }', 'lr (constant) has no ends that could be narrowed'],
  ])('%s', (before, why) => {
    expect(lineOf(narrow(before))).toBe(`why: ${why}`);
  });
});
