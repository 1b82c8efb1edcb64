import { toGain, type Goal } from '../../model/direction.js';
import type { DriftAlarm, DriftSeries } from '../../model/drift.js';
import { changePoints, type ChangePoint } from './changePoints.js';
import { cusum } from './cusum.js';
import { failureSteps, type FailureCount } from './failureSteps.js';
import { pieces } from './pieces.js';
import type { SeedRows } from './seedTable.js';
import { steps } from './steps.js';

/** A stretch of the branch whose values compare, from commit `start` on. `rows` (commits × seeds) only where the seeds' scatter is the noise. */
export interface AlarmChain { readonly start: number; readonly means: readonly number[]; readonly rows?: SeedRows }
interface Naming { readonly goal: Goal; readonly shaAt: (index: number) => string }

/** Level of the sums, above the usual 5: with the steps beside them, unchanged series have no more alarms in all than with Otava alone. */
const creepAlarm = 7;

/** Steps of a chain, and creep within the stretches between them: a step would set off the sums too. */
export function alarmsOf({ start, means, rows }: AlarmChain, naming: Naming): readonly DriftAlarm[] {
  const found = rows === undefined ? changePoints(means) : steps(rows);
  const bounds = [0, ...found.map(({ index }) => index), means.length];
  const creeping = bounds.slice(1).flatMap((end, i) => {
    const from = bounds[i] ?? 0;
    // Commits that gave exactly the numbers of the one before are one observation.
    const own = places(rows ?? means.map((value) => [value]), from, end);
    return cusum(own.map((at) => means[at] ?? 0), creepAlarm).flatMap(({ index, alarm }): DriftAlarm[] => {
      const at = start + (own[index] ?? 0);
      return alarm === undefined ? [] : [{ kind: 'creep', index: at, sha: naming.shaAt(at), better: (alarm === 'rise') === (naming.goal === 'maximize') }];
    });
  });
  return [...stepAlarms(found, start, naming), ...creeping].sort((a, b) => a.index - b.index);
}

/** Of a share of failing runs. */
export function failureAlarms(start: number, counts: readonly FailureCount[], naming: Naming): readonly DriftAlarm[] {
  return stepAlarms(failureSteps(counts), start, naming);
}

function stepAlarms(found: readonly ChangePoint[], start: number, { goal, shaAt }: Naming): readonly DriftAlarm[] {
  return found.map(({ index, before, after, p }) => ({ kind: 'step', index: start + index, sha: shaAt(start + index), better: toGain(after - before, goal) > 0, before, after, p }));
}

function places(rows: SeedRows, from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, i) => from + i).filter((at) => at === from || rows[at]?.some((value, s) => value !== rows[at - 1]?.[s]) === true);
}

/** The last piece of a chain, where that is a line and not a level. */
export function trendOf({ start, means }: AlarmChain, shaAt: (index: number) => string): DriftSeries['trend'] {
  const last = pieces(means).at(-1);
  if (last === undefined || last.slope === 0) return undefined;
  return { since: shaAt(start + last.start), commits: last.end - last.start, perCommit: last.slope };
}
