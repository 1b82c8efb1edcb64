import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Alias, type Document, type Node, type Pair } from 'yaml';
import { reservedName } from '../model/params.js';
import { shown, type Finding, type Findings, type Position } from './findings.js';
import { syntaxFinding } from './syntax.js';
import { resolvePlain, type Entry, type MapTree, type ScalarTree, type Tree } from './yamlTree.js';

/** What a text may hold; `nodes` after aliases are expanded, which bounds an alias bomb. */
export interface Limits { readonly characters: number; readonly depth: number; readonly nodes: number }

/** Far above any real study file, far below what would slow a check down. */
const studyLimits: Limits = { characters: 256 * 1024, depth: 32, nodes: 20_000 };

/** Reads the file into a tree with positions; undefined after an error that hides the rest. */
export function readYaml(text: string, findings: Findings): MapTree | undefined {
  const parsed = parseWithin(text, studyLimits, findings);
  if (parsed === undefined) return undefined;
  const [document, second] = parsed.documents;
  if (second !== undefined) {
    findings.error(parsed.position(second.range[0]), { code: 'several-documents', message: 'a second YAML document begins here (after ---)', fix: 'one study per file; `config:` takes several files' });
    return undefined;
  }
  const contents = document?.contents;
  if (document === undefined || contents === null || contents === undefined) {
    findings.error({ line: 1, column: 1 }, { code: 'empty-file', message: 'the file is empty', fix: 'run `noregret init` for a commented example' });
    return undefined;
  }
  const tree = readContents(document, { parsed, limits: studyLimits, findings });
  if (tree === undefined || tree.kind === 'map') return tree;
  findings.error(tree.at, { code: 'not-a-map', message: `the file is a ${tree.kind === 'list' ? 'list' : 'text'}, not a map of settings`, example: 'method: random' });
  return undefined;
}

/** Every document of a file that has something in it, whatever that is; empty after an error that hides the rest. */
export function readDocuments(text: string, limits: Limits, findings: Findings): readonly Tree[] {
  const parsed = parseWithin(text, limits, findings);
  return parsed?.documents.flatMap((document) => readContents(document, { parsed, limits, findings }) ?? []) ?? [];
}

function parseWithin(text: string, limits: Limits, findings: Findings): Parsed | undefined {
  if (text.length > limits.characters) {
    findings.error({ line: 1, column: 1 }, { code: 'file-too-large', message: `the file has ${text.length} characters; at most ${limits.characters} are read`, fix: 'move data out of the configuration' });
    return undefined;
  }
  const deep = deepLine(text);
  if (deep !== undefined) {
    findings.error({ line: deep, column: 1 }, { code: 'too-deep', message: 'nested too deeply', fix: 'flatten the file' });
    return undefined;
  }
  const parsed = parseRepaired(text);
  const [fault] = parsed.documents.flatMap(({ errors }) => errors).sort((a, b) => a.pos[0] - b.pos[0]);
  if (fault === undefined) return parsed;
  // Later syntax errors are echoes of the first.
  const at = parsed.position(fault.pos[0]);
  findings.error(at, syntaxFinding(fault, text.split(/\r?\n/)[at.line - 1] ?? ''));
  return undefined;
}

/** Far above every depth that is read. */
const MAX_BRACKETS = 500;
const MAX_INDENT = 500;

/**
 * Line from which a text nests so deeply that it must not reach the parser: that one recurses, and a regular expression
 * which is compiled for the first time near the end of the stack ends the process.
 */
function deepLine(text: string): number | undefined {
  let depth = 0;
  for (const [i, line] of text.split('\n').entries()) {
    for (const sign of line) {
      if (sign === '[' || sign === '{') depth += 1;
      if (sign === ']' || sign === '}') depth = Math.max(0, depth - 1);
      if (depth > MAX_BRACKETS) return i + 1;
    }
    // `- - - x` nests without a bracket.
    if (line.search(/[^-? \t]/) > MAX_INDENT) return i + 1;
  }
  return undefined;
}

interface Within { readonly parsed: Parsed; readonly limits: Limits; readonly findings: Findings }

function readContents(document: Document.Parsed, { parsed, limits, findings }: Within): Tree | undefined {
  if (document.contents === null) return undefined;
  const reading: Reading = { document, limits, at: (node) => parsed.position(node.range?.[0] ?? 0), findings, targets: new Map(), nodes: 0, stopped: false };
  const tree = read(document.contents, { depth: 0, trail: [] }, reading);
  return reading.stopped ? undefined : tree;
}

interface Parsed { readonly documents: readonly Document.Parsed[]; readonly position: (offset: number) => Position }

/** PyYAML accepts a closing bracket left of its opening line, and real files have it: such lines are indented and read again. */
function parseRepaired(text: string): Parsed {
  const lines = text.split('\n');
  const added = new Map<number, number>();
  for (;;) {
    const counter = new LineCounter();
    const documents = [...parseAllDocuments(lines.join('\n'), { version: '1.2', schema: 'core', uniqueKeys: false, prettyErrors: false, logLevel: 'silent', lineCounter: counter })] as Document.Parsed[];
    const [first] = documents.flatMap(({ errors }) => errors).sort((a, b) => a.pos[0] - b.pos[0]);
    const line = first === undefined ? 0 : counter.linePos(first.pos[0]).line;
    const bad = lines[line - 1] ?? '';
    if (first?.code !== 'BAD_INDENT' || !/^\s*[\]}]/.test(bad) || added.has(line) || added.size > 100) {
      const position = (offset: number): Position => {
        const { line: at, col } = counter.linePos(offset);
        return { line: at, column: Math.max(1, col - (added.get(at) ?? 0)) };
      };
      return { documents, position };
    }
    const indent = /^ */.exec(lines[line - 2] ?? '')?.[0] ?? '';
    lines[line - 1] = `${indent} ${bad}`;
    added.set(line, indent.length + 1);
  }
}

interface Reading {
  readonly document: Document.Parsed;
  readonly limits: Limits;
  readonly at: (node: Node) => Position;
  readonly findings: Findings;
  /** Resolving an alias walks the document, and a bomb has many. */
  readonly targets: Map<Alias, Node | undefined>;
  nodes: number;
  /** One of the caps was reached or an alias is bad: the rest is not read. */
  stopped: boolean;
}

/** Where a node stands in the tree; `trail` holds the aliases being expanded, so that one that contains itself is noticed. */
interface Place { readonly depth: number; readonly trail: readonly string[] }

function read(node: Node, place: Place, reading: Reading): Tree | undefined {
  reading.nodes += 1;
  if (reading.stopped) return undefined;
  if (reading.nodes > reading.limits.nodes) { stop(node, reading, { code: 'too-many-values', message: `more than ${reading.limits.nodes} values after aliases are expanded`, fix: 'remove aliases of aliases' }); return; }
  if (place.depth > reading.limits.depth) { stop(node, reading, { code: 'too-deep', message: `nested deeper than ${reading.limits.depth} levels`, fix: 'flatten the file' }); return; }
  if (isAlias(node)) return readAlias(node, place, reading);
  if (isScalar(node)) return readScalar(node, reading.at(node), reading.findings);
  const inside = { ...place, depth: place.depth + 1 };
  if (isSeq(node)) return { kind: 'list', at: reading.at(node), items: node.items.flatMap((item) => read(item as Node, inside, reading) ?? []) };
  if (!isMap(node)) return undefined;
  const entries = node.items.flatMap((pair) => readPair(pair as Pair<Node, Node | null>, inside, reading));
  return { kind: 'map', at: reading.at(node), entries: withoutDuplicates(entries, reading.findings) };
}

function stop(node: Node, reading: Reading, finding: Finding): undefined {
  reading.stopped = true;
  reading.findings.error(reading.at(node), finding);
  return undefined;
}

function readAlias(node: Alias, { depth, trail }: Place, reading: Reading): Tree | undefined {
  const fix = 'write the value itself';
  if (trail.includes(node.source)) { stop(node, reading, { code: 'cyclic-alias', message: `*${node.source} contains itself`, fix }); return; }
  if (!reading.targets.has(node)) reading.targets.set(node, node.resolve(reading.document));
  const target = reading.targets.get(node);
  if (target === undefined) { stop(node, reading, { code: 'unknown-alias', message: `there is no anchor &${node.source}`, fix }); return; }
  return read(target, { depth, trail: [...trail, node.source] }, reading);
}

function readPair({ key: keyNode, value: valueNode }: Pair<Node, Node | null>, place: Place, reading: Reading): readonly Entry[] {
  const { findings } = reading;
  if (!isScalar(keyNode)) {
    findings.error(reading.at(keyNode), { code: 'complex-key', message: 'a key must be plain text', fix: 'write `key: value`' });
    return [];
  }
  const keyAt = reading.at(keyNode);
  const key = keyNode.source ?? '';
  const value = valueNode === null ? { kind: 'scalar' as const, value: null, source: '', quoted: false, float: false, at: keyAt } : read(valueNode, place, reading);
  if (value === undefined) return [];
  if (key === reservedName) {
    findings.error(keyAt, { code: 'reserved-name', message: `"${reservedName}" cannot be a name`, fix: 'rename it' });
    return [];
  }
  if (key === '<<' && keyNode.type === 'PLAIN') return merged(value, keyAt);
  return [{ key, keyAt, value }];
}

/** `<<: *anchor`: the merged entries come marked by their own position, and give way to explicit ones. */
function merged(value: Tree, keyAt: Position): readonly Entry[] {
  const maps = value.kind === 'list' ? value.items : [value];
  return maps.flatMap((map) => (map.kind === 'map' ? map.entries.map((entry) => ({ ...entry, keyAt, merged: true })) : []));
}

function withoutDuplicates(entries: readonly (Entry & { readonly merged?: boolean })[], findings: Findings): readonly Entry[] {
  const kept = new Map<string, Entry & { readonly merged?: boolean }>();
  for (const entry of entries) {
    const earlier = kept.get(entry.key);
    if (earlier !== undefined && entry.merged === true) continue;
    if (earlier !== undefined && earlier.merged !== true) {
      findings.error(entry.keyAt, { code: 'duplicate-key', message: `${shown(entry.key)} stands on line ${earlier.keyAt.line} and again on line ${entry.keyAt.line}`, fix: 'remove one (other readers silently take the last)' });
      continue;
    }
    kept.set(entry.key, entry);
  }
  return [...kept.values()].map(({ key, keyAt, value }) => ({ key, keyAt, value }));
}

const core = 'tag:yaml.org,2002:';

function readScalar(node: Node & { source?: string; value?: unknown; type?: string; tag?: string }, at: Position, findings: Findings): ScalarTree {
  const source = node.source ?? '';
  const quoted = node.type !== undefined && node.type !== 'PLAIN';
  const tag = node.tag?.replace(core, '');
  const scalar = { kind: 'scalar' as const, source, quoted, at };
  if (tag === 'str') return { ...scalar, value: source, float: false, quoted: true };
  if (tag === 'float' || tag === 'int') {
    const { value } = resolvePlain(source);
    if (typeof value === 'number') return { ...scalar, value, float: tag === 'float' };
    findings.error(at, { code: 'wrong-type', message: `!!${tag} ${shown(source)} is no number`, fix: 'remove the tag' });
  } else if (tag !== undefined && tag !== 'null' && tag !== 'bool') {
    findings.error(at, { code: 'unknown-tag', message: `tag ${node.tag ?? ''} is not read here (W&B refuses it too)`, fix: 'remove the tag' });
  }
  return quoted ? { ...scalar, value: source, float: false } : { ...scalar, ...resolvePlain(source) };
}
