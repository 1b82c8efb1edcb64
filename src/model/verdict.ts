import { z } from 'zod';

/** The nine public verdicts (decisions.md 1), worst first. */
export const verdictKinds = [
  'REGRESSION', 'INCOMPLETE', 'NO_BASELINE', 'INCONCLUSIVE', 'NOT_CONFIRMED', 'RECOVERED_BY_RETUNING', 'PASS', 'IMPROVED', 'NO_CHANGE',
] as const;
export type VerdictKind = (typeof verdictKinds)[number];

/** One look of the group-sequential gate, in gain units (larger is better). `moderated`: its sd leans on the prior. */
export const lookSchema = z.strictObject({ pairs: z.int(), mean: z.number(), sd: z.number(), low: z.number(), high: z.number(), moderated: z.literal(true).optional() });
export type Look = z.infer<typeof lookSchema>;

/** The same params and seed measured on base and head, in the metric's own unit and sign. `undefined` = that run failed. */
export const pairSchema = z.strictObject({ seed: z.number(), base: z.number().optional(), head: z.number().optional() });
export type Pair = z.infer<typeof pairSchema>;

/** What one run of the gate found; `DOWN` is internal to it. Numbers are in gain units. */
export const gateResultSchema = z.strictObject({
  decision: z.enum(['PASS', 'IMPROVED', 'NO_CHANGE', 'DOWN', 'INCONCLUSIVE']),
  /** e.g. `equivalent`, `small-decline`, `budget`, `stability`, `base-stability`, `coarse`. */
  reason: z.string().optional(),
  alpha: z.number(),
  margin: z.number(),
  /** Mean of the paired differences and its interval at the last look; absent before the first look. */
  effect: z.number().optional(),
  low: z.number().optional(),
  high: z.number().optional(),
  /** Pairs behind `effect`. */
  pairs: z.int(),
  looks: z.array(lookSchema),
  /** Noise of one paired difference known before the run, where the variance was to be moderated with it. */
  prior: z.strictObject({ sd: z.number(), df: z.number() }).optional(),
  headOnlyFailures: z.int(),
  baseOnlyFailures: z.int(),
  /** How many pairs are missing to the next look. */
  needMore: z.int().optional(),
});
export type GateResult = z.infer<typeof gateResultSchema>;

export const verdictSchema = z.strictObject({
  kind: z.enum(verdictKinds),
  /** Machine word, e.g. `confirmed`, `stability`, `budget`, `no-baseline:build-failed`, `cancelled`. */
  reason: z.string().optional(),
  /** One sentence for people; may quote what a pull request controls, so it is escaped like everything else. */
  sentence: z.string(),
});
export type Verdict = z.infer<typeof verdictSchema>;
