import { createHash } from 'node:crypto';
import { recordSchema, type StudyRecord } from '../model/record.js';
import { decodeVersioned } from './versionedJson.js';

/** Larger files are refused unread: a record holds some hundred trials, not logs. */
export const MAX_RECORD_BYTES = 8 * 1024 * 1024;
const LONGEST_NAME = 180;

export type DecodedRecord = { readonly record: StudyRecord } | { readonly refused: string };

/** One path component from any text: reversible in the usual case, never hidden, never `..`, short enough for every file system. */
export function pathComponent(text: string): string {
  const safe = encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8')).replaceAll(/[!'()*~]/g, percent).replace(/^\.|\.$/g, percent);
  if (safe.length <= LONGEST_NAME && safe !== '') return safe;
  return `${safe.slice(0, LONGEST_NAME - 17)}-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

/** `<study>/<sha>/<run>-<attempt>.json` (decisions.md 35). */
export function recordPath(record: StudyRecord): string {
  return `${pathComponent(record.study)}/${pathComponent(record.sha)}/${recordFileName(record)}`;
}

function recordFileName(record: StudyRecord): string {
  return `${pathComponent(record.run)}-${record.attempt}.json`;
}

/** Checked on the way in too: what this version could not read back must never reach the history. */
export function encodeRecord(record: StudyRecord): string {
  const text = `${JSON.stringify(record)}\n`;
  const decoded = decodeRecord(text, recordPath(record));
  if ('refused' in decoded) throw new Error(`not a record: ${decoded.refused}`);
  return text;
}

/** A file's text as a record. Its place must agree with its content, so that a file moved or copied by hand proves nothing. */
export function decodeRecord(text: string, path: string): DecodedRecord {
  const decoded = parseRecord(text, path);
  if ('refused' in decoded || recordPath(decoded.record) === path) return decoded;
  return { refused: `${path}: holds the record of another commit, run or study` };
}

/** A record wherever it lies. UserError `newer-record`. */
export function parseRecord(text: string, path: string): DecodedRecord {
  const decoded = decodeVersioned(text, { path, schema: recordSchema, what: 'record' });
  return 'refused' in decoded ? decoded : { record: decoded.value };
}

/** Time first; run numbers grow, so they are compared as numbers where both are. */
export function oldestFirst(a: StudyRecord, b: StudyRecord): number {
  return compareText(a.finishedAt, b.finishedAt) || a.run.localeCompare(b.run, 'en', { numeric: true }) || a.attempt - b.attempt;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
