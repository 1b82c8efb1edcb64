import type { Goal } from './direction.js';
import type { Pruner, Sampler } from './ports.js';
import type { SearchSpace } from './searchSpace.js';
import type { Side } from './trial.js';

/** Code of the error, and reason of the incomplete verdict, where a program refuses what the study file asks of it: a re-run ends alike. */
export const refusedReason = 'external-refused';

/** What another program's optimiser is told at its start, and where it runs. */
export interface ExternalRequest {
  readonly side: Side;
  /** As the configuration reader made them. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly study: string;
  /** The side's own tree. */
  readonly cwd: string;
  readonly space: SearchSpace;
  readonly goal: Goal;
  readonly budget: number;
  /** How many trials run at once. */
  readonly parallel: number;
  /** Whether it may stop trials: not where the study has a pruner of its own. */
  readonly prunes: boolean;
  /** Used unless the options hold one. */
  readonly seed: number;
}

/** One program as both; the pruner never stops anything unless the program says that it wants to. */
export interface ExternalOptimiser {
  readonly sampler: Sampler;
  readonly pruner: Pruner;
  /** Starts it and ends it at once: is everything there that it needs? Tells it of no trial. Returns early, without an answer, when `signal` is aborted. UserErrors `external-…`. */
  rehearse(signal: AbortSignal): Promise<void>;
  /** What it wrote to stderr before it failed, a few lines of untrusted text; undefined while it has not. */
  lastWords(): string | undefined;
}

/** Starts nothing yet: the program is started for the first `prepare`, and another time by each `rehearse`. */
export type OpenExternal = (request: ExternalRequest) => ExternalOptimiser;
