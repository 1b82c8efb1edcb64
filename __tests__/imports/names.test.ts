import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { cpSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ImportChoice } from '../../src/imports/importer.js';
import { readImport } from '../../src/imports/open.js';
import { createSummary, type Summary } from '../../src/imports/summary.js';
import { UserError } from '../../src/model/errors.js';
import { studyEventSchema } from '../../src/model/study.js';
import { temporaryFolder } from '../stores/gitFixture.js';

/** Names that JavaScript's objects have already, in every format: kept, or refused by name; never dropped, never a crash. */
interface Case { readonly path: string; readonly param: string; readonly metric?: string; readonly choice?: ImportChoice; /** As it is called in our terms. */ readonly named?: (param: string) => string }

const columns = { params: ['units', 'lr'] };
const cases: readonly Case[] = [
  { path: 'keras-tuner/random', param: 'dropout', metric: 'val_accuracy' },
  { path: 'talos/talos2_complete', param: 'dropout', metric: 'val_acc' },
  { path: 'talos/talos1.csv', param: 'dropout', metric: 'val_acc', choice: { metric: 'val_acc' } },
  { path: 'ray-tune/digits_asha', param: 'layers', metric: 'accuracy' },
  { path: 'hpbandster/bohb', param: 'alpha' },
  { path: 'spearmint/digits_lite', param: 'max_depth' },
  { path: 'kopt/digits', param: 'fit', named: (param) => `${param}.epochs` },
  { path: 'hyperopt/trials.json', param: 'svc_C', choice: { choices: { model: ['svc', 'rf'], svc_kernel: ['rbf', 'poly'], rf_crit: ['gini', 'entropy'], rf_depth: 'number' } } },
  { path: 'hyperopt/exported.json', param: 'lr' },
  { path: 'scikit-optimize/result_export.json', param: 'max_depth' },
  { path: 'scikit-learn/halving_cv_results.json', param: 'max_depth' },
  { path: 'scikit-learn/grid_cv_results.csv', param: 'degree', metric: 'acc', choice: { metric: 'acc' } },
  { path: 'sklearn-deap/maximize.json', param: 'a' },
  { path: 'mlflow/mlruns', param: 'units', metric: 'acc', choice: { metric: 'acc' } },
  { path: 'wandb/export.json', param: 'lr', metric: 'val_loss', choice: { metric: 'val_loss' } },
  { path: 'wandb/export.csv', param: 'lr', metric: 'val_loss', choice: { metric: 'val_loss' } },
  { path: 'plain.csv', param: 'units', metric: 'loss', choice: { metric: 'loss', columns } },
  { path: 'journal', param: 'units' },
];

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder('names');
  writeFileSync(join(folder.path, 'plain.csv'), 'units,lr,loss\n16,0.1,1\n32,0.2,0.5\n');
  writeFileSync(join(folder.path, 'journal'), journal);
});
afterEach(() => { folder.remove(); });

const number = '{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 99.0, "log": false}}';
const journal = [
  { op_code: 0, worker_id: 'w', study_name: 's', directions: [1] },
  ...[16, 32].flatMap((units, trial_id) => [
    { op_code: 4, worker_id: 'w', study_id: 0, datetime_start: '2026-01-01T00:00:00' },
    { op_code: 5, worker_id: 'w', trial_id, param_name: 'units', param_value_internal: units, distribution: number },
    { op_code: 6, worker_id: 'w', trial_id, state: 1, values: [1 / units], datetime_complete: '2026-01-01T00:00:01' },
  ]),
].map((line) => `${JSON.stringify(line)}\n`).join('');

/** The fixture with one name for another, in files' texts and in their own names. */
function renamed({ path }: Case, from: string, to: string): string {
  const copy = join(folder.path, basename(path));
  if (path !== basename(path)) cpSync(join('fixtures/tuners', path), copy, { recursive: true });
  const files = statSync(copy).isFile() ? [copy] : readdirSync(copy, { recursive: true, encoding: 'utf8' }).map((name) => join(copy, name)).filter((name) => statSync(name).isFile());
  for (const file of files) {
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(new RegExp(`(?<![A-Za-z0-9_])(param_|split0_test_|mean_test_|)${from}(?![A-Za-z0-9_=])`, 'g'), (_, before: string) => `${before}${to}`));
    if (basename(file) === from) renameSync(file, join(dirname(file), to));
  }
  return copy;
}

function readAs(path: string, choice: ImportChoice): Summary {
  const summary = createSummary();
  const [study] = readImport(path, path, choice).studies;
  // As a log of ours is read again.
  for (const event of study?.read(choice).events ?? []) summary.add(studyEventSchema.parse(JSON.parse(JSON.stringify(event))));
  return summary.summary();
}

const swapped = (choice: ImportChoice, from: string, to: string): ImportChoice => ({
  ...choice, ...(choice.metric === from ? { metric: to } : {}),
  ...(choice.columns?.params === undefined ? {} : { columns: { ...choice.columns, params: choice.columns.params.map((name) => (name === from ? to : name)) } }),
});

describe('names that objects of JavaScript have', () => {
  test.each(cases)('$path: a parameter may be called constructor or toString', (one) => {
    const { param, choice = {}, named = (name: string) => name } = one;
    const before = readAs(renamed(one, param, param), choice);
    expect(before.space?.parameters.map(({ name }) => name)).toContain(named(param));
    for (const to of ['constructor', 'toString']) {
      const after = readAs(renamed(one, param, to), swapped(choice, param, to));
      expect(after.counts).toEqual(before.counts);
      expect(after.space?.parameters.find(({ name }) => name === named(to))?.distribution).toEqual(before.space?.parameters.find(({ name }) => name === named(param))?.distribution);
      expect(Object.entries(after.best?.params ?? {}).find(([name]) => name === named(to))?.[1]).toEqual(before.best?.params[named(param)]);
      if (one.path === basename(one.path)) renamed(one, to, param);
    }
  });

  test.each(cases.filter(({ named }) => named === undefined))('$path: one called __proto__ is refused by name', (one) => {
    const [path, choice] = [renamed(one, one.param, '__proto__'), swapped(one.choice ?? {}, one.param, '__proto__')];
    expect(refusal(path, choice)).toMatchObject({ code: 'reserved-name', message: expect.stringMatching(/"__proto__" cannot be the name of a parameter\.$/) });
  });

  const measured = cases.flatMap((one) => (one.metric === undefined ? [] : [{ ...one, metric: one.metric }]));
  test.each(measured)('$path: a metric too', (one) => {
    const choice: ImportChoice = { ...one.choice, goal: 'maximize' };
    const plain = { ...choice, metric: one.metric };
    const before = readAs(renamed(one, one.metric, one.metric), plain);
    const after = readAs(renamed(one, one.metric, 'constructor'), swapped(plain, one.metric, 'constructor'));
    expect([after.counts, after.best?.value, after.metric?.name]).toEqual([before.counts, before.best?.value, 'constructor']);
    if (one.path === basename(one.path)) renamed(one, 'constructor', one.metric);
    expect(refusal(renamed(one, one.metric, '__proto__'), swapped(plain, one.metric, '__proto__'))).toMatchObject({ code: 'reserved-name', message: expect.stringMatching(/__proto__/) });
  });
});

function refusal(path: string, choice: ImportChoice): UserError | undefined {
  try {
    readAs(path, choice);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}
