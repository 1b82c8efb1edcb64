import { shown } from '../config/findings.js';
import { child } from '../config/yamlTree.js';
import { UserError } from '../model/errors.js';
import { own } from '../model/own.js';
import type { DialectReader, Draft, Part } from './dialect.js';
import { notLiteral, type DialectDocument } from './documents.js';
import { recorded } from './recorded.js';
import { settle } from './settle.js';

export type Dialects = Readonly<Record<string, DialectReader>>;

export interface Found { readonly reader: DialectReader; readonly documents: readonly DialectDocument[] }

const hyperoptCall = /\bhp\.(?:choice|pchoice|randint|uniform|uniformint|quniform|loguniform|qloguniform|normal|qnormal|lognormal|qlognormal)\(/;

/** The one reader that knows the file, by its content; undefined where none does. UserError where more than one does. */
export function detectDialect(documents: readonly DialectDocument[], dialects: Dialects): Found | undefined {
  const claims = documents.flatMap((document) => Object.values(dialects).filter((reader) => reader.detects(document)).map((reader) => ({ reader, document })));
  // A dictionary in Python may stand in a script that the document holds.
  const whole = claims.filter(({ document }) => document.variable === undefined);
  const found = whole.length > 0 ? whole : claims;
  const [first] = found;
  if (first === undefined) return undefined;
  const tools = [...new Set(found.map(({ reader }) => reader.tool))];
  if (tools.length > 1) throw new UserError('dialect-ambiguous', `${first.document.file} could be of ${tools.join(' or ')}.`, { fix: 'Say which with --dialect NAME, or leave in the file only what belongs to one tool.' });
  return { reader: first.reader, documents: found.map(({ document }) => document) };
}

/** UserError `dialect-unknown`, which names those that there are. */
export function knownDialect(dialects: Dialects, name: string): DialectReader {
  const reader = own(dialects, name);
  if (reader !== undefined) return reader;
  throw new UserError('dialect-unknown', `There is no dialect ${shown(name)}.`, { fix: `--dialect takes ${['wandb', ...Object.keys(dialects)].join(', ')}.` });
}

/** The reader that is asked for by name, and what it can read of the file. UserErrors `dialect-unknown`, `dialect-mismatch`. */
export function forceDialect(documents: readonly DialectDocument[], dialects: Dialects, { name, file }: { readonly name: string; readonly file: string }): Found {
  const reader = knownDialect(dialects, name);
  const known = documents.filter((document) => reader.detects(document));
  if (known.length === 0) throw new UserError('dialect-mismatch', `${file} holds no search space of ${reader.tool}.`, { fix: 'See docs/init-from.md for what each tool\'s is recognised by.' });
  return { reader, documents: known };
}

/** A W&B sweep, as far as one can see; an empty file is left to its reader too. */
export function isSweep(documents: readonly DialectDocument[]): boolean {
  const [first] = documents;
  return first === undefined || ['parameters', 'program', 'method', 'command'].some((key) => child(first.tree, key) !== undefined);
}

/** UserError for a file that no reader knows. */
export function unknownDialect(text: string, file: string, dialects: Dialects): UserError {
  const tools = ['W&B', ...Object.values(dialects).map(({ tool }) => tool)].join(', ');
  const broken = notLiteral(text);
  const why = broken === undefined ? '' : ` (its dictionary is no literal: line ${broken})`;
  return new UserError('dialect-unknown', `${file} is no search space that can be told by its content${why}.`, { fix: `Known: ${tools}. See docs/init-from.md for what each is recognised by.` });
}

/** What was found, settled; what the reader did not look at is among the notes. */
export function readDialect({ reader, documents }: Found, part: Part): Draft {
  const { document, inner } = chosen(documents, part, reader.tool);
  const { root, unread } = recorded(document);
  const draft = settle(reader.read(root, inner));
  const left = unread(draft.scope ?? root);
  return { ...draft, notes: [...draft.notes, ...(left.length === 0 ? [] : [`not read: ${left.join(', ')}`])] };
}

/** Of several documents (YAML's `---`, dictionaries of a Python file) the one that is named, or the only one. */
function chosen(documents: readonly DialectDocument[], { file, part }: Part, tool: string): { readonly document: DialectDocument; readonly inner: Part } {
  const byName = documents.find(({ variable }) => variable !== undefined && variable === part);
  const [only, second] = documents;
  if (byName !== undefined) return { document: byName, inner: { file } };
  const names = documents.slice(0, 20).map(({ variable, tree }) => variable ?? `line ${tree.at.line}`).join(', ');
  if (only === undefined || second !== undefined || (part !== undefined && only.variable !== undefined)) throw new UserError('dialect-part', `${file} has ${documents.length} search spaces of ${tool}: ${names}.`, { fix: only?.variable === undefined ? 'Put the one that is meant into a file of its own.' : `Name one after the file: --from '${file}#${only.variable}'.` });
  return { document: only, inner: part === undefined ? { file } : { file, part } };
}

/** Python that calls Hyperopt's functions; only running it tells what space that is. */
export function isHyperoptProgram(text: string): boolean {
  return /^\s*(?:from|import)\s/m.test(text) && hyperoptCall.test(text);
}
