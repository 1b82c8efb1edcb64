import type { Block } from '../model/blocks.js';
import type { Comparison, Report } from '../model/comparison.js';
import { acceptance } from './sections/acceptance.js';
import { advice } from './sections/advice.js';
import { budget } from './sections/budget.js';
import { certainty } from './sections/certainty.js';
import { drift } from './sections/drift.js';
import { environment } from './sections/environment.js';
import { failures } from './sections/failures.js';
import { headline } from './sections/headline.js';
import { metrics } from './sections/metrics.js';
import { parameters } from './sections/parameters.js';
import { pruning } from './sections/pruning.js';
import { reproduce } from './sections/reproduce.js';
import { searchCharts } from './sections/searchCharts.js';
import { topTrials } from './sections/topTrials.js';
import { warnings } from './sections/warnings.js';

/** One part of a study's report; no blocks = nothing to say. */
export interface SectionBuilder {
  readonly title: string;
  /** Lowest is left out first when a limit is reached. */
  readonly priority: number;
  build(comparison: Comparison, report: Report): readonly Block[];
}

/** In the order in which people read them. Adding one: a file in sections/, a line here, new goldens. */
export const sections: Readonly<Record<string, SectionBuilder>> = {
  headline, acceptance, advice, metrics, parameters, drift, budget, warnings, failures, certainty, topTrials, pruning, searchCharts, environment, reproduce,
};
