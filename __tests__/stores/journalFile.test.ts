import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { studyEventSchema, type StudyEvent } from '../../src/model/study.js';
import { openJournalFile } from '../../src/stores/journalFile.js';
import { createLineReader, encodeLine } from '../../src/stores/journalLines.js';
import { journalContract, sampleEvents, started } from '../contracts/journal.js';

let dir = '';
let path = '';
beforeEach(() => { dir = mkdtempSync(join(tmpdir(), 'noregret-journal-')); path = join(dir, 'state', 'study.jsonl'); });
afterEach(() => { rmSync(dir, { recursive: true, force: true }); });

const write = async (...events: readonly StudyEvent[]): Promise<void> => {
  const journal = await openJournalFile(path);
  await journal.load();
  await journal.append(...events);
  await journal.close();
};
const load = async (): Promise<{ events: readonly StudyEvent[]; tornBytes: number }> => {
  const journal = await openJournalFile(path);
  try {
    return await journal.load();
  } finally {
    await journal.close();
  }
};
const bytesOf = (...events: readonly StudyEvent[]): Buffer => Buffer.from(events.map((event, n) => encodeLine(event, n)).join(''));
const place = (data: Buffer | string): void => {
  mkdirSync(join(dir, 'state'), { recursive: true });
  writeFileSync(path, data);
};

describe('journal file', () => journalContract(() => openJournalFile(path)));

describe('torn and damaged logs', () => {
  const bytes = bytesOf(...sampleEvents);
  const lineEnds = [...bytes.keys()].filter((i) => bytes[i] === 10).map((i) => i + 1);

  const read = (data: Buffer): { events: readonly StudyEvent[]; soundBytes: number } => {
    const reader = createLineReader('study.jsonl');
    for (let from = 0; from < data.length; from += 333) reader.push(data.subarray(from, from + 333));
    return reader.end();
  };

  test('cut at every byte offset, whole lines are kept and the rest is known to be torn', () => {
    for (let size = 0; size <= bytes.length; size++) {
      const whole = lineEnds.filter((end) => end <= size);
      expect(read(bytes.subarray(0, size))).toEqual({ events: sampleEvents.slice(0, whole.length), soundBytes: whole.at(-1) ?? 0 });
    }
  });

  test('a torn file is cut on loading, and appending goes on as if nothing had happened', async () => {
    for (let size = 0; size <= bytes.length; size += 61) {
      place(bytes.subarray(0, size));
      const journal = await openJournalFile(path);
      const { events, tornBytes } = await journal.load();
      expect(tornBytes).toBe(size - (lineEnds[events.length - 1] ?? 0));
      await journal.append(...sampleEvents.slice(events.length));
      await journal.close();
      expect(readFileSync(path)).toEqual(bytes);
    }
  });

  test('every single damaged byte is noticed: in the last line it is cut, in an earlier one refused by name', () => {
    const lastLine = lineEnds.at(-2)!;
    for (let i = 0; i < bytes.length; i += 1) {
      const damaged = Buffer.from(bytes);
      damaged[i] = damaged[i]! ^ 0x04;
      if (i >= lastLine) expect(read(damaged).events).toEqual(sampleEvents.slice(0, -1));
      // The end of the last line but one: the two lines became one torn end.
      else if (i === lastLine - 1) expect(read(damaged).events).toEqual(sampleEvents.slice(0, -2));
      else expect(() => read(damaged)).toThrow(expect.objectContaining({ code: expect.stringMatching(/^journal-(corrupt|foreign)$/) }));
    }
  });

  test('a missing line is refused with its number and the way out', async () => {
    place(Buffer.concat([bytes.subarray(0, lineEnds[1]), bytes.subarray(lineEnds[2])]));
    await expect(load()).rejects.toMatchObject({ code: 'journal-corrupt', message: expect.stringContaining('line 3 is numbered 3'), fix: expect.stringContaining('head -n 2') });
  });

  test('a tail of zeros, as a power cut leaves it, is cut', async () => {
    place(Buffer.concat([bytes, Buffer.alloc(300)]));
    expect(await load()).toEqual({ events: sampleEvents, tornBytes: 300 });
    expect(readFileSync(path)).toEqual(bytes);
  });

  test('a newer schema and an unknown event are refused by name, untouched', async () => {
    const newer = encodeLine({ ...sampleEvents[0], schema: 2 } as never, 0);
    place(newer);
    await expect(load()).rejects.toMatchObject({ code: 'journal-newer', message: expect.stringContaining('its schema is 2') });
    expect(readFileSync(path, 'utf8')).toBe(newer);
    place(Buffer.concat([bytesOf(sampleEvents[0]!), Buffer.from(encodeLine({ type: 'paused' } as never, 1))]));
    await expect(load()).rejects.toMatchObject({ code: 'journal-newer', message: expect.stringContaining('"paused"') });
  });

  test.each([
    { trial: 0, step: 1, metrics: { loss: 'low' } }, { trial: 0, step: 1, metrics: [1] }, { trial: 0, step: 1, metrics: null }, { trial: 0, step: 1 },
    { trial: 0.5, step: 1, metrics: {} }, { trial: '0', step: 1, metrics: {} }, { trial: 0, step: null, metrics: {} }, { trial: 0, step: 1, metrics: {}, colour: 'red' },
  ])('a report is read as strictly as any event: %j', (fields) => {
    expect(studyEventSchema.safeParse({ type: 'reported', ...fields }).success).toBe(false);
    place(Buffer.concat([bytesOf(sampleEvents[0]!), Buffer.from(encodeLine({ type: 'reported', ...fields } as never, 1))]));
    return expect(load()).rejects.toMatchObject({ code: 'journal-newer', message: expect.stringContaining('"reported"') });
  });

  test("somebody else's file is refused and not cut", async () => {
    place('dear diary\n');
    await expect(load()).rejects.toMatchObject({ code: 'journal-foreign' });
    expect(readFileSync(path, 'utf8')).toBe('dear diary\n');
  });
});

describe('files and locks', () => {
  test('lines are JSON that any tool reads', async () => {
    await write(...sampleEvents);
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map((line) => line['n'])).toEqual(sampleEvents.map((_, n) => n));
    expect(lines[1]).toMatchObject({ ...sampleEvents[1], crc: expect.stringMatching(/^[0-9a-f]{8}$/) });
  });

  test('closing leaves the log alone in its folder', async () => {
    await write(...sampleEvents);
    expect(readdirSync(join(dir, 'state'))).toEqual(['study.jsonl']);
  });

  test('a link or a pipe in place of the log is refused', async () => {
    mkdirSync(join(dir, 'state'));
    writeFileSync(join(dir, 'elsewhere'), 'keep');
    symlinkSync(join(dir, 'elsewhere'), path);
    await expect(openJournalFile(path)).rejects.toMatchObject({ code: 'journal-unsafe' });
    rmSync(path);
    execFileSync('mkfifo', [path]);
    await expect(openJournalFile(path)).rejects.toMatchObject({ code: 'journal-unsafe' });
    expect(readFileSync(join(dir, 'elsewhere'), 'utf8')).toBe('keep');
  });

  test('a folder that cannot be made is named with a fix', async () => {
    writeFileSync(join(dir, 'state'), 'a file');
    await expect(openJournalFile(path)).rejects.toMatchObject({ code: 'journal-unwritable', exitCode: 3, fix: expect.stringContaining('another state directory') });
  });

  test('a second writer is refused while the first lives, and welcome after it', async () => {
    const first = await openJournalFile(path);
    await expect(openJournalFile(path)).rejects.toMatchObject({ code: 'journal-locked', message: expect.stringContaining(String(process.pid)) });
    await first.close();
    await (await openJournalFile(path)).close();
  });

  test.each([
    ['a dead process', { pid: spawnSync('true').pid, host: hostname(), id: 'x' }, 0],
    ['a namesake that started at another time', { pid: process.pid, started: '1', host: hostname(), id: 'x' }, 0],
    ['another machine, silent for long', { pid: 1, host: 'elsewhere', id: 'x' }, 3600],
    ['nobody: a torn lock', undefined, 0],
  ])('the lock of %s is broken', async (_, holder, ageSeconds) => {
    mkdirSync(join(dir, 'state'));
    writeFileSync(`${path}.lock`, holder === undefined ? '{"pi' : JSON.stringify(holder));
    if (ageSeconds > 0) execFileSync('touch', ['-d', `${ageSeconds} seconds ago`, `${path}.lock`]);
    const journal = await openJournalFile(path);
    await expect(openJournalFile(path)).rejects.toMatchObject({ code: 'journal-locked' });
    await journal.close();
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test('the lock of another machine that still beats is kept', async () => {
    mkdirSync(join(dir, 'state'));
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: 1, host: 'elsewhere', id: 'x' }));
    await expect(openJournalFile(path)).rejects.toMatchObject({ code: 'journal-locked', message: expect.stringContaining('elsewhere') });
  });

  test('of many who find a dead lock at once exactly one gets the log', async () => {
    mkdirSync(join(dir, 'state'));
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: spawnSync('true').pid, host: hostname(), id: 'x' }));
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => openJournalFile(path)));
    const won = tries.filter((t) => t.status === 'fulfilled');
    expect(won).toHaveLength(1);
    await won[0]!.value.close();
  });
});

describe('full disk', () => {
  const mount = (): boolean => {
    mkdirSync(join(dir, 'state'));
    return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1200k', 'tmpfs', join(dir, 'state')]).status === 0;
  };

  test('a real full file system: no new trial, results kept from the reserve, all of it read back', async () => {
    if (!mount()) { console.log('skipped: this user may not mount a tmpfs'); return; }
    try {
      const journal = await openJournalFile(path);
      await journal.load();
      await journal.append(...sampleEvents);
      const kept: StudyEvent[] = [...sampleEvents];
      let refused: unknown;
      for (let i = 3; refused === undefined; i++) {
        const event = started(i, { text: 'x'.repeat(3000) });
        await journal.append(event).then(() => kept.push(event), (error: unknown) => { refused = error; });
      }
      expect(refused).toMatchObject({ code: 'disk-full', exitCode: 3 });
      const last = sampleEvents[3]!;
      const result = { ...last, trial: 2 } as StudyEvent;
      await journal.append(result);
      await expect(journal.append(started(999, {}))).rejects.toMatchObject({ code: 'disk-full' });
      await journal.close();
      expect((await load()).events).toEqual([...kept, result]);
    } finally {
      spawnSync('umount', [join(dir, 'state')]);
    }
  });
});
