import { judgePairs } from '../app/judgePairs.js';
import { keyDifferences } from '../compare/baseline.js';
import { pooledNoise, resolveMargin, type ResolvedMargin } from '../compare/margin.js';
import type { Comparison } from '../model/comparison.js';
import { UserError } from '../model/errors.js';
import type { CanonicalRun, StudyRecord } from '../model/record.js';
import { shellWord } from '../model/shellWord.js';
import type { Pair } from '../model/verdict.js';

interface RecordFile { readonly record: StudyRecord; readonly path: string }

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
  return {
    ...frame(base, head), warnings,
    ...judgePairs({ pairs, metric, margin, params: { base: base.record.incumbent.params, head: head.record.incumbent.params } }),
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
    reproduce: [`npx noregret compare ${shellWord(base.path)} ${shellWord(head.path)}`],
  };
}

/** Equal seeds, in the order of the head's record, which is the order in which looks are taken. */
function pairsOf(base: StudyRecord, head: StudyRecord): Pair[] {
  const bySeed = new Map(base.canonical.map((run) => [run.seed, run]));
  const valueOf = (run: CanonicalRun): number | undefined => (run.state === 'complete' ? run.metrics[head.metric.name] : undefined);
  return head.canonical.flatMap((run) => {
    const other = bySeed.get(run.seed);
    if (other === undefined) return [];
    const [there, here] = [valueOf(other), valueOf(run)];
    return [{ seed: run.seed, ...(there === undefined ? {} : { base: there }), ...(here === undefined ? {} : { head: here }) }];
  });
}

/** The base's own margin was fixed before either was measured; without one it comes from the noise, as on a pull request. */
function marginOf(base: StudyRecord, head: StudyRecord): ResolvedMargin {
  if (base.margin !== undefined) return { margin: { value: base.margin, kind: 'absolute', provisional: false } };
  const baseValues = base.canonical.flatMap((run) => (run.state === 'complete' ? run.metrics[head.metric.name] ?? [] : []));
  return resolveMargin({ margin: { kind: 'auto' }, metric: head.metric.name, baseValues, history: pooledNoise([base.noise, head.noise]) });
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
