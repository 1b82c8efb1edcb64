import { z } from 'zod';
import { fileSchema } from './schema.js';

/** `noregret.schema.json`: what editors check a study file with. Draft 7, which every one of them reads. */
export function jsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(fileSchema, { target: 'draft-7', io: 'input', unrepresentable: 'any', override: ({ jsonSchema: part }) => {
    const { example } = part as { example?: string };
    if (example === undefined) return;
    Reflect.deleteProperty(part, 'example');
    Object.assign(part, { markdownDescription: `${part.description ?? ''}\n\n\`${example}\`` });
  } });
  return { $schema, title: 'noregret study', description: 'A superset of the Weights & Biases sweep file.', ...schema };
}
