import type { Goal } from '../model/direction.js';
import type { GateResult, VerdictKind } from '../model/verdict.js';

/** What the stages found for one gated metric; a stage that did not run is absent. */
export interface MetricStages {
  readonly name: string;
  readonly goal: Goal;
  readonly gate?: GateResult;
  readonly confirmation?: GateResult;
  readonly retune?: GateResult;
}

/** Everything a verdict rests on. `metrics`: the objective first, then the gated `also` metrics. */
export interface VerdictStages {
  readonly metrics: readonly MetricStages[];
  readonly canaryIdentical: boolean;
  /** Base is a stored record whose commit is not run here, but for repeating a decline: a push, which tunes nothing. */
  readonly isRemembered?: boolean;
  /** Somebody took this very decline on beforehand, so that it was not repeated. */
  readonly acceptedBy?: string;
  /** Why there is nothing to compare with; `reason` is a machine word, `message` for people. */
  readonly noBaseline?: { readonly reason: string; readonly message: string };
  /** Somebody or something stopped the run before its planned end: `cancelled`, `disk`, … */
  readonly interrupted?: { readonly reason: string; readonly message: string };
  /** Absent when no search was run. `winner`: what the re-score chose; `none` when no trial was complete. */
  readonly search?: { readonly trials: number; readonly winner: 'incumbent' | 'other' | 'none' };
}

export interface Outcome { readonly kind: VerdictKind; readonly reason?: string }

/** One metric's share of the verdict. */
export function outcomeOf(metric: MetricStages, stages: VerdictStages): Outcome {
  const { gate } = metric;
  if (gate === undefined) return withoutGate(metric, stages);
  switch (gate.decision) {
    case 'PASS':
    case 'IMPROVED':
    case 'NO_CHANGE':
      return { kind: gate.decision, ...(gate.reason === undefined ? {} : { reason: gate.reason }) };
    case 'INCONCLUSIVE':
      return undecided(gate);
    case 'DOWN':
      return decline(metric, gate, stages);
  }
}

function undecided(gate: GateResult): Outcome {
  if (gate.reason === 'both-failed') return { kind: 'INCOMPLETE', reason: 'both-failed' };
  if (gate.reason === 'base-failed') return { kind: 'NO_BASELINE', reason: 'base-failed' };
  return { kind: 'INCONCLUSIVE', reason: gate.needMore === undefined ? gate.reason ?? 'noise' : 'budget' };
}

/** Worse at main's best configuration: confirmed? and can retuning bring it back? (decisions.md 14, 15) */
function decline(metric: MetricStages, gate: GateResult, stages: VerdictStages): Outcome {
  const { confirmation } = metric;
  if (confirmation === undefined) {
    // With not one value from the head, there is no noise that a repetition could rule out.
    const isDead = gate.reason === 'stability' && gate.effect === undefined && gate.pairs === 0;
    if (!isDead && stages.acceptedBy !== undefined) return { kind: 'NOT_CONFIRMED', reason: 'accepted' };
    return isDead ? { kind: 'REGRESSION', reason: 'stability' } : { kind: 'NOT_CONFIRMED', reason: stages.isRemembered === true ? 'remembered' : 'budget' };
  }
  if (confirmation.decision !== 'DOWN') {
    const isCut = confirmation.decision === 'INCONCLUSIVE' && confirmation.needMore !== undefined;
    return { kind: 'NOT_CONFIRMED', reason: isCut ? 'budget' : 'fresh-seeds' };
  }
  // A head that cannot run main's best configuration is broken there, whatever else it can run.
  if (gate.reason === 'stability' || confirmation.reason === 'stability') return { kind: 'REGRESSION', reason: 'stability' };
  return retuned(metric, stages);
}

function retuned(metric: MetricStages, { search, metrics, isRemembered }: VerdictStages): Outcome {
  if (isRemembered === true) return { kind: 'REGRESSION', reason: 'confirmed' };
  if (search === undefined) return { kind: 'REGRESSION', reason: 'not-retuned' };
  if (search.winner === 'none') return { kind: 'REGRESSION', reason: search.trials === 0 ? 'retuning-not-run' : 'search-failed' };
  if (search.winner === 'incumbent') return { kind: 'REGRESSION', reason: 'incumbent-best' };
  if (metric.retune === undefined) return { kind: 'REGRESSION', reason: 'retuning-not-run' };
  switch (metric.retune.decision) {
    case 'PASS':
    case 'IMPROVED':
    case 'NO_CHANGE':
      // A configuration that brings one metric back at the price of another recovers nothing.
      return metrics.every(({ retune }) => retune === undefined || (retune.decision !== 'DOWN' && retune.decision !== 'INCONCLUSIVE'))
        ? { kind: 'RECOVERED_BY_RETUNING', reason: 'recovered' }
        : { kind: 'REGRESSION', reason: 'recovered-at-a-cost' };
    case 'DOWN':
      return { kind: 'REGRESSION', reason: 'confirmed' };
    case 'INCONCLUSIVE':
      return { kind: 'REGRESSION', reason: 'retuning-undecided' };
  }
}

/** Main's best configuration is not valid at the head, so that only the retuned one can be compared (verdict.md 6.7). */
function withoutGate({ retune }: MetricStages, { search }: VerdictStages): Outcome {
  if (retune === undefined) return { kind: 'INCOMPLETE', reason: search === undefined ? 'nothing-ran' : 'search-failed' };
  switch (retune.decision) {
    case 'PASS':
    case 'IMPROVED':
    case 'NO_CHANGE':
      return { kind: 'RECOVERED_BY_RETUNING', reason: 'incumbent-invalid' };
    case 'DOWN':
      return { kind: 'REGRESSION', reason: 'incumbent-invalid' };
    case 'INCONCLUSIVE':
      return { kind: 'INCONCLUSIVE', reason: 'incumbent-invalid' };
  }
}
