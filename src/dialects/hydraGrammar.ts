import type { ParamValue } from '../model/params.js';

/** An element of Hydra's override grammar: a value, a call such as `interval(0, 1)`, a name with a value, or a list of such. */
export type Override =
  | { readonly kind: 'value'; readonly value: ParamValue; readonly float: boolean }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Argument[] }
  | { readonly kind: 'sweep'; readonly items: readonly Override[] };

export interface Argument { readonly name?: string; readonly value: Override }

interface Text { readonly text: string; at: number }

/** The right-hand side of an override, such as `tag(log, interval(1e-5, 1))` or `a,b,c`. Undefined where the grammar has no such thing. */
export function parseOverride(text: string): Override | undefined {
  const source = { text, at: 0 };
  const items = readArguments(source, undefined);
  const [only] = items ?? [];
  if (items === undefined || only === undefined || items.some(({ name }) => name !== undefined)) return undefined;
  return items.length === 1 ? only.value : { kind: 'sweep', items: items.map(({ value }) => value) };
}

function readArguments(source: Text, end: ')' | ']' | undefined): readonly Argument[] | undefined {
  const items: Argument[] = [];
  for (;;) {
    skip(source);
    if (items.length === 0 && end !== undefined && source.text[source.at] === end) break;
    const name = match(source, /([A-Za-z_]\w*)\s*=\s*/y)?.[1];
    const value = readElement(source);
    if (value === undefined) return undefined;
    items.push({ ...(name === undefined ? {} : { name }), value });
    skip(source);
    if (source.text[source.at] !== ',') break;
    source.at++;
  }
  if (source.text[source.at] !== end) return undefined;
  source.at++;
  return items;
}

function readElement(source: Text): Override | undefined {
  const call = match(source, /([A-Za-z_]\w*)\(/y)?.[1];
  if (call !== undefined) {
    const args = readArguments(source, ')');
    return args === undefined ? undefined : { kind: 'call', name: call, args };
  }
  if (source.text[source.at] === '[') {
    source.at++;
    const items = readArguments(source, ']');
    const values = items?.map(({ value }) => (value.kind === 'value' ? value.value : undefined));
    return values === undefined || values.includes(undefined) ? undefined : { kind: 'value', value: values as readonly ParamValue[], float: false };
  }
  const quoted = match(source, /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/y);
  if (quoted !== undefined) return { kind: 'value', value: (quoted[1] ?? quoted[2] ?? '').replaceAll(/\\(['"\\])/g, '$1'), float: false };
  const bare = match(source, /[^,()[\]{}=]+/y)?.[0].trim();
  return bare === undefined || bare === '' ? undefined : plainElement(bare);
}

/** Hydra's types of bare words: null, booleans and numbers by any case, all else text. */
function plainElement(text: string): Override {
  if (/^null$/i.test(text)) return { kind: 'value', value: null, float: false };
  if (/^(?:true|false)$/i.test(text)) return { kind: 'value', value: text.toLowerCase() === 'true', float: false };
  const isNumber = /^[-+]?(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][-+]?\d+)?$/.test(text);
  return { kind: 'value', value: isNumber ? Number(text.replaceAll('_', '')) : text, float: isNumber && /[.eE]/.test(text) };
}

function match(source: Text, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = source.at;
  const found = pattern.exec(source.text);
  if (found === null) return undefined;
  source.at = pattern.lastIndex;
  return found;
}

function skip(source: Text): void {
  match(source, /\s+/y);
}
