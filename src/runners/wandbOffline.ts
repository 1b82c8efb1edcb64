import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { nextField, protoReader, readerInside, type ProtoReader } from '../platform/protobuf.js';
import { readHostile } from '../platform/safeRead.js';

/** JSON texts by name; what lies in maps has its keys joined by points. */
export type WandbItems = ReadonlyMap<string, string>;

/** What an offline run of Weights & Biases left. */
export interface WandbRecords {
  /** One per step. */
  readonly history: readonly WandbItems[];
  readonly summary: WandbItems;
  /** Of the run's configuration. */
  readonly config: WandbItems;
  /** Absent while the run goes on, or after a crash that wrote nothing. */
  readonly exitCode: number | undefined;
  readonly about: { readonly name?: string; readonly project?: string; readonly sweep?: string; readonly startSeconds?: number };
}

/** The same, one JSON object text per step, and one of its summary. */
export interface WandbRun extends Omit<WandbRecords, 'history' | 'summary'> {
  readonly history: readonly string[];
  readonly summary: string | undefined;
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
  const { history, summary, ...rest } = readWandbRecords(bytes);
  return { history: history.map(objectText), summary: summary.size === 0 ? undefined : objectText(summary), ...rest };
}

/** As `parseWandbFile`; keeps nothing of `bytes`. */
export function readWandbRecords(bytes: Buffer): WandbRecords {
  const history: WandbItems[] = [];
  const [summary, config] = [new Map<string, string>(), new Map<string, string>()];
  let [exitCode, about]: [number | undefined, WandbRecords['about']] = [undefined, {}];
  for (const record of isWandbFile(bytes) ? logRecords(bytes) : []) {
    const textOf = textsIn(record);
    while (nextField(record)) {
      if (record.number !== undefined) continue;
      switch (record.field) {
        case recordField.history: history.push(itemsIn(readerInside(record), new Map(), textOf)); break;
        case recordField.summary: itemsIn(readerInside(record), summary, textOf); break;
        case recordField.config: itemsIn(readerInside(record), config, textOf); break;
        case recordField.exit: exitCode = exitCodeIn(readerInside(record)); break;
        case recordField.run: about = { ...about, ...aboutRun(readerInside(record), config, textOf) }; break;
        default:
      }
    }
  }
  return { history, config, exitCode, about, summary };
}

export function isWandbFile(head: Buffer): boolean {
  return head.toString('latin1', 0, 4) === ':W&B';
}

/** Zero is not written: an exit record without a number is a good end. */
function exitCodeIn(record: ProtoReader): number {
  while (nextField(record)) if (record.field === 1 && record.number !== undefined) return record.number;
  return 0;
}

/** google.protobuf.Timestamp: seconds, and nanoseconds beside them. */
function secondsIn(timestamp: ProtoReader): number {
  let seconds = 0;
  while (nextField(timestamp)) seconds += timestamp.field === 1 ? timestamp.number ?? 0 : timestamp.field === 2 ? (timestamp.number ?? 0) / 1e9 : 0;
  return seconds;
}

/** Its configuration goes to the others'. */
function aboutRun(run: ProtoReader, config: Map<string, string>, textOf: TextOf): WandbRecords['about'] {
  const about: { -readonly [key in keyof WandbRecords['about']]: WandbRecords['about'][key] } = {};
  while (nextField(run)) {
    if (run.number !== undefined) continue;
    switch (run.field) {
      case runField.config: itemsIn(readerInside(run), config, textOf); break;
      case runField.startTime: about.startSeconds = secondsIn(readerInside(run)); break;
      case runField.displayName: about.name = textOf(run); break;
      case runField.project: about.project = textOf(run); break;
      case runField.sweepId: about.sweep = textOf(run); break;
      default:
    }
  }
  return about;
}

const block = 32_768;
const part = { full: 1, first: 2, middle: 3, last: 4 };

/** LevelDB log format: records in blocks of 32 KiB, each part with a header of crc (4 bytes), length (2), type (1). */
function* logRecords(bytes: Buffer): Generator<ProtoReader> {
  let parts: Buffer[] = [];
  for (let at = 7; at + 7 <= bytes.length;) {
    const left = block - (at % block);
    if (left < 7) { at += left; continue; }
    const length = bytes.readUInt16LE(at + 4);
    const type = bytes.readUInt8(at + 6);
    const [from, to] = [at + 7, at + 7 + length];
    if ((type === 0 && length === 0) || to > bytes.length) return;
    at = to;
    if (type === part.full || type === part.first) parts = [];
    if (type === part.full) { yield protoReader(bytes, from, to); continue; }
    // What goes on without a beginning is no record.
    if (type !== part.first && parts.length === 0) continue;
    parts.push(bytes.subarray(from, to));
    if (type !== part.last) continue;
    yield protoReader(Buffer.concat(parts));
    parts = [];
  }
}

/** What the field that was read last holds, as a text. */
type TextOf = (reader: ProtoReader) => string;

/** Of a record and the messages in it: some records have dozens of short texts, and taking each from its bytes costs more than all the rest. */
function textsIn({ bytes, at, end }: ProtoReader): TextOf {
  let whole: string | undefined;
  return ({ from, to }) => {
    whole ??= bytes.toString('latin1', at, end);
    const text = whole.slice(from - at, to - at);
    return /[\x80-\xFF]/.test(text) ? bytes.toString('utf8', from, to) : text;
  };
}

/** Names and JSON texts of a history, summary or configuration record; a name may be a path of several keys. */
function itemsIn(record: ProtoReader, into: Map<string, string>, textOf: TextOf): Map<string, string> {
  while (nextField(record)) {
    if (record.field !== 1 || record.number !== undefined) continue;
    const inner = readerInside(record);
    let [name, json]: [string | undefined, string | undefined] = [undefined, undefined];
    while (nextField(inner)) {
      if (inner.number !== undefined) continue;
      if (inner.field === item.key || inner.field === item.nestedKey) name = name === undefined ? textOf(inner) : `${name}.${textOf(inner)}`;
      else if (inner.field === item.valueJson) json = textOf(inner);
    }
    if (json !== undefined && name !== undefined) into.set(name, json);
  }
  return into;
}

function objectText(entries: WandbItems): string {
  return `{${[...entries].map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',')}}`;
}
