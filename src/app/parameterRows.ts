import { forestSurrogate } from '../compare/forestSurrogate.js';
import { importanceOf } from '../compare/importance.js';
import { beatsIncumbent, parameterRows as rowsOf, type ParameterRow } from '../compare/moved.js';
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
    space, base: base ?? {}, head: head ?? base ?? {}, isBetter: isBetter(run, found),
    importance: importanceOf(space, scored, run.configs.head.importance), curves: curvesOf(space, scored, goal),
  });
}

/** Partial dependence from a random forest, once there is something to learn from. */
function curvesOf(space: SearchSpace, scored: readonly LossPoint[], goal: Goal): Readonly<Record<string, ParameterRow['curve']>> {
  if (scored.length < fewestForCurves) return {};
  const { curves } = forestSurrogate(space, scored);
  return Object.fromEntries(Object.entries(curves).map(([name, curve]) => [name, curve.map(({ value, loss }) => ({ value, mean: toLoss(loss, goal) }))]));
}

/** Shown on seeds that chose neither: by the retuning check, or by the re-score where main's best ran along. */
function isBetter({ objective, configs }: StudyRun, { retune, rescore, incumbentHere }: Findings): boolean {
  if (retune !== undefined) return retune.outcome.results.length > 0 && retune.outcome.results.every(({ decision }) => decision === 'PASS' || decision === 'IMPROVED');
  const winner = rescore?.winner;
  const incumbent = incumbentHere === undefined ? undefined : rescore?.candidates.find(({ params }) => paramsKey(params) === paramsKey(incumbentHere));
  if (winner?.mean === undefined || incumbent?.mean === undefined || winner.trial === incumbent.trial) return false;
  const gains = (values: readonly number[]): number[] => values.map((value) => toGain(value, objective.goal));
  return beatsIncumbent({ winner: gains(winner.values), incumbent: gains(incumbent.values), candidates: (rescore?.candidates.length ?? 1) - 1, alpha: configs.head.verdict.alpha });
}
