import { extend } from '../compare/eValue.js';
import type { gate } from '../compare/gate.js';
import { requestedPairs } from '../compare/decisions.js';
import { readDecisions } from './decided.js';
import type { StudyRun } from './findings.js';
import type { Tools } from './tools.js';

/** Pairs that the gate may come to: its last look, and what was asked for beyond it. */
export function mostPairs({ configs, extension }: Pick<StudyRun, 'configs' | 'extension'>): number {
  return (configs.head.verdict.looks.at(-1) ?? 0) + (extension?.pairs ?? 0);
}

/**
 * Judges by e-values from the first pair on, whatever the looks said (verdict.md 6.6). The pairs up to the last look are
 * there already; after them `step` at a time, as an interval that holds at every number of pairs may be looked at as often.
 */
export function extensionJudge(most: number, step: number): typeof gate {
  return (pairs, policy) => {
    const first = policy.looks.at(-1) ?? 0;
    const result = extend(pairs, policy);
    const missing = pairs.length < first ? first - pairs.length : Math.min(step, most - pairs.length);
    const isOpen = pairs.length < first || (result.decision === 'INCONCLUSIVE' && result.reason !== 'both-failed' && result.reason !== 'base-failed');
    const final = { ...result };
    delete final.needMore;
    return isOpen && missing > 0 ? { ...final, needMore: missing } : final;
  };
}

/** With what somebody asked for at this commit, from the history; an entry that was told itself keeps what it was told. */
export async function withExtension(run: StudyRun, tools: Pick<Tools, 'store' | 'progress'>, headSha: string): Promise<StudyRun> {
  if (run.extension !== undefined || run.signal.aborted) return run;
  const extension = requestedPairs(await readDecisions(tools.store, run.configs.head.name, (text) => { tools.progress.warn(text); }), headSha);
  return extension === undefined ? run : { ...run, extension };
}

/** For the report: that the rule is another one than usual, and who wanted it. */
export function extensionNote({ configs, extension }: StudyRun): string | undefined {
  if (extension === undefined) return undefined;
  return `More seeds were asked for by ${extension.by}: up to ${mostPairs({ configs, extension })} pairs, judged from the first one on by an interval that holds at every number of pairs (e-values), in place of the looks at ${configs.head.verdict.looks.join(', ')}.`;
}
