import { z } from 'zod';
import { orderByDependency } from '../model/activity.js';
import { paramValueSchema } from '../model/study.js';
import type { SearchSpace } from '../model/searchSpace.js';
import { unreadable, type Place } from './fields.js';

const [low, high, mu, sigma, q, integer] = [z.number(), z.number(), z.number(), z.number().nonnegative(), z.number().positive(), z.boolean()];
const distribution = z.union([
  z.object({ name: z.literal('constant'), value: paramValueSchema }),
  z.object({ name: z.literal('categorical'), choices: z.array(paramValueSchema).min(1), probabilities: z.array(z.number()).optional() }).transform(({ probabilities, ...rest }) => ({ ...rest, ...(probabilities === undefined ? {} : { probabilities }) })),
  z.object({ name: z.literal('int_uniform'), low: z.int(), high: z.int() }),
  z.object({ name: z.enum(['uniform', 'log_uniform', 'log_uniform_values']), low, high }),
  z.object({ name: z.enum(['q_uniform', 'q_log_uniform', 'q_log_uniform_values']), low, high, q, integer }),
  z.object({ name: z.enum(['normal', 'log_normal']), mu, sigma }),
  z.object({ name: z.enum(['q_normal', 'q_log_normal']), mu, sigma, q, integer }),
]);
const spaceSchema = z.array(z.object({ name: z.string().min(1), distribution, when: z.record(z.string(), z.array(paramValueSchema)).optional() }));

/** The space as our exporter (assets/python/export_trials.py) writes it: a list of parameters. UserError `import-unreadable`. */
export function exportedSpace(value: unknown, place: Place): SearchSpace | undefined {
  if (value === null || value === undefined) return undefined;
  const parsed = spaceSchema.safeParse(value);
  const [issue] = parsed.error?.issues ?? [];
  if (parsed.data === undefined) throw unreadable({ ...place, field: [place.field ?? '', ...(issue?.path ?? [])].join('.') }, `is no parameter: ${issue?.message ?? ''}`);
  return {
    parameters: orderByDependency(parsed.data.map(({ name, distribution: d, when }) => ({ name, path: [name], distribution: d, ...(when === undefined ? {} : { when }) }))).ordered,
    constraints: [],
  };
}
