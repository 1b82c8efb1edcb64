import { formatNumber } from '../model/numberFormat.js';
import type { GateResult } from '../model/verdict.js';
import { effectText, measured } from './effect.js';
import type { MetricStages, Outcome, VerdictStages } from './outcome.js';

/** One sentence for people: the verdict in words, then what was measured, then what it means for them. */
export function sentenceOf(outcome: Outcome, metric: MetricStages, stages: VerdictStages): string {
  switch (outcome.kind) {
    case 'PASS':
    case 'IMPROVED':
    case 'NO_CHANGE':
      return fine(outcome, metric) + others(metric, stages);
    case 'RECOVERED_BY_RETUNING':
      return recovered(outcome, metric);
    case 'REGRESSION':
      return regression(outcome, metric, stages);
    case 'INCONCLUSIVE':
      return inconclusive(outcome, metric);
    case 'NOT_CONFIRMED':
      return outcome.reason === 'accepted' ? accepted(metric, stages) : notConfirmed(outcome, metric);
    case 'NO_BASELINE':
      return `No baseline: no run on main gave a value of ${metric.name}, while the runs here did`;
    case 'INCOMPLETE':
      return incomplete(outcome, metric, stages);
  }
}

function incomplete({ reason }: Outcome, { name }: MetricStages, { search }: VerdictStages): string {
  if (reason === 'both-failed') return `Incomplete: no run gave a value of ${name}, neither here nor on main, so there is nothing to compare`;
  if (reason === 'search-failed') return `Incomplete: main's best configuration is not valid here, and none of ${search?.trials ?? 0} search trials ran to its end, so there is nothing to compare`;
  return 'Incomplete: main\'s best configuration is not valid here, and no search was run to find another, so nothing was measured';
}

function fine({ kind, reason }: Outcome, metric: MetricStages): string {
  const found = measuredAt(metric, metric.gate);
  if (kind === 'NO_CHANGE') return `No change: ${metric.name} is exactly the same here as on main for ${seeds(metric.gate)}`;
  if (kind === 'IMPROVED') return `Improved: ${found}`;
  return `No regression: ${found}${passWords(reason, metric.gate)}`;
}

/** What a PASS has shown beyond "not worse by the margin"; `unit` is what `result.pairs` counts. */
export function passWords(reason: string | undefined, result: GateResult | undefined, unit = 'seeds'): string {
  switch (reason) {
    case 'equivalent':
      return '; equal within the margin';
    case 'small-decline':
      return '; a small decline, within the margin';
    case 'shown-earlier':
      return `; any decline was shown to be within the margin after ${shownAfter(result)} ${unit}`;
    case undefined:
    default:
      return '';
  }
}

function recovered({ reason }: Outcome, metric: MetricStages): string {
  if (reason === 'incumbent-invalid') {
    return `Different to tune: main's best configuration is not valid here; retuned, ${measuredAt(metric, metric.retune)}, against main at its best`;
  }
  return `Different to tune: ${measuredAt(metric, metric.gate)} at main's best configuration; retuned, ${retunedEffect(metric)} against main, ${(metric.retune?.low ?? 0) > 0 ? 'which is better' : 'within the margin'}`;
}

function regression({ reason }: Outcome, metric: MetricStages, stages: VerdictStages): string {
  const { search, isRemembered } = stages;
  const found = measuredAt(metric, metric.gate);
  const trials = `${search?.trials ?? 0} search ${search?.trials === 1 ? 'trial' : 'trials'}`;
  switch (reason) {
    case 'stability':
      return unstable(metric);
    case 'incumbent-invalid':
      return `Regression: main's best configuration is not valid here, and the best of ${trials} is worse: ${measuredAt(metric, metric.retune)}; search luck is not excluded`;
    case 'confirmed':
      if (isRemembered === true) return `Regression: ${found}; confirmed on fresh seeds against the commit of the previous record`;
      return `Regression: ${found}; confirmed on fresh seeds, and still ${retunedEffect(metric)} with the best of ${trials}`;
    case 'incumbent-best':
      return `Regression: ${found}; confirmed on fresh seeds, and ${trials} found nothing better than main's best configuration`;
    case 'search-failed':
      return `Regression: ${found}; confirmed on fresh seeds, and none of ${trials} ran to its end`;
    case 'recovered-at-a-cost':
      return `Regression: ${found}; confirmed on fresh seeds, and the retuned configuration ${costOf(stages)}`;
    case 'retuning-undecided':
      return `Regression: worse at main's best configuration; ${search?.trials ?? 0} trials did not recover it: ${found}; confirmed on fresh seeds; retuned, ${retunedEffect(metric)} against main, which is undecided`;
    case undefined:
    default:
      return `Regression: ${found}; confirmed on fresh seeds, ${search === undefined ? 'no search was run' : 'and no time was left to check the retuned configuration'}`;
  }
}

/** What the configuration that brings one metric back does to the others. */
function costOf({ metrics }: VerdictStages): string {
  const worse = metrics.filter(({ retune }) => retune?.decision === 'DOWN').map(({ name }) => name);
  if (worse.length > 0) return `recovers it only by making ${worse.join(', ')} worse`;
  return `recovers it, but leaves undecided whether ${metrics.filter(({ retune }) => retune?.decision === 'INCONCLUSIVE').map(({ name }) => name).join(', ')} is worse`;
}

function unstable({ name, gate, confirmation }: MetricStages): string {
  const failing = gate?.reason === 'stability' ? gate : confirmation;
  const here = failing?.headOnlyFailures ?? 0;
  const there = failing?.baseOnlyFailures ?? 0;
  if (failing?.effect === undefined && failing?.pairs === 0) {
    return `Regression: at main's best configuration no run here gives a value of ${name} (${here} of ${here} failed), while main's runs do`;
  }
  return `Regression: runs fail here that succeed on main: ${here} against ${there} the other way round, at main's best configuration and the same seeds`;
}

function inconclusive({ reason }: Outcome, metric: MetricStages): string {
  const { gate, name } = metric;
  const found = measuredAt(metric, gate);
  switch (reason) {
    case 'incumbent-invalid':
      return `Inconclusive: main's best configuration is not valid here; retuned, ${measuredAt(metric, metric.retune)}, against main at its best`;
    case 'budget':
      return gate?.effect === undefined
        ? `Inconclusive: there was time for only ${seeds(gate)} of ${name}; ${(gate?.pairs ?? 0) + (gate?.needMore ?? 0)} are needed`
        : `Inconclusive: ${found}; no time was left for more seeds`;
    case 'stability':
      return `Inconclusive: ${gate?.headOnlyFailures ?? 0} runs failed here that succeeded on main (${gate?.baseOnlyFailures ?? 0} the other way round); otherwise ${found}`;
    case 'base-stability':
      return `Inconclusive: ${gate?.baseOnlyFailures ?? 0} runs failed on main that succeeded here (${gate?.headOnlyFailures ?? 0} the other way round), so main's values are only of the seeds that went well there; on these ${found}`;
    case 'failures':
      return `Inconclusive: too many runs failed (${gate?.headOnlyFailures ?? 0} here alone, ${gate?.baseOnlyFailures ?? 0} on main alone) to go on; ${found}`;
    case 'coarse':
      return `Inconclusive: ${found}; ${name} moves in steps too coarse for this margin`;
    case undefined:
    default:
      return `Inconclusive: ${found}; too noisy to rule out a decline of ${formatNumber(gate?.margin ?? 0)}`;
  }
}

function accepted(metric: MetricStages, { acceptedBy }: VerdictStages): string {
  return `Not confirmed: ${measuredAt(metric, metric.gate)}; ${acceptedBy ?? 'somebody'} accepted this decline, so it was not repeated on fresh seeds`;
}

function notConfirmed({ reason }: Outcome, metric: MetricStages): string {
  const { gate, confirmation, goal } = metric;
  const found = gate?.reason === 'stability' ? 'runs failed here that succeeded on main' : measuredAt(metric, gate);
  if (reason === 'budget' && gate?.reason === 'stability') return `Not confirmed: ${found}, but no time was left to repeat it on fresh seeds`;
  if (gate?.reason === 'stability' && reason !== 'remembered') return `Not confirmed: ${found}, but not on fresh seeds`;
  if (reason === 'remembered') return `Not confirmed: ${found}; looks worse than the previous record, whose commit could not be run again`;
  if (reason === 'budget') return `Not confirmed: ${found}; looks worse, but no time was left to repeat it on fresh seeds`;
  const again = confirmation && effectText(confirmation, goal);
  const isOpen = confirmation?.decision === 'INCONCLUSIVE';
  return `Not confirmed: ${found}; looked worse at first, ${isOpen ? 'which fresh seeds neither confirm nor rule out' : 'but not on fresh seeds'}${again === undefined ? '' : `: ${again}`}`;
}

function others({ name }: MetricStages, { metrics }: VerdictStages): string {
  const rest = metrics.filter((metric) => metric.name !== name).map((metric) => metric.name);
  return rest.length === 0 ? '' : `; also not worse: ${rest.join(', ')}`;
}

function measuredAt({ name, goal }: MetricStages, result: GateResult | undefined): string {
  return result === undefined ? `${name} was not measured` : measured(name, result, goal);
}

function retunedEffect({ retune, goal }: MetricStages): string {
  return (retune && effectText(retune, goal)) ?? 'without a value';
}

function seeds(gate: GateResult | undefined): string {
  const pairs = gate?.pairs ?? 0;
  return `${pairs} paired ${pairs === 1 ? 'seed' : 'seeds'}`;
}

function shownAfter(gate: GateResult | undefined): number {
  return gate?.looks.find((look) => look.low > -gate.margin)?.pairs ?? 0;
}
