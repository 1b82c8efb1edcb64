import { z } from 'zod';

/** Why a trial failed; every one is shown to people with its `message`. */
export const failureReasons = ['spawn', 'exit-code', 'signal', 'timeout', 'no-objective', 'non-finite', 'device', 'cancelled', 'lost', 'told'] as const;
export type FailureReason = (typeof failureReasons)[number];

/** A failure is a value, never an exception (architecture §0.6). `value` is finite, in the user's unit and sign. */
export const trialOutcomeSchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('complete'), value: z.number() }),
  z.strictObject({ state: z.literal('pruned'), step: z.number(), value: z.number().optional() }),
  z.strictObject({ state: z.literal('infeasible'), message: z.string() }),
  z.strictObject({ state: z.literal('failed'), reason: z.enum(failureReasons), message: z.string() }),
]);
export type TrialOutcome = z.infer<typeof trialOutcomeSchema>;

/** A search's trial that went before its sampler's: the declared defaults, or main's best configuration. */
export interface GivenTrial { readonly number: number; readonly anchor: 'defaults' | 'incumbent' }

/** What one run of the user's program gave. `streamSha256` covers every reported metric at every step, for the canary. */
export const trialResultSchema = z.strictObject({
  outcome: trialOutcomeSchema,
  /** Reduced value of each reported metric (the objective included), finite values only. */
  metrics: z.record(z.string(), z.number()),
  streamSha256: z.string().optional(),
  /** Wall-clock seconds. */
  seconds: z.number(),
  gpuSeconds: z.number().optional(),
  /** Energy that its GPUs drew, where nvidia-smi tells their power. */
  joules: z.number().optional(),
  /** GPU or MIG uuid(s), comma-separated; absent on CPU. */
  device: z.string().optional(),
  /** Trainer backend that ran, e.g. `wasm`, `tfjs-node`. */
  backend: z.string().optional(),
  /** Last lines of the program's output, bounded, for failed trials. */
  logTail: z.string().optional(),
});
export type TrialResult = z.infer<typeof trialResultSchema>;

export const sides = ['head', 'base'] as const;
export type Side = (typeof sides)[number];

/** `canonical` seeds serve canary, gate and the drift series; the other stages have seeds of their own (decisions.md 13). */
export const stages = ['search', 'canonical', 'confirm', 'rescore', 'retune', 'incumbent', 'drift'] as const;
export type Stage = (typeof stages)[number];
