import type { Report } from '../model/comparison.js';
import { verdictKinds, type Verdict, type VerdictKind } from '../model/verdict.js';
import { measured } from './effect.js';
import { outcomeOf, type VerdictStages } from './outcome.js';
import { sentenceOf } from './sentences.js';

/** Worst first among the metrics of one study: with none worse, one that is better decides over those that hold. */
const metricOrder: readonly VerdictKind[] = [
  'REGRESSION', 'INCOMPLETE', 'NO_BASELINE', 'INCONCLUSIVE', 'NOT_CONFIRMED', 'RECOVERED_BY_RETUNING', 'IMPROVED', 'PASS', 'NO_CHANGE',
];

/** The verdict of one study from whatever its stages found. Total: every combination has one. */
export function decideVerdict(stages: VerdictStages): Verdict {
  const { interrupted } = stages;
  if (interrupted === undefined) return settled(stages);
  const [objective] = stages.metrics;
  const soFar = objective?.gate?.effect === undefined ? '' : `; so far ${measured(objective.name, objective.gate, objective.goal)}`;
  return { kind: 'INCOMPLETE', reason: interrupted.reason, sentence: `Incomplete: ${interrupted.message}${soFar}` };
}

function settled(stages: VerdictStages): Verdict {
  const { noBaseline, canaryIdentical, metrics } = stages;
  if (noBaseline !== undefined) return { kind: 'NO_BASELINE', reason: noBaseline.reason, sentence: `No baseline: ${noBaseline.message}` };
  if (canaryIdentical) {
    return { kind: 'NO_CHANGE', reason: 'canary', sentence: 'No change: two seeds gave exactly the same numbers here as on main, every metric at every step' };
  }
  const outcomes = metrics.map((metric) => ({ metric, outcome: outcomeOf(metric, stages) }));
  const order = (kind: VerdictKind): number => metricOrder.indexOf(kind);
  const [worst] = outcomes.toSorted((a, b) => order(a.outcome.kind) - order(b.outcome.kind));
  if (worst === undefined) return { kind: 'INCOMPLETE', reason: 'nothing-ran', sentence: 'Incomplete: nothing was measured' };
  return { ...worst.outcome, sentence: sentenceOf(worst.outcome, worst.metric, stages) };
}

/** Of several metrics of one study. "Not worse" must hold for all of them (intersection-union); INCOMPLETE when there is none. */
export function worstOfMetrics(kinds: readonly VerdictKind[]): VerdictKind {
  return metricOrder.find((kind) => kinds.includes(kind)) ?? 'INCOMPLETE';
}

/** Of several studies; INCOMPLETE when there is none. */
export function worstVerdict(kinds: readonly VerdictKind[]): VerdictKind {
  return verdictKinds.find((kind) => kinds.includes(kind)) ?? 'INCOMPLETE';
}

/** What the check run says (product.md §5). */
export function conclusionOf(kind: VerdictKind): 'success' | 'neutral' | 'failure' {
  switch (kind) {
    case 'PASS':
    case 'IMPROVED':
    case 'NO_CHANGE':
    case 'RECOVERED_BY_RETUNING':
      return 'success';
    case 'INCONCLUSIVE':
    case 'NOT_CONFIRMED':
    case 'NO_BASELINE':
    case 'INCOMPLETE':
      return 'neutral';
    case 'REGRESSION':
      return 'failure';
  }
}

/** Whether the job fails. `inconclusive` = everything that was not shown to be fine. */
export function failsJob(kind: VerdictKind, failOn: Report['failOn']): boolean {
  switch (failOn) {
    case 'never':
      return false;
    case 'regression':
      return conclusionOf(kind) === 'failure';
    case 'inconclusive':
      return conclusionOf(kind) !== 'success';
  }
}
