import type { ParamValue } from './params.js';

/** A YAML text scalar: bare where that is safe, in double quotes (which JSON's are) elsewhere. */
export function yamlText(text: string): string {
  const isBare = /^(?:[A-Za-z_/]|\.{1,2}\/)[\w./@-]*$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text);
  return isBare ? text : JSON.stringify(text);
}

/** Any value on one line. With `float`, whole numbers get a point: 2.0 and 2 are a float and an integer. */
export function yamlValue(value: ParamValue, float = false): string {
  if (typeof value === 'string') return yamlText(value);
  // YAML 1.1, and so W&B, takes 1e-9 for a text: a float has a point.
  if (typeof value === 'number') return float && Number.isInteger(value) && !String(value).includes('e') ? `${value}.0` : String(value).replace(/^(-?\d+)e/, '$1.0e');
  if (Array.isArray(value)) return `[${value.map((item: ParamValue) => yamlValue(item)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([key, inner]) => `${yamlText(key)}: ${yamlValue(inner)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
