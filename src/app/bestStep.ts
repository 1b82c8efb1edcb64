import type { SearchTrial } from '../model/comparison.js';
import { toLoss, type Goal } from '../model/direction.js';
import { partsIn } from '../model/parts.js';
import type { Trial } from '../model/study.js';

/** Where a trial was best and where it ended, in steps as it reported them; absent where it reported less than two values, or is several runs: then it reports means of runs, and the best of them is luck. */
export function bestStep(trial: Trial, { name, goal }: { readonly name: string; readonly goal: Goal }): Pick<SearchTrial, 'steps'> {
  const { reports, rests } = trial;
  if (partsIn(trial).length > 0) return {};
  // What was reported before it was taken up again belongs to it as well, whether it went on or began anew.
  const values = reports.flatMap(({ step, metrics }) => (metrics[name] === undefined ? [] : [{ step, value: metrics[name] }]));
  const last = values.at(-1);
  const [first] = values;
  if (first === undefined || last === undefined || (values.length < 2 && rests.length === 0)) return {};
  const best = values.reduce((one, other) => (toLoss(other.value, goal) < toLoss(one.value, goal) ? other : one), first);
  return { steps: { best: best.step, bestValue: best.value, last: last.step, lastValue: last.value } };
}
