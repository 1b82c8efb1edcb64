import type { Params } from '../model/params.js';
import type { Trial } from '../model/study.js';
import { waitingIn } from '../model/studyLog.js';
import { whyInvalid } from '../model/validity.js';
import type { SearchOptions } from './search.js';

/** What other programs measure in this study while the search goes on, and what other tools did before. */
export interface SearchOthers {
  /** A trial of the log that the search sees. */
  readonly belongs: (trial: Trial) => boolean;
  /** Those of which others wrote since the log was opened. */
  readonly touched: () => readonly Trial[];
  /** Params that somebody put into the log to be tried next. */
  readonly waiting: () => readonly Params[];
  readonly notes: () => readonly string[];
}

/** Trials of other tools (attempt 0) have no seed; of theirs, points of the space count. */
export function othersOf({ lab, side, space }: Pick<SearchOptions, 'lab' | 'side' | 'space'>, seed: number): SearchOthers {
  const isSearch = (trial: Trial): boolean => trial.stage === 'search' && trial.side === side && (trial.seed === seed || trial.attempt === 0);
  const belongs = (trial: Trial): boolean => isSearch(trial) && (trial.attempt !== 0 || whyInvalid(space, trial.params) === undefined);
  return {
    belongs,
    touched: () => [...lab.others?.touched ?? []].flatMap((number) => lab.study().trials[number] ?? []).filter(belongs).sort((a, b) => a.number - b.number),
    waiting: () => Object.entries(lab.study().frozen).flatMap(([name, value]) => [waitingIn({ name, value }) ?? []].flat()),
    notes: () => {
      if (lab.others === undefined) return [];
      const theirs = lab.study().trials.filter((trial) => isSearch(trial) && trial.attempt === 0);
      const strange = theirs.filter((trial) => trial.result !== undefined && !belongs(trial)).length;
      return [
        ...(theirs.length === strange ? [] : [`${theirs.length - strange} of the trials are another tool's: the search learns from them, and they cost nothing of its budget.`]),
        ...(strange === 0 ? [] : [`${strange} of another tool's trials are no points of this space, and were left out.`]),
      ];
    },
  };
}
