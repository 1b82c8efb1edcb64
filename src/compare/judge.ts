import { finite, largestSize, mean, type Numbers } from '../math/describe.js';
import type { Margin } from '../model/config.js';
import { toGain, type Goal } from '../model/direction.js';
import { UserError } from '../model/errors.js';
import { formatInterval, formatNumber } from '../model/numberFormat.js';
import type { GateResult, VerdictKind } from '../model/verdict.js';
import { effectOf, measured } from './effect.js';
import type { GatePolicy } from './gate.js';
import { judges, type JudgeMethod } from './judgeMethods.js';
import { resolveMargin } from './margin.js';
import type { NoisePrior } from './moderate.js';
import { parsePairs, type MetricColumns } from './pairTable.js';
import { passWords } from './sentences.js';

export interface JudgeOptions {
  readonly margin: Margin;
  readonly goal: Goal;
  readonly alpha: number;
  readonly looks: readonly number[];
  readonly resolution?: number;
  /** For the sentence, where the file names none; `value` when absent. */
  readonly metric?: string;
  /** How many metrics decide together; 1 when absent. */
  readonly gatedMetrics?: number;
  /** All pairs count, by intervals that hold at every number of pairs (verdict.md 6.6). */
  readonly moreSeeds?: boolean;
  /** Seeds, where there are any, mean nothing. */
  readonly unpaired?: boolean;
  /** n_test / n_train of resplits. */
  readonly foldRatio?: number;
  /** Moderates the variance of pairs looked at after fixed numbers. */
  readonly prior?: NoisePrior;
}

/** Numbers are head − base in the metric's own unit and sign; `effect`, `low`, `high` are absent before the first look. */
export interface JudgeResult {
  readonly verdict: VerdictKind;
  readonly reason?: string;
  readonly sentence: string;
  readonly effect?: number;
  readonly low?: number;
  readonly high?: number;
  readonly better?: boolean;
  readonly goal: Goal;
  readonly margin: number;
  readonly alpha: number;
  /** `looks`: pairs, looked at after fixed numbers; `more-seeds`: pairs, any number; `unpaired`: Welch, all runs at once. */
  readonly method: JudgeMethod;
  /** Means over the runs of each side that gave a value. */
  readonly base?: number;
  readonly head?: number;
  /** Two-sided, of "no difference": for looks Bonferroni over all planned ones, for more seeds the inverse e-value. */
  readonly p?: number;
  /** Pairs behind the effect; unpaired: runs of the shorter side. */
  readonly pairs: number;
  readonly looks: readonly JudgeLook[];
  /** How many further valid pairs reach the next look. */
  readonly needMore?: number;
  /** Rows after the deciding look, which the verdict must not use. */
  readonly surplusRows: number;
  readonly headOnlyFailures: number;
  readonly baseOnlyFailures: number;
  readonly notes: readonly string[];
}

/** `moderated`: its sd leans on the prior. */
export interface JudgeLook { readonly pairs: number; readonly effect: number; readonly sd: number; readonly low: number; readonly high: number; readonly moderated?: true }

/** Seeds of base that a relative or automatic margin is frozen from, as on a pull request (decisions.md 18). */
const marginSeeds = 5;

/** The gate over a file of one metric, looks taken in the order of its rows (decisions.md 22). UserError with the line for bad rows. */
export function judge(text: string, options: JudgeOptions): JudgeResult {
  const { metrics: [columns], ignored } = parsePairs(text);
  return judgeColumns(columns ?? { base: [], head: [] }, options, ignored);
}

/** One metric of a file. `ignored` columns are only named. */
export function judgeColumns(columns: MetricColumns, options: JudgeOptions, ignored: readonly string[] = []): JudgeResult {
  const { goal, alpha, resolution = 0, metric = 'value' } = options;
  const name = columns.metric ?? metric;
  const isUnpaired = options.unpaired === true || columns.seeds === undefined;
  const baseValues = finite(isUnpaired ? columns.base : Array.from({ length: Math.min(marginSeeds, columns.base.length) }, (_, i) => columns.base[i] ?? Number.NaN));
  const { margin, note } = resolveMargin({ margin: options.margin, metric: name, baseValues, history: undefined, resolution });
  const policy: GatePolicy = { alpha, looks: options.looks, margin: margin.value, resolution, gatedMetrics: options.gatedMetrics ?? 1, foldRatio: options.foldRatio ?? 0, ...(options.prior === undefined ? {} : { prior: options.prior }) };
  const method = isUnpaired ? 'unpaired' : options.moreSeeds === true ? 'more-seeds' : 'looks';
  const { result, p, surplusRows } = judges[method](columns, policy, goal);
  if (![margin.value, ...result.looks.flatMap((look) => [look.mean, look.sd])].every(Number.isFinite)) {
    throw new UserError('judge-overflow', `the spread of ${name} is beyond the range of numbers`, { fix: 'divide the values by a power of ten, or judge their logarithms' });
  }
  const effect = effectOf(result, goal);
  const [base, head] = [meanOf(columns.base), meanOf(columns.head)];
  const runs = isUnpaired ? `${valuesOf(columns.base)} base and ${valuesOf(columns.head)} head runs without pairs` : undefined;
  return {
    ...judgedGate(result, { goal, metric: name, ...(runs === undefined ? {} : { runs }) }),
    ...(result.reason === undefined ? {} : { reason: result.reason }),
    ...(effect === undefined ? {} : { effect: effect.value, low: effect.low, high: effect.high, better: effect.better }),
    goal, margin: margin.value, alpha, method,
    ...(base === undefined ? {} : { base }), ...(head === undefined ? {} : { head }), ...(p === undefined ? {} : { p }),
    pairs: result.pairs,
    looks: result.looks.map((look) => judgeLook(look, goal)),
    ...(result.needMore === undefined ? {} : { needMore: result.needMore }),
    surplusRows,
    headOnlyFailures: result.headOnlyFailures, baseOnlyFailures: result.baseOnlyFailures,
    notes: [...notesOf({ note, surplusRows, ignored, result }), ...marginNotes(options.margin, baseValues), ...furtherNotes(result, method)],
  };
}

function meanOf(values: Numbers): number | undefined {
  return mean(finite(values));
}

function valuesOf(values: Numbers): number {
  return finite(values).length;
}

/** Beyond the last look only intervals that hold at every number of pairs may decide. */
function furtherNotes({ decision, needMore, reason }: GateResult, method: JudgeMethod): string[] {
  if (decision !== 'INCONCLUSIVE' || needMore !== undefined || (reason !== 'noise' && reason !== 'coarse')) return [];
  if (method === 'unpaired') return ['pairs with the same seed on both sides decide with fewer runs, where the seed drives the noise'];
  return [method === 'looks' ? 'to go on, add pairs to these and judge all of them with --more-seeds' : 'add pairs and judge again: with --more-seeds that may be done as often as needed'];
}

/** A margin in another unit than the metric's looks like this more often than not. */
function marginNotes(margin: Margin, baseValues: Numbers): string[] {
  const size = largestSize(baseValues);
  if (margin.kind !== 'absolute' || size === 0 || margin.value <= size) return [];
  return [`the margin of ${formatNumber(margin.value)} is larger than every value of base: it is read in the metric's own unit, per cent need a % sign`];
}

/** Lines for a terminal: the sentence, the looks, what else should be known. */
export function judgeText(result: JudgeResult): readonly string[] {
  const seen = result.method === 'unpaired' ? [] : result.looks;
  const looks = seen.map((look) => `  after ${look.pairs} pairs: ${formatInterval(look.effect, look.low, look.high)}`);
  const failures = result.headOnlyFailures + result.baseOnlyFailures;
  return [
    `${result.verdict}  ${result.sentence}`,
    ...looks,
    ...(failures === 0 ? [] : [`  failed on head alone: ${result.headOnlyFailures}, on base alone: ${result.baseOnlyFailures}`]),
    ...result.notes.map((note) => `  note: ${note}`),
  ];
}

/** `runs`: what was measured, where it was not pairs. */
interface MetricWords { readonly goal: Goal; readonly metric: string; readonly runs?: string }

/** A gate whose pairs are all there will ever be, in a word and a sentence. */
export function judgedGate(result: GateResult, metric: MetricWords): { readonly verdict: VerdictKind; readonly sentence: string } {
  const verdict = verdictOf(result);
  return { verdict, sentence: sentenceOf(verdict, result, metric) };
}

/** There is no confirmation and no retuning here: DOWN is the last word (decisions.md 1). */
function verdictOf({ decision, reason }: GateResult): VerdictKind {
  switch (decision) {
    case 'PASS':
    case 'IMPROVED':
    case 'NO_CHANGE':
      return decision;
    case 'DOWN':
      return 'REGRESSION';
    case 'INCONCLUSIVE':
      if (reason === 'both-failed') return 'INCOMPLETE';
      return reason === 'base-failed' ? 'NO_BASELINE' : 'INCONCLUSIVE';
  }
}

function sentenceOf(verdict: VerdictKind, result: GateResult, { goal, metric, runs }: MetricWords): string {
  const found = measured(metric, result, goal, runs);
  const those = runs === undefined ? 'pairs' : 'runs';
  if (result.reason === 'stability' || result.reason === 'base-stability') return `head failed ${result.headOnlyFailures} times where base did not, base ${result.baseOnlyFailures} times where head did not; ${found}`;
  switch (verdict) {
    case 'PASS':
      return `No regression: ${found}${passWords(result.reason, result, those)}`;
    case 'IMPROVED':
      return `Improved: ${found}`;
    case 'NO_CHANGE':
      return `No change: head equals base in all ${result.pairs} ${those}`;
    case 'REGRESSION':
      return `Regression: ${found}`;
    case 'INCOMPLETE':
      return 'Incomplete: every run failed on both sides';
    case 'NO_BASELINE':
      return 'No baseline: every run of base failed';
    case 'INCONCLUSIVE':
    case 'NOT_CONFIRMED':
    case 'RECOVERED_BY_RETUNING':
      return result.needMore === undefined
        ? `Inconclusive: ${found}; these ${those} cannot tell a decline of ${formatNumber(result.margin)} from none`
        : `Inconclusive: ${found}; ${result.needMore} more ${runs === undefined ? (result.needMore === 1 ? 'pair reaches the next look' : 'pairs reach the next look') : 'on the shorter side are the fewest that can be judged'}`;
  }
}

function judgeLook({ pairs, mean, sd, low, high, moderated }: GateResult['looks'][number], goal: Goal): JudgeLook {
  const [a, b] = [toGain(low, goal) + 0, toGain(high, goal) + 0];
  return { pairs, effect: toGain(mean, goal) + 0, sd, low: Math.min(a, b), high: Math.max(a, b), ...(moderated === undefined ? {} : { moderated }) };
}

/** Whether what was known before had a say. */
function priorNotes({ prior, looks }: GateResult): string[] {
  const last = looks.at(-1);
  if (prior === undefined || last === undefined) return [];
  const known = `the noise known before (sd ${formatNumber(prior.sd, 2)}, ${prior.df} degrees of freedom)`;
  return [last.moderated === true ? `${known} has a say in the interval` : `${known} was dropped: these pairs ${last.sd > prior.sd ? 'vary far more' : 'do not vary at all'}`];
}

function notesOf(found: { note: string | undefined; surplusRows: number; ignored: readonly string[]; result: GateResult }): string[] {
  const { note, surplusRows, ignored, result } = found;
  const rows = surplusRows === 1 ? '1 row after the last look was' : `${surplusRows} rows after the last look were`;
  return [
    ...(note === undefined ? [] : [note]),
    ...(surplusRows === 0 ? [] : [`${rows} not used: looks are fixed before the first run`]),
    ...priorNotes(result),
    ...(ignored.length === 0 ? [] : [`columns ignored: ${ignored.join(', ')}`]),
    ...(result.decision === 'PASS' && result.needMore !== undefined ? [`${result.needMore} more pairs might show an improvement`] : []),
  ];
}
