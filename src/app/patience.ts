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

/** Set once a trial's reports since it was begun (or taken up again, as a new run) used up the patience; later ones count for nothing, as with a program that we end. */
export function overOf({ reports, rests }: Trial, patience: Patience, objective: { readonly name: string; readonly goal: Goal }): Over | undefined {
  const isOver = createEarlyStopping(patience, 'minimize');
  const seen: Seen[] = [];
  for (const report of reports.slice(rests.at(-1) ?? 0)) {
    const loss = lossIn(report, objective);
    if (loss === undefined) continue;
    seen.push({ step: report.step, loss });
    if (isOver(loss)) return summary(seen, patience, objective.goal);
  }
  return undefined;
}

function summary(seen: readonly Seen[], { reduce }: Patience, goal: Goal): Over {
  const [best] = seen.filter(({ loss }) => Number.isFinite(loss)).sort((a, b) => a.loss - b.loss);
  const loss = { best: best?.loss, last: seen.at(-1)?.loss, mean: seen.reduce((sum, one) => sum + one.loss, 0) / seen.length }[reduce];
  return { ...(loss === undefined || !Number.isFinite(loss) ? {} : { value: toLoss(loss, goal) }), ...(best === undefined ? {} : { step: best.step }) };
}
