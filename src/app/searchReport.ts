import type { SearchReport } from '../model/comparison.js';
import type { RescoreOutcome } from './rescore.js';
import type { SearchOutcome } from './search.js';

/** A search and its re-score as the report has them. */
export function searchReport(outcome: SearchOutcome, rescore: RescoreOutcome | undefined): SearchReport {
  return {
    side: outcome.side, method: outcome.method, seed: outcome.seed, stopReason: outcome.stopReason,
    trials: [...outcome.trials],
    ...(outcome.best === undefined ? {} : { bestTrial: outcome.best.number }),
    ...(outcome.pruning === undefined ? {} : { pruning: outcome.pruning }),
    rescore: (rescore?.candidates ?? []).map(({ trial, params, values, mean, winner }) => ({ trial, params, values: [...values], winner, ...(mean === undefined ? {} : { mean }) })),
  };
}
