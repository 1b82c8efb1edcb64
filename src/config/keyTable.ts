import { z } from 'zod';
import type { Catalog } from '../model/plugin.js';
import { defaults } from './defaults.js';
import { fileSchema, withoutEffect } from './schema.js';

export interface KeyRow { readonly key: string; readonly type: string; readonly default: string; readonly meaning: string }

/** The README's table of keys, in the order of the schema. */
export function keyTable(): readonly KeyRow[] {
  return Object.entries(fileSchema.shape).filter(([key]) => !withoutEffect.includes(key)).flatMap(([key, field]) => rowsOf(key, field));
}

/** Keys of one parameter. */
export function parameterTable(): readonly KeyRow[] {
  const inner = unwrapped(fileSchema.shape.parameters);
  const shape = inner instanceof z.ZodRecord ? unwrapped(inner.valueType) : undefined;
  return shape instanceof z.ZodObject ? Object.entries(shape.shape as Record<string, z.ZodType>).flatMap(([key, field]) => rowsOf(key, field)) : [];
}

/** Options of everything in a plug point's map, e.g. of the pruners; what has none is one row with its name alone. */
export function optionTable(catalog: Catalog): readonly KeyRow[] {
  return Object.entries(catalog).flatMap(([name, { options }]): readonly KeyRow[] => {
    const rows = Object.entries(options.shape as Record<string, z.ZodType>).map(([key, field]) => {
      const { inner, text } = withoutDefault(field);
      return { key: `${name}.${key}`, type: typeOf(inner), default: text, meaning: field.meta()?.description ?? '' };
    });
    return rows.length === 0 ? [{ key: name, type: '', default: '', meaning: '' }] : rows;
  });
}

function withoutDefault(field: unknown): { readonly inner: unknown; readonly text: string } {
  if (!(field instanceof z.ZodDefault)) return { inner: field, text: '' };
  const value: unknown = field.def.defaultValue;
  return { inner: field.unwrap(), text: typeof value === 'string' ? value : JSON.stringify(value) };
}

function rowsOf(key: string, field: z.ZodType): readonly KeyRow[] {
  const known = defaults.find((entry) => entry.key === key);
  const text = known === undefined ? '' : typeof known.value === 'string' ? known.value : JSON.stringify(known.value);
  const row = { key, type: typeOf(field), default: text, meaning: field.meta()?.description ?? '' };
  const inner = unwrapped(field);
  const object = inner instanceof z.ZodArray ? unwrapped(inner.element) : inner;
  if (!(object instanceof z.ZodObject) || Object.keys(object.shape).length === 0) return [row];
  return [row, ...Object.entries(object.shape as Record<string, z.ZodType>).flatMap(([name, part]) => (part instanceof z.ZodType && part.meta()?.description !== undefined ? rowsOf(`${key}.${name}`, part) : []))];
}

function typeOf(field: unknown): string {
  const schema = unwrapped(field);
  if (schema instanceof z.ZodEnum) return schema.options.join(' \\| ');
  if (schema instanceof z.ZodLiteral) return [...schema.values].map(String).join(' \\| ');
  if (schema instanceof z.ZodDiscriminatedUnion) return 'map';
  if (schema instanceof z.ZodUnion) return schema.options.map(typeOf).join(' or ');
  if (schema instanceof z.ZodArray) return `list of ${typeOf(schema.element)}`;
  if (schema instanceof z.ZodObject || schema instanceof z.ZodRecord) return 'map';
  if (schema instanceof z.ZodBoolean) return 'true \\| false';
  if (schema instanceof z.ZodString) return 'text';
  if (schema instanceof z.ZodNumber) return schema.format === 'safeint' ? 'whole number' : 'number';
  return 'any value';
}

function unwrapped(schema: unknown): unknown {
  return schema instanceof z.ZodOptional ? unwrapped(schema.unwrap()) : schema;
}
