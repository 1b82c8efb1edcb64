import { describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dialects } from '../../src/dialects/index.js';
import { readText, refusal } from '../contracts/dialect.js';

const root = '../shared/sweeps/dialects';
const present = existsSync(join(root, 'index.json'));

/** Files that are refused, with the reason; `part` names the one of several that is read. */
const refused: Readonly<Record<string, RegExp>> = {
  'azureml/Azure__azureml-examples__automl-standalone-jobs--cli-automl-image-object-detection-task-fridge-items--cli-automl-img-od-task-fridge-items.yml': /^file:56: search_space: AutoML searches over models of its own/,
  'guild/guildai__guildai__guild--tests--samples--projects--steps--guild.yml': /^file has several operations: /,
  'hydra/automl__hypersweeper__examples--configs--branin_carps_smac.yaml': /^file:12: hydra\.sweeper\.search_space: .* stands in another file/,
  'hydra/automl__hypersweeper__examples--configs--branin_grid.yaml': /^file:15: hydra\.sweeper\.search_space: .* stands in another file/,
  'hydra/automl__hypersweeper__examples--configs--branin_nevergrad.yaml': /^file:18: hydra\.sweeper\.search_space: .* stands in another file/,
  'nni/microsoft__nni__examples--trials--systems_auto_tuning--opevo--src--experiments--mm--N512K1024M1024--search_space.json': /^nothing can be said: K: left out: its _type factor/,
  // The key `kind` stands on the line of its parent: no YAML.
  'polyaxon/polyaxon__polyaxon-examples__in_cluster--mxnet--mnist--polyaxonfile_hyperparams.yml': /^file:15:13: Nested mappings are not allowed/,
  // A range of four numbers, which Polyaxon refuses too.
  'polyaxon/polyaxon__polyaxon-examples__in_cluster--sklearn--random_forest--polyaxonfile_hyperparams.yml': /^file:9: matrix\.params\.n_estimators is no search space: its value \[3,4,5,6\] is not start, stop and step/,
};

/** Parameters that are left out of a file that is read, each with its reason among the notes. */
const leftOut: Readonly<Record<string, readonly string[]>> = {
  'hydra/Oufattole__meds-torch__src--meds_torch--configs--hparams_search--optuna.yaml': ['model.backbone.dropout'],
  'hydra/facebookresearch__hydra__plugins--hydra_nevergrad_sweeper--example--config.yaml': ['lr'],
  'guild/guildai__guildai__guild--tests--samples--projects--optimizers--guild.yml#noisy': ['noise'],
  'guild/guildai__guildai__guild--tests--samples--projects--optimizers--guild.yml#flags': ['i', 'f', 'n', 'b', 's', 'p', 'ep', 'nt'],
};

const parts: Readonly<Record<string, readonly string[]>> = {
  'guild/guildai__guildai__examples--iris-svm--guild.yml': ['train', 'grid-search[0]', 'grid-search[1]', 'gp-optimize[0]'],
  'guild/guildai__guildai__guild--tests--samples--projects--optimizers--guild.yml': ['noisy', 'noisy-flubber', 'echo', 'flags', 'poly'],
};

const tuners = '../shared/tuners';

/** Projects that the real tools left behind. */
const left: readonly { readonly file: string; readonly tool: string; readonly method?: string; readonly names: readonly string[] }[] = [
  { file: 'keras-tuner/raw/random/oracle.json', tool: 'Keras Tuner', names: ['layers', 'units_0', 'activation_0', 'dropout', 'lr', 'units_1', 'activation_1', 'batch_size', 'loss_name', 'rate'] },
  { file: 'keras-tuner/raw/bayes/oracle.json', tool: 'Keras Tuner', method: 'gp', names: ['layers', 'units_0', 'activation_0', 'dropout', 'lr', 'units_1', 'activation_1', 'batch_size', 'loss_name', 'rate'] },
  { file: 'keras-tuner/raw/hyperband/oracle.json', tool: 'Keras Tuner', method: 'random', names: ['layers', 'units_0', 'activation_0', 'dropout', 'lr', 'units_1', 'activation_1', 'batch_size', 'loss_name', 'rate'] },
  { file: 'talos/run.py', tool: 'Talos', names: ['first_neuron', 'activation', 'dropout', 'optimizer', 'lr', 'batch_size', 'epochs', 'shape'] },
];

describe.each(existsSync(tuners) ? left : [])('$file, which the real tool wrote', ({ file, tool, method, names }) => {
  test('is read whole', () => {
    const found = readText(readFileSync(join(tuners, file), 'utf8'));
    expect({ tool: found.tool, method: found.draft.method, errors: found.errors }).toEqual({ tool, method, errors: [] });
    expect(found.draft.parameters.filter(({ form }) => form.said).map(({ path }) => path.join('.')).toSorted()).toEqual(names.toSorted());
  });
});

interface Entry { readonly dialect: string; readonly file: string }
const entries = present ? (JSON.parse(readFileSync(join(root, 'index.json'), 'utf8')) as readonly Entry[]).filter(({ file }) => existsSync(join(root, file))) : [];
const text = (file: string): string => readFileSync(join(root, file), 'utf8');

describe('real files of other tools', () => {
  if (!present) test.skip('../shared/sweeps is not here: skipped', () => undefined);
  else {
    test('all of them have a reader, and every tool has files', () => {
      expect(entries.length).toBeGreaterThan(50);
      expect([...new Set(entries.map(({ dialect }) => dialect))].filter((dialect) => dialects[dialect] === undefined)).toEqual([]);
    });

    test.each(entries.filter(({ file }) => refused[file] !== undefined))('$file: refused for its reason', ({ dialect, file }) => {
      expect(refusal(text(file))?.message).toMatch(refused[file] ?? /never/);
      expect(refusal(text(file), { dialect })?.message).toMatch(refused[file] ?? /never/);
    });

    test.each(entries.filter(({ file }) => refused[file] === undefined).flatMap(({ dialect, file }) => (parts[file] ?? [undefined]).map((part) => ({ dialect, file, part }))))('$file $part: the tool is told, the configuration is valid', ({ dialect, file, part }) => {
      const found = readText(text(file), part === undefined ? {} : { part });
      expect(found.tool).toBe(dialects[dialect]?.tool);
      expect(found.errors).toEqual([]);
      const gone = found.draft.parameters.filter(({ form }) => !form.said).map(({ path }) => path.join('.'));
      expect(gone).toEqual(leftOut[part === undefined ? file : `${file}#${part}`] ?? []);
    });
  }
});
