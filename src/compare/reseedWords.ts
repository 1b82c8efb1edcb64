import type { GateResult, Verdict } from '../model/verdict.js';
import { measured } from './effect.js';
import { outcomeOf, type MetricStages, type Outcome, type VerdictStages } from './outcome.js';
import { worstOfMetrics } from './verdict.js';

/** What this verdict is about: two configurations under one code, so that nothing in it speaks of a change of the code. */
const subject = "B's winner against A's winner, under this code";

/**
 * The gate's word on the winners of two tunings (A on the base side, B on the head side), both run by the same code.
 * `stages` hold no search; total, as `decideVerdict` is.
 */
export function reseedVerdict(stages: VerdictStages): Verdict {
  const { interrupted, canaryIdentical, metrics } = stages;
  const [objective] = metrics;
  if (interrupted !== undefined) {
    const soFar = objective?.gate?.effect === undefined ? '' : `; so far ${measured(objective.name, objective.gate, objective.goal)}`;
    return { kind: 'INCOMPLETE', reason: interrupted.reason, sentence: `Incomplete: ${subject}: ${interrupted.message}${soFar}` };
  }
  if (canaryIdentical) {
    return { kind: 'NO_CHANGE', reason: 'canary', sentence: `No change: ${subject}: two seeds gave exactly the same numbers, every metric at every step; does the program use these hyperparameters?` };
  }
  const outcomes = metrics.map((metric) => ({ metric, outcome: outcomeOf(metric, stages) }));
  const kind = worstOfMetrics(outcomes.map(({ outcome }) => outcome.kind));
  const worst = outcomes.find(({ outcome }) => outcome.kind === kind);
  if (worst === undefined) return { kind: 'INCOMPLETE', reason: 'nothing-ran', sentence: `Incomplete: ${subject}: nothing was measured` };
  const reason = reasonOf(worst.outcome);
  return { kind, ...(reason === undefined ? {} : { reason }), sentence: sentenceOf(worst.outcome, worst.metric, metrics) };
}

/** A configuration is compared, so that there is nothing to retune. */
function reasonOf({ kind, reason }: Outcome): string | undefined {
  return kind === 'REGRESSION' && reason !== 'stability' ? 'confirmed' : reason;
}

function sentenceOf({ kind, reason }: Outcome, metric: MetricStages, metrics: readonly MetricStages[]): string {
  const { name, goal, gate, confirmation } = metric;
  const found = gate === undefined ? `${name} was not measured` : measured(name, gate, goal);
  const rest = metrics.filter((other) => other.name !== name).map((other) => other.name);
  switch (kind) {
    case 'IMPROVED':
      return `Improved: ${subject}: ${found}${rest.length === 0 ? '' : `; also not worse: ${rest.join(', ')}`}`;
    case 'PASS':
      return `Not worse: ${subject}: ${found}${reason === 'small-decline' ? '; a small decline, within the margin' : ''}${rest.length === 0 ? '' : `; also not worse: ${rest.join(', ')}`}`;
    case 'NO_CHANGE':
      return `No change: ${subject}: ${name} is exactly the same on ${gate?.pairs ?? 0} paired seeds`;
    case 'REGRESSION':
      return `Worse: ${subject}: ${reason === 'stability' ? failing(gate?.reason === 'stability' ? gate : confirmation) : `${found}; confirmed on fresh seeds`}`;
    case 'NOT_CONFIRMED':
      return `Not confirmed: ${subject}: ${found}; looked worse at first, ${reason === 'budget' ? 'and no time was left to repeat it on fresh seeds' : 'but not on fresh seeds'}`;
    case 'NO_BASELINE':
      return `No baseline: ${subject}: no run of A's winner gave a value of ${name}, while runs of B's did`;
    case 'INCOMPLETE':
      return `Incomplete: ${subject}: no run gave a value of ${name}, with neither configuration`;
    case 'INCONCLUSIVE':
    case 'RECOVERED_BY_RETUNING':
      return `Inconclusive: ${subject}: ${found}${undecided(reason, gate)}`;
  }
}

function undecided(reason: string | undefined, gate: GateResult | undefined): string {
  switch (reason) {
    case 'budget': return '; no time was left for more seeds';
    case 'stability': case 'failures': return `; ${gate === undefined ? 'runs failed' : failing(gate)}`;
    case 'coarse': return '; the metric moves in steps too coarse for this margin';
    case undefined: default: return '; too noisy to tell a decline by the margin from none';
  }
}

function failing(gate: GateResult | undefined): string {
  return `${gate?.headOnlyFailures ?? 0} runs failed with B's winner alone, ${gate?.baseOnlyFailures ?? 0} with A's alone, on the same seeds`;
}
