import type { Goal } from './direction.js';
import type { Sampler } from './ports.js';
import type { SearchSpace } from './searchSpace.js';
import type { Side } from './trial.js';

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
  /** Used unless the options hold one. */
  readonly seed: number;
}

/** Starts nothing yet: the program is started for the first `prepare`. */
export type OpenExternal = (request: ExternalRequest) => Sampler;
