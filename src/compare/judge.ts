import type { Margin } from '../model/config.js';
import { toGain, type Goal } from '../model/direction.js';
import { formatInterval, formatNumber } from '../model/numberFormat.js';
import type { GateResult, Pair, VerdictKind } from '../model/verdict.js';
import { effectOf, measured } from './effect.js';
import { gate } from './gate.js';
import { resolveMargin } from './margin.js';
import { parsePairs } from './pairTable.js';

export interface JudgeOptions {
  readonly margin: Margin;
  readonly goal: Goal;
  readonly alpha: number;
  readonly looks: readonly number[];
  readonly resolution?: number;
  /** For the sentence; `value` when absent. */
  readonly metric?: string;
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
  /** Pairs behind the effect. */
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

export interface JudgeLook { readonly pairs: number; readonly effect: number; readonly sd: number; readonly low: number; readonly high: number }

/** Seeds of base that a relative or automatic margin is frozen from, as on a pull request (decisions.md 18). */
const marginSeeds = 5;

/** The gate over a file of pairs, looks taken in the order of its rows (decisions.md 22). UserError with the line for bad rows. */
export function judge(text: string, options: JudgeOptions): JudgeResult {
  const { goal, alpha, looks, resolution = 0, metric = 'value' } = options;
  const { pairs, ignored } = parsePairs(text);
  const baseValues = pairs.slice(0, marginSeeds).flatMap(({ base }) => base ?? []);
  const { margin, note } = resolveMargin({ margin: options.margin, metric, baseValues, history: undefined, resolution });
  const gains = pairs.map(({ seed, base, head }) => ({
    seed, ...(base === undefined ? {} : { base: toGain(base, goal) }), ...(head === undefined ? {} : { head: toGain(head, goal) }),
  }));
  const result = gate(gains, { alpha, looks, margin: margin.value, resolution });
  const effect = effectOf(result, goal);
  const surplusRows = pairs.length - rowsUsed(pairs, result);
  return {
    ...judgedGate(result, { goal, metric }),
    ...(result.reason === undefined ? {} : { reason: result.reason }),
    ...(effect === undefined ? {} : { effect: effect.value, low: effect.low, high: effect.high, better: effect.better }),
    goal, margin: margin.value, alpha,
    pairs: result.pairs,
    looks: result.looks.map((look) => judgeLook(look, goal)),
    ...(result.needMore === undefined ? {} : { needMore: result.needMore }),
    surplusRows,
    headOnlyFailures: result.headOnlyFailures, baseOnlyFailures: result.baseOnlyFailures,
    notes: notesOf({ note, surplusRows, ignored, result }),
  };
}

/** Lines for a terminal: the sentence, the looks, what else should be known. */
export function judgeText(result: JudgeResult): readonly string[] {
  const looks = result.looks.map((look) => `  after ${look.pairs} pairs: ${formatInterval(look.effect, look.low, look.high)}`);
  const failures = result.headOnlyFailures + result.baseOnlyFailures;
  return [
    `${result.verdict}  ${result.sentence}`,
    ...looks,
    ...(failures === 0 ? [] : [`  failed on head alone: ${result.headOnlyFailures}, on base alone: ${result.baseOnlyFailures}`]),
    ...result.notes.map((note) => `  note: ${note}`),
  ];
}

/** A gate whose pairs are all there will ever be, in a word and a sentence. */
export function judgedGate(result: GateResult, metric: { readonly goal: Goal; readonly metric: string }): { readonly verdict: VerdictKind; readonly sentence: string } {
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

function sentenceOf(verdict: VerdictKind, result: GateResult, { goal, metric }: { goal: Goal; metric: string }): string {
  const found = measured(metric, result, goal);
  if (result.reason === 'stability') return `head failed ${result.headOnlyFailures} times where base did not, base ${result.baseOnlyFailures} times where head did not; ${found}`;
  switch (verdict) {
    case 'PASS':
      return `No regression: ${found}`;
    case 'IMPROVED':
      return `Improved: ${found}`;
    case 'NO_CHANGE':
      return `No change: head equals base in all ${result.pairs} pairs`;
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
        ? `Inconclusive: ${found}; these pairs cannot tell a decline of ${formatNumber(result.margin)} from none`
        : `Inconclusive: ${found}; ${result.needMore} more ${result.needMore === 1 ? 'pair reaches' : 'pairs reach'} the next look`;
  }
}

function judgeLook({ pairs, mean, sd, low, high }: GateResult['looks'][number], goal: Goal): JudgeLook {
  const [a, b] = [toGain(low, goal) + 0, toGain(high, goal) + 0];
  return { pairs, effect: toGain(mean, goal) + 0, sd, low: Math.min(a, b), high: Math.max(a, b) };
}

/** Rows up to the last valid pair that counted. */
function rowsUsed(pairs: readonly Pair[], { pairs: counted, effect }: GateResult): number {
  if (effect === undefined) return pairs.length;
  const valid = pairs.flatMap(({ base, head }, i) => (base === undefined || head === undefined ? [] : [i + 1]));
  return valid[counted - 1] ?? pairs.length;
}

function notesOf(found: { note: string | undefined; surplusRows: number; ignored: readonly string[]; result: GateResult }): string[] {
  const { note, surplusRows, ignored, result } = found;
  const rows = surplusRows === 1 ? '1 row after the last look was' : `${surplusRows} rows after the last look were`;
  return [
    ...(note === undefined ? [] : [note]),
    ...(surplusRows === 0 ? [] : [`${rows} not used: looks are fixed before the first run`]),
    ...(ignored.length === 0 ? [] : [`columns ignored: ${ignored.join(', ')}`]),
    ...(result.decision === 'PASS' && result.needMore !== undefined ? [`${result.needMore} more pairs might show an improvement`] : []),
  ];
}
