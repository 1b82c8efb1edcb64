import { UserError } from '../model/errors.js';
import type { DialectReader } from './dialect.js';
import { readDocuments, type DialectDocument } from './document.js';

export interface Detected { readonly reader: DialectReader; readonly document: DialectDocument }

/** The one reader that knows the file, by its content. UserError where none does, or more than one. */
export function detectDialect(text: string, path: string, readers: Readonly<Record<string, DialectReader>>): Detected {
  const known = Object.values(readers).map(({ tool }) => tool).join(', ');
  const documents = readDocuments(text, path);
  const found = documents.flatMap((document) => Object.values(readers).filter((reader) => reader.detects(document)).map((reader) => ({ reader, document })));
  const [first, second] = found;
  if (first === undefined) throw new UserError('dialect-unknown', `${path} is no search space that can be told by its content.`, { fix: `Known: ${known}. See docs/init-from.md for what each is recognised by.` });
  if (second === undefined) return first;
  const tools = [...new Set(found.map(({ reader }) => reader.tool))];
  if (tools.length === 1) throw new UserError('dialect-ambiguous', `${path} holds ${found.length} search spaces of ${first.reader.tool}.`, { fix: 'Put the one that is meant into a file of its own.' });
  throw new UserError('dialect-ambiguous', `${path} could be of ${tools.join(' or ')}.`, { fix: 'Leave in the file only what belongs to one tool.' });
}
