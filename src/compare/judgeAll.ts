import { markdownTable } from 'markdown-table';
import { holm } from '../math/holm.js';
import type { Margin } from '../model/config.js';
import type { Goal } from '../model/direction.js';
import { UserError } from '../model/errors.js';
import { formatInterval, formatNumber } from '../model/numberFormat.js';
import type { VerdictKind } from '../model/verdict.js';
import { judgeColumns, judgeText, type JudgeOptions, type JudgeResult } from './judge.js';
import type { NoisePrior } from './moderate.js';
import type { PairTable } from './pairTable.js';
import { worstOfMetrics } from './verdict.js';

/** Settings that may differ between metrics: one for all, or by name. */
export interface PerMetric<T> { readonly all?: T; readonly named: ReadonlyMap<string, T> }

export interface JudgeAllOptions extends Omit<JudgeOptions, 'margin' | 'goal' | 'gatedMetrics' | 'prior'> {
  readonly margins: PerMetric<Margin>;
  readonly goals: PerMetric<Goal>;
  /** A metric without one goes by its own variance. */
  readonly priors?: PerMetric<NoisePrior>;
  /** Metrics that decide; all when absent. The others are shown. */
  readonly gated?: readonly string[];
}

/** One metric's share. `pHolm`: its p among those of all gated metrics (Holm). */
export interface MetricJudgement extends JudgeResult { readonly metric: string; readonly gate: boolean; readonly pHolm?: number }

export interface JudgeReport { readonly verdict: VerdictKind; readonly sentence: string; readonly metrics: readonly MetricJudgement[]; readonly ignored: readonly string[] }

/** Beyond these the looks' levels are not calibrated. */
const mostGated = 5;

/**
 * Every metric of a table. All gated ones must be shown not worse for PASS, each at the full alpha (intersection-union);
 * "worse" and "better" are claimed for any of them, each at alpha / K (Bonferroni).
 */
export function judgeAll({ metrics, ignored }: PairTable, options: JudgeAllOptions): JudgeReport {
  const { metric = 'value', margins, goals, priors, gated, ...rest } = options;
  const named = metrics.map((columns) => ({ columns, name: columns.metric ?? metric }));
  const names = named.map(({ name }) => name);
  checkNames(names, options);
  const deciding = gated ?? names;
  if (deciding.length > mostGated) throw new UserError('too-many-gated-metrics', `${deciding.length} metrics would decide together; ${mostGated} can at most`, { fix: 'name those that decide, e.g. --gate accuracy,loss; the others are shown' });
  const judged = named.map(({ columns, name }) => {
    const prior = priors?.named.get(name) ?? priors?.all;
    const settings = { ...rest, ...(prior === undefined ? {} : { prior }), metric: name, margin: settingOf('--margin', margins, name), goal: settingOf('--goal', goals, name), gatedMetrics: deciding.includes(name) ? deciding.length : 1 };
    return { ...judgeColumns(columns, settings), metric: name, gate: deciding.includes(name) };
  });
  const adjusted = adjustedPs(judged);
  const all = judged.map((one) => ({ ...one, ...(adjusted.has(one.metric) ? { pHolm: adjusted.get(one.metric) ?? 1 } : {}) }));
  const gates = all.filter((one) => one.gate);
  const verdict = worstOfMetrics(gates.map((one) => one.verdict));
  return { verdict, sentence: gates.find((one) => one.verdict === verdict)?.sentence ?? '', metrics: all, ignored };
}

/** A table of all metrics, then what else should be known of each. */
export function judgeAllText({ verdict, sentence, metrics, ignored }: JudgeReport): readonly string[] {
  const header = ['metric', 'base', 'head', 'change', 'margin', 'p', 'p (Holm)', 'runs', 'verdict'];
  const number = (x: number | undefined): string => (x === undefined ? '' : formatNumber(x));
  const rows = metrics.map((one) => [
    one.gate ? one.metric : `${one.metric} (not gated)`, number(one.base), number(one.head),
    one.effect === undefined || one.low === undefined || one.high === undefined ? '' : formatInterval(one.effect, one.low, one.high),
    number(one.margin), one.p === undefined ? '' : formatNumber(one.p, 2), one.pHolm === undefined ? '' : formatNumber(one.pHolm, 2),
    `${one.pairs}${one.method === 'unpaired' ? '' : ' pairs'}`, one.verdict,
  ]);
  const notes = metrics.flatMap((one) => judgeText({ ...one, looks: [] }).slice(1).map((line) => `  ${one.metric}: ${line.trim()}`));
  return [`${verdict}  ${sentence}`, ...markdownTable([header, ...rows]).split('\n'), ...notes, ...(ignored.length === 0 ? [] : [`  note: columns ignored: ${ignored.join(', ')}`])];
}

function checkNames(names: readonly string[], { margins, goals, priors, gated }: JudgeAllOptions): void {
  if (priors?.all !== undefined && names.length > 1) throw new UserError('prior-unnamed', 'One known noise for several metrics cannot be right: each has its own unit.', { fix: `Name the metric, e.g. --prior ${names[0] ?? 'value'}=${priors.all.sd}/${priors.all.df}` });
  const asked = [...margins.named.keys(), ...goals.named.keys(), ...(priors?.named.keys() ?? []), ...(gated ?? [])];
  const unknown = asked.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new UserError('metric-unknown', `The file holds no metric ${unknown}, but ${names.join(', ')}.`, { fix: 'Name metrics as the file does: in the column metric, or behind base. and head.' });
}

function settingOf<T>(flag: string, { all, named }: PerMetric<T>, name: string): T {
  const value = named.get(name) ?? all;
  if (value !== undefined) return value;
  throw new UserError('flag-missing', `${flag} says nothing of ${name}.`, { fix: `Add ${name}=… to ${flag}, or one value for all metrics.` });
}

function adjustedPs(judged: readonly MetricJudgement[]): ReadonlyMap<string, number> {
  const tested = judged.flatMap(({ gate, metric, p }) => (gate && p !== undefined ? [{ metric, p }] : []));
  const adjusted = holm(tested.map(({ p }) => p));
  return new Map(tested.map(({ metric }, i) => [metric, adjusted[i] ?? 1]));
}
