import { z } from 'zod';
import { vias } from './decision.js';

/** That somebody takes a decline on, as the posting step found it; never taken from the job that measured. `why`: of `refused`, a clause. */
export const waiverSchema = z.strictObject({
  /** Names the decision that it is or becomes. */
  id: z.string(),
  /** Gated metrics; empty = all. */
  metrics: z.array(z.string()), reason: z.string(), until: z.string().optional(),
  by: z.string(), via: z.enum(vias), at: z.string().optional(),
  state: z.enum(['in-force', 'expired', 'refused']), why: z.string().optional(),
});
export type Waiver = z.infer<typeof waiverSchema>;

/** The last acceptance on main's line (decisions.md 11); `effect` = here - there at main's best, where both were measured alike. */
export const acceptedSchema = z.strictObject({
  sha: z.string(), by: z.string(), at: z.string(), reason: z.string(), until: z.string().optional(), expired: z.boolean(),
  effect: z.number().optional(), pairs: z.int().optional(),
});
