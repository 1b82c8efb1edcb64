import { createHash, type Hash } from 'node:crypto';
import type { Reduce, StudyConfig } from '../model/config.js';
import type { Goal } from '../model/direction.js';
import type { TrialReport } from '../model/study.js';
import type { MetricReport } from './metricText.js';

/** Everything one source reported, folded as it comes: memory does not grow with the number of steps. */
export interface MetricLedger {
  /** Returns the step, the finite values and the names of the others, for whoever watches the trial live. */
  take(report: MetricReport): TrialReport;
  value(name: string, how: { readonly reduce: Reduce; readonly goal: Goal }): number | undefined;
  has(name: string): boolean;
  names(): Iterable<string>;
  readonly others: ReadonlySet<string>;
  readonly reports: number;
  /** Over (step, name, value) of every report in order; undefined before the first. */
  sha256(): string | undefined;
}

interface Tally { last: number; low: number; high: number; sum: number; count: number }

/** Wall-clock readings that Weights & Biases adds to each step: never the same twice. */
const clockNames = new Set(['_runtime', '_timestamp', '_wandb.runtime']);

/** `volatile`: metrics that depend on the machine's load (`timing: true`), which must not break the canary. */
export function createMetricLedger(volatile: ReadonlySet<string>): MetricLedger {
  const tallies = new Map<string, Tally>();
  const others = new Set<string>();
  let hash: Hash | undefined;
  let reports = 0;
  return {
    take: (report) => {
      const step = report.step ?? reports;
      const digest = hash ??= createHash('sha256');
      reports += 1;
      for (const name of report.others) if (others.size < 1_000) others.add(name);
      const finite: [string, number][] = [];
      const nonFinite: string[] = [];
      for (const [name, value] of report.metrics) {
        if (clockNames.has(name)) continue;
        if (!volatile.has(name)) digest.update(`${step}\t${JSON.stringify(name)}\t${value}\n`);
        tally(tallies, name, value);
        if (Number.isFinite(value)) finite.push([name, value]);
        else nonFinite.push(name);
      }
      return { step, metrics: Object.fromEntries(finite), ...(nonFinite.length === 0 ? {} : { nonFinite }) };
    },
    value: (name, how) => reduceTally(tallies.get(name), how),
    has: (name) => tallies.has(name),
    names: () => tallies.keys(),
    others,
    get reports() { return reports; },
    sha256: () => hash?.copy().digest('hex'),
  };
}

function tally(tallies: Map<string, Tally>, name: string, value: number): void {
  const known = tallies.get(name) ?? { last: NaN, low: Infinity, high: -Infinity, sum: 0, count: 0 };
  if (known.count === 0 && tallies.size >= 1_000) return;
  known.last = value;
  known.sum += value;
  known.count += 1;
  if (Number.isFinite(value)) {
    known.low = Math.min(known.low, value);
    known.high = Math.max(known.high, value);
  }
  tallies.set(name, known);
}

/** Not finite when the reduced value is not: `last` looks at the last step alone, `mean` at all, `best` at the finite ones. */
function reduceTally(known: Tally | undefined, { reduce, goal }: { readonly reduce: Reduce; readonly goal: Goal }): number | undefined {
  if (known === undefined) return undefined;
  switch (reduce) {
    case 'last':
      return known.last;
    case 'mean':
      return known.sum / known.count;
    case 'best':
      return goal === 'minimize' ? known.low : known.high;
  }
}

export interface Readings {
  /** Reduced finite value of each metric. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly objective: { readonly kind: 'value'; readonly value: number } | { readonly kind: 'non-finite'; readonly value: number } | { readonly kind: 'missing' };
  readonly seen: readonly string[];
  readonly others: readonly string[];
  readonly streamSha256: string | undefined;
}

/** Ledgers in order of precedence: a metric's value comes from the first source that has it, however the reports interleaved. */
export function readLedgers(ledgers: readonly MetricLedger[], config: StudyConfig): Readings {
  const goals = new Map(config.also.map(({ name, goal }) => [name, goal]));
  const seen = [...new Set(ledgers.flatMap((ledger) => [...ledger.names()]))].sort();
  const valueOf = (name: string): number | undefined => {
    const isObjective = name === config.metric?.name;
    const goal = isObjective ? config.metric.goal : goals.get(name);
    const how = goal === undefined ? { reduce: 'last', goal: 'minimize' } as const : { reduce: config.reduce, goal };
    return ledgers.find((ledger) => ledger.has(name))?.value(name, how);
  };
  const finite = seen.flatMap((name): [string, number][] => {
    const value = valueOf(name);
    return value !== undefined && Number.isFinite(value) ? [[name, value]] : [];
  });
  const objective = config.metric === undefined ? undefined : valueOf(config.metric.name);
  const digests = ledgers.flatMap((ledger) => ledger.sha256() ?? []);
  return {
    metrics: Object.fromEntries(finite), seen,
    objective: objective === undefined ? { kind: 'missing' } : { kind: Number.isFinite(objective) ? 'value' : 'non-finite', value: objective },
    others: [...new Set(ledgers.flatMap((ledger) => [...ledger.others]))].sort(),
    streamSha256: digests.length > 1 ? createHash('sha256').update(digests.join('\n')).digest('hex') : digests[0],
  };
}
