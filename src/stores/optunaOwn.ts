import { z } from 'zod';
import { studyEventSchema, type StudyEvent } from '../model/study.js';
import { sides, stages } from '../model/trial.js';
import { processSchema } from './processIdentity.js';
import type { OptunaStudy, OptunaTrial } from './optunaReplay.js';

type Created = Extract<StudyEvent, { type: 'created' }>;
type Reported = Extract<StudyEvent, { type: 'reported' }>;

/** System attributes in which a study of ours keeps what Optuna has no field for. */
export const ownAttrs = {
  created: 'noregret:created', trial: 'noregret:trial', report: 'noregret:report', result: 'noregret:result', lost: 'noregret:lost',
  froze: 'noregret:froze:', ended: 'noregret:ended',
} as const;

/** Where a trial of ours stands in the log, and who runs it. Attempt 0 = it was not asked for; each further attempt is a trial of Optuna's of its own, under the number of the first. */
const ownTrialSchema = z.object({ trial: z.int(), attempt: z.int(), side: z.enum(sides), stage: z.enum(stages), seed: z.number(), by: processSchema.optional() });
export type OwnTrial = z.infer<typeof ownTrialSchema>;

export function readOwnTrial({ systemAttrs }: OptunaTrial): OwnTrial | undefined {
  const attr = systemAttrs.get(ownAttrs.trial);
  // A schema that fails makes an error with its stack: of each of another tool's trials.
  return attr === undefined ? undefined : ownTrialSchema.safeParse(attr).data;
}

export function readCreated({ systemAttrs }: OptunaStudy): Created | undefined {
  const event = studyEventSchema.safeParse(systemAttrs.get(ownAttrs.created)).data;
  return event?.type === 'created' ? event : undefined;
}

/** A report of ours in full, under the number that its trial has here. */
export function readReport(value: unknown, trial: number): Reported | undefined {
  const event = studyEventSchema.safeParse({ ...(typeof value === 'object' ? value : {}), type: 'reported', trial }).data;
  return event?.type === 'reported' ? event : undefined;
}

/** What Optuna sees of a report: NaN where the objective was no finite number, nothing where it was not reported. */
export function intermediateValue({ metrics, nonFinite = [] }: Pick<Reported, 'metrics' | 'nonFinite'>, metric: string): number | undefined {
  return nonFinite.includes(metric) ? Number.NaN : metrics[metric];
}
