import { z } from 'zod';
import type { Goal } from './direction.js';
import { parseJson } from './json.js';
import type { SearchSpace } from './searchSpace.js';

/** What a log is about, as far as its identity says. */
export interface StudySubject { readonly metric: { readonly name: string; readonly goal: Goal }; readonly space: SearchSpace }

const isSpace = (space: unknown): boolean => typeof space === 'object' && space !== null && 'parameters' in space && Array.isArray(space.parameters) && 'constraints' in space && Array.isArray(space.constraints);
const owner = z.object({ metric: z.object({ name: z.string(), goal: z.enum(['minimize', 'maximize']) }), space: z.custom<SearchSpace>(isSpace) });
const config = z.union([owner, z.object({ head: owner }).transform(({ head }) => head)]);

/** Metric and space of a log by its identity, the head's where there are two sides. */
export function subjectOf(identity: Readonly<Record<string, string>>): StudySubject | undefined {
  return configIn(identity, config);
}

/** A part of the configuration that a log's identity carries; undefined where there is none of that shape. */
export function configIn<T>(identity: Readonly<Record<string, string>>, schema: z.ZodType<T>): T | undefined {
  return schema.safeParse(parseJson(identity['config'] ?? 'null')).data;
}
