import type { EarlyStopping, Reduce } from '../model/config.js';
import { toLoss, type Goal } from '../model/direction.js';
import { createEarlyStopping } from '../model/earlyStopping.js';
import type { Trial } from '../model/study.js';
import { lossIn } from '../model/studyView.js';

/** When a run is over, and which of its values counts. */
export interface Patience extends EarlyStopping { readonly reduce: Reduce }
/** What a run that is over counts with, in the metric's own unit, and the step at which it was best; absent where no number was reported. */
export interface Over { readonly value?: number; readonly step?: number }

interface Seen { readonly step: number; readonly loss: number }
/** Of one attempt, which began with its trial's report `from`. */
interface Watch { readonly attempt: number; readonly from: number; next: number; readonly seen: Seen[]; readonly isOverAt: (loss: number) => boolean; over: Over | undefined }

/**
 * Set once a trial's reports since it was begun (or taken up again, as a new run) used up the patience; later
 * ones count for nothing, as with a program that we end. Each report is looked at once.
 */
export function createPatience(patience: Patience, objective: { readonly name: string; readonly goal: Goal }): (trial: Trial) => Over | undefined {
  const watches = new Map<number, Watch>();
  return ({ number, attempt, reports, rests }) => {
    const from = rests.at(-1) ?? 0;
    const known = watches.get(number);
    const watch = known?.from === from && known.attempt === attempt ? known : { attempt, from, next: from, seen: [], isOverAt: createEarlyStopping(patience, 'minimize'), over: undefined };
    watches.set(number, watch);
    for (const report of watch.over === undefined ? reports.slice(watch.next) : []) {
      watch.next += 1;
      const loss = lossIn(report, objective);
      if (loss === undefined) continue;
      watch.seen.push({ step: report.step, loss });
      if (!watch.isOverAt(loss)) continue;
      watch.over = summary(watch.seen, patience, objective.goal);
      break;
    }
    return watch.over;
  };
}

function summary(seen: readonly Seen[], { reduce }: Patience, goal: Goal): Over {
  const [best] = seen.filter(({ loss }) => Number.isFinite(loss)).sort((a, b) => a.loss - b.loss);
  const loss = { best: best?.loss, last: seen.at(-1)?.loss, mean: seen.reduce((sum, one) => sum + one.loss, 0) / seen.length }[reduce];
  return { ...(loss === undefined || !Number.isFinite(loss) ? {} : { value: toLoss(loss, goal) }), ...(best === undefined ? {} : { step: best.step }) };
}
