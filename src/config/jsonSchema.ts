import { z } from 'zod';
import type { Catalog } from '../model/plugin.js';
import { fileSchema } from './schema.js';

/** `noregret.schema.json`: what editors check a study file with. Draft 7, which every one of them reads. */
export function jsonSchema({ pruners }: { readonly pruners: Catalog }): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(fileSchema, { target: 'draft-7', io: 'input', unrepresentable: 'any', override: ({ jsonSchema: part }) => {
    const { example } = part as { example?: string };
    if (example === undefined) return;
    Reflect.deleteProperty(part, 'example');
    Object.assign(part, { markdownDescription: `${part.description ?? ''}\n\n\`${example}\`` });
  } });
  const early = schema.properties?.['early_terminate'];
  if (typeof early === 'object') Object.assign(early, { anyOf: Object.entries(pruners).map(([name, { options }]) => choiceOf(name, options)) });
  return { $schema, title: 'noregret study', description: 'A superset of the Weights & Biases sweep file.', ...schema };
}

/** A map with the name of a pruner and its options. What the schema cannot say (what needs what) is told by `check`. */
function choiceOf(name: string, options: Catalog[string]['options']): Readonly<Record<string, unknown>> {
  const { properties, additionalProperties } = z.toJSONSchema(options, { target: 'draft-7', io: 'input', unrepresentable: 'any' });
  return { type: 'object', properties: { type: { const: name }, ...properties }, required: ['type'], additionalProperties };
}
