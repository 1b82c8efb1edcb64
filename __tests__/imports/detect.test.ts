import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ended, json, type as typed } from '../cli/desk.js';
import { temporaryFolder } from '../stores/gitFixture.js';

/** What lies in a folder, and what of it is meant: nothing is taken silently where two tools left something. */
let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => { folder = temporaryFolder('detect'); });
afterEach(() => { folder.remove(); });
const place = (path: string): string => {
  mkdirSync(dirname(join(folder.path, path)), { recursive: true });
  return join(folder.path, path);
};
const put = (from: string, path: string): void => { cpSync(resolve('fixtures/tuners', from), place(path), { recursive: true }); };
const read = async (...argv: string[]): Promise<Record<string, unknown>> => json(ended(await typed(folder.path, ['import', ...argv, '--json', '--out', `${Math.random()}.jsonl`]), 0));
const refused = async (...argv: string[]): Promise<string> => ended(await typed(folder.path, ['import', ...argv]), 2).err;

describe('two tools in one folder', () => {
  test('side by side: both are named, and the file or --format chooses', async () => {
    put('optuna/study.db', 'both/study.db');
    put('talos/talos1.csv', 'both/scan.csv');
    const err = await refused('both');
    expect(err).toContain('both holds results of several kinds: scan.csv (Talos), study.db (Optuna).');
    expect(err).toContain("Give one of them, such as 'both/scan.csv'; or say of what kind: --format talos-table or optuna-sqlite");
    expect(await read('both', '--format', 'optuna-sqlite', '--study-name', 'digits')).toMatchObject({ format: 'optuna-sqlite', trials: 16 });
    expect(await read('both', '--format', 'talos-table', '--metric', 'val_acc')).toMatchObject({ format: 'talos-table', trials: 10 });
    expect(await read('both/scan.csv', '--metric', 'val_acc')).toMatchObject({ format: 'talos-table' });
    expect(await refused('both', '--format', 'kopt')).toMatch(/both holds nothing that is read as kopt\.[\s\S]*It is known as talos-table, optuna-sqlite/);
    expect(await refused('both/scan.csv', '--format', 'kopt')).toContain('both/scan.csv is nothing that is read as kopt.');
    expect(await refused('both', '--format', 'talon')).toMatch(/There is no format "talon"\.[\s\S]*talos, talos-table/);
  });

  test('an export right in the folder of another tool, and results on different levels', async () => {
    put('keras-tuner/random', 'kt');
    put('hyperopt/exported.json', 'kt/trials.json');
    expect(await refused('kt')).toMatch(/kt holds results of several kinds: the folder itself \(Keras Tuner\), trials\.json \(Hyperopt\)\.[\s\S]*such as 'kt\/trials\.json'/);
    expect(await read('kt', '--format', 'keras-tuner')).toMatchObject({ tool: 'Keras Tuner', trials: 10 });
    expect(await read('kt', '--format', 'hyperopt')).toMatchObject({ tool: 'Hyperopt', trials: 30 });
    put('optuna/study.db', 'all/study.db');
    put('keras-tuner/random', 'all/far/down/random');
    expect(await refused('all')).toContain('all holds results of several kinds: study.db (Optuna), far/down/random (Keras Tuner).');
  });

  test('several of one tool in different forms are not of several kinds', async () => {
    put('scikit-learn/grid_cv_results.csv', 'cv/grid.csv');
    put('scikit-learn/halving_cv_results.json', 'cv/halving.json');
    expect(await refused('cv')).toContain('cv holds several results of scikit-learn: grid.csv, halving.json.');
  });

  test('what is evidently a part of the other is not asked about', async () => {
    put('tensorboard/runs', 'run/logs');
    put('optuna/study.db', 'run/search/study.db');
    expect(await read('run', '--study-name', 'digits')).toMatchObject({ tool: 'Optuna', notes: ['the folder itself (TensorBoard) is taken for the logs of these trials and was not read (--format tensorboard does)'] });
    expect(await read('run', '--format', 'tensorboard', '--metric', 'val/loss')).toMatchObject({ tool: 'TensorBoard', trials: 5 });
    put('ray-tune/digits_asha', 'ray');
    writeFileSync(place('ray/tuner.pkl'), Buffer.from([0x80, 4, 0x95, 0, 0, 0, 0, 0, 0, 0, 0, 0x2e]));
    put('tensorboard/tf2', 'ray/tf');
    expect(await read('ray', '--metric', 'accuracy')).toMatchObject({ tool: 'Ray Tune', trials: 12 });
  });
});

describe('a table of Talos beside the scan that it is a table of', () => {
  test('the scan is read, which knows its objective and space; one of another scan is asked about', async () => {
    put('talos/talos2_complete', 'talos/digits/20261123');
    put('talos/talos2_complete/results.csv', 'talos/scan_data.csv');
    expect(await read('talos')).toMatchObject({ format: 'talos', metric: { name: 'val_acc', goal: 'maximize' }, space: { is: 'declared' }, trials: 10 });
    expect(await read('talos', '--format', 'talos-table', '--metric', 'val_acc', '--study-name', 'scan_data')).toMatchObject({ format: 'talos-table', trials: 10 });
    put('talos/talos2_crashed/results.csv', 'talos/scan_data.csv');
    expect(await refused('talos')).toContain('talos holds several results of Talos: scan_data.csv, digits/20261123.');
  });
});

describe('a part of a folder', () => {
  test.each([
    ['Keras Tuner', 'keras-tuner/random', ['trial_00/trial.json', 'oracle.json', 'trial_00']],
    ['Ray Tune', 'ray-tune/digits_asha', [/result\.json$/, /params\.json$/]],
    ['MLflow', 'mlflow/mlruns', [/meta\.yaml$/, /params\/lr$/]],
    ['Weights & Biases', 'wandb/runs', [/\.wandb$/]],
    ['Talos', 'talos/talos2_complete', ['metadata.json', 'round_data.jsonl']],
  ])('%s: the folder to give is named', async (tool, from, parts) => {
    put(from, 'here');
    const files = readdirSync(join(folder.path, 'here'), { recursive: true, encoding: 'utf8' }).sort();
    for (const part of parts) {
      const found = files.find((file) => (typeof part === 'string' ? file === part : part.test(file)));
      const err = await refused(`here/${found ?? 'nothing'}`);
      expect(err).toContain(`here/${found ?? ''} is no study by itself: it is a part of a folder of ${tool}.`);
      expect(err).toContain("Give the folder: noregret import 'here'");
    }
  });

  test("a run's summary of W&B two levels down, given from inside", async () => {
    put('wandb/runs', 'wandb');
    const [run = ''] = readdirSync(join(folder.path, 'wandb'));
    writeFileSync(place(`wandb/${run}/files/wandb-summary.json`), '{"loss": 0.5, "_step": 3}');
    expect(ended(await typed(join(folder.path, 'wandb', run, 'files'), ['import', 'wandb-summary.json']), 2).err).toMatch(/wandb-summary\.json is no study by itself: it is a part of a folder of Weights & Biases\.[\s\S]*noregret import '\.\.\/\.\.'/);
  });

  test('beside no known folder: what is known is listed', async () => {
    writeFileSync(place('lone/trial.json'), '{"trial_id": "0"}');
    expect(await refused('lone/trial.json')).toContain('lone/trial.json is no study that can be read');
  });
});
