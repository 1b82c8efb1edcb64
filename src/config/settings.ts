import { RE2JS } from 're2js';
import type { AlsoMetric, Budget, Margin, MetricConfig, StudyConfig } from '../model/config.js';
import { defaultOf } from './defaults.js';
import { durationMs } from './duration.js';
import { shown, type Findings, type Position } from './findings.js';
import type { FileConfig } from './schema.js';
import { descend, entry, type MapTree } from './yamlTree.js';

type MetricFile = NonNullable<FileConfig['metric']>;
type AlsoFile = NonNullable<FileConfig['also']>[number];

export interface SettingsContext { readonly root: MapTree; readonly findings: Findings }

export function positionOf({ root }: SettingsContext, ...path: readonly PropertyKey[]): Position {
  return descend(root, path)?.at ?? entry(root, String(path[0]))?.keyAt ?? root.at;
}

function marginOf(margin: string | number | undefined): Margin {
  if (typeof margin === 'number') return { kind: 'absolute', value: margin };
  return margin === undefined || margin === defaultOf('metric.margin') ? { kind: 'auto' } : { kind: 'percent', value: Number.parseFloat(margin) };
}

function metricOf(file: MetricFile | AlsoFile): MetricConfig {
  return { name: file.name, goal: file.goal ?? defaultOf('metric.goal'), margin: marginOf(file.margin), ...(file.resolution === undefined ? {} : { resolution: file.resolution }) };
}

export function readMetric(file: FileConfig, context: SettingsContext): MetricConfig | undefined {
  if (file.metric === undefined) return undefined;
  warnAboutGoal(file.metric, positionOf(context, 'metric'), context.findings);
  checkPercent(file.metric.margin, positionOf(context, 'metric', 'margin'), context.findings);
  return metricOf(file.metric);
}

function warnAboutGoal({ name, goal }: MetricFile | AlsoFile, at: Position, findings: Findings): void {
  if (goal === undefined) findings.warning(at, { code: 'default-goal', message: `${shown(name)} has no goal: minimize is taken, as W&B does`, fix: 'write goal: minimize or goal: maximize' });
}

function checkPercent(margin: string | number | undefined, at: Position, findings: Findings): void {
  if (typeof margin === 'string' && margin.endsWith('%') && !(Number.parseFloat(margin) > 0)) findings.error(at, { code: 'wrong-value', message: `margin is ${shown(margin)}, must be above 0`, fix: 'write margin: 0.5%', example: 'margin: 0.5%' });
}

export function readAlso(file: FileConfig, context: SettingsContext): readonly AlsoMetric[] {
  const { findings } = context;
  const also = file.also ?? [];
  for (const [i, metric] of also.entries()) {
    const at = positionOf(context, 'also', i);
    warnAboutGoal(metric, at, findings);
    checkPercent(metric.margin, positionOf(context, 'also', i, 'margin'), findings);
    if (metric.gate === true && metric.margin === undefined) findings.error(at, { code: 'gate-without-margin', message: `${shown(metric.name)} is gated but has no margin`, fix: 'say which decline is worth reporting', example: `{ name: ${metric.name}, goal: minimize, gate: true, margin: 2% }` });
    const twin = metric.name === file.metric?.name || also.slice(0, i).some(({ name }) => name === metric.name);
    if (twin) findings.error(at, { code: 'duplicate-metric', message: `metric ${shown(metric.name)} is named twice`, fix: 'remove one' });
  }
  const gated = 1 + also.filter(({ gate }) => gate === true).length;
  if (gated > 5) findings.error(positionOf(context, 'also'), { code: 'too-many-gates', message: `${gated} gated metrics (the metric itself included), at most 5 can be judged together`, fix: 'remove `gate: true` from the less important ones' });
  return also.map((metric) => ({ ...metricOf(metric), gate: metric.gate ?? defaultOf('also.gate'), timing: metric.timing ?? defaultOf('also.timing') }));
}

export function readBudget(file: FileConfig, context: SettingsContext): Budget {
  const { budget = {}, run_cap: cap } = file;
  if (budget.trials !== undefined && cap !== undefined) context.findings.note(positionOf(context, 'run_cap'), { code: 'two-limits', message: `budget.trials ${budget.trials} is used, not run_cap ${cap}`, fix: 'remove one' });
  const trials = budget.trials ?? cap;
  const time = budget.time === undefined ? undefined : durationMs(budget.time);
  const trialTime = budget.trial_time === undefined ? undefined : durationMs(budget.trial_time);
  return {
    trials: trials ?? defaultOf('budget.trials'), trialsExplicit: trials !== undefined, failures: budget.failures ?? defaultOf('budget.failures'),
    ...(time === undefined ? {} : { timeMs: time }), ...(trialTime === undefined ? {} : { trialTimeMs: trialTime }), ...(budget.gpu_hours === undefined ? {} : { gpuHours: budget.gpu_hours }),
  };
}

export function readVerdict(file: FileConfig): StudyConfig['verdict'] {
  const { alpha, looks, search, rescore, drift, variance } = file.verdict ?? {};
  return {
    alpha: alpha ?? defaultOf('verdict.alpha'), looks: looks ?? defaultOf('verdict.looks'), search: search ?? defaultOf('verdict.search'),
    rescore: rescore ?? defaultOf('verdict.rescore'), drift: drift ?? defaultOf('verdict.drift'), variance: variance ?? defaultOf('verdict.variance'),
  };
}

export function readStop(file: FileConfig): StudyConfig['stop'] {
  const threshold = file.stop?.threshold ?? file.metric?.target;
  const { no_progress: still, delta_x: deltaX, delta_y: near, hollow, regret_bound: regretBound } = file.stop ?? {};
  return {
    ...(threshold === undefined ? {} : { threshold }),
    ...(still === undefined ? {} : { noProgress: typeof still === 'number' ? { trials: still, percent: 0 } : { trials: still.trials, percent: still.percent ?? 0 } }),
    ...(deltaX === undefined ? {} : { deltaX }),
    ...(near === undefined ? {} : { deltaY: typeof near === 'number' ? { delta: near, best: 5 } : { delta: near.delta, best: near.n_best ?? 5 } }),
    ...(regretBound === undefined ? {} : { regretBound }),
    ...(hollow === undefined ? {} : { hollow: typeof hollow === 'number' ? { trials: hollow, threshold: 0 } : { trials: hollow.trials, threshold: hollow.threshold ?? 0 } }),
  };
}

export function readSources(file: FileConfig, context: SettingsContext): Omit<StudyConfig['metrics'], 'wandb'> {
  const { file: path, regex, tensorboard } = file.metrics ?? {};
  if (regex !== undefined) checkRegex(regex, positionOf(context, 'metrics', 'regex'), context.findings);
  return { ...(path === undefined ? {} : { file: path }), ...(regex === undefined ? {} : { regex }), ...(tensorboard === undefined ? {} : { tensorboard }) };
}

function checkRegex(regex: string, at: Position, findings: Findings): void {
  const example = 'metrics: { regex: "val_acc=([0-9.]+)" }';
  try {
    if (RE2JS.compile(regex).groupCount() > 0) return;
    findings.error(at, { code: 'regex', message: `metrics.regex ${shown(regex)} has no group`, fix: 'put the number in parentheses', example });
  } catch (error) {
    findings.error(at, { code: 'regex', message: `metrics.regex ${shown(regex)} cannot be read: ${error instanceof Error ? error.message : 'unknown reason'}`, fix: 'correct it (RE2 syntax: no look-around, no back-references)', example });
  }
}

/** Both sides' folders are linked or fingerprinted inside the tree; a way out of it would cross sides. */
export function checkLinks(file: FileConfig, context: SettingsContext): void {
  for (const [i, path] of (file.link ?? []).entries()) {
    if (!path.startsWith('/') && !path.split(/[\\/]/).includes('..')) continue;
    context.findings.error(positionOf(context, 'link', i), { code: 'path-outside', message: `link ${shown(path)} leads out of the repository`, fix: 'name a folder relative to the root of the repository', example: 'link: [data]' });
  }
}

/** A model lies below the trial's own folder, and comes from another study: one that trained on from its own would never stop. */
export function checkTransfer({ name, checkpoint, transfer, parts }: StudyConfig, context: SettingsContext): void {
  if (checkpoint !== undefined && parts !== undefined && parts.folds > 1) context.findings.error(positionOf(context, 'checkpoint'), { code: 'checkpoint-folds', message: `each of the ${parts.folds} folds leaves a model of its own, and none of them is main's`, fix: 'leave out checkpoint, or folds', example: 'folds: 1' });
  if (transfer === name) context.findings.error(positionOf(context, 'transfer'), { code: 'transfer-self', message: `${name} cannot train on from its own model`, fix: 'name the study that trains from scratch; give this one a name of its own', example: `name: ${name}-transfer` });
  if (checkpoint === undefined || (!checkpoint.startsWith('/') && !checkpoint.split(/[\\/]/).includes('..'))) return;
  context.findings.error(positionOf(context, 'checkpoint'), { code: 'path-outside', message: `checkpoint ${shown(checkpoint)} leads out of $NOREGRET_TRIAL_DIR`, fix: 'name a file or folder below it', example: 'checkpoint: model' });
}
