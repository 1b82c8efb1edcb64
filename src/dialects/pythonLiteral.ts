import type { ParamValue } from '../model/params.js';

/** How a tuple stands in our documents: as Talos 2 writes it into JSON. */
const tupleKey = '__talos_type__';

interface Literal { readonly root: ParamValue; readonly floats: ReadonlySet<string> }
interface Reader { readonly tokens: readonly string[]; next: number; readonly floats: Set<string> }

const token = /\s+|#[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|True|False|None|[{}[\](),:]/y;
const closing: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' };
const words: Readonly<Record<string, ParamValue>> = { True: true, False: false, None: null };

/** `{'lr': (0.1, 1, 5), 'units': [8, 16]}`, perhaps after `p = `: nothing is run. Undefined for all that is no dictionary of literals. */
export function parsePythonLiteral(text: string): Literal | undefined {
  const start = /^(?:\s|#[^\n]*\n)*(?:[A-Za-z_]\w*\s*=\s*)?(?=\{)/.exec(text);
  const tokens = start === null ? undefined : tokensOf(text.slice(start[0].length));
  if (tokens === undefined) return undefined;
  const reader: Reader = { tokens, next: 0, floats: new Set() };
  const root = readValue(reader, []);
  return root === undefined || reader.next < tokens.length ? undefined : { root, floats: reader.floats };
}

function tokensOf(text: string): readonly string[] | undefined {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const [found] = token.exec(text) ?? [];
    if (found === undefined) return undefined;
    if (!/^[\s#]/.test(found)) tokens.push(found);
  }
  return tokens;
}

function readValue(reader: Reader, path: readonly string[]): ParamValue | undefined {
  const first = reader.tokens[reader.next++];
  if (first === undefined || path.length > 40) return undefined;
  if (Object.hasOwn(closing, first)) return readItems(first, reader, path);
  if (Object.hasOwn(words, first)) return words[first];
  if (/^['"]/.test(first)) return textOf(first);
  if (!/\d/.test(first)) return undefined;
  if (/[.eE]/.test(first)) reader.floats.add(path.join('\u0000'));
  return Number(first.replaceAll('_', ''));
}

function readItems(open: string, reader: Reader, path: readonly string[]): ParamValue | undefined {
  const end = closing[open];
  const items: (readonly [string, ParamValue])[] = [];
  const inside = open === '(' ? [...path, 'items'] : path;
  let comma = false;
  while (reader.tokens[reader.next] !== end) {
    if (items.length > 0 && !comma) return undefined;
    const key = open === '{' ? readKey(reader) : String(items.length);
    const value = key === undefined ? undefined : readValue(reader, [...inside, key]);
    if (key === undefined || value === undefined) return undefined;
    items.push([key, value]);
    comma = reader.tokens[reader.next] === ',';
    if (comma) reader.next++;
  }
  reader.next++;
  if (open === '{') return Object.fromEntries(items);
  const values = items.map(([, value]) => value);
  if (open === '[') return values;
  // Parentheses without a comma only group.
  return values.length === 1 && !comma ? values[0] : { [tupleKey]: 'tuple', items: values };
}

function readKey(reader: Reader): string | undefined {
  const key = reader.tokens[reader.next];
  if (key === undefined || !/^['"]/.test(key) || reader.tokens[reader.next + 1] !== ':') return undefined;
  reader.next += 2;
  return textOf(key);
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function textOf(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(.)/g, (_, char: string) => escapes[char] ?? char);
}
