import { z } from 'zod';
import { UserError } from '../model/errors.js';
import { parseJson } from '../model/json.js';

const versionSchema = z.looseObject({ schema: z.int().min(2) });

export type Decoded<T> = { readonly value: T } | { readonly refused: string };

/** A stored file of ours by its schema; `what` is its name for people. UserError `newer-record` for one of a later version. */
export function decodeVersioned<T>(text: string, { path, schema, what }: { readonly path: string; readonly schema: z.ZodType<T>; readonly what: string }): Decoded<T> {
  const value = parseJson(text);
  if (value === undefined) return { refused: `${path}: not JSON` };
  if (versionSchema.safeParse(value).success) {
    throw new UserError('newer-record', `${path} was written by a newer noregret`, { fix: 'Update noregret here to at least the version that writes this history.' });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data };
  const [issue] = parsed.error.issues;
  return { refused: `${path}: not a noregret ${what} (${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'})` };
}
