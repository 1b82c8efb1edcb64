import { z } from 'zod';
import type { Catalog } from '../model/plugin.js';
import { commandMethod, externalMethods } from './externalMethod.js';
import { fileSchema } from './schema.js';

/** `noregret.schema.json`: what editors check a study file with. Draft 7, which every one of them reads. */
export function jsonSchema({ samplers, pruners }: { readonly samplers: Catalog; readonly pruners: Catalog }): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(fileSchema, { target: 'draft-7', io: 'input', unrepresentable: 'any', override: ({ jsonSchema: part }) => {
    const { example } = part as { example?: string };
    if (example === undefined) return;
    Reflect.deleteProperty(part, 'example');
    Object.assign(part, { markdownDescription: `${part.description ?? ''}\n\n\`${example}\`` });
  } });
  const early = schema.properties?.['early_terminate'];
  if (typeof early === 'object') Object.assign(early, { anyOf: choicesOf('type', pruners) });
  const method = schema.properties?.['method'];
  if (typeof method === 'object') Object.assign(method, { anyOf: [{ enum: [...Object.keys(samplers), 'bayes'] }, ...choicesOf('name', samplers), ...choicesOf('external', externalMethods), ...commandChoice()] });
  return { $schema, title: 'noregret study', description: 'A superset of the Weights & Biases sweep file.', ...schema };
}

function commandChoice(): readonly Readonly<Record<string, unknown>>[] {
  return choicesOf('external', { external: commandMethod }).map((choice) => ({ ...choice, properties: { ...choice['properties'] as object, external: { type: 'array', items: { type: 'string' }, minItems: 1 } } }));
}

/** Maps with the name of a sampler or pruner and its options. What the schema cannot say (what needs what) is told by `check`. */
function choicesOf(nameKey: string, catalog: Catalog): readonly Readonly<Record<string, unknown>>[] {
  return Object.entries(catalog).map(([name, { options }]) => {
    const { properties, additionalProperties } = z.toJSONSchema(options, { target: 'draft-7', io: 'input', unrepresentable: 'any' });
    return { type: 'object', properties: { [nameKey]: { const: name }, ...properties }, required: [nameKey], additionalProperties };
  });
}
