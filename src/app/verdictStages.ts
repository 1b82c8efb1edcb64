import type { MetricStages, VerdictStages } from '../compare/outcome.js';
import { paramsKey } from '../model/params.js';
import type { Findings, StagedPairs, StudyRun } from './findings.js';

/** What the verdict is drawn from: the paired stages' results by metric, and what cut the run short. */
export function verdictStagesOf(run: StudyRun, found: Findings): VerdictStages {
  const names = (found.gate ?? found.retune)?.metrics ?? [{ name: run.objective.name, goal: run.objective.goal }];
  const resultOf = (stage: StagedPairs | undefined, i: number): MetricStages['gate'] => stage?.outcome.results[i];
  const metrics = names.map(({ name, goal }, i): MetricStages => {
    const gate = resultOf(found.gate, i);
    const confirmation = resultOf(found.confirmation, i);
    const retune = resultOf(found.retune, i);
    return { name, goal, ...(gate === undefined ? {} : { gate }), ...(confirmation === undefined ? {} : { confirmation }), ...(retune === undefined ? {} : { retune }) };
  });
  return {
    metrics, canaryIdentical: found.canary?.identical === true, isRemembered: run.base === undefined,
    ...(found.acceptedHere === undefined ? {} : { acceptedBy: found.acceptedHere.by }),
    ...(found.noBaseline === undefined ? {} : { noBaseline: { reason: found.noBaseline.reason, message: found.noBaseline.sentence } }),
    ...(found.incomplete === undefined ? {} : { interrupted: { reason: found.incomplete.reason, message: found.incomplete.sentence } }),
    ...searchPart(found),
  };
}

function searchPart({ search, rescore, incumbentHere }: Findings): Pick<VerdictStages, 'search'> | Record<string, never> {
  if (search === undefined) return {};
  const winner = rescore?.winner?.params;
  // Found, but not measured again for want of time: neither the search's failure nor a winner.
  const isUnscored = winner === undefined && rescore?.cut === true && search.best !== undefined;
  const same = winner !== undefined && incumbentHere !== undefined && paramsKey(winner) === paramsKey(incumbentHere);
  // A trial that the end of the time cut says nothing, neither for nor against.
  const ended = search.trials.filter(({ state }) => state !== 'running');
  return { search: { trials: ended.length, winner: isUnscored ? 'other' : winner === undefined ? 'none' : same ? 'incumbent' : 'other' } };
}
