import { importerContract } from '../contracts/importer.js';

const at = (path: string): string => `fixtures/tuners/${path}`;
const larger = (name: string) => ({ name, goal: 'maximize' }) as const;
const smaller = (name: string) => ({ name, goal: 'minimize' }) as const;
const inferred = /^the files do not say what was searched/;
const guessed = /^the files do not say in which direction/;

importerContract('keras-tuner', [
  {
    path: at('keras-tuner/random'), counts: { complete: 7, failed: 3 }, metric: larger('val_accuracy'), space: 'declared', notes: [/^the objective is taken to be val_accuracy/],
    best: { trial: 5, value: 0.9524999856948853, params: { layers: 1, units_0: 64, activation_0: 'relu', dropout: true, lr: 0.022473196356740353, batch_size: 32, loss_name: 'scce', rate: 0.1 } },
  },
  {
    path: at('keras-tuner/hyperband'), counts: { complete: 4, pruned: 4, failed: 1 }, metric: larger('val_accuracy'), space: 'declared', notes: [/^the objective/, /^Hyperband: 4 trials were trained for fewer than 8 epochs/],
    best: { trial: 6, value: 0.9649999737739563, params: { layers: 1, units_0: 64, activation_0: 'tanh', dropout: false, lr: 0.028234176499816785, batch_size: 16, loss_name: 'scce', rate: 0.5 } },
  },
  { path: at('keras-tuner/aborted_random'), choice: { metric: 'val_accuracy' }, counts: { failed: 4, running: 1 }, metric: larger('val_accuracy'), space: 'declared' },
]);

importerContract('talos', [
  {
    path: at('talos/talos2_complete'), counts: { complete: 9, failed: 1 }, metric: larger('val_acc'), space: 'declared',
    best: { trial: 8, value: 0.9666666388511658, params: { activation: 'elu', batch_size: 16, dropout: 0, epochs: 2, first_neuron: 32, lr: 0.01, optimizer: 'adam', shape: 'brick' } },
  },
  { path: at('talos/talos2_crashed'), counts: { complete: 2 }, metric: larger('val_acc'), space: 'declared', notes: [/^the scan ended with an error/], best: { trial: 0, value: 0.95333331823349, params: { activation: 'relu', batch_size: 16, dropout: 0, epochs: 3, first_neuron: 32, lr: 0.01, optimizer: 'adam', shape: 'brick' } } },
]);

importerContract('talos-table', [
  {
    path: at('talos/talos1.csv'), choice: { metric: 'val_acc' }, counts: { complete: 9, failed: 1 }, metric: larger('val_acc'), space: 'inferred',
    notes: [/^Talos does not say which columns/, /^4 rows have more values than columns/, guessed, inferred],
    best: { trial: 7, value: 0.9200000166893005, params: { first_neuron: 32, activation: 'elu', dropout: 0.2, optimizer: 'adam', lr: 0.1, batch_size: 16, epochs: 2, shape: 'tri,angle' } },
  },
  { path: at('talos/talos2_complete/results.csv'), choice: { metric: 'val_loss', goal: 'minimize' }, counts: { complete: 10 }, metric: smaller('val_loss'), space: 'inferred', notes: [inferred], best: { trial: 5, value: 0.2126999795436859, params: { first_neuron: 32, activation: 'elu', dropout: 0, optimizer: 'adam', lr: 0.1, batch_size: 16, epochs: 2, shape: 'tri,angle' } } },
]);

importerContract('ray-tune', [
  {
    path: at('ray-tune/digits_asha'), counts: { complete: 10, failed: 2 }, metric: larger('accuracy'), space: 'inferred', notes: [/^9 trials ended before iteration 5/, guessed, inferred],
    best: { trial: 0, value: 0.9666666666666667, params: { 'opt.alpha': 0.0005547119471592127, 'opt.penalty': 'l1', layers: 1, flag: false, dims: [64] } },
  },
  { path: at('ray-tune/nan_fifo'), counts: { failed: 2 }, metric: smaller('loss'), space: 'inferred', notes: [guessed, inferred] },
]);

importerContract('hpbandster', [
  { path: at('hpbandster/bohb'), counts: { complete: 2, pruned: 8, failed: 2 }, metric: smaller('loss'), space: 'inferred', notes: [/^8 configurations did not get the largest budget \(9\)/, inferred], best: { trial: 0, value: 0.03333333333333333, params: { alpha: 0.0005547119472, penalty: 'l1' } } },
]);

importerContract('spearmint', [
  {
    path: at('spearmint/digits_lite'), counts: { complete: 11, running: 1 }, metric: smaller('value'), space: 'declared', notes: [/^Spearmint marks no failed trial/],
    best: { trial: 6, value: 0.11012913931173784, params: { n_estimators: 60, max_features: 0.05, max_depth: 12, criterion: 'gini', 'w.0': 0, 'w.1': 1 } },
  },
]);

const kopt = { 'data.n': 600, 'fit.batch_size': 32, 'fit.epochs': 2, 'fit.patience': 2, 'fit.early_stop_monitor': 'val_loss', 'model.activation': 'relu', 'model.lr': 0.012835310889075429, 'model.optimizer': 'adam', 'model.units': 32 };
importerContract('kopt', [
  { path: at('kopt/digits'), counts: { complete: 10 }, metric: larger('accuracy'), space: 'inferred', notes: [/^kopt writes no file for a trial that failed/, inferred], best: { trial: 2, value: 0.8266666531562805, params: kopt } },
]);

importerContract('hyperopt', [
  {
    path: at('hyperopt/trials.json'), counts: { complete: 13, failed: 3 }, metric: smaller('loss'), space: 'inferred', notes: [inferred],
    choice: { choices: { model: ['svc', 'rf'], svc_kernel: ['rbf', 'poly'], rf_crit: ['gini', 'entropy'], rf_depth: 'number' } }, best: { trial: 8, value: -0.91, params: { model: 'svc', svc_C: 27.780328969878344, svc_degree: 2, svc_kernel: 'poly' } },
  },
  { path: at('kopt/trials.json'), counts: { complete: 10 }, metric: larger('accuracy'), space: 'inferred', notes: [inferred], best: { trial: 2, value: 0.8266666531562805, params: kopt } },
]);

importerContract('skopt', [
  {
    path: at('scikit-optimize/result_export.json'), counts: { complete: 15 }, metric: smaller('objective'), space: 'declared', notes: [/^scikit-optimize keeps neither failed trials nor times/],
    best: { trial: 13, value: -0.8939109732342544, params: { n_estimators: 60, max_depth: 6, max_features: 0.05, ccp_alpha: 0.000001, criterion: 'gini', bootstrap: false } },
  },
]);

importerContract('cv-results-json', [
  { path: at('scikit-learn/halving_cv_results.json'), counts: { complete: 1, pruned: 14 }, metric: larger('score'), space: 'inferred', notes: [/^successive halving: 14 candidates/, inferred], best: { trial: 14, value: 0.8858788447201982, params: { criterion: 'gini', max_depth: 6, n_estimators: 48 } } },
]);

importerContract('cv-results-csv', [
  { path: at('scikit-learn/grid_cv_results.csv'), choice: { metric: 'acc' }, counts: { complete: 14, failed: 1 }, metric: larger('acc'), space: 'inferred', notes: [inferred], best: { trial: 11, value: 0.923899189572662, params: { C: 1, class_weight: null, degree: 3, kernel: 'poly' } } },
  { path: at('scikit-optimize/bayessearch_cv_results.csv'), counts: { complete: 10 }, metric: larger('score'), space: 'inferred', notes: [inferred], best: { trial: 6, value: 0.923899189572662, params: { C: 1.1014281850164074, degree: 3, kernel: 'poly' } } },
  { path: at('sklearn-deap/cv_results.csv'), counts: { complete: 7 }, metric: larger('score'), space: 'inferred', notes: [/^27 rows repeat an individual/, inferred], best: { trial: 2, value: 0.95, params: { kernel: 'rbf', C: 31.622776601683793, gamma: 0.31622776601683794 } } },
  { path: at('sklearn-genetic-opt/cv_results.csv'), counts: { complete: 42 }, metric: larger('score'), space: 'inferred', notes: [inferred], best: { trial: 32, value: 0.8750981932443048, params: { max_features: 0.48334281560572107, ccp_alpha: 0.00037251107093913994, bootstrap: true, max_depth: 10, n_estimators: 28 } } },
]);

importerContract('deap', [
  { path: at('sklearn-deap/maximize.json'), counts: { complete: 2 }, metric: larger('score'), space: 'inferred', notes: [inferred], best: { trial: 0, value: -1.1600000000000001, params: { a: 4, b: 0.1 } } },
]);

importerContract('optuna-sqlite', [
  { path: at('optuna/study.db'), study: 'digits', counts: { complete: 5, pruned: 8, failed: 2, running: 1, waiting: 1 }, metric: larger('accuracy'), space: 'declared', best: { trial: 8, value: 0.98, params: { model: 'rf', n_estimators: 45, max_features: 0.39153250554509667, bootstrap: false } } },
]);

importerContract('csv', [
  { path: at('optuna/journal_trials_dataframe.csv'), counts: { complete: 5, pruned: 8, failed: 2, running: 1, waiting: 1 }, metric: larger('accuracy'), space: 'inferred', notes: [/^a table of Optuna does not tell None/, guessed, inferred, /^penalty is in some trials only/], best: { trial: 8, value: 0.98, params: { bootstrap: false, max_features: 0.39153250554509667, model: 'rf', n_estimators: 45 } } },
]);

importerContract('hyperopt', [
  {
    path: at('hyperopt/exported.json'), counts: { complete: 28, failed: 2 }, metric: smaller('loss'), space: 'declared',
    best: { trial: 12, value: 0.04394045919625501, params: { act: 'tanh', k: 3, m: 4, n: 0, opt: 'rms', s: null, units: 56, lr: 0.04037195990414172, eps: 2.312805393743453e-7 } },
  },
]);

importerContract('mlflow', [
  {
    path: at('mlflow/mlruns'), choice: { metric: 'acc' }, counts: { complete: 5, failed: 2, running: 1 }, metric: larger('acc'), space: 'inferred', notes: [/^1 deleted run left out/, /^1 run that hold others left out/, guessed, inferred],
    best: { trial: 1, value: 0.7997741832716542, params: { dropout: 0.1, lr: 0.00022581672834584728, 'opt/name': 'sgd', units: 32 } },
  },
  { path: at('mlflow/mlruns'), choice: { metric: 'val/loss' }, counts: { complete: 4, failed: 3, running: 1 }, metric: smaller('val/loss'), space: 'inferred', notes: [/^1 deleted run left out/, /^1 run that hold others left out/, guessed, inferred], best: { trial: 1, value: 0.2502258167283459, params: { units: 32 } } },
]);

importerContract('wandb', [
  { path: at('wandb/runs'), choice: { metric: 'val.loss' }, counts: { complete: 3, failed: 2 }, metric: smaller('val.loss'), space: 'inferred', notes: [guessed, inferred], best: { trial: 1, value: 0.25025298381201805, params: { lr: 0.0002529838120180262, units: 16, 'opt.name': 'adam' } } },
]);

importerContract('tensorboard', [
  {
    path: at('tensorboard/runs'), choice: { metric: 'val/loss' }, counts: { complete: 4, failed: 1 }, metric: smaller('val/loss'), space: 'inferred', notes: [guessed, inferred],
    best: { trial: 1, value: 0.16689248383045197, params: { lr: 0.00022581672834584728, act: 'tanh', units: 32, bn: false } },
  },
  { path: at('tensorboard/tf2'), counts: { complete: 1 }, metric: smaller('epoch_val_loss'), space: 'inferred', notes: [guessed, inferred], best: { trial: 0, value: 0.25, params: { lr: 0.01, bn: true, opt: 'adam' } } },
]);

const swept = { lr: 0.0001, 'opt.name': 'adam' };
importerContract('wandb-json', [
  { path: at('wandb/export.json'), choice: { metric: 'val_loss' }, counts: { complete: 3, failed: 2, running: 1 }, metric: smaller('val_loss'), space: 'inferred', notes: [guessed, inferred], best: { trial: 2, value: 0.7, params: { lr: 0.001, 'opt.name': 'adam' } } },
]);
importerContract('wandb-csv', [
  { path: at('wandb/export.csv'), choice: { metric: 'val_loss' }, counts: { complete: 4, failed: 2 }, metric: smaller('val_loss'), space: 'inferred', notes: [guessed, inferred], best: { trial: 3, value: 0.6, params: swept } },
]);
