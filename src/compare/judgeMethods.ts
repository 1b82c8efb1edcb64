import { finite, type Numbers } from '../math/describe.js';
import { numberColumn } from '../math/numberColumn.js';
import { tCdf } from '../math/studentT.js';
import { toGain, type Goal } from '../model/direction.js';
import type { GateResult } from '../model/verdict.js';
import { eValue, extendDifferences } from './eValue.js';
import { foldWidening, gate, type GatePolicy } from './gate.js';
import type { MetricColumns } from './pairTable.js';
import type { GainPair } from './stability.js';
import { welchDifference, welchGate, welchP } from './welch.js';

export type JudgeMethod = 'looks' | 'more-seeds' | 'unpaired';

/** Pairs beyond a look that the gate may need in place of failed ones. */
const replacements = 3;

/** `p` is two-sided, of "no difference". */
interface Judged { readonly result: GateResult; readonly p: number | undefined; readonly surplusRows: number }

export const judges: Readonly<Record<JudgeMethod, (columns: MetricColumns, policy: GatePolicy, goal: Goal) => Judged>> = { looks: byLooks, 'more-seeds': byAllPairs, unpaired: byRuns };

/** Only rows that a look can reach are turned into pairs: a file may have a million. */
function byLooks({ seeds = [], base, head }: MetricColumns, policy: GatePolicy, goal: Goal): Judged {
  const reach = Math.min(base.length, Math.max(...policy.looks) + replacements);
  const pairs: GainPair[] = [];
  for (let i = 0; i < reach; i++) {
    const [b, h] = [base[i] ?? Number.NaN, head[i] ?? Number.NaN];
    pairs.push({ seed: seeds[i] ?? i, ...(Number.isFinite(b) ? { base: toGain(b, goal) } : {}), ...(Number.isFinite(h) ? { head: toGain(h, goal) } : {}) });
  }
  const result = gate(pairs, policy);
  const last = result.looks.at(-1);
  const p = last === undefined ? undefined : nominalP(last, policy);
  return { result, p: p === undefined ? undefined : Math.min(1, p * policy.looks.length), surplusRows: result.effect === undefined ? 0 : base.length - rowsUsed(pairs, result) };
}

/** Two-sided t test at one look; undefined where nothing scatters. */
function nominalP({ pairs, mean: centre, sd, moderated }: GateResult['looks'][number], policy: GatePolicy): number | undefined {
  const known = moderated === true ? policy.prior?.df ?? 0 : 0;
  return sd === 0 ? undefined : 2 * tCdf(-Math.abs((centre * Math.sqrt(pairs)) / sd / foldWidening(pairs, policy)), known + pairs - 1);
}

function byAllPairs({ base, head }: MetricColumns, policy: GatePolicy, goal: Goal): Judged {
  const found = numberColumn();
  let scale = 0;
  let [headValues, baseValues] = [0, 0];
  for (let i = 0; i < base.length; i++) {
    const [b, h] = [base[i] ?? Number.NaN, head[i] ?? Number.NaN];
    if (Number.isFinite(b)) baseValues += 1;
    if (Number.isFinite(h)) headValues += 1;
    if (!Number.isFinite(b) || !Number.isFinite(h)) continue;
    found.push(toGain(h - b, goal));
    scale = Math.max(scale, Math.abs(b), Math.abs(h));
  }
  const differences = found.values();
  const both = differences.length;
  const tally = { attempted: base.length, headValues, baseValues, headOnlyFailures: baseValues - both, baseOnlyFailures: headValues - both };
  const e = eValue(differences);
  return { result: extendDifferences({ differences, scale, tally }, policy), p: e === undefined ? undefined : Math.min(1, 1 / e), surplusRows: 0 };
}

function byRuns(columns: MetricColumns, policy: GatePolicy, goal: Goal): Judged {
  const gains = (values: Numbers): Numbers => (goal === 'maximize' ? values : negated(values));
  const [base, head] = [gains(columns.base), gains(columns.head)];
  const found = welchDifference(finite(base), finite(head), policy.resolution);
  return { result: welchGate({ base, head }, policy), p: found === undefined ? undefined : welchP(found), surplusRows: 0 };
}

function negated(values: Numbers): Numbers {
  const result = new Float64Array(values.length);
  for (let i = 0; i < result.length; i++) result[i] = -(values[i] ?? 0);
  return result;
}

/** Rows up to the last valid pair that counted. */
function rowsUsed(pairs: readonly GainPair[], { pairs: counted, effect }: GateResult): number {
  if (effect === undefined) return pairs.length;
  const valid = pairs.flatMap(({ base, head }, i) => (base === undefined || head === undefined ? [] : [i + 1]));
  return valid[counted - 1] ?? pairs.length;
}
