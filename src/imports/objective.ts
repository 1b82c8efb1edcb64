import type { Goal } from '../model/direction.js';
import { UserError } from '../model/errors.js';
import { ChoiceNeeded } from './choiceNeeded.js';
import type { ForeignMetric, ForeignStudy } from './foreign.js';
import type { ImportChoice } from './importer.js';

export interface Objective { readonly metric: { readonly name: string; readonly goal: Goal }; readonly notes: readonly string[] }

/** Whole words of a metric's name by which its direction is known all over the field; anything else is asked for. */
const smallerWords = new Set(['loss', 'losses', 'error', 'err', 'mse', 'mae', 'rmse', 'rmsle', 'mape', 'smape', 'nll', 'perplexity', 'ppl', 'deviance', 'logloss', 'wer', 'cer', 'fid', 'regret', 'crossentropy', 'bpc', 'brier']);
const largerWords = new Set(['acc', 'accuracy', 'auc', 'auroc', 'auprc', 'roc', 'f1', 'score', 'precision', 'recall', 'r2', 'reward', 'return', 'bleu', 'rouge', 'map', 'iou', 'miou', 'dice', 'psnr', 'ssim', 'mcc', 'kappa', 'top1', 'top5']);

/**
 * The metric a study is about: the user's word, else the files', else the only one there is.
 * UserErrors `metric-unknown`, `which-metric`, `goal-unknown`, `goal-differs`.
 */
export function chooseObjective(study: Pick<ForeignStudy, 'name' | 'metrics' | 'objective'>, choice: ImportChoice): Objective {
  const metric = chooseMetric(study, choice.metric);
  if (choice.goal !== undefined && metric.goal !== undefined && metric.goal !== choice.goal) {
    throw new UserError('goal-differs', `${study.name}: --goal ${choice.goal}, but its files say that ${metric.name} is to ${metric.goal}.`, { fix: `Leave out --goal, or name the metric that is to ${choice.goal}: --metric NAME.` });
  }
  const said = choice.goal ?? metric.goal;
  if (said !== undefined) return { metric: { name: metric.name, goal: said }, notes: [] };
  const guessed = goalByName(metric.name);
  if (guessed === undefined) throw new ChoiceNeeded('goal', { code: 'goal-unknown', message: `${study.name}: nothing says whether ${metric.name} is better when smaller or larger.`, fix: 'Say it: --goal minimize, or --goal maximize.' });
  return { metric: { name: metric.name, goal: guessed }, notes: [`the files do not say in which direction ${metric.name} is better: taken as ${guessed} by its name (--goal says otherwise)`] };
}

/** Said where one objective of several is looked at by itself. */
export function oneOfSeveral(count: number, metric: string): string {
  return `one of ${count} objectives: the search was for all of them together, so the best ${metric} found is no best of a search for it`;
}

/** By the words of a name; `neg_` turns it round, as in scikit-learn. */
export function goalByName(name: string): Goal | undefined {
  const words = name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase().split(/[^a-z0-9]+/);
  const isNegated = words.includes('neg') || words.includes('negative');
  const [smaller, larger] = [words.some((word) => smallerWords.has(word)), words.some((word) => largerWords.has(word))];
  if (smaller && (!larger || !isNegated)) return isNegated ? 'maximize' : 'minimize';
  if (larger && !smaller) return isNegated ? 'minimize' : 'maximize';
  return undefined;
}

function chooseMetric({ name, metrics, objective }: Pick<ForeignStudy, 'name' | 'metrics' | 'objective'>, wanted: string | undefined): ForeignMetric {
  const there = metrics.length === 0 ? 'it has none' : `it has ${metrics.slice(0, 20).map((one) => one.name).join(', ')}${metrics.length > 20 ? ', …' : ''}`;
  const named = wanted ?? objective;
  const [only, second] = metrics;
  const found = named === undefined ? (second === undefined ? only : undefined) : metrics.find((one) => one.name === named);
  if (found !== undefined) return found;
  if (wanted !== undefined) throw new UserError('metric-unknown', `${name} has no metric ${JSON.stringify(wanted)}; ${there}.`, { fix: 'Name one of these: --metric NAME.' });
  if (only === undefined) throw new UserError('no-metric', `${name} holds no value of any metric.`, { fix: 'Has a trial ended? Is this the file of results?' });
  throw new ChoiceNeeded('metric', { code: 'which-metric', message: `${name}: which metric was optimised? The files do not say, and ${there}.`, fix: `Name one: --metric ${(metrics.find((one) => one.name.startsWith('val')) ?? only).name}.` });
}
