import { isAlias, isMap, isScalar, isSeq, parseAllDocuments, type Alias, type Document, type Node } from 'yaml';
import { UserError } from '../model/errors.js';
import type { ParamValue } from '../model/params.js';
import { parsePythonJson } from '../model/pythonNumbers.js';
import { parsePythonLiteral } from './pythonLiteral.js';

export type Fields = Readonly<Record<string, ParamValue>>;

/** One document of another tool's file as plain values. */
export interface DialectDocument {
  readonly root: ParamValue;
  /** Paths (`pathKey`) of numbers written with a point or an exponent: 1.0 is a float, 1 an integer. */
  readonly floats: ReadonlySet<string>;
  /** Text of the file. */
  readonly text: string;
}

/** Far above any search space; a Keras Tuner oracle of ten thousand trials has half of it. */
const MAX_CHARACTERS = 4 * 1024 * 1024;
/** Building YAML's nodes costs thirty times what plain JSON does. */
const MAX_YAML_CHARACTERS = 512 * 1024;
const MAX_DEPTH = 40;
const MAX_VALUES = 200_000;

/** YAML (as PyYAML reads it), JSON (as Python writes it, NaN included) or a Python dictionary of literals. UserError for anything else. */
export function readDocuments(text: string, path: string): readonly DialectDocument[] {
  if (text.length > MAX_CHARACTERS) throw new UserError('file-too-large', `${path} has ${text.length} characters; a search space of at most ${MAX_CHARACTERS} is read.`, { fix: 'Give the file that holds the search space alone.' });
  const literal = parsePythonLiteral(text);
  if (literal !== undefined) return [{ ...literal, text }];
  const json = plainJson(text);
  if (text.length > MAX_YAML_CHARACTERS) {
    if (json === undefined) throw new UserError('file-too-large', `${path} has ${text.length} characters; YAML of at most ${MAX_YAML_CHARACTERS} is read.`, { fix: 'Give the file that holds the search space alone.' });
    return [{ root: json, floats: new Set(), text }];
  }
  const documents = [...parseAllDocuments(text, { version: '1.2', schema: 'core', uniqueKeys: false, logLevel: 'silent' })] as Document.Parsed[];
  const [fault] = documents.flatMap(({ errors }) => errors);
  if (fault !== undefined && json !== undefined) return [{ root: json, floats: new Set(), text }];
  if (fault !== undefined) throw new UserError('dialect-syntax', `${path} is neither YAML nor JSON nor a Python dictionary: ${fault.message.split('\n')[0] ?? ''}`, { fix: 'Correct it there.' });
  return documents.flatMap((document) => (document.contents === null ? [] : [{ ...plain(document, path), text }]));
}

function pathKey(path: readonly string[]): string {
  return path.join('\u0000');
}

function plainJson(text: string): ParamValue | undefined {
  try {
    return parsePythonJson(text) as ParamValue;
  } catch {
    return undefined;
  }
}

interface Walk {
  readonly document: Document.Parsed;
  readonly path: string;
  readonly floats: Set<string>;
  /** Resolving an alias walks the document, and a bomb has many. */
  readonly targets: Map<Alias, Node | undefined>;
  values: number;
}

function plain(document: Document.Parsed, path: string): Pick<DialectDocument, 'root' | 'floats'> {
  const walk: Walk = { document, path, floats: new Set(), targets: new Map(), values: 0 };
  return { root: valueOf(document.contents, [], walk), floats: walk.floats };
}

function valueOf(node: unknown, at: readonly string[], walk: Walk): ParamValue {
  walk.values += 1;
  if (walk.values > MAX_VALUES || at.length > MAX_DEPTH) throw new UserError('dialect-syntax', `${walk.path} is nested too deeply, or its aliases stand for more than ${MAX_VALUES} values.`, { fix: 'Write the search space out.' });
  if (isScalar(node)) return scalarOf(node, at, walk);
  if (isSeq(node)) return node.items.map((item, i) => valueOf(item, [...at, String(i)], walk));
  if (isMap(node)) return Object.fromEntries(node.items.flatMap(({ key, value }) => entriesOf(isScalar(key) ? String(key.source ?? key.value) : JSON.stringify(key), value, at, walk)));
  if (!isAlias(node)) return null;
  if (!walk.targets.has(node)) walk.targets.set(node, node.resolve(walk.document));
  const target = walk.targets.get(node);
  if (target === undefined) throw new UserError('dialect-syntax', `${walk.path}: there is no anchor &${node.source}.`, { fix: 'Correct it there.' });
  // One that contains itself ends at the depth limit.
  return valueOf(target, at, walk);
}

/** `<<: *defaults` brings its keys in; a key of the map itself, which YAML writes after it, wins. */
function entriesOf(key: string, node: unknown, at: readonly string[], walk: Walk): readonly (readonly [string, ParamValue])[] {
  if (key !== '<<') return [[key, valueOf(node, [...at, key], walk)]];
  const merged = valueOf(node, at, walk);
  const maps: readonly ParamValue[] = Array.isArray(merged) ? merged : [merged];
  return maps.flatMap((map) => Object.entries(fieldsOf(map) ?? {}));
}

function scalarOf({ value, source = '', type }: { readonly value: unknown; readonly source?: string; readonly type?: string }, at: readonly string[], walk: Walk): ParamValue {
  const isPlain = type === 'PLAIN';
  if (isPlain && /^(?:yes|on)$/i.test(source)) return true;
  if (isPlain && /^(?:no|off)$/i.test(source)) return false;
  if (isPlain && /^(?:NaN|-?Infinity)$/.test(source)) return Number(source);
  if (typeof value === 'number' && /[.eE]/.test(source)) walk.floats.add(pathKey(at));
  return typeof value === 'number' || typeof value === 'boolean' || value === null ? value : String(value);
}

/** The map, or undefined where there is none. */
export function fieldsOf(value: ParamValue | undefined): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Fields : undefined;
}

/** The map at a path of keys; empty where there is none. */
export function at(value: ParamValue | undefined, ...path: readonly string[]): Fields {
  return fieldsOf(path.reduce<ParamValue | undefined>((inner, key) => fieldsOf(inner)?.[key], value)) ?? {};
}

export function listOf(value: ParamValue | undefined): readonly ParamValue[] {
  return Array.isArray(value) ? value as readonly ParamValue[] : [];
}

export function textOf(value: ParamValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A number, or the text of one, as Kubernetes and AWS write them; NaN for anything else. */
export function numberOf(value: ParamValue | undefined): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\s*[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$/.test(value) ? Number(value.replaceAll('_', '')) : NaN;
}

/** A whole number above 0, or undefined. */
export function countOf(value: ParamValue | undefined): number | undefined {
  const number = numberOf(value);
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}
