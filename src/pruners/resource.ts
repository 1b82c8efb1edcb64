import { z } from 'zod';

/** What a pruner counts; every pruner that looks at how far a trial got has this option. */
export const resource = z.enum(['step', 'seconds', 'fraction']).default('step')
  .describe('What is counted: the `step` that a trial reports, the `seconds` since it started, or a step that is the `fraction` of the data or training done (0 to 1).');

export const warmup = z.number().min(0).default(0).describe('Nothing is stopped before this step.');
export const interval = z.number().min(0).default(0).describe('Steps between two looks; 0 = at every report.');
