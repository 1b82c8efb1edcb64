import { z } from 'zod';
import { paramsSchema } from './study.js';
import { trialResultSchema } from './trial.js';
import { verdictKinds } from './verdict.js';

/** One canonical-seed run at the incumbent. `metrics` is empty unless complete. */
const canonicalRunSchema = z.strictObject({
  seed: z.number(), metrics: z.record(z.string(), z.number()), streamSha256: z.string().optional(),
  seconds: z.number(), state: z.string(),
});
export type CanonicalRun = z.infer<typeof canonicalRunSchema>;

/** `adopted`: b* from here on; `recovered`: so too, without a trial, as b* had been found worse in that pull request. */
const challengerSchema = z.strictObject({
  from: z.enum(['search', 'defaults', 'pull-request']), pullRequest: z.int().optional(), params: paramsSchema,
  outcome: z.enum(['adopted', 'recovered', 'not-better', 'invalid', 'same']),
});
export type Challenger = z.infer<typeof challengerSchema>;

/** What one run on one commit of the default branch leaves in the history (decisions.md 35). Never rewritten. */
export const recordSchema = z.strictObject({
  schema: z.literal(1),
  tool: z.string(),
  kind: z.literal('observed'),
  study: z.string(),
  sha: z.string(),
  parent: z.string().optional(),
  tree: z.string().optional(),
  /** `<run>-<attempt>` names the file; append twice = once. */
  run: z.string(),
  attempt: z.int(),
  startedAt: z.string(),
  finishedAt: z.string(),
  /** Compatibility key, field by field (decisions.md 8). */
  key: z.record(z.string(), z.string()),
  metric: z.strictObject({ name: z.string(), goal: z.enum(['minimize', 'maximize']) }),
  /** Hash and text of the search space, for people; not part of the key. */
  space: z.string(),
  incumbent: z.strictObject({ params: paramsSchema, sinceSha: z.string(), source: z.enum(['defaults', 'base-search', 'challenger']) }),
  canonical: z.array(canonicalRunSchema),
  /** Absent when main was not searched this time. */
  search: z.strictObject({
    finishedAt: z.string(), method: z.string(), seed: z.number(),
    trials: z.array(z.strictObject({ params: paramsSchema, result: trialResultSchema })),
  }).optional(),
  /** Margin in force, in the metric's unit. */
  margin: z.number().optional(),
  /** Standard deviation of paired differences seen on this push, with its degrees of freedom. */
  noise: z.strictObject({ sd: z.number(), df: z.int() }).optional(),
  verdict: z.strictObject({ kind: z.enum(verdictKinds), reason: z.string().optional() }).optional(),
  /** Configurations that were tried against b* on this push, and what became of them (decisions.md 19). */
  challengers: z.array(challengerSchema).optional(),
  /** Digest of the model that stays on the runner for studies that train on from it. */
  checkpoint: z.string().optional(),
  budget: z.strictObject({ trials: z.int(), wallSeconds: z.number(), gpuMinutes: z.number() }),
  note: z.string().optional(),
});
export type StudyRecord = z.infer<typeof recordSchema>;
