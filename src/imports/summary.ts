import { toGain, type Goal } from '../model/direction.js';
import type { Params } from '../model/params.js';
import type { SearchSpace } from '../model/searchSpace.js';
import type { StudyEvent } from '../model/study.js';
import { subjectOf } from '../model/studySubject.js';

export type Counts = Readonly<Record<'complete' | 'pruned' | 'failed' | 'infeasible' | 'running' | 'waiting', number>>;

/** What a log holds, for people. */
export interface Summary {
  readonly study: string;
  readonly tool: string;
  readonly metric: { readonly name: string; readonly goal: Goal } | undefined;
  readonly space: SearchSpace | undefined;
  readonly trials: number;
  /** Of the failed ones those whose objective was NaN or infinite. */
  readonly nonFinite: number;
  readonly counts: Counts;
  readonly best: { readonly trial: number; readonly value: number; readonly params: Params } | undefined;
  readonly seeds: number;
}

/** Counted while the events pass by. */
export function createSummary(): { readonly add: (event: StudyEvent) => void; readonly summary: () => Summary } {
  const counts = { complete: 0, pruned: 0, failed: 0, infeasible: 0, running: 0, waiting: 0 };
  const seeds = new Set<number>();
  const [metric, names]: [{ subject?: ReturnType<typeof subjectOf> }, { study: string; tool: string }] = [{}, { study: 'study', tool: '' }];
  let [trials, nonFinite, best]: [number, number, Summary['best']] = [0, 0, undefined];
  let params: Params = {};
  return {
    add: (event) => {
      if (event.type === 'created') [metric.subject, names.study, names.tool] = [subjectOf(event.identity), event.study, event.tool];
      if (event.type === 'froze' && event.name.startsWith('waiting:')) counts.waiting += 1;
      if (event.type === 'started') { trials += 1; params = event.params; counts.running += 1; seeds.add(event.seed); }
      if (event.type !== 'finished') return;
      const { outcome } = event.result;
      counts.running -= 1;
      counts[outcome.state] += 1;
      if (outcome.state === 'failed' && outcome.reason === 'non-finite') nonFinite += 1;
      const goal = metric.subject?.metric.goal ?? 'minimize';
      if (outcome.state === 'complete' && (best === undefined || toGain(outcome.value, goal) > toGain(best.value, goal))) best = { trial: event.trial, value: outcome.value, params };
    },
    summary: () => ({ ...names, metric: metric.subject?.metric, space: metric.subject?.space, trials, nonFinite, counts, best, seeds: seeds.size }),
  };
}
