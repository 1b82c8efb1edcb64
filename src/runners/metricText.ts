/** Metric names and values of one report, nested maps flattened with dots; NaN and infinities included. */
export interface MetricReport {
  readonly step?: number;
  readonly metrics: ReadonlyMap<string, number>;
  /** Names whose value was no number, for the message when one of them is the objective. */
  readonly others: readonly string[];
  /** The program's own word that these parameters cannot be run. */
  readonly infeasible?: string;
}

type Leaf = number | string | boolean | null;
type Found = Map<string, Leaf>;

const limits = { depth: 32, names: 1_000, nameChars: 200 };
const unsafeNames = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Reads one JSON object as programs really print it: bare NaN and Infinity allowed (Python), deep nesting, repeated names
 * and endless names refused. Returns what is wrong as text.
 */
export function parseMetrics(text: string): MetricReport | string {
  try {
    const found: Found = new Map();
    const reader = createReader(text);
    readObject(reader, { prefix: '', depth: 0, found });
    if (reader.peek() !== '') return 'text after the closing brace';
    return toReport(found);
  } catch (error) {
    if (error instanceof MetricTextError) return error.message;
    throw error;
  }
}

class MetricTextError extends Error {}

function toReport(found: Found): MetricReport {
  const metrics = new Map<string, number>();
  const others: string[] = [];
  const step = found.get('step') ?? found.get('_step');
  const infeasible = found.get('infeasible');
  for (const [name, value] of found) {
    if (name === 'step' || name === '_step') continue;
    if (typeof value === 'number') metrics.set(name, value);
    else others.push(name);
  }
  const isInfeasible = typeof infeasible === 'string' || infeasible === true;
  return {
    metrics, others,
    ...(typeof step === 'number' && Number.isFinite(step) ? { step } : {}),
    ...(isInfeasible ? { infeasible: infeasible === true ? 'no reason given' : infeasible.slice(0, 500) } : {}),
  };
}

interface Reader {
  /** Next character after blanks, '' at the end; `take` also steps over it. */
  peek(): string;
  take(): string;
  /** The token that a sticky pattern matches here, blanks skipped. */
  match(pattern: RegExp): string | undefined;
}

function createReader(text: string): Reader {
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const token = pattern.exec(text)?.[0];
    if (token !== undefined) at += token.length;
    return token;
  };
  const peek = (): string => {
    match(/[ \t\r\n]*/y);
    return text.charAt(at);
  };
  return { peek, take: () => { const next = peek(); at += 1; return next; }, match: (pattern) => { peek(); return match(pattern); } };
}

interface Place { readonly prefix: string; readonly depth: number; readonly found: Found }

function readObject(reader: Reader, place: Place): void {
  if (place.depth > limits.depth) throw new MetricTextError(`nested deeper than ${limits.depth}`);
  if (reader.take() !== '{') throw new MetricTextError('not a JSON object');
  const seen = new Set<string>();
  if (reader.peek() === '}') { reader.take(); return; }
  for (;;) {
    const key = readString(reader);
    if (seen.has(key)) throw new MetricTextError(`the name "${key.slice(0, limits.nameChars)}" is given twice`);
    seen.add(key);
    if (reader.take() !== ':') throw new MetricTextError('a colon is missing');
    readValue(reader, { ...place, prefix: place.prefix === '' ? key : `${place.prefix}.${key}` }, unsafeNames.has(key));
    const next = reader.take();
    if (next === '}') return;
    if (next !== ',') throw new MetricTextError('a comma or brace is missing');
  }
}

function readValue(reader: Reader, { prefix, depth, found }: Place, ignored: boolean): void {
  const next = reader.peek();
  const inner: Place = { prefix, depth: depth + 1, found: ignored ? new Map<string, Leaf>() : found };
  if (next === '{') { readObject(reader, inner); return; }
  if (next === '[') { skipList(reader, inner); return; }
  const leaf = readLeaf(reader);
  if (ignored) return;
  if (prefix.length > limits.nameChars) throw new MetricTextError(`a name is longer than ${limits.nameChars} characters`);
  if (found.size >= limits.names) throw new MetricTextError(`more than ${limits.names} names`);
  found.set(prefix, leaf);
}

/** Lists are no metrics: read for their syntax, thrown away. */
function skipList(reader: Reader, { depth, prefix }: Place): void {
  if (depth > limits.depth) throw new MetricTextError(`nested deeper than ${limits.depth}`);
  reader.take();
  if (reader.peek() === ']') { reader.take(); return; }
  for (;;) {
    readValue(reader, { prefix, depth, found: new Map<string, Leaf>() }, true);
    const next = reader.take();
    if (next === ']') return;
    if (next !== ',') throw new MetricTextError('a comma or bracket is missing');
  }
}

const words: Readonly<Record<string, Leaf>> = { true: true, false: false, null: null, NaN: NaN, nan: NaN, Infinity: Infinity, inf: Infinity, '-Infinity': -Infinity, '-inf': -Infinity };

function readLeaf(reader: Reader): Leaf {
  if (reader.peek() === '"') return readString(reader);
  const number = reader.match(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y);
  if (number !== undefined) return Number(number);
  const word = reader.match(/-?[A-Za-z]+/y);
  const value = word === undefined ? undefined : words[word];
  if (value === undefined) throw new MetricTextError('not JSON');
  return value;
}

function readString(reader: Reader): string {
  const token = reader.match(/"(?:[^"\\\u0000-\u001f]|\\.)*"/y);
  if (token === undefined) throw new MetricTextError('a quoted name or text is missing');
  try {
    return String(JSON.parse(token));
  } catch {
    throw new MetricTextError('a bad escape in a quoted text');
  }
}
