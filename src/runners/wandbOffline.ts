import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readHostile } from '../platform/safeRead.js';

/** What an offline run of Weights & Biases left: one JSON object text per step, and one of its summary. */
export interface WandbRun { readonly history: readonly string[]; readonly summary: string | undefined }

const maxFileBytes = 64 * 2 ** 20;

/** Newest `wandb/offline-run-*` below the run's WANDB_DIR; undefined where there is none. A torn end is left out. */
export function readWandbOffline(dir: string): WandbRun | undefined {
  for (const folder of names(join(dir, 'wandb'), /^offline-run-/)) {
    const [file] = names(join(dir, 'wandb', folder), /^run-.*\.wandb$/);
    if (file === undefined) continue;
    const result = readHostile({ path: join(dir, 'wandb', folder, file), within: dir, maxBytes: maxFileBytes });
    if ('bytes' in result) return parseWandbFile(result.bytes);
  }
  return undefined;
}

function names(dir: string, pattern: RegExp): readonly string[] {
  try {
    return readdirSync(dir).filter((name) => pattern.test(name)).sort().reverse();
  } catch {
    return [];
  }
}

/** Field numbers of wandb_internal.proto (wandb 0.31). */
const recordField = { history: 2, summary: 3 };
const item = { key: 1, nestedKey: 2, valueJson: 16 };

/** Header of 7 bytes, then a LevelDB log of protobuf records. */
export function parseWandbFile(bytes: Buffer): WandbRun {
  const history: string[] = [];
  const summary = new Map<string, string>();
  if (bytes.toString('latin1', 0, 4) !== ':W&B') return { history, summary: undefined };
  for (const record of logRecords(bytes)) {
    for (const [field, value] of fields(record)) {
      if (field === recordField.history) history.push(objectText(items(value)));
      if (field === recordField.summary) for (const [key, text] of items(value)) summary.set(key, text);
    }
  }
  return { history, summary: summary.size === 0 ? undefined : objectText(summary) };
}

const block = 32_768;
const part = { full: 1, first: 2, middle: 3, last: 4 };

/** LevelDB log format: records in blocks of 32 KiB, each part with a header of crc (4 bytes), length (2), type (1). */
function* logRecords(bytes: Buffer): Generator<Buffer> {
  let parts: Buffer[] = [];
  for (let at = 7; at + 7 <= bytes.length;) {
    const left = block - (at % block);
    if (left < 7) { at += left; continue; }
    const length = bytes.readUInt16LE(at + 4);
    const type = bytes.readUInt8(at + 6);
    const data = bytes.subarray(at + 7, at + 7 + length);
    if ((type === 0 && length === 0) || data.length < length) return;
    at += 7 + length;
    if (type === part.full || type === part.first) parts = [];
    parts.push(data);
    if (type === part.full || type === part.last) yield Buffer.concat(parts);
  }
}

/** Length-delimited fields of a protobuf message; others are stepped over. Stops at anything malformed. */
function* fields(message: Buffer): Generator<readonly [number, Buffer]> {
  const cursor = { at: 0 };
  while (cursor.at < message.length) {
    const key = varint(message, cursor);
    const wire = key & 7;
    if (wire === 0) varint(message, cursor);
    else if (wire === 1) cursor.at += 8;
    else if (wire === 5) cursor.at += 4;
    else if (wire === 2) {
      const length = varint(message, cursor);
      yield [Math.floor(key / 8), message.subarray(cursor.at, cursor.at + length)];
      cursor.at += length;
    } else return;
  }
}

function varint(message: Buffer, cursor: { at: number }): number {
  let value = 0;
  for (let scale = 1; cursor.at < message.length; scale *= 128) {
    const byte = message.readUInt8(cursor.at);
    cursor.at += 1;
    value += (byte & 127) * scale;
    if (byte < 128) break;
  }
  return value;
}

/** Names and JSON texts of a history or summary record; a name may be a path of several keys. */
function items(record: Buffer): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [field, value] of fields(record)) {
    if (field !== 1) continue;
    const path: string[] = [];
    let json: string | undefined;
    for (const [inner, text] of fields(value)) {
      if (inner === item.key || inner === item.nestedKey) path.push(text.toString('utf8'));
      if (inner === item.valueJson) json = text.toString('utf8');
    }
    if (json !== undefined && path.length > 0) found.set(path.join('.'), json);
  }
  return found;
}

function objectText(entries: ReadonlyMap<string, string>): string {
  return `{${[...entries].map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',')}}`;
}
