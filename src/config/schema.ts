import { z } from 'zod';
import { importanceMethods, variances } from '../model/config.js';
import { aggregates } from '../model/parts.js';
import { alpha, count, described as d, duration, goal, looks, margin, parameter, patiencePresets, text, words } from './schemaParts.js';

const metricKeys = {
  name: d(text, 'Name under which the program reports it.', 'name: val_accuracy'),
  goal: d(goal.optional(), 'Which way is better.', 'goal: maximize'),
  margin: d(margin.optional(), 'Smallest decline worth reporting: in the metric\'s unit, as a percentage of the base mean, or `auto`.', 'margin: 0.5%'),
  resolution: d(z.number().positive().optional(), 'Smallest step the metric can take, such as 1/size of the test set.', 'resolution: 0.001'),
};

const impute = ['latest', 'best', 'worst'] as const;

const metric = z.strictObject({
  ...metricKeys,
  target: d(z.number().optional(), 'W&B: the search ends when a trial reaches it; the same as `stop.threshold`.', 'target: 0.99'),
  impute: d(z.enum(impute).optional(), 'W&B: no effect here.', 'impute: worst'),
  impute_while_running: d(z.enum([...impute, 'false']).optional(), 'W&B: no effect here.', 'impute_while_running: latest'),
});

const also = z.strictObject({
  ...metricKeys,
  gate: d(z.boolean().optional(), 'Judged like the metric itself; needs a margin.', 'gate: true'),
  timing: d(z.boolean().optional(), 'Depends on the machine\'s load: measured one trial at a time, never from store.', 'timing: true'),
});

const method = z.union([text, z.looseObject({ name: text }), z.looseObject({ external: z.union([text, words]) })], { error: 'must be a sampler\'s name, a map with its name and options, or a map with external: an adapter\'s name or its command as a list' });

const budget = z.strictObject({
  trials: d(count.optional(), 'Search trials.', 'trials: 20'),
  time: d(duration.optional(), 'Wall clock of everything.', 'time: 45m'),
  trial_time: d(duration.optional(), 'Wall clock of one trial.', 'trial_time: 10m'),
  gpu_hours: d(z.number().positive().optional(), 'GPU-hours; beyond it nothing is started.', 'gpu_hours: 4'),
  failures: d(count.optional(), 'Failures in a row that end the search.', 'failures: 3'),
});

const verdict = z.strictObject({
  alpha: d(alpha.optional(), 'Chance of a false alarm, over all looks together.', 'alpha: 0.05'),
  looks: d(looks.optional(), 'Numbers of seed pairs after which the gate may decide; boundaries are tabulated for [3, 4, 5, 6], [3, 5, 7, 10] and [3, 5, 8, 12, 20] at alpha 0.05, 0.025 and 0.01, others are simulated (2 s).', 'looks: [3, 5, 7, 10]'),
  search: d(z.enum(['always', 'on-regression', 'never']).optional(), 'When a pull request is searched.', 'search: always'),
  rescore: d(z.union([z.literal('auto'), z.int().min(0).max(10)], { error: 'must be auto or a whole number from 0 to 10' }).optional(), 'How many of a search\'s best are measured again on fresh seeds, the worse third dropping out after each seed until two are left; auto: one for every 20 trials and one more, at most 6; 0 = none.', 'rescore: auto'),
  drift: d(z.enum(['on-alarm', 'always', 'never']).optional(), 'When it is measured whether the best configuration has moved: up to ten runs, by default only when the search looks as if it had.', 'drift: on-alarm'),
  variance: d(z.enum(variances).optional(), 'Whose spread a look goes by: of its own pairs alone, or `moderated` with the noise that the history knows from 8 degrees of freedom on, which decides with fewer pairs and errs more often where that noise is wrong.', 'variance: moderated'),
});

const env = z.strictObject({
  pass: d(z.array(z.string().regex(/^[A-Za-z_]\w*\*?$/)).optional(), 'Variables of the job that a trial gets besides the allow-list; `*` at the end stands for any rest.', 'pass: [HF_TOKEN]'),
  set: d(z.record(z.string().regex(/^[A-Za-z_]\w*$/), z.string()).optional(), 'Variables with their value.', 'set: { TF_DETERMINISTIC_OPS: "1" }'),
  isolate: d(z.literal('home').optional(), '`home`: a fresh HOME for every trial.', 'isolate: home'),
});

const metrics = z.strictObject({
  file: d(text.optional(), 'File with one JSON object or JSON lines.', 'file: metrics.json'),
  regex: d(text.optional(), 'Matched in the output (RE2); its group is the metric\'s value.', 'regex: "val_acc=([0-9.]+)"'),
  tensorboard: d(text.optional(), 'Folder in which the trial writes event files of TensorBoard; `${trial_dir}` keeps trials apart.', 'tensorboard: "${trial_dir}/logs"'),
  wandb: d(z.boolean().optional(), 'Read what `wandb.log` reports.', 'wandb: true'),
});

const results = z.strictObject({
  path: d(text, 'File or folder.', 'path: tuner/digits'),
  format: d(text.optional(), 'Which one, where several tools left their results in the folder.', 'format: optuna-journal'),
  study: d(text.optional(), 'Which study, where there are several.', 'study: digits'),
  params: d(words.optional(), 'Of a plain table: the columns that are parameters.', 'params: [lr, units]'),
  state: d(text.optional(), 'Of a plain table: the column with the state of a trial.', 'state: status'),
  seed: d(text.optional(), 'Of a plain table: the column with the seed.', 'seed: seed'),
  choices: d(z.record(z.string(), z.union([z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])), z.literal('number')])).optional(), 'Of Hyperopt: the values behind the indices of `hp.choice`.', 'choices: { act: [relu, tanh] }'),
});

const templateFile = z.union([text, z.strictObject({ from: text, to: text.optional() })]);

const trainer = z.strictObject({
  tfjs: d(text, 'JavaScript module that exports `train`.', 'tfjs: ./train.mjs'),
  backend: d(z.enum(['auto', 'tfjs-node-gpu', 'tfjs-node', 'wasm', 'cpu']).optional(), 'TensorFlow.js backend.', 'backend: auto'),
});

const patience = z.enum(patiencePresets);
const earlyStopping = z.strictObject({
  patience: d(z.union([count, patience], { error: 'must be a number of reports, or one of lazy, moderate, strict, kopt' }), 'Reports in a row without a better value; `lazy` = epochs / 3, `moderate` = epochs / 10, `strict` = 2 (Talos), `kopt` = 10.', 'patience: moderate'),
  epochs: d(count.optional(), 'Reports of a full run, for `lazy` and `moderate`.', 'epochs: 100'),
  min_delta: d(z.number().min(0).optional(), 'By more than so much a value must be better to count, in the metric\'s unit.', 'min_delta: 0.001'),
});

const noProgress = z.strictObject({ trials: count, percent: z.number().min(0).optional() });
const deltaY = z.strictObject({ delta: z.number().positive(), n_best: z.int().min(2).optional() });
const hollow = z.strictObject({ trials: count, threshold: z.number().min(0).optional() });

const stop = z.strictObject({
  threshold: d(z.number().optional(), 'The search ends when a trial reaches this value.', 'threshold: 0.99'),
  no_progress: d(z.union([count, noProgress], { error: 'must be a number of trials, or a map with trials and percent' }).optional(), 'The search ends after this many trials without a better one; with `percent`, without one better by that share of the best.', 'no_progress: 15'),
  delta_x: d(z.number().positive().optional(), 'The search ends when its last two points lie nearer than this: differences summed over the parameters, 1 for another choice (scikit-optimize).', 'delta_x: 0.001'),
  delta_y: d(z.union([z.number().positive(), deltaY], { error: 'must be a difference, or a map with delta and n_best' }).optional(), 'The search ends when its five best values (or `n_best`) lie nearer than this (scikit-optimize).', 'delta_y: { delta: 0.001, n_best: 5 }'),
  regret_bound: d(z.number().positive().optional(), 'The search ends, from 20 trials on, when a Gaussian process sees no more than this left to gain, in the metric\'s unit.', 'regret_bound: 0.001'),
  hollow: d(z.union([count, hollow], { error: 'must be a number of trials, or a map with trials and threshold' }).optional(), 'The search ends when this many trials improved the best value by `threshold` or less (scikit-optimize).', 'hollow: { trials: 20, threshold: 0.001 }'),
});

const ignored = (example: string): z.ZodType => d(z.json().optional(), 'W&B: accepted, no effect here.', example);

/** The one description of a study file: validation, editors' JSON Schema and the README's table come from it. */
export const fileSchema = z.strictObject({
  name: d(text.optional(), 'Study name.', 'name: spiral'),
  metric: d(metric.optional(), 'What is optimised and judged.', 'metric: { name: val_accuracy, goal: maximize }'),
  also: d(z.array(also).optional(), 'Further metrics: shown, and judged if `gate: true`.', 'also: [{ name: latency_ms, goal: minimize }]'),
  method: d(method.optional(), 'Sampler.', 'method: random'),
  parameters: d(z.record(z.string(), parameter).optional(), 'Search space.', 'parameters: { lr: { min: 0.001, max: 0.1 } }'),
  constraints: d(z.array(text).optional(), 'CEL expressions that every trial satisfies.', 'constraints: ["units * layers <= 512"]'),
  program: d(text.optional(), 'W&B: script for the macro `${program}`.', 'program: train.py'),
  command: d(words.optional(), 'How a trial is started, macros allowed.', 'command: [python, train.py, "${args}"]'),
  template: d(z.union([templateFile, z.array(templateFile).min(1)], { error: 'must be a file, a map with from and to, or a list of them' }).optional(), 'Text file whose `{{name}}` is filled with the parameter\'s value for each trial; `${template}` in the command is the filled file.', 'template: config.yaml.tpl'),
  trainer: d(trainer.optional(), 'A JavaScript trial instead of a command.', 'trainer: { tfjs: ./train.mjs }'),
  results: d(z.union([text, results], { error: 'must be a path, or a map with path' }).optional(), 'A finished tuning of another tool (what `noregret import` reads), relative to the study\'s folder: it is compared and recorded, and nothing is run.', 'results: tuner/digits'),
  metrics: d(metrics.optional(), 'Where metrics come from besides `$NOREGRET_METRICS` and tagged output lines.', 'metrics: { file: metrics.json }'),
  reduce: d(z.enum(['best', 'last', 'mean']).optional(), 'A trial\'s value from the values it reported.', 'reduce: last'),
  folds: d(z.int().min(1).max(100).optional(), 'Runs of one trial, one for each fold: `NOREGRET_FOLD` counts from 0, of `NOREGRET_FOLDS`. Its value is their mean.', 'folds: 5'),
  repeats: d(z.int().min(1).max(100).optional(), 'Seeds on which a search runs each of its trials.', 'repeats: 3'),
  aggregate: d(z.enum(aggregates).optional(), 'A trial\'s value from those of its folds and seeds: mean, median or worst.', 'aggregate: mean'),
  budget: d(budget.optional(), 'Limits.', 'budget: { trials: 20, time: 45m }'),
  run_cap: d(count.optional(), 'W&B: the same as `budget.trials`.', 'run_cap: 20'),
  parallel: d(z.union([z.literal('auto'), count], { error: 'must be auto or a number of trials' }).optional(), 'Trials at once.', 'parallel: auto'),
  early_terminate: d(z.looseObject({ type: text }).optional(), 'Rule that stops hopeless trials early, with its options.', 'early_terminate: { type: auto }'),
  early_stopping: d(z.union([count, patience, earlyStopping], { error: 'must be a number of reports, one of lazy, moderate, strict, kopt, or a map with patience, epochs and min_delta' }).optional(), 'A run is over after so many reports without a better value, in search and verdict alike, and counts with its best.', 'early_stopping: { patience: moderate, epochs: 100 }'),
  verdict: d(verdict.optional(), 'How a pull request is judged.', 'verdict: { alpha: 0.05, looks: [3, 5, 7, 10] }'),
  executor: d(z.literal('local').optional(), 'Where trials run.', 'executor: local'),
  stop: d(stop.optional(), 'When a search may end early.', 'stop: { no_progress: 15 }'),
  importance: d(z.enum(importanceMethods).optional(), 'What mattered in a search: PED-ANOVA, rank correlation or functional ANOVA; `auto` is PED-ANOVA from 50 trials on.', 'importance: fanova'),
  gpus: d(z.int().min(0).optional(), 'GPUs per trial.', 'gpus: 1'),
  env: d(env.optional(), 'Environment of a trial.', 'env: { pass: [HF_TOKEN] }'),
  setup: d(z.array(words).optional(), 'Commands run in each side\'s own tree before its first trial.', 'setup: [[npm, ci]]'),
  link: d(z.array(text).optional(), 'Untracked folders that both sides need.', 'link: [data]'),
  inputs: d(words.optional(), 'Globs of what can change a result.', 'inputs: ["**", "!docs/**"]'),
  data: d(z.array(text).optional(), 'Files whose content is part of the compatibility key.', 'data: [data/train.csv]'),
  smoke: d(z.boolean().optional(), 'Before the first search one short run tells whether a trial starts and reports; the program may read `NOREGRET_SMOKE` and make itself short.', 'smoke: true'),
  main_search: d(duration.optional(), 'How often the default branch is searched again.', 'main_search: 7d'),
  checkpoint: d(text.optional(), 'File or folder below `$NOREGRET_TRIAL_DIR` that a run leaves; that of main\'s best configuration is kept on the runner, for studies with `transfer`.', 'checkpoint: model'),
  transfer: d(text.optional(), 'Study whose model of main every trial trains on from: `$NOREGRET_BASE_CHECKPOINT`. Results are kept apart from training from scratch.', 'transfer: spiral'),
  fingerprint: d(words.optional(), 'Command whose output is part of the compatibility key.', 'fingerprint: [nvcc, --version]'),
  description: ignored('description: what this is for'),
  project: ignored('project: spirals'),
  entity: ignored('entity: my-team'),
  job: ignored('job: my-job'),
  image_uri: ignored('image_uri: my-image'),
  controller: ignored('controller: { type: cloud }'),
  scheduler: ignored('scheduler: { engine: wandb }'),
  kind: ignored('kind: sweep'),
  apiVersion: ignored('apiVersion: 1'),
});
export type FileConfig = z.infer<typeof fileSchema>;

/** Top-level keys of W&B's own; any other known key makes a file ours. */
export const wandbKeys: ReadonlySet<string> = new Set(['name', 'metric', 'method', 'parameters', 'program', 'command', 'run_cap', 'early_terminate', 'description', 'project', 'entity', 'job', 'image_uri', 'controller', 'scheduler', 'kind', 'apiVersion']);

/** Of these, the ones that change nothing here. */
export const withoutEffect: readonly string[] = ['controller', 'scheduler', 'project', 'entity', 'job', 'image_uri', 'description', 'kind', 'apiVersion'];
