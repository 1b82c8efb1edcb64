import { z } from 'zod';
import { paramsSchema } from './study.js';

const finite = z.number();
const rangeSchema = z.strictObject({ value: finite, low: finite, high: finite });
export type Range = z.infer<typeof rangeSchema>;

/** Who scatters in an arm: the same code on the same seed, a neighbouring configuration on the same seed, other seeds. */
export const armNames = ['same-seed', 'neighbour', 'other-seeds'] as const;
export type ArmName = (typeof armNames)[number];

/** What the gate says when nothing changed: shares of `paths` resampled runs, with 95 % intervals over the rounds. */
const alarmSchema = z.strictObject({
  arm: z.enum(armNames), paths: z.int(), worse: rangeSchema, better: rangeSchema,
  /** Worse, and worse again on fresh seeds: what a pull request would be told. */
  confirmed: finite, inconclusive: finite, pairs: finite,
});
export type Alarm = z.infer<typeof alarmSchema>;

/** Spread of one paired difference when nothing changed, and where it comes from. Intervals are 95 %. */
const pairedSchema = z.strictObject({ sd: finite, df: z.int(), low: finite, high: finite, from: z.enum(['same-seed', 'neighbour', 'other-seeds']) });

/** One gated metric, in its own unit; standard deviations are positive. */
const selfTestMetricSchema = z.strictObject({
  name: z.string(), goal: z.enum(['minimize', 'maximize']),
  mean: finite,
  /** Of one run, from seed to seed; and of the same seed run again. */
  seedSd: finite, runSd: finite,
  /** Seeds run twice, and how many of them gave the same numbers at every step. */
  repeated: z.int(), identical: z.int(),
  /** Share of a run's variance that the seed decides. Absent where no seed was run twice. */
  seedShare: rangeSchema.optional(),
  /** Correlation of a neighbouring configuration with main's best on the same seeds. */
  neighbourCorrelation: rangeSchema.optional(),
  paired: pairedSchema.optional(),
  /** Variance of a paired difference over that of two independent runs: below 1, pairing gains. */
  pairingRatio: finite.optional(),
  margin: finite.optional(), marginKind: z.enum(['absolute', 'percent', 'auto']).optional(), marginNote: z.string().optional(),
  /** Margin of which the study's looks catch a decline 9 times in 10; share caught at the margin in force. */
  catchable: finite.optional(), caughtAtMargin: finite.optional(),
  /** Shortest usual looks that catch a decline of the margin 9 times in 10, where the study's do not. */
  looksNeeded: z.array(z.int()).optional(),
});
export type SelfTestMetric = z.infer<typeof selfTestMetricSchema>;

const findingSchema = z.strictObject({ code: z.string(), isGood: z.boolean(), text: z.string(), fix: z.string().optional() });
export type SelfTestFinding = z.infer<typeof findingSchema>;

/** Values of the objective in its own unit; absent where that run failed or was not made. */
const roundSchema = z.strictObject({ seed: finite, first: finite.optional(), second: finite.optional(), neighbour: finite.optional() });

/** The A/A self-test of one study: the same code on both sides. */
export const selfTestSchema = z.strictObject({
  study: z.string(), configPath: z.string(), sentence: z.string(),
  /** Why it ended before its last round. */
  cut: z.string().optional(),
  asked: z.int(), rounds: z.array(roundSchema),
  runs: z.int(), reused: z.int(), failed: z.int(), firstFailure: z.string().optional(), wallSeconds: finite,
  incumbent: z.strictObject({ params: paramsSchema, source: z.enum(['record', 'defaults', 'middle']) }),
  neighbour: paramsSchema.optional(),
  /** `two`: each side in a tree of its own, as on a pull request. */
  trees: z.enum(['one', 'two']),
  alpha: finite, looks: z.array(z.int()),
  metrics: z.array(selfTestMetricSchema),
  alarms: z.array(alarmSchema),
  findings: z.array(findingSchema),
  plan: z.string().optional(),
  environment: z.record(z.string(), z.string()),
  warnings: z.array(z.string()),
});
export type SelfTest = z.infer<typeof selfTestSchema>;
