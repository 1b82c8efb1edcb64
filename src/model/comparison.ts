import { z } from 'zod';
import { mainDriftSchema, tuningDriftSchema } from './driftFindings.js';
import { selfTestSchema } from './selfTest.js';
import { paramValueSchema, paramsSchema } from './study.js';
import { failureReasons, sides, stages } from './trial.js';
import { gateResultSchema, pairSchema, verdictKinds, verdictSchema } from './verdict.js';
import { acceptedSchema, waiverSchema } from './waiver.js';

const finite = z.number();
const strings = z.array(z.string());

const metricSchema = z.strictObject({ name: z.string(), goal: z.enum(['minimize', 'maximize']), resolution: finite.optional() });

/** The margin as frozen before the run, in the metric's unit; always positive. */
const marginSchema = z.strictObject({
  value: finite,
  kind: z.enum(['absolute', 'percent', 'auto']),
  provisional: z.boolean(),
  /** Standard deviation of one paired difference, when it was known before the run. */
  noise: finite.optional(),
});

/** Which commit the base values come from, and why that one. */
const baselineSchema = z.strictObject({
  sha: z.string(),
  /** The commit that was measured; differs from `sha` when nothing in `inputs` changed in between. */
  measuredSha: z.string(),
  source: z.enum(['stored', 'rerun', 'none']),
  why: z.string(),
  ageDays: finite.optional(),
  ageCommits: z.int().optional(),
  /** Fields of the compatibility key that differ: why stored values were not used. */
  keyDifferences: z.array(z.strictObject({ field: z.string(), stored: z.string(), here: z.string() })),
  dependencies: z.enum(['each-side', 'shared']),
});

const incumbentSchema = z.strictObject({
  params: paramsSchema,
  source: z.enum(['record', 'defaults', 'base-search']),
  sinceSha: z.string().optional(),
});

/** A stage that ran pairs: the gate itself, its confirmation, the retuning check. */
const pairedStageSchema = z.strictObject({
  pairs: z.array(pairSchema),
  result: gateResultSchema,
  baseParams: paramsSchema,
  headParams: paramsSchema,
});
export type PairedStage = z.infer<typeof pairedStageSchema>;

/**
 * What the gate's looks, as fixed before the run, can tell at the noise that was found: the smallest decline that they
 * catch 9 times in 10, in the metric's unit (`alpha`: of a false "worse"); absent where not even the margin and ten times the noise is.
 */
const powerSchema = z.strictObject({ looks: z.array(z.int()), alpha: finite, decline: finite.optional() });

/** One row of a search. `value` is absent unless complete. `best` = best value so far, for the convergence chart. */
const searchTrialSchema = z.strictObject({
  number: z.int(),
  params: paramsSchema,
  state: z.enum(['complete', 'pruned', 'infeasible', 'failed', 'running']),
  value: finite.optional(), seconds: finite.optional(), joules: finite.optional(),
  reason: z.enum(failureReasons).optional(),
  message: z.string().optional(), anchor: z.enum(['defaults', 'incumbent']).optional(),
  /** Value of each run, where a trial has several. */
  parts: z.array(finite).optional(),
  /** At which of the steps that it reported it was best, and what it had at the last one. */
  steps: z.strictObject({ best: finite, bestValue: finite, last: finite, lastValue: finite }).optional(),
});
export type SearchTrial = z.infer<typeof searchTrialSchema>;

const rungSchema = z.strictObject({ resource: finite.optional(), planned: z.int().optional(), trials: z.int(), stopped: z.int() });

/** What early stopping did. Amounts are in what the pruner counts; `full`: had all of these trials run to their end. */
const pruningSchema = z.strictObject({
  pruner: z.string(),
  counts: z.enum(['step', 'seconds', 'fraction']),
  /** `trials` came to a rung, `stopped` of them ended there. */
  brackets: z.array(z.strictObject({ name: z.string(), rungs: z.array(rungSchema) })),
  stopped: z.int(), complete: z.int(),
  /** Times that a trial was taken up again, and how often it found no checkpoint and began anew. */
  takenUp: z.int(), restarted: z.int(),
  /** Absent while no trial ran to its end. */
  amount: z.strictObject({ spent: finite, full: finite }).optional(),
  seconds: z.strictObject({ spent: finite, full: finite }).optional(),
});
export type PruningReport = z.infer<typeof pruningSchema>;

const searchSchema = z.strictObject({
  side: z.enum(sides),
  method: z.string(),
  seed: finite,
  /** `trials`, `time`, `gpu_hours`, `failures`, `threshold`, `no_progress`, `exhausted`, `cancelled`, `disk`, `optimiser_failed`. */
  stopReason: z.string(),
  trials: z.array(searchTrialSchema),
  /** Trial number of the best by value seen in the search. */
  bestTrial: z.int().optional(),
  /** Absent where nothing may be stopped early. */
  pruning: pruningSchema.optional(),
  /** Re-score on fresh seeds: the mean of those that ran on every seed; the winner is the retuned configuration. */
  rescore: z.array(z.strictObject({ trial: z.int(), params: paramsSchema, values: z.array(finite), mean: finite.optional(), winner: z.boolean() })),
});
export type SearchReport = z.infer<typeof searchSchema>;

/** A row of the parameter table: main's best, this side's best, and how far apart. */
const parameterRowSchema = z.strictObject({
  name: z.string(),
  base: paramValueSchema.optional(),
  head: paramValueSchema.optional(),
  /** `better`: the retuned winner beat b* on fresh seeds, which it may do on main as well; `moved`: it gains more here than there. */
  moved: z.enum(['same', 'moved', 'better', 'not-distinguishable', 'inactive']),
  /** 0…1, and how it was computed. */
  importance: finite.optional(),
  importanceBy: z.enum(['rank', 'ped-anova', 'fanova']).optional(),
  /** Partial dependence: the objective's mean over all other parameters, as a random forest of the search's trials sees it. */
  curve: z.array(z.strictObject({ value: paramValueSchema, mean: finite })).optional(),
  low: finite.optional(),
  high: finite.optional(),
  log: z.boolean(),
  choices: z.array(paramValueSchema).optional(),
});

const metricRowSchema = z.strictObject({
  name: z.string(),
  goal: z.enum(['minimize', 'maximize']),
  gate: z.boolean(),
  margin: finite.optional(),
  base: finite.optional(),
  head: finite.optional(),
  /** head - base in the metric's own unit and sign. */
  effect: finite.optional(),
  low: finite.optional(),
  high: finite.optional(),
  better: z.boolean().optional(),
  result: gateResultSchema.optional(),
});

const failureSchema = z.strictObject({
  trial: z.int(), side: z.enum(sides), stage: z.enum(stages), seed: finite, params: paramsSchema,
  reason: z.string(), message: z.string(), logTail: z.string().optional(),
});

const budgetSchema = z.strictObject({
  /** `runs` of the program that ended, where a trial has several. */
  complete: z.int(), pruned: z.int(), failed: z.int(), infeasible: z.int(), runs: z.int().optional(),
  /** Runs taken over from stored records or a resumed log. */
  reused: z.int(),
  wallSeconds: finite, trialSeconds: finite, gpuMinutes: finite,
  /** Energy of the runs whose GPUs told their power; what was announced before the run, one line. */
  joules: finite.optional(), plan: z.string().optional(),
});

/** Everything a report needs about one study. Numbers are in the metric's unit and sign unless they sit inside a gate result. */
export const comparisonSchema = z.strictObject({
  study: z.string(),
  configPath: z.string(),
  metric: metricSchema,
  verdict: verdictSchema,
  /** head - base with its interval, in the metric's unit and sign; absent without a gate. */
  effect: z.strictObject({ value: finite, low: finite, high: finite, pairs: z.int(), better: z.boolean() }).optional(),
  margin: marginSchema.optional(),
  baseline: baselineSchema.optional(),
  incumbent: incumbentSchema.optional(),
  canary: z.strictObject({ identical: z.boolean(), seeds: z.array(finite) }).optional(),
  gate: pairedStageSchema.optional(),
  power: powerSchema.optional(),
  confirmation: pairedStageSchema.optional(),
  retune: pairedStageSchema.optional(),
  search: searchSchema.optional(),
  drift: tuningDriftSchema.optional(),
  mainDrift: mainDriftSchema.optional(),
  metrics: z.array(metricRowSchema),
  parameters: z.array(parameterRowSchema),
  budget: budgetSchema,
  failures: z.array(failureSchema),
  /** Last lines on stderr of an external optimiser that failed. */
  optimiserTail: z.string().optional(),
  /** Compatibility key of this run, field by field. */
  environment: z.record(z.string(), z.string()),
  /** Policy keys that the pull request changed; base's values were used (decisions.md 9). */
  policyChanges: z.array(z.strictObject({ key: z.string(), base: z.string(), head: z.string() })),
  secrets: z.string(),
  warnings: strings,
  notes: strings,
  waivers: z.array(waiverSchema).optional(), accepted: acceptedSchema.optional(),
  /** Pairs asked for beyond the last look, and by whom; the gate is then judged by e-values. */
  extension: z.strictObject({ pairs: z.int(), by: z.string() }).optional(),
  reproduce: strings,
});
export type Comparison = z.infer<typeof comparisonSchema>;

/** `report.json`: what `compare` writes and `publish` reads as hostile data. */
export const reportSchema = z.strictObject({
  schema: z.literal(1),
  tool: z.string(),
  createdAt: z.string(),
  /** Worst of the studies'. */
  verdict: z.enum(verdictKinds),
  event: z.string(),
  repository: z.string().optional(),
  pullRequest: z.int().optional(),
  headSha: z.string(),
  headTree: z.string().optional(),
  baseSha: z.string().optional(),
  runId: z.string().optional(),
  attempt: z.int().optional(),
  /** True when the run was cut short; every number in it still holds. */
  incomplete: z.boolean(),
  failOn: z.enum(['regression', 'inconclusive', 'never']),
  /** Why there is no study to show, or what kept the run from being whole; said first. */
  problem: z.strictObject({ sentence: z.string(), fix: z.string().optional() }).optional(),
  studies: z.array(comparisonSchema),
  /** Of `mode: aa` and `noregret aa`, which compare nothing: `studies` is empty then. */
  selfTests: z.array(selfTestSchema).optional(),
});
export type Report = z.infer<typeof reportSchema>;

/** `event` of a report on the winners of two tunings, A (base) and B (head), run under one code; `headSha` of one on two logs, which know no commit. */
export const [reseedEvent, logsSha] = ['reseed', 'logs'] as const;
