import { z } from 'zod';

/** What a pruner counts; every pruner that looks at how far a trial got has this option. */
export const resource = z.enum(['step', 'seconds', 'fraction']).default('step')
  .describe('What is counted: the `step` that a trial reports, the `seconds` since it started, or a step that is the `fraction` of the data or training done (0 to 1).');

export const warmup = z.number().min(0).default(0).describe('Nothing is stopped before this step.');
export const interval = z.number().min(0).default(0).describe('Steps between two looks; 0 = at every report.');

type Refinement = (options: Readonly<Record<string, unknown>>, context: Pick<z.core.$RefinementCtx, 'addIssue'>) => void;

/** Refuses what makes no sense among fractions: a full run is 1, so that nothing can be judged at these `keys` unless they are below it. */
export function partsOfARun(...keys: readonly string[]): Refinement {
  return (options, context) => {
    if (options['resource'] !== 'fraction') return;
    for (const key of keys) {
      const value = options[key];
      if (typeof value === 'number' && value >= 1) context.addIssue({ code: 'custom', path: [key], input: value, message: 'must be below 1 with resource: fraction, e.g. 0.04: a full run is 1' });
    }
    const most = options['max_resource'];
    if (typeof most === 'number' && most > 1) context.addIssue({ code: 'custom', path: ['max_resource'], input: most, message: 'must be at most 1 with resource: fraction: a full run is 1' });
  };
}
