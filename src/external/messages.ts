import { z } from 'zod';
import { spaceEntry } from '../config/checkReport.js';
import type { Goal } from '../model/direction.js';
import type { ExternalRequest } from '../model/external.js';
import type { LossTrial } from '../model/ports.js';
import { paramsSchema } from '../model/study.js';

/** Number of the protocol (docs/external-samplers.md); an adapter that answers another one is refused. */
export const protocol = 1;

const failure = z.looseObject({ ok: z.literal(false), error: z.string(), fix: z.string().optional() });
export const startReply = z.union([z.looseObject({ ok: z.literal(true), protocol: z.number(), name: z.string(), version: z.string().optional() }), failure]);
export const askReply = z.union([z.looseObject({ ok: z.literal(true), params: paramsSchema }), z.looseObject({ ok: z.literal(true), done: z.literal(true) }), failure]);
export const tellReply = z.union([z.looseObject({ ok: z.literal(true) }), failure]);

export type Message = Readonly<Record<string, unknown>>;

export function startMessage({ study, space, goal, budget }: ExternalRequest, own: { readonly seed: number; readonly options: Message; readonly sampler: string | undefined }): Message {
  return {
    op: 'start', protocol, study, goal, budget, seed: own.seed, ...(own.sampler === undefined ? {} : { sampler: own.sampler }), options: own.options,
    space: Object.fromEntries(space.parameters.map((parameter) => [parameter.name, spaceEntry(parameter)])), constraints: space.constraints,
  };
}

/** `ask`: number of the question that it answers; without one it is a trial of elsewhere. In the metric's own unit. */
export function tellMessage({ number, params, state, loss, intermediate }: LossTrial, ask: number | undefined, goal: Goal): Message {
  const value = (lossValue: number): number => (goal === 'minimize' ? lossValue : -lossValue);
  const steps = intermediate.filter((report) => Number.isFinite(report.loss)).map((report) => [report.step, value(report.loss)]);
  return {
    op: 'tell', trial: number, ...(ask === undefined ? {} : { ask }), params, state,
    ...(loss === undefined || !Number.isFinite(loss) ? {} : { value: value(loss) }), ...(steps.length === 0 ? {} : { steps }),
  };
}
