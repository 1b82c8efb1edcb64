import { z } from 'zod';
import { spaceEntry } from '../config/checkReport.js';
import { toLoss, type Goal } from '../model/direction.js';
import type { ExternalRequest } from '../model/external.js';
import type { LossTrial } from '../model/ports.js';
import { paramsSchema } from '../model/study.js';
import type { AdapterCommand } from './adapters.js';

/** Number of the protocol (docs/external-samplers.md); an adapter that answers another one is refused. */
export const protocol = 1;

const failure = z.looseObject({
  ok: z.literal(false), error: z.string(), fix: z.string().optional(),
  /** Nothing is wrong with what it was asked for: a library is missing, or it cannot go on from here. */
  unable: z.boolean().optional(),
});
const done = z.looseObject({ ok: z.literal(true) });
export const startReply = z.union([z.looseObject({
  ok: z.literal(true), protocol: z.number(), name: z.string(), version: z.string().optional(),
  /** It wants to hear of intermediate values, and may stop trials. */
  prunes: z.boolean().optional(),
  /** It lets trials rest, and takes some of them up again. */
  resumes: z.boolean().optional(),
  /** For the report. */
  note: z.string().optional(),
}), failure]);
const until = z.number().positive().optional();
export const askReply = z.union([
  z.looseObject({ ok: z.literal(true), params: paramsSchema, until }),
  z.looseObject({ ok: z.literal(true), trial: z.int().min(0), until }),
  z.looseObject({ ok: z.literal(true), wait: z.literal(true) }),
  z.looseObject({ ok: z.literal(true), done: z.literal(true) }),
  failure,
]);
export const reportReply = z.union([z.looseObject({ ok: z.literal(true), stop: z.boolean() }), failure]);
export const tellReply = z.union([done, failure]);

export type Message = Readonly<Record<string, unknown>>;

export function startMessage({ study, space, goal, budget, parallel }: ExternalRequest, { seed, command, prunes }: { readonly seed: number; readonly command: AdapterCommand; readonly prunes: boolean }): Message {
  const { sampler, pruner, library, options, registry } = command;
  return {
    op: 'start', protocol, study, goal, budget, parallel, seed, prunes, ...(sampler === undefined ? {} : { sampler }), options,
    ...(pruner === undefined ? {} : { pruner: pruner.name, pruner_options: pruner.options }),
    ...(registry === undefined ? {} : { registry }),
    ...(library === undefined ? {} : { library: { package: library.package, pins: library.pins, install: library.install, from: library.from, below: library.below } }),
    space: Object.fromEntries(space.parameters.map((parameter) => [parameter.name, spaceEntry(parameter)])), constraints: space.constraints,
  };
}

/** `ask`: number of the question that it answers; without one it is a trial of elsewhere. `heard`: so many reports were told before it was stopped; what came after them would depend on chance. In the metric's own unit. */
export function tellMessage({ number, params, state, loss, intermediate, seconds }: LossTrial, { ask, heard }: { readonly ask: number | undefined; readonly heard: number | undefined }, goal: Goal): Message {
  const steps = intermediate.slice(0, heard).filter((report) => Number.isFinite(report.loss)).map((report) => [report.step, toLoss(report.loss, goal)]);
  return {
    op: 'tell', trial: number, ...(ask === undefined ? {} : { ask }), params, state,
    ...(loss === undefined || !Number.isFinite(loss) ? {} : { value: toLoss(loss, goal) }), ...(steps.length === 0 ? {} : { steps }), ...(seconds === undefined ? {} : { seconds }),
  };
}

/** A value that is no number is null. */
export function reportMessage(trial: number, { step, loss }: LossTrial['intermediate'][number], { ask, goal }: { readonly ask: number | undefined; readonly goal: Goal }): Message {
  return { op: 'report', trial, ...(ask === undefined ? {} : { ask }), step, value: Number.isFinite(loss) ? toLoss(loss, goal) : null };
}
