import { toGain, type Goal } from '../../model/direction.js';
import type { DriftAlarm, DriftReport } from '../../model/drift.js';
import { changePoints } from './changePoints.js';
import { cusum } from './cusum.js';
import { pieces } from './pieces.js';

interface Chain { readonly start: number; readonly values: readonly number[] }
interface Naming { readonly goal: Goal; readonly shaAt: (index: number) => string }

/** Steps of a chain, and creep within the stretches between them: a step would set off the sums too. */
export function alarmsOf({ start, values }: Chain, { goal, shaAt }: Naming): readonly DriftAlarm[] {
  const steps = changePoints(values);
  const bounds = [0, ...steps.map(({ index }) => index), values.length];
  const found = steps.map(({ index, before, after, p }): DriftAlarm => ({ kind: 'step', index: start + index, sha: shaAt(start + index), better: toGain(after - before, goal) > 0, before, after, p }));
  const creeping = bounds.slice(1).flatMap((end, i) => {
    const from = bounds[i] ?? 0;
    return cusum(values.slice(from, end)).flatMap(({ index, alarm }): DriftAlarm[] => {
      const at = start + from + index;
      return alarm === undefined ? [] : [{ kind: 'creep', index: at, sha: shaAt(at), better: (alarm === 'rise') === (goal === 'maximize') }];
    });
  });
  return [...found, ...creeping].sort((a, b) => a.index - b.index);
}

/** The last piece of a chain, where that is a line and not a level. */
export function trendOf({ start, values }: Chain, shaAt: (index: number) => string): DriftReport['trend'] {
  const last = pieces(values).at(-1);
  if (last === undefined || last.slope === 0) return undefined;
  return { since: shaAt(start + last.start), commits: last.end - last.start, perCommit: last.slope };
}
