import { forestSurrogate } from '../compare/forestSurrogate.js';
import { importanceOf } from '../compare/importance.js';
import { beatsIncumbent, parameterRows as rowsOf, type MovedRequest, type ParameterRow } from '../compare/moved.js';
import type { LossPoint } from '../compare/pedAnova.js';
import { paramsKey } from '../model/params.js';
import { toGain, toLoss, type Goal } from '../model/direction.js';
import type { SearchSpace } from '../model/searchSpace.js';
import type { Findings, StudyRun } from './findings.js';

/** Trials below which a curve would show the noise. */
const fewestForCurves = 10;

/** Main's best beside this side's best, and whether the two can be told apart. */
export function parameterRows(run: StudyRun, found: Findings): ParameterRow[] {
  const head = found.rescore?.winner?.params ?? found.search?.best?.params ?? found.incumbentHere;
  const base = found.incumbent?.params;
  if (head === undefined && base === undefined) return [];
  // A constant is nobody's choice: it would fill tables and charts with one value.
  const space = { ...run.configs.head.space, parameters: run.configs.head.space.parameters.filter(({ distribution }) => distribution.name !== 'constant') };
  const { goal } = run.objective;
  const scored = (found.search?.trials ?? []).flatMap(({ params, value }) => (value === undefined ? [] : [{ params, loss: toLoss(value, goal) }]));
  return rowsOf({
    space, base: base ?? {}, head: head ?? base ?? {}, shown: whatWasShown(run, found),
    importance: importanceOf(space, scored, run.configs.head.importance), curves: curvesOf(space, scored, goal),
  });
}

/** Partial dependence from a random forest, once there is something to learn from. */
function curvesOf(space: SearchSpace, scored: readonly LossPoint[], goal: Goal): Readonly<Record<string, ParameterRow['curve']>> {
  if (scored.length < fewestForCurves) return {};
  const { curves } = forestSurrogate(space, scored);
  return Object.fromEntries(Object.entries(curves).map(([name, curve]) => [name, curve.map(({ value, loss }) => ({ value, mean: toLoss(loss, goal) }))]));
}

/**
 * Shown on seeds that chose neither: by four runs a seed, which tell a move from a gain that main would have too; else by the
 * retuning check after a confirmed decline; else, where main's best ran along in the re-score, only that it is better here.
 */
function whatWasShown(run: StudyRun, found: Findings): MovedRequest['shown'] {
  const { retune, drift } = found;
  if (drift?.did?.moved === true) return 'moved';
  const recovers = retune !== undefined && retune.outcome.results.length > 0 && retune.outcome.results.every(({ decision }) => decision === 'PASS' || decision === 'IMPROVED');
  if (recovers) return drift?.did === undefined ? 'moved' : 'better';
  return retune === undefined && beatsInRescore(run, found) ? 'better' : 'nothing';
}

function beatsInRescore({ objective, configs }: StudyRun, { rescore, incumbentHere }: Findings): boolean {
  const winner = rescore?.winner;
  const incumbent = incumbentHere === undefined ? undefined : rescore?.candidates.find(({ params }) => paramsKey(params) === paramsKey(incumbentHere));
  if (winner?.mean === undefined || incumbent?.mean === undefined || winner.trial === incumbent.trial) return false;
  const gains = (values: readonly number[]): number[] => values.map((value) => toGain(value, objective.goal));
  return beatsIncumbent({ winner: gains(winner.values), incumbent: gains(incumbent.values), candidates: (rescore?.candidates.length ?? 1) - 1, alpha: configs.head.verdict.alpha });
}
