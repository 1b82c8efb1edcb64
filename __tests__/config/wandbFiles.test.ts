import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Distribution } from '../../src/model/searchSpace.js';
import { fromFilled, plain } from '../model/vectors.js';
import { parse } from './parsing.js';

const folder = '../shared/sweeps/wandb';
const present = existsSync(folder);
if (!present) console.log(`skipped: ${folder} is absent`);

interface Oracle { params?: Record<string, OracleParameter> }
interface OracleParameter { type?: string; filled?: Record<string, unknown>; error?: string }

const oracle = present ? (JSON.parse(readFileSync(`${folder}/oracle.json`, 'utf8')) as Record<string, Oracle>) : {};

/** Files that are refused, each for a row of sweeps/README.md. */
const refused: Record<string, string> = {
  'Gyllz98__pixel_art_diffusion__sweep.yaml': 'log-uniform-exponents',
  'lukeingawesome__ct_foundation__sweep.yaml': 'log-uniform-exponents',
  'fadi-hadba__robocct-detectability-regression__sweep.yaml': 'unknown-macro',
  'spokenlanguage__platalea__wandb_sweep.yaml': 'wrong-goal',
  'wandb__launch-jobs__basic.yaml': 'missing-key',
  'wandb__launch-jobs__jobs--sweep_schedulers--wandb_scheduler--example_configs--basic.yaml': 'missing-key',
  'wandb__launch-jobs__jobs--sweep_schedulers--wandb_scheduler--example_configs--basic@621da4b.yaml': 'missing-key',
};

/** Parameters that differ: `1e-5` is a number here, and exponents in (0, 1) are refused. */
const otherwise: Record<string, Distribution | 'refused'> = {
  'Daniel-Haas-B__NeuralQuantumState__sweep_config.yaml eta': { name: 'uniform', low: 5e-5, high: 0.01 },
  'graphcore__examples__MLPerf_LARS_sweep.yaml init_lr': { name: 'uniform', low: 1e-4, high: 1e-2 },
  'graphcore__examples__MLPerf_LARS_sweep.yaml weight_decay': { name: 'uniform', low: 1e-6, high: 1e-4 },
  'violetxi__EmergentSocialDynamics__sweep.yaml agent.optim.ppo_lr': { name: 'uniform', low: 1e-5, high: 1e-3 },
  'KFDK__ml-ops-project-s22__sweep.yaml learning_rate': { name: 'categorical', choices: [1e-4, 1e-3, 1e-2] },
  'edizucar__adversarially-training-transformers__sweep_extras.yaml lambda_adversarial': { name: 'categorical', choices: [1e-5, 1e-3, 1e-2, 1] },
  'microsoft__Lightweight-Low-Resource-NMT__sweep.yaml learning_rate': { name: 'categorical', choices: [5e-4, 5e-5, 5e-6] },
  'microsoft__Lightweight-Low-Resource-NMT__sweep.yaml label_smoothing': { name: 'categorical', choices: [0, 0.1] },
  'odyboufalaki__DL2__sweep.yaml optimization.optimizer_args.lr': { name: 'categorical', choices: [0.01, 0.001, 0.0001] },
  'Gyllz98__pixel_art_diffusion__sweep.yaml learning_rate': 'refused',
  'lukeingawesome__ct_foundation__sweep.yaml lr': 'refused',
};

/** The oracle's parameters, nested ones flattened to dotted names. */
function flatten(params: Record<string, unknown>, path = ''): [string, OracleParameter][] {
  return Object.entries(params).flatMap(([key, value]): [string, OracleParameter][] => {
    const parameter = value as OracleParameter & { parameters?: Record<string, unknown>; nested?: Record<string, unknown> };
    const nested = parameter.nested ?? parameter.parameters ?? (parameter.filled as { parameters?: Record<string, unknown> } | undefined)?.parameters;
    return nested === undefined ? [[`${path}${key}`, parameter]] : flatten(nested, `${path}${key}.`);
  });
}

(present ? describe : describe.skip)('the 50 real sweep files', () => {
  const files = Object.keys(oracle);
  test('are 50', () => expect(files).toHaveLength(50));

  test.each(files)('%s', (file) => {
    const result = parse(readFileSync(`${folder}/${file}`, 'utf8'), { path: file });
    const errors = result.diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code);
    expect(errors).toEqual(refused[file] === undefined ? [] : [refused[file]]);
    expect(result.config?.dialect ?? 'wandb').toBe('wandb');
    const mine = new Map(result.space?.parameters.map(({ name, distribution }) => [name, distribution]));
    const theirs = flatten(oracle[file]?.params ?? {});
    for (const [name, { filled }] of theirs) {
      const exception = otherwise[`${file} ${name}`];
      if (exception === 'refused') expect(mine.get(name)).toBeUndefined();
      else expect([name, mine.get(name)]).toEqual([name, exception ?? fromFilled(numbers(filled ?? {}), '1')]);
    }
    const refusedHere = theirs.filter(([name]) => otherwise[`${file} ${name}`] === 'refused').length;
    expect(mine.size).toBe(theirs.length - refusedHere);
  });
});

/** `{"$float": "1.0"}` at any depth as the number. */
function numbers(value: Record<string, unknown>): Record<string, unknown> {
  const read = (item: unknown): unknown => {
    const flat = plain(item);
    if (Array.isArray(flat)) return flat.map(read);
    return typeof flat === 'object' && flat !== null ? Object.fromEntries(Object.entries(flat).map(([k, v]) => [k, read(v)])) : flat;
  };
  return read(value) as Record<string, unknown>;
}
