import { z } from 'zod';
import type { Params, ParamValue } from './params.js';
import { sides, stages, trialResultSchema, type Side, type Stage, type TrialResult } from './trial.js';

export const paramValueSchema: z.ZodType<ParamValue> = z.json();
export const paramsSchema: z.ZodType<Params> = z.record(z.string(), paramValueSchema);

/** What a run cost, and the digest of all that it reported. */
const partSchema = z.strictObject({ seconds: z.number(), gpuSeconds: z.number().optional(), joules: z.number().optional(), streamSha256: z.string().optional() });

/**
 * The log of a study (and of a comparison: the gate's runs are trials too). One JSON object per line.
 * Schema number only grows; unknown types of a known schema are refused by name.
 */
export const studyEventSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('created'), schema: z.literal(1), tool: z.string(), study: z.string(), at: z.string(),
    /** Refuses to resume a log that belongs to another commit, baseline, config or machine. */
    identity: z.record(z.string(), z.string()),
  }),
  z.strictObject({
    type: z.literal('started'), trial: z.int(), attempt: z.int(), side: z.enum(sides), stage: z.enum(stages),
    params: paramsSchema, seed: z.number(), at: z.string(),
  }),
  /**
   * `seconds` since the attempt began, where the pruner counts them; `nonFinite`: metrics reported as NaN or infinite. `part`: not a
   * report of the program, but one whole run of a trial that has several (docs/adr/0014); `step` is its number from 1.
   */
  z.strictObject({
    type: z.literal('reported'), trial: z.int(), step: z.number(), metrics: z.record(z.string(), z.number()),
    seconds: z.number().optional(), nonFinite: z.array(z.string()).optional(), part: partSchema.optional(),
  }),
  z.strictObject({ type: z.literal('finished'), trial: z.int(), attempt: z.int(), result: trialResultSchema, at: z.string() }),
  /** A decision that must not change on resume, e.g. the frozen margin. */
  z.strictObject({ type: z.literal('froze'), name: z.string(), value: z.json(), at: z.string() }),
  z.strictObject({ type: z.literal('ended'), stage: z.enum(stages), reason: z.string(), at: z.string() }),
]);
export type StudyEvent = z.infer<typeof studyEventSchema>;

/** Seed of an imported trial whose own is not known, and so no pair with any other; all below 0 are such. */
export const noSeed = -1;

/** One evaluation of one parameter set with one seed on one side's code. Numbered from 0 over the whole log. */
export interface Trial {
  readonly number: number;
  readonly attempt: number;
  readonly side: Side;
  readonly stage: Stage;
  readonly params: Params;
  readonly seed: number;
  /** Of a trial that was taken up again, all attempts' up to their stop, one after the other. */
  readonly reports: readonly TrialReport[];
  /** For each time that it was pruned, how many reports there were by then; more than one if it was taken up again. */
  readonly rests: readonly number[];
  /** Attempt in whose folder it goes on when it is taken up again: the one that was pruned first. */
  readonly home?: number;
  /** Absent while running (or lost, after a crash). Its times are those of all attempts that were stopped or finished, together. */
  readonly result?: TrialResult;
}

export interface TrialReport {
  readonly step: number;
  /** Finite values only. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Since its attempt began. */
  readonly seconds?: number | undefined;
  /** Metrics that were reported as NaN or infinite. */
  readonly nonFinite?: readonly string[] | undefined;
  /** Set where this is a whole run of a trial that has several. */
  readonly part?: z.infer<typeof partSchema> | undefined;
}

/** The fold of a log. Changed only by `applyEvent`. */
export interface Study {
  readonly name: string;
  readonly identity: Readonly<Record<string, string>>;
  readonly trials: readonly Trial[];
  readonly frozen: Readonly<Record<string, unknown>>;
  readonly ended: readonly { readonly stage: Stage; readonly reason: string }[];
}
