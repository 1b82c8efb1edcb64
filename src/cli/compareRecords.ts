import { keyDifferences } from '../compare/baseline.js';
import { effectOf } from '../compare/effect.js';
import { gate } from '../compare/gate.js';
import { judgedGate } from '../compare/judge.js';
import { pooledNoise, resolveMargin, type ResolvedMargin } from '../compare/margin.js';
import { mean } from '../math/describe.js';
import type { Comparison } from '../model/comparison.js';
import { toGain } from '../model/direction.js';
import { UserError } from '../model/errors.js';
import type { CanonicalRun, StudyRecord } from '../model/record.js';
import type { GateResult, Pair } from '../model/verdict.js';

interface RecordFile { readonly record: StudyRecord; readonly path: string }

/** As a pull request has them when its file says nothing else. */
const policy = { alpha: 0.05, looks: [3, 5, 7, 10] };

/** The gate over the canonical seeds that two records have in common. UserError `records-differ` when they measure different things. */
export function compareRecords(base: RecordFile, head: RecordFile): Comparison {
  const { metric } = head.record;
  if (base.record.metric.name !== metric.name || base.record.metric.goal !== metric.goal) {
    throw new UserError('records-differ', `${base.path} holds ${base.record.metric.goal} ${base.record.metric.name}, ${head.path} ${metric.goal} ${metric.name}.`, { fix: 'Give two records of one study.' });
  }
  const pairs = pairsOf(base.record, head.record);
  const warnings = warningsOf(base.record, head.record);
  if (pairs.length === 0) return { ...frame(base, head), verdict: withoutPairs(base, head), warnings };
  const { margin, note } = marginOf(base.record, head.record);
  const gains = pairs.map(({ seed, ...values }) => ({ seed, ...mapValues(values, (value) => toGain(value, metric.goal)) }));
  const result = gate(gains, { ...policy, margin: margin.value });
  const judged = judgedGate(result, { goal: metric.goal, metric: metric.name });
  const effect = effectOf(result, metric.goal);
  return {
    ...frame(base, head), warnings, margin,
    verdict: { kind: judged.verdict, sentence: judged.sentence, ...(result.reason === undefined ? {} : { reason: result.reason }) },
    ...(effect === undefined ? {} : { effect }),
    gate: { pairs, result, baseParams: base.record.incumbent.params, headParams: head.record.incumbent.params },
    metrics: [metricRow(pairs, result, { ...metric, margin: margin.value })],
    notes: [
      'Nothing was run: no confirmation on fresh seeds and no retuning stand behind this verdict.',
      ...(note === undefined ? [] : [note]),
    ],
  };
}

function frame(base: RecordFile, head: RecordFile): Omit<Comparison, 'verdict' | 'warnings'> {
  const { record } = head;
  return {
    study: record.study, configPath: head.path, metric: { ...record.metric },
    baseline: { sha: base.record.sha, measuredSha: base.record.sha, source: 'stored', why: `the record ${base.path}, measured ${base.record.finishedAt.slice(0, 16).replace('T', ' ')} UTC`, keyDifferences: [], dependencies: 'each-side' },
    metrics: [], parameters: [], failures: [], environment: record.key, policyChanges: [], secrets: '', notes: [],
    budget: { complete: 0, pruned: 0, failed: 0, infeasible: 0, reused: base.record.canonical.length + record.canonical.length, wallSeconds: 0, trialSeconds: 0, gpuMinutes: 0 },
    reproduce: [`npx noregret compare '${base.path.replaceAll("'", "'\\''")}' '${head.path.replaceAll("'", "'\\''")}'`],
  };
}

/** Equal seeds, in the order of the head's record, which is the order in which looks are taken. */
function pairsOf(base: StudyRecord, head: StudyRecord): Pair[] {
  const there = new Map(base.canonical.map((run) => [run.seed, run]));
  const valueOf = (run: CanonicalRun): number | undefined => (run.state === 'complete' ? run.metrics[head.metric.name] : undefined);
  return head.canonical.flatMap((run) => {
    const other = there.get(run.seed);
    return other === undefined ? [] : [{ seed: run.seed, ...mapValues({ base: valueOf(other), head: valueOf(run) }, (value) => value) }];
  });
}

function mapValues(values: { readonly base?: number | undefined; readonly head?: number | undefined }, map: (value: number) => number): { readonly base?: number; readonly head?: number } {
  const { base, head } = values;
  return { ...(base === undefined ? {} : { base: map(base) }), ...(head === undefined ? {} : { head: map(head) }) };
}

/** The base's own margin was fixed before either was measured; without one it comes from the noise, as on a pull request. */
function marginOf(base: StudyRecord, head: StudyRecord): ResolvedMargin {
  if (base.margin !== undefined) return { margin: { value: base.margin, kind: 'absolute', provisional: false } };
  const baseValues = base.canonical.flatMap((run) => (run.state === 'complete' ? run.metrics[head.metric.name] ?? [] : []));
  return resolveMargin({ margin: { kind: 'auto' }, metric: head.metric.name, baseValues, history: pooledNoise([base.noise, head.noise]) });
}

function metricRow(pairs: readonly Pair[], result: GateResult, metric: StudyRecord['metric'] & { readonly margin: number }): Comparison['metrics'][number] {
  const valid = pairs.flatMap(({ base, head }) => (base === undefined || head === undefined ? [] : [{ base, head }]));
  const [base, head] = [mean(valid.map((pair) => pair.base)), mean(valid.map((pair) => pair.head))];
  const effect = effectOf(result, metric.goal);
  return {
    ...metric, gate: true, result,
    ...(base === undefined || head === undefined ? {} : { base, head }),
    ...(effect === undefined ? {} : { effect: effect.value, low: effect.low, high: effect.high, better: effect.better }),
  };
}

function withoutPairs(base: RecordFile, head: RecordFile): Comparison['verdict'] {
  return { kind: 'INCONCLUSIVE', reason: 'no-pairs', sentence: `Inconclusive: ${base.path} and ${head.path} have no canonical seed in common, so there is no pair to compare` };
}

function warningsOf(base: StudyRecord, head: StudyRecord): string[] {
  const differences = keyDifferences(base.key, head.key);
  const shown = differences.map(({ field, stored, here }) => `${field} (${stored} → ${here})`).join(', ');
  return [
    ...(base.study === head.study ? [] : [`The records are of two studies: ${base.study} and ${head.study}.`]),
    ...(differences.length === 0 ? [] : [`Measured under different conditions, which may explain a difference: ${shown}.`]),
  ];
}
