import { isFields } from './fields.js';
import { parsed } from './jsonPieces.js';

/** Numbers and truth values of a line, each as it is written, under its name: those of maps inside maps are joined by a slash. */
export interface Row { readonly names: readonly string[]; readonly texts: readonly string[] }
/** A line that is JSON and no map. */
export interface NoRow { readonly other: unknown }

/** Undefined for what is no JSON. */
export type RowReader = (text: string) => Row | NoRow | undefined;

interface Shape { readonly names: readonly string[]; readonly pattern: RegExp }

/** Of one log; a tool that writes lists of changing length would have one for each. */
const most = { shapes: 64, tried: 4, characters: 8192 };

/**
 * Rows that one program writes look alike: the same names in the same order. A line that matches the one that was parsed before it, with other
 * numbers, texts and truth values, is read without being parsed, which takes a third of the time; any other one is parsed. `wants`: names to be read.
 */
export function createRowReader(wants: (name: string) => boolean): RowReader {
  const shapes: Shape[] = [];
  let learnt = 0;
  return (text) => {
    for (const { names, pattern } of shapes) {
      const found = pattern.exec(text);
      if (found !== null) return { names, texts: found.slice(1) };
    }
    const value = parsed(text);
    if (value === undefined) return undefined;
    if (!isFields(value)) return { other: value };
    const row = rowOf(value, wants);
    const shape = text.length > most.characters || learnt >= most.shapes ? undefined : shapeOf(text, row);
    if (shape !== undefined) {
      learnt += 1;
      shapes.unshift(shape);
      shapes.length = Math.min(shapes.length, most.tried);
    }
    return row;
  };
}

function rowOf(value: unknown, wants: (name: string) => boolean): Row {
  const [names, texts]: [string[], string[]] = [[], []];
  const take = (one: unknown, name: string): void => {
    if (isFields(one)) for (const key of Object.keys(one)) take(one[key], name === '' ? key : `${name}/${key}`);
    else if ((typeof one === 'number' || typeof one === 'boolean') && wants(name)) { names.push(name); texts.push(Object.is(one, -0) ? '-0' : String(one)); }
  };
  take(value, '');
  return { names, texts };
}

const tokens = /"(?:[^"\\]|\\[^])*"|-?\d[\d.eE+-]*|-?Infinity|NaN|true|false|null|[{}[\],:]|\s+/g;
const aText = '"[^"\\\\\\u0000-\\u001f]*"';
const aNumber = '-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|NaN|-?Infinity';

/** A bracket that is open, what stands before the names in it, and the name that was read last. Inside a list nothing has a name. */
interface Level { readonly before: string | undefined; key: string | undefined }

/** Undefined where the same names would not come out in the same order, e.g. where one stands there twice. */
function shapeOf(text: string, row: Row): Shape | undefined {
  const [names, seen]: [string[], Set<string>] = [[], new Set()];
  const open: Level[] = [];
  let source = '';
  for (const [token] of text.matchAll(tokens)) {
    const level = open.at(-1);
    if (token.startsWith('"') && level?.before !== undefined && level.key === undefined) {
      level.key = String(parsed(token));
      if (seen.size === seen.add(`${level.before}${level.key}`).size) return undefined;
      source += escaped(token);
      continue;
    }
    const name = level?.before === undefined || level.key === undefined ? undefined : `${level.before}${level.key}`;
    if (token === '{' || token === '[') open.push({ before: token === '[' ? undefined : level === undefined ? '' : name === undefined ? undefined : `${name}/`, key: undefined });
    else if (token === '}' || token === ']') open.pop();
    else if (token === ',' && level !== undefined) level.key = undefined;
    const pattern = patternOf(token);
    const isNamed = pattern !== undefined && name !== undefined && row.names[names.length] === name;
    if (isNamed) names.push(name);
    source += pattern === undefined ? escaped(token) : `(${isNamed ? '' : '?:'}${pattern})`;
  }
  return names.length === row.names.length ? { names: row.names, pattern: new RegExp(`^\\s*${source}\\s*$`) } : undefined;
}

/** What may stand in its place; undefined where it is always the same. */
function patternOf(token: string): string | undefined {
  if (token.startsWith('"')) return aText;
  return token === 'true' || token === 'false' ? 'true|false' : /^[-\dNI]/.test(token) ? aNumber : undefined;
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
