import { keyDifferences } from '../compare/baseline.js';
import type { Comparison } from '../model/comparison.js';
import type { Findings, StudyRun } from './findings.js';

/** The line "since accepted" (decisions.md 11): how far this is from the commit that somebody accepted, on the seeds measured at both. */
export function sinceAccepted({ objective }: Pick<StudyRun, 'objective'>, { accepted, gate, environment }: Findings): Comparison['accepted'] {
  if (accepted === undefined) return undefined;
  const { acceptance: { sha, by, at, reason, until }, record, expired } = accepted;
  const there = new Map((record === undefined || keyDifferences(record.key, environment).length > 0 ? [] : record.canonical).map((run) => [run.seed, run.metrics[objective.name]]));
  const differences = (gate?.outcome.pairs ?? []).flatMap(({ seed, head }) => {
    const [before, now] = [there.get(seed), head.complete ? head.metrics[objective.name] : undefined];
    return before === undefined || now === undefined ? [] : [now - before];
  });
  const pairs = differences.length;
  return {
    sha, by, at, reason, expired, ...(until === undefined ? {} : { until }),
    ...(pairs === 0 ? {} : { pairs, effect: differences.reduce((sum, one) => sum + one, 0) / pairs }),
  };
}
