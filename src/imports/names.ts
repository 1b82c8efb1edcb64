import { UserError } from '../model/errors.js';
import { reservedName } from '../model/params.js';

/** Without a parent at all, a map would be a table to V8, which takes longer to fill and to read than an object. */
const nothing: object = Object.freeze(Object.create(null) as object);

/** A map that has nothing but what is put into it, whatever its name. */
export function emptyMap<T>(): Record<string, T> {
  return Object.create(nothing) as Record<string, T>;
}

/** UserError `reserved-name`; `where`: the study, or a trial of it. */
export function refuseReserved(where: string, map: Readonly<Record<string, unknown>>, kind: 'parameter' | 'metric'): void {
  if (Object.hasOwn(map, reservedName)) throw refused(where, kind);
}

/** The same of names alone. */
export function refuseReservedName(where: string, names: Iterable<string>, kind: 'parameter' | 'metric'): void {
  for (const name of names) if (name === reservedName) throw refused(where, kind);
}

function refused(where: string, kind: string): UserError {
  return new UserError('reserved-name', `${where}: "${reservedName}" cannot be the name of a ${kind}.`, { fix: 'Rename it in the files.' });
}
