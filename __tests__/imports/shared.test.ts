import { describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ImportChoice } from '../../src/imports/importer.js';
import { readImport } from '../../src/imports/open.js';
import { createSummary } from '../../src/imports/summary.js';

/** Real outputs of the tuners, whole: fixtures/tuners holds a part of them. */
const root = '../shared/tuners';
const isThere = existsSync(root);
if (!isThere) console.log(`skipped: ${root} is not there`);

interface Real { readonly path: string; readonly tool: string; readonly metric: string; readonly counts: Readonly<Record<string, number>>; readonly best?: number; readonly choice?: ImportChoice; readonly study?: string }
const up = { goal: 'maximize' } as const;
/** Of Hyperas's template: the options in their order. */
const hyperas = { Dense: [16, 32, 64], activation: ['relu', 'tanh'], add: ['one', 'two'], Dense_1: [8, 16], Dropout_1: ['dropout', 'linear'], batch_size: [16, 64] };
const digits = { model: ['svc', 'rf'], svc_kernel: ['rbf', 'poly'], rf_crit: ['gini', 'entropy'], rf_depth: 'number' } as const;

const real: readonly Real[] = [
  { path: 'hyperopt/raw/trials.json', tool: 'Hyperopt', metric: 'loss', choice: { choices: digits }, counts: { complete: 13, failed: 3 }, best: -0.91 },
  { path: 'hyperopt/raw_0.2.7/trials.json', tool: 'Hyperopt', metric: 'loss', choice: { choices: digits }, counts: { complete: 13, failed: 3 } },
  { path: 'hyperas/raw/trials.json', tool: 'Hyperopt', metric: 'loss', choice: { choices: hyperas }, counts: { complete: 10 }, best: -0.8700000047683716 },
  { path: 'kopt/raw/trials.json', tool: 'kopt', metric: 'accuracy', counts: { complete: 10 }, best: 0.8266666531562805 },
  { path: 'kopt/raw/save_dir/mydb/digits', tool: 'kopt', metric: 'accuracy', counts: { complete: 10 }, best: 0.8266666531562805 },
  { path: 'talos/raw/talos1.4/digits_exp/112326085932.csv', tool: 'Talos', metric: 'val_acc', choice: { metric: 'val_acc' }, counts: { complete: 9, failed: 1 }, best: 0.9200000166893005 },
  { path: 'talos/raw/talos2_complete/digits_exp', tool: 'Talos', metric: 'val_acc', choice: { metric: 'val_acc', ...up }, counts: { complete: 9, failed: 1 }, best: 0.9666666388511658 },
  { path: 'talos/raw/talos2_crashed/digits_exp', tool: 'Talos', metric: 'val_acc', choice: { metric: 'val_acc', ...up }, counts: { complete: 2 } },
  { path: 'keras-tuner/raw/random', tool: 'Keras Tuner', metric: 'val_accuracy', counts: { complete: 7, failed: 3 }, best: 0.9524999856948853 },
  { path: 'keras-tuner/raw/bayes', tool: 'Keras Tuner', metric: 'val_loss', counts: { complete: 10 } },
  { path: 'keras-tuner/raw/hyperband', tool: 'Keras Tuner', metric: 'val_accuracy', counts: { complete: 4, pruned: 4, failed: 1 } },
  { path: 'keras-tuner/raw/aborted_random', tool: 'Keras Tuner', metric: 'val_accuracy', choice: { metric: 'val_accuracy' }, counts: { failed: 4, running: 1 } },
  { path: 'hyperband/raw/keras_tuner_hyperband', tool: 'Keras Tuner', metric: 'val_accuracy', counts: { complete: 4, pruned: 4, failed: 1 } },
  { path: 'hyperband/raw/hpbandster_hyperband', tool: 'HpBandSter', metric: 'loss', counts: { complete: 2, pruned: 8, failed: 2 } },
  { path: 'hyperband/raw/hpbandster_bohb', tool: 'HpBandSter', metric: 'loss', counts: { complete: 2, pruned: 8, failed: 2 }, best: 0.03333333333333333 },
  { path: 'scikit-optimize/raw/result_export.json', tool: 'scikit-optimize', metric: 'objective', counts: { complete: 15 }, best: -0.8939109732342544 },
  { path: 'scikit-optimize/raw/bayessearch_cv_results.csv', tool: 'scikit-learn', metric: 'score', counts: { complete: 10 }, best: 0.923899189572662 },
  { path: 'spearmint/raw/digits_lite', tool: 'Spearmint', metric: 'value', counts: { complete: 11, running: 1 }, best: 0.11012913931173784 },
  { path: 'sklearn-deap/raw/cv_results.csv', tool: 'sklearn-deap', metric: 'score', counts: { complete: 7 }, best: 0.95 },
  { path: 'sklearn-deap/raw/results.json', tool: 'sklearn-deap', metric: 'score', counts: { complete: 7 }, best: 0.95 },
  { path: 'sklearn-deap/raw/maximize.json', tool: 'sklearn-deap', metric: 'score', counts: { complete: 2 }, best: -1.16 },
  { path: 'kopt/raw/save_dir', tool: 'kopt', metric: 'accuracy', counts: { complete: 10 }, best: 0.8266666531562805 },
  { path: 'talos/raw/talos2_crashed', tool: 'Talos', metric: 'val_acc', choice: { metric: 'val_acc', ...up }, counts: { complete: 2 } },
  { path: 'sklearn-genetic-opt/raw/cv_results.csv', tool: 'scikit-learn', metric: 'score', counts: { complete: 42 }, best: 0.8750981932443048 },
  { path: 'sklearn-genetic-opt/raw/results.json', tool: 'scikit-learn', metric: 'score', counts: { complete: 42 }, best: 0.8750981932443048 },
  { path: 'sklearn-search/raw/grid_cv_results.csv', tool: 'scikit-learn', metric: 'acc', choice: { metric: 'acc' }, counts: { complete: 14, failed: 1 }, best: 0.923899189572662 },
  { path: 'sklearn-search/raw/grid_cv_results.json', tool: 'scikit-learn', metric: 'acc', choice: { metric: 'acc' }, counts: { complete: 14, failed: 1 }, best: 0.923899189572662 },
  { path: 'sklearn-search/raw/random_cv_results.json', tool: 'scikit-learn', metric: 'score', counts: { complete: 12 } },
  { path: 'sklearn-search/raw/halving_cv_results.csv', tool: 'scikit-learn', metric: 'score', counts: { complete: 1, pruned: 14 }, best: 0.8858788447201982 },
  { path: 'optuna/raw/study.db', tool: 'Optuna', metric: 'accuracy', study: 'digits', counts: { complete: 5, pruned: 8, failed: 2, running: 1, waiting: 1 }, best: 0.98 },
  { path: 'optuna/raw/study.db', tool: 'Optuna', metric: 'values_1', study: 'mo', choice: { metric: 'values_1' }, counts: { complete: 2, failed: 1 } },
  { path: 'ray-tune/raw/digits_asha', tool: 'Ray Tune', metric: 'accuracy', counts: { complete: 10, failed: 2 }, best: 0.9666666666666667 },
  { path: 'ray-tune/raw/nan_fifo', tool: 'Ray Tune', metric: 'loss', counts: { failed: 2 } },
];

(isThere ? describe : describe.skip)('the real files of thirteen tuners', () => {
  test.each(real)('$path', ({ path, tool, metric, counts, best, choice = {}, study }) => {
    const opened = readImport(join(root, path), path, choice);
    const chosen = opened.studies.find(({ name }) => study === undefined || name === study);
    const summary = createSummary();
    for (const event of chosen?.read(choice).events ?? []) summary.add(event);
    const found = summary.summary();
    expect({ tool: found.tool, metric: found.metric?.name, counts: found.counts }).toEqual({ tool, metric, counts: { complete: 0, pruned: 0, failed: 0, infeasible: 0, running: 0, waiting: 0, ...counts } });
    if (best !== undefined) expect(found.best?.value).toBeCloseTo(best, 10);
  });
});
