import type { ParamValue } from './params.js';

/** A number that Python would hold as float although it may be whole: 1 is written `1.0`. */
export interface PythonFloat { readonly float: number }
export type PythonValue = null | boolean | number | string | PythonFloat | readonly PythonValue[] | ReadonlyMap<string, PythonValue>;

/** Plain JSON as Python sees it: a whole number is an int, any other a float. */
export function toPython(value: ParamValue): PythonValue {
  if (Array.isArray(value)) return value.map((item: ParamValue) => toPython(item));
  if (typeof value === 'object' && value !== null) return new Map(Object.entries(value).map(([key, item]) => [key, toPython(item)]));
  return value;
}

/** Python's `str()`: what Weights & Biases puts behind `--name=`. A string stays bare; inside a list or map it is quoted. */
export function pythonStr(value: PythonValue): string {
  return typeof value === 'string' ? value : pythonLiteral(value);
}

/** Python's `json.dumps`, which keeps 1.0 apart from 1; non-ASCII text is written as it is. */
export function pythonJson(value: PythonValue): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return numberText(value);
  if (isList(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (isMap(value)) return `{${[...value].map(([key, item]) => `${JSON.stringify(key)}: ${pythonJson(item)}`).join(', ')}}`;
  return floatText(value.float);
}

/**
 * YAML that PyYAML (YAML 1.1) reads back unchanged. Differs from JSON in one thing: a float needs a point, since 1.1 takes `1e-05` for text.
 */
export function pythonYaml(value: PythonValue): string {
  if (typeof value === 'number' && !Number.isInteger(value)) return withPoint(floatText(value));
  if (value === null || typeof value !== 'object') return pythonJson(value);
  if (isList(value)) return `[${value.map(pythonYaml).join(', ')}]`;
  if (isMap(value)) return `{${[...value].map(([key, item]) => `${JSON.stringify(key)}: ${pythonYaml(item)}`).join(', ')}}`;
  return withPoint(floatText(value.float));
}

/** Python's `repr()`: what may stand in its source. */
export function pythonLiteral(value: PythonValue): string {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return numberText(value);
  if (isList(value)) return `[${value.map(pythonLiteral).join(', ')}]`;
  if (isMap(value)) return `{${[...value].map(([key, item]) => `${quoted(key)}: ${pythonLiteral(item)}`).join(', ')}}`;
  return floatText(value.float);
}

function isList(value: PythonValue): value is readonly PythonValue[] {
  return Array.isArray(value);
}

function isMap(value: PythonValue): value is ReadonlyMap<string, PythonValue> {
  return value instanceof Map;
}

function numberText(value: number): string {
  return Number.isInteger(value) ? BigInt(value).toString() : floatText(value);
}

/** Python's `repr(float)`: shortest digits, exponent below 1e-4 and from 1e16 on, at least two exponent digits. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const sign = value < 0 ? '-' : '';
  const [mantissa = '', exponentText = '0'] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) return `${sign}${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}

function withPoint(text: string): string {
  return text.includes('.') ? text : text.replace('e', '.0e');
}

/** Single quotes unless the text holds one and no double quote, as Python chooses. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t', [quote]: `\\${quote}` };
  return `${quote}${text.replace(/[\\\n\r\t'"]/g, (c) => escapes[c] ?? c)}${quote}`;
}
