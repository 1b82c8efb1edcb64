import { fewestDf, type PairNoise } from '../compare/drift/movement.js';
import { searchCandidates, searchKeyDifferences } from '../compare/drift/reference.js';
import { candidatesOf, compareSearches } from '../compare/drift/searches.js';
import { inputsAmong } from '../compare/inputs.js';
import type { TuningDrift } from '../model/driftFindings.js';
import type { StudyConfig } from '../model/config.js';
import { paramsKey, type Params } from '../model/params.js';
import type { StudyRecord } from '../model/record.js';
import { projectOnto } from '../model/validity.js';
import type { StageContext } from './context.js';
import { driftReference } from './driftReference.js';
import { measureFourRuns } from './fourRuns.js';
import type { SearchOutcome } from './search.js';
import type { Standing } from './standing.js';

/** Seeds of the four runs (verdict.md 7.1). */
export const driftSeeds = 5;

/** Could it come to the four runs? Without an alarm to be had it does not, unless somebody asked for them. */
export function mayMeasureDrift({ drift }: Pick<StudyConfig['verdict'], 'drift'>, { incumbentHere, searched, history }: Standing): boolean {
  if (drift === 'never' || incumbentHere === undefined) return false;
  return drift === 'always' || (searched !== undefined && (history?.df ?? 0) >= fewestDf);
}

/** Did the place of the optimum move? Main's search beside this one, and where that looks like it, what retuning gains on each side. */
export async function measureTuningDrift(context: StageContext, standing: Standing): Promise<void> {
  const { run, found } = context;
  const { search, rescore } = found;
  if (search === undefined || search.trials.length === 0 || run.base === undefined) return;
  found.drift = await compareWithMain(context, standing, search);
  const { drift } = run.configs.head.verdict;
  if (drift === 'never' || (drift === 'on-alarm' && found.drift.interaction?.alarm !== true)) return;
  const winner = rescore?.winner?.params;
  const four = winner === undefined || standing.incumbentHere === undefined ? { didWhy: 'there are no two configurations to compare' }
    : paramsKey(winner) === paramsKey(standing.incumbentHere) ? { didWhy: 'main\'s best configuration is the best here as well' }
      : await measureBothSides(context, { ...standing, incumbentHere: standing.incumbentHere }, winner);
  found.drift = { ...found.drift, ...four };
}

async function measureBothSides(context: StageContext, standing: Standing & { readonly incumbentHere: Params }, winner: Params): Promise<Pick<TuningDrift, 'did' | 'didWhy'>> {
  const onBase = projectOnto(context.run.configs.base.space, winner);
  if (onBase.params === undefined) return { didWhy: `the best configuration here is no point of main's space: ${onBase.reason}` };
  const { incumbent, incumbentHere, stored } = standing;
  return await measureFourRuns(context, { seeds: driftSeeds, stored, retuned: { base: onBase.params, head: winner }, incumbent: { base: incumbent, head: incumbentHere } });
}

async function compareWithMain(context: StageContext, standing: Standing, search: SearchOutcome): Promise<TuningDrift> {
  const { run } = context;
  const { space, verdict } = run.configs.head;
  const finished = search.trials.filter(({ value }) => value !== undefined);
  const none = { shared: 0, of: finished.length };
  const { searched } = standing;
  const why = whyNotComparable(context, searched, search);
  if (searched === undefined || why !== undefined) return { ...none, why: why ?? '' };
  const noise = pairNoise(standing);
  const { interaction, shared, sameBest, distance, tau, overlap } = compareSearches({
    space, alpha: verdict.alpha, head: candidatesOf(finished, run.objective.goal), base: mainCandidates(context, searched), ...(noise === undefined ? {} : { noise }),
  });
  const main = await whereMainWas(context, standing, searched);
  if (tau === undefined) return { ...none, shared, main, why: `only ${shared} of ${finished.length} configurations were tried in both searches: ${whyFew(search.method)}` };
  const reference = await driftReference(context, standing);
  return {
    shared, of: finished.length, main, tau,
    ...(interaction === undefined ? { alarmOff: whyOff(standing) } : { interaction: { ...interaction, df: [...interaction.df] } }),
    ...(sameBest === undefined ? {} : { sameBest }), ...(distance === undefined ? {} : { distance }), ...(overlap === undefined ? {} : { overlap }),
    ...(reference === undefined ? {} : { reference }),
  };
}

/** Main's trials as points of this space: what is gone here is dropped, what is new takes its default. */
function mainCandidates({ run }: StageContext, searched: StudyRecord): ReturnType<typeof searchCandidates> {
  return searchCandidates(searched).flatMap(({ params, ...rest }) => {
    const here = projectOnto(run.configs.head.space, params);
    return here.params === undefined ? [] : [{ ...rest, params: here.params }];
  });
}

function whyNotComparable({ run, found }: StageContext, searched: StudyRecord | undefined, search: SearchOutcome): string | undefined {
  if (searched?.search === undefined) return 'main was not searched yet';
  const { name, goal } = searched.metric;
  if (name !== run.objective.name || goal !== run.objective.goal) return `main was searched for ${name} (${goal})`;
  if (searched.search.seed !== search.seed) return 'main was searched with another seed';
  const fields = searchKeyDifferences(searched.key, found.environment);
  return fields.length === 0 ? undefined : `main's last search ran under other conditions (${fields.join(', ')})`;
}

function whyFew(method: string): string {
  return ['random', 'grid', 'sobol', 'halton', 'lhs'].includes(method) ? 'another space, budget or sampler seed gives another list' : `${method} chooses by what it has seen, so that two searches part early`;
}

function pairNoise({ history }: Standing): PairNoise | undefined {
  return history === undefined ? undefined : { variance: history.sd ** 2, df: history.df };
}

function whyOff({ history }: Standing): string {
  if (history === undefined) return 'main\'s history does not hold the noise of paired runs';
  return history.df < fewestDf ? `main's history knows the noise of paired runs with ${history.df} degrees of freedom, and ${fewestDf} are needed` : 'too few configurations ran to their end on both sides';
}

async function whereMainWas({ run, tools }: StageContext, { main }: Standing, { sha }: StudyRecord): Promise<NonNullable<TuningDrift['main']>> {
  const base = run.base?.sha ?? sha;
  const changed = sha === base ? [] : await tools.repository.changedFiles(sha, base);
  return { sha, commits: Math.max(0, main.firstParents.indexOf(sha)), sameCode: inputsAmong(changed, run.configs.base.inputs).length === 0 };
}
