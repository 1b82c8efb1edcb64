import { crc32 } from 'node:zlib';
import { UserError } from '../model/errors.js';
import { studyEventSchema, type StudyEvent } from '../model/study.js';

const SCHEMA = 1;
/** What every study log of ours begins with. */
export const BEGINNING = '{"type":"created",';
/** What stands before the line's number. */
const NUMBER = ',"n":';
/** `,"crc":"01234567"}` */
const SEAL_BYTES = 18;

/** One readable JSON line; `n` counts lines from 0 and `crc` covers every byte before itself, so that no damage passes as data. */
export function encodeLine(event: StudyEvent, n: number): string {
  const text = `${JSON.stringify(event).slice(0, -1)}${NUMBER}${n}`;
  return `${text},"crc":"${hexOf(crc32(text))}"}\n`;
}

/** A million lines are sealed in one import, and `toString(16)` takes as long as the sum itself. */
const hexOfByte: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Eight digits. */
function hexOf(sum: number): string {
  return `${hexOfByte[sum >>> 24] ?? ''}${hexOfByte[(sum >>> 16) & 255] ?? ''}${hexOfByte[(sum >>> 8) & 255] ?? ''}${hexOfByte[sum & 255] ?? ''}`;
}

/** Reads a log piece by piece. A torn end is what no sound line follows; damage before a sound line is refused. */
export interface LineReader {
  push(chunk: Buffer): void;
  /** Events, and how many bytes of the log are sound. */
  end(): { readonly events: readonly StudyEvent[]; readonly soundBytes: number };
}

export function createLineReader(name: string): LineReader {
  const events: StudyEvent[] = [];
  let rest: Buffer = Buffer.alloc(0);
  let line = 0;
  let soundBytes = 0;
  let damagedLine: number | undefined;

  const take = (bytes: Buffer): void => {
    line += 1;
    const sound = isSound(bytes);
    if (sound && damagedLine !== undefined) throw damaged(name, damagedLine, soundBytes);
    if (!sound) {
      if (line === 1) refuseStrangers(name, bytes);
      damagedLine ??= line;
      return;
    }
    events.push(decode(name, bytes, events.length));
    soundBytes += bytes.length + 1;
  };
  return {
    push: (chunk) => {
      const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let from = 0;
      for (let at = data.indexOf(10); at !== -1; at = data.indexOf(10, from)) {
        take(data.subarray(from, at));
        from = at + 1;
      }
      rest = Buffer.from(data.subarray(from));
    },
    end: () => {
      if (line === 0) refuseStrangers(name, rest);
      return { events, soundBytes };
    },
  };
}

function isSound(bytes: Buffer): boolean {
  if (bytes.length <= SEAL_BYTES) return false;
  const seal = bytes.toString('latin1', bytes.length - SEAL_BYTES);
  const expected = `,"crc":"${hexOf(crc32(bytes.subarray(0, -SEAL_BYTES)))}"}`;
  return seal === expected;
}

function decode(name: string, bytes: Buffer, n: number): StudyEvent {
  const text = bytes.toString('utf8', 0, bytes.length - SEAL_BYTES);
  const number = text.slice(text.lastIndexOf(NUMBER) + NUMBER.length);
  if (number !== String(n)) {
    throw new UserError('journal-corrupt', `${name}: line ${n + 1} is numbered ${number}: lines are missing or from another log.`, {
      fix: restoreFix(name, n), exitCode: 3,
    });
  }
  const fields = JSON.parse(`${text.slice(0, -NUMBER.length - number.length)}}`) as Record<string, unknown>;
  if (isReport(fields)) return fields;
  if (fields['type'] === 'created' && typeof fields['schema'] === 'number' && fields['schema'] > SCHEMA) {
    throw newer(name, `its schema is ${fields['schema']}, this version reads up to ${SCHEMA}`);
  }
  const parsed = studyEventSchema.safeParse(fields);
  if (!parsed.success) throw newer(name, `line ${n + 1} holds an event "${String(fields['type'])}" that this version cannot read`);
  return parsed.data;
}

/** As strict as the schema, and much faster: nearly all lines of a long log are reports. */
function isReport(fields: Record<string, unknown>): fields is Extract<StudyEvent, { type: 'reported' }> {
  const { type, trial, step, metrics } = fields;
  return type === 'reported' && Object.keys(fields).length === 4 && Number.isSafeInteger(trial) && Number.isFinite(step)
    && typeof metrics === 'object' && metrics !== null && !Array.isArray(metrics) && Object.values(metrics).every(Number.isFinite);
}

/** Cutting a torn end must never eat a file that was not ours. */
function refuseStrangers(name: string, bytes: Buffer): void {
  const start = bytes.toString('latin1', 0, BEGINNING.length);
  if (BEGINNING.startsWith(start)) return;
  throw new UserError('journal-foreign', `${name} is not a study log of noregret.`, { fix: 'Name another state directory, or move that file away.' });
}

function newer(name: string, why: string): UserError {
  return new UserError('journal-newer', `${name} was written by a newer noregret: ${why}.`, {
    fix: 'Use the noregret version that wrote it, or another state directory.',
  });
}

function damaged(name: string, line: number, soundBytes: number): UserError {
  return new UserError('journal-corrupt', `${name} is damaged at line ${line} (byte ${soundBytes}), and sound lines follow it.`, {
    fix: restoreFix(name, line - 1), exitCode: 3,
  });
}

function restoreFix(name: string, keep: number): string {
  return `Restore the file from a copy, or keep what stands before the damage: head -n ${keep} ${JSON.stringify(name)} > sound.jsonl`;
}
