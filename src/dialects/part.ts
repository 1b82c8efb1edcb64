import { UserError } from '../model/errors.js';
import { own } from '../model/own.js';
import type { Part } from './dialect.js';

/** The one of several things in a file that is meant: named after `#`, or the only one. UserError otherwise. */
export function choosePart<T>(parts: Readonly<Record<string, T>>, { file, part }: Part, called: string): T {
  const names = Object.keys(parts);
  const [only] = names;
  const name = part ?? (names.length === 1 ? only : undefined);
  const found = name === undefined ? undefined : own(parts, name);
  if (found !== undefined) return found;
  const list = names.map((each) => JSON.stringify(each)).join(', ');
  const what = part === undefined ? `${file} has several ${called}: ${list}.` : `${file} has no ${JSON.stringify(part)} among its ${called}: ${list}.`;
  throw new UserError('dialect-part', what, { fix: `Name one after the file: --from '${file}#${only ?? ''}'.` });
}
