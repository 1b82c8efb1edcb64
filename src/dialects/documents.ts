import { createFindings, type Findings } from '../config/findings.js';
import { readDocuments, type Limits } from '../config/readYaml.js';
import { plainValue, type Tree } from '../config/yamlTree.js';
import { UserError } from '../model/errors.js';
import type { ParamValue } from '../model/params.js';
import { literalTree, positions } from './literalTree.js';

/** One document of another tool's file. */
export interface DialectDocument {
  readonly file: string;
  readonly tree: Tree;
  /** The same as plain values. */
  readonly root: ParamValue;
  /** The variable that holds it, in a Python file. */
  readonly variable?: string;
}

/** Far above any search space; a Keras Tuner oracle of ten thousand trials has a quarter of it. */
const literalLimits: Limits = { characters: 4 * 1024 * 1024, depth: 64, nodes: 400_000 };
/** Building YAML's nodes costs thirty times what JSON's do. */
const yamlLimits: Limits = { characters: 512 * 1024, depth: 40, nodes: 50_000 };

/** Characters that are read of a file; what is larger need not be loaded. */
export const maxCharacters = literalLimits.characters;

/** YAML, JSON (as Python writes it, NaN included), and the dictionaries of literals in a Python file. UserError with line and column for anything else. */
export function dialectDocuments(text: string, file: string): readonly DialectDocument[] {
  if (text.length > literalLimits.characters) throw new UserError('file-too-large', `${file} has ${text.length} characters; a search space of at most ${literalLimits.characters} is read.`, { fix: 'Give the file that holds the search space alone.' });
  const bare = text.replace(/^\uFEFF/, ' ');
  const [findings, ofPython] = [createFindings(), createFindings()];
  const literal = literalOf(bare, findings);
  const trees = literal === undefined ? readDocuments(bare, yamlLimits, findings) : [literal];
  const python = literal === undefined ? pythonDocuments(bare, file, ofPython) : [];
  // Python is hardly ever YAML too, and a script inside of YAML no document of its own.
  if (python.length === 0) refuseFaults(findings, file, bare);
  else if (findings.hasErrors()) refuseFaults(ofPython, file, bare);
  return [...(findings.hasErrors() ? [] : trees.map((tree) => ({ file, tree, root: plainValue(tree) }))), ...python];
}

function literalOf(text: string, findings: Findings): Tree | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  const read = literalTree(text, text.search(/\S/), { words: false, limits: literalLimits, findings, at: positions(text) });
  return 'value' in read && read.end === text.length ? read.value : undefined;
}

/** Where a dictionary is given to a variable; the brace comes next. */
const assigned = /^[ \t]*([A-Za-z_]\w*)(?:[ \t]*:[^=\n]*)?[ \t]*=[ \t]*(?=\{)/gm;
/** More than a program of search spaces has. */
const maxDictionaries = 200;

/** `p = {'lr': (0.1, 1, 5), 'units': [8, 16]}`: nothing is run. */
function pythonDocuments(text: string, file: string, findings: Findings): readonly DialectDocument[] {
  const at = positions(text);
  return [...text.matchAll(assigned)].slice(0, maxDictionaries).flatMap(({ 0: head, 1: variable = '', index }) => {
    const read = literalTree(text, index + head.length, { words: true, limits: literalLimits, findings, at });
    return 'value' in read ? [{ file, tree: read.value, root: plainValue(read.value), variable }] : [];
  });
}

/** Where the first dictionary of a Python file is no literal, by its line; undefined where the file has none. */
export function notLiteral(text: string): number | undefined {
  const head = new RegExp(assigned.source, 'm').exec(text);
  if (head === null) return undefined;
  const at = positions(text);
  const read = literalTree(text, head.index + head[0].length, { words: true, limits: literalLimits, findings: createFindings(), at });
  return 'failedAt' in read ? at(read.failedAt).line : undefined;
}

function refuseFaults(findings: Findings, file: string, text: string): void {
  const [first, ...others] = findings.diagnostics.filter(({ severity }) => severity === 'error');
  if (first === undefined) return;
  const broken = notLiteral(text);
  if (broken !== undefined) throw new UserError('dialect-syntax', `${file}:${broken}: this dictionary is no literal of Python: numbers, texts, lists and tuples are read, nothing is run.`, { fix: 'Write the values out.' });
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  throw new UserError('dialect-syntax', `${file}:${first.line}:${first.column}: ${first.message}${more}`, { fix: first.fix ?? 'Correct it there.' });
}
