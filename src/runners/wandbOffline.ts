import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { protoFields } from '../platform/protobuf.js';
import { readHostile } from '../platform/safeRead.js';

/** What an offline run of Weights & Biases left: one JSON object text per step, and one of its summary. */
export interface WandbRun {
  readonly history: readonly string[];
  readonly summary: string | undefined;
  /** Of the run's configuration: JSON texts by name. */
  readonly config: ReadonlyMap<string, string>;
  /** Absent while the run goes on, or after a crash that wrote nothing. */
  readonly exitCode: number | undefined;
  readonly about: { readonly name?: string; readonly project?: string; readonly sweep?: string; readonly startSeconds?: number };
}

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
const recordField = { history: 2, summary: 3, config: 5, run: 17, exit: 18 };
const runField = { project: 3, config: 4, displayName: 8, sweepId: 12, startTime: 17 };
const item = { key: 1, nestedKey: 2, valueJson: 16 };

/** Header of 7 bytes, then a LevelDB log of protobuf records. A torn end is left out. */
export function parseWandbFile(bytes: Buffer): WandbRun {
  const history: string[] = [];
  const [summary, config] = [new Map<string, string>(), new Map<string, string>()];
  let [exitCode, about]: [number | undefined, WandbRun['about']] = [undefined, {}];
  for (const record of isWandbFile(bytes) ? logRecords(bytes) : []) {
    for (const [field, value] of fields(record)) {
      switch (field) {
        case recordField.history: history.push(objectText(items(value))); break;
        case recordField.summary: merge(summary, value); break;
        case recordField.config: merge(config, value); break;
        case recordField.exit: exitCode = exitCodeIn(value); break;
        case recordField.run:
          about = { ...about, ...aboutRun(value) };
          for (const [inner, part] of fields(value)) if (inner === runField.config) merge(config, part);
          break;
        default:
      }
    }
  }
  return { history, config, exitCode, about, summary: summary.size === 0 ? undefined : objectText(summary) };
}

export function isWandbFile(head: Buffer): boolean {
  return head.toString('latin1', 0, 4) === ':W&B';
}

function merge(into: Map<string, string>, update: Buffer): void {
  for (const [key, text] of items(update)) into.set(key, text);
}

/** Zero is not written: an exit record without a number is a good end. */
function exitCodeIn(record: Buffer): number {
  for (const [field, value] of protoFields(record)) if (field === 1 && typeof value === 'number') return value;
  return 0;
}

/** google.protobuf.Timestamp: seconds, and nanoseconds beside them. */
function secondsIn(timestamp: Buffer): number {
  let seconds = 0;
  for (const [field, value] of protoFields(timestamp)) if (typeof value === 'number') seconds += field === 1 ? value : field === 2 ? value / 1e9 : 0;
  return seconds;
}

function aboutRun(run: Buffer): WandbRun['about'] {
  const text = new Map<number, string>();
  let startSeconds: number | undefined;
  for (const [field, value] of fields(run)) {
    if (field === runField.startTime) startSeconds = secondsIn(value);
    else text.set(field, value.toString('utf8'));
  }
  const [name, project, sweep] = [text.get(runField.displayName), text.get(runField.project), text.get(runField.sweepId)];
  return { ...(name === undefined ? {} : { name }), ...(project === undefined ? {} : { project }), ...(sweep === undefined ? {} : { sweep }), ...(startSeconds === undefined ? {} : { startSeconds }) };
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

/** Length-delimited fields of a protobuf message; others are stepped over. */
function* fields(message: Buffer): Generator<readonly [number, Buffer]> {
  for (const [field, value] of protoFields(message)) if (Buffer.isBuffer(value)) yield [field, value];
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
