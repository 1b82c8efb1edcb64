import { z } from 'zod';

const finite = z.number();

/** A decline's or a gain's interval at 1 - 2 alpha, in the metric's unit and sign. */
const estimateSchema = z.strictObject({ value: finite, low: finite, high: finite, seeds: z.int(), p: finite });

/** Whether the place of the optimum moved, as far as two searches of the same candidates and four runs a seed can tell (verdict.md 7.1). */
export const tuningDriftSchema = z.strictObject({
  /** Why main's search and this one cannot be compared; then nothing below but `did` is there. */
  why: z.string().optional(),
  /** Main's search: its commit, how far behind the base that is, and whether a result may have changed in between. */
  main: z.strictObject({ sha: z.string(), commits: z.int(), sameCode: z.boolean() }).optional(),
  /** Configurations with a value in both searches, of so many that this one finished. */
  shared: z.int(), of: z.int(),
  interaction: z.strictObject({ f: finite, df: z.tuple([finite, finite]), p: finite, alarm: z.boolean() }).optional(),
  /** Why there is no alarm to be had. */
  alarmOff: z.string().optional(),
  /** Description, never a finding: it moves by itself. */
  sameBest: z.boolean().optional(), distance: finite.optional(), tau: finite.optional(), overlap: finite.optional(),
  /** The same of searches of unchanged code on main: 5 % and 95 % quantiles. Absent where there are too few. */
  reference: z.strictObject({ pairs: z.int(), otherBest: finite, tau: finite, overlap: finite, distance: finite }).optional(),
  /** By how much more retuning gains here than on main. */
  did: estimateSchema.extend({ moved: z.boolean() }).optional(),
  /** Why that was not measured though it was wanted. */
  didWhy: z.string().optional(),
});
export type TuningDrift = z.infer<typeof tuningDriftSchema>;

/** How main itself moved, commit by commit, at its best configuration. */
export const mainDriftSchema = z.strictObject({
  commits: z.int(),
  sinceRelease: z.strictObject({ tag: z.string(), sha: z.string(), value: finite, low: finite, high: finite, seeds: z.int(), better: z.boolean() }).optional(),
  /** Newest step or creep that was found, and on which measured commit before the newest. */
  alarm: z.strictObject({ kind: z.enum(['step', 'creep']), sha: z.string(), better: z.boolean(), ago: z.int(), before: finite.optional(), after: finite.optional() }).optional(),
});
export type MainDrift = z.infer<typeof mainDriftSchema>;
