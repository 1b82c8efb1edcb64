import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { Params } from '../../src/model/params.js';
import type { LossTrial } from '../../src/model/ports.js';
import type { Distribution } from '../../src/model/searchSpace.js';
import { axisOf } from '../../src/samplers/tpeAxis.js';
import { logDensity } from '../../src/samplers/tpeDensity.js';
import { evidenceOf, observationsOf } from '../../src/samplers/tpeEvidence.js';
import { emptyLedger, follow } from '../../src/samplers/tpeLedger.js';
import { mixtureOf } from '../../src/samplers/tpeParzen.js';
import { settingsOf, tpeOptions } from '../../src/samplers/tpePresets.js';
import { trialOf } from '../contracts/sampler.js';

/** Made by reference/tpe.py with the real packages. */
const reference = JSON.parse(readFileSync(new URL('reference/tpe.json', import.meta.url), 'utf8')) as {
  versions: Record<string, string>;
  optuna: JointCase[];
  paper: JointCase[];
  hyperopt: { name: string; values: number[]; losses: number[]; points: number[]; l: number[]; g: number[] }[];
};
interface JointCase { names: string[]; rows: { params: Params; state: LossTrial['state']; loss?: number; intermediate?: [number, number][] }[]; points: Params[]; below: number[]; above: number[]; l: number[]; g: number[] }

const spaces: Record<'optuna' | 'hyperopt', Record<string, Distribution>> = {
  optuna: {
    x: { name: 'uniform', low: -2, high: 3 }, lr: { name: 'log_uniform_values', low: 1e-6, high: 1 }, units: { name: 'int_uniform', low: 8, high: 512 },
    depth: { name: 'int_uniform', low: 1, high: 5 }, width: { name: 'q_uniform', low: 4, high: 64, q: 4, integer: true },
    size: { name: 'q_log_uniform_values', low: 1, high: 1000, q: 1, integer: true }, act: { name: 'categorical', choices: ['relu', 'tanh', 'elu'] },
  },
  hyperopt: {
    x: { name: 'uniform', low: -2, high: 3 }, lr: { name: 'log_uniform_values', low: 1e-6, high: 1 }, units: { name: 'int_uniform', low: 8, high: 512 },
    step: { name: 'q_uniform', low: 0, high: 10, q: 0.5, integer: false }, size: { name: 'q_log_uniform_values', low: 1, high: 1000, q: 1, integer: true },
    z: { name: 'normal', mu: 1, sigma: 2 }, w: { name: 'log_normal', mu: 0.5, sigma: 0.7 }, k: { name: 'q_normal', mu: 10, sigma: 4, q: 2, integer: false },
    act: { name: 'categorical', choices: [0, 1, 2], probabilities: [0.5, 0.3, 0.2] },
  },
};

/** Width of the model's unit in the parameter's own (or its logarithm's): what densities are per. */
function widthOf(d: Distribution): number {
  if (d.name === 'uniform') return d.high - d.low;
  if (d.name === 'log_uniform_values') return Math.log(d.high / d.low);
  return d.name === 'normal' || d.name === 'log_normal' ? d.sigma : 1;
}

/** Which rows are good and which are not, and both log-densities at the points. */
function densities(preset: 'optuna' | 'hyperopt' | 'paper', distributions: readonly [string, Distribution][], rows: readonly LossTrial[], points: readonly Params[]) {
  const settings = settingsOf(tpeOptions.parse({ preset }));
  const axes = distributions.map(([name, distribution]) => axisOf({ name, path: [name], distribution }, settings.edges));
  const ledger = emptyLedger(axes);
  // Two steps, as in a study: what was known stays, what is new is sorted in.
  follow(ledger, rows.slice(0, rows.length >> 1));
  follow(ledger, rows);
  const evidence = evidenceOf(ledger, 0, settings, 0);
  const dims = axes.map((_, i) => i);
  const shift = distributions.reduce((sum, [, d]) => sum + Math.log(widthOf(d)), 0);
  const side = (name: 'below' | 'above'): number[] => {
    const mixture = mixtureOf(observationsOf(evidence, name, dims, settings), settings.style);
    return points.map((point) => logDensity(mixture, Float64Array.from(axes, (axis) => axis.position(point[axis.name]))) - shift);
  };
  const numbers = (chosen: Int32Array): number[] => Array.from(chosen, (row) => rows[row]!.number).sort((a, b) => a - b);
  return { below: numbers(evidence.below), above: numbers(evidence.above), l: side('below'), g: side('above') };
}

function expectClose(got: readonly number[], wanted: readonly number[]): void {
  expect(got).toHaveLength(wanted.length);
  for (const [i, value] of wanted.entries()) expect(Math.abs(got[i]! - value)).toBeLessThan(1e-9);
}

describe('densities are those of the real libraries on frozen histories', () => {
  test('made by the versions named in the documentation', () => {
    expect(reference.versions).toMatchObject({ optuna: expect.stringMatching(/^5\./), hyperopt: '0.3.0' });
  });

  for (const preset of ['optuna', 'paper'] as const) {
    test.each(reference[preset].map((one) => ({ ...one, title: `${one.rows.length} trials of ${one.names.join(', ')}` })))(`${preset}: $title`, ({ names, rows, points, below, above, l, g }) => {
      const trials = rows.map(({ params, state, loss, intermediate = [] }, i): LossTrial => ({
        number: i, params, state, intermediate: intermediate.map(([step, value]) => ({ step, loss: value })), ...(loss === undefined ? {} : { loss }),
      }));
      const got = densities(preset, names.map((name) => [name, spaces.optuna[name]!]), [...trials.filter(({ state }) => state !== 'running'), ...trials.filter(({ state }) => state === 'running')], points);
      expect({ below: got.below, above: got.above }).toEqual({ below, above });
      expectClose(got.l, l);
      expectClose(got.g, g);
    });
  }

  test.each(reference.hyperopt.map((one) => ({ ...one, n: one.values.length })))('hyperopt: $n trials of $name', ({ name, values, losses, points, l, g }) => {
    const got = densities('hyperopt', [[name, spaces.hyperopt[name]!]], values.map((value, i) => trialOf(i, { [name]: value }, { loss: losses[i]! })), points.map((value) => ({ [name]: value })));
    expectClose(got.l, l);
    expectClose(got.g, g);
  });
});
