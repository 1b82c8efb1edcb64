import { describe, expect, test } from '@jest/globals';
import { createJournalWriter, type JournalWriter } from '../../src/stores/journalWriter.js';
import { createLineReader } from '../../src/stores/journalLines.js';
import { finished, sampleEvents, started } from '../contracts/journal.js';

/** A disk of so many bytes that writes at most 50 at a time and has a reserve. */
function disk(size: number, reserve: number): { writer: JournalWriter; written: () => Buffer; writes: () => number } {
  let data = Buffer.alloc(0);
  let room = size;
  let writes = 0;
  const writer = createJournalWriter({
    path: 'study.jsonl',
    releaseReserve: () => { room += reserve; return Promise.resolve(); },
    file: {
      write: async (bytes, from) => {
        writes += 1;
        await Promise.resolve();
        const piece = bytes.subarray(from, from + Math.min(50, room - data.length));
        if (piece.length === 0) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
        data = Buffer.concat([data, piece]);
        return { bytesWritten: piece.length };
      },
      truncate: (bytes) => { data = data.subarray(0, bytes); return Promise.resolve(); },
    },
  });
  writer.begin(0, 0);
  return { writer, written: () => data, writes: () => writes };
}

const read = (data: Buffer): unknown => {
  const reader = createLineReader('study.jsonl');
  reader.push(data);
  return reader.end().events;
};

describe('journal writer', () => {
  test('short writes are continued', async () => {
    const { writer, written } = disk(100_000, 0);
    await writer.append(sampleEvents);
    expect(read(written())).toEqual(sampleEvents);
  });

  test('appends waiting together share writes', async () => {
    const { writer, writes } = disk(1e9, 0);
    await Promise.all(sampleEvents.map((event) => writer.append([event])));
    const apart = disk(1e9, 0);
    for (const event of sampleEvents) await apart.writer.append([event]);
    expect(writes()).toBeLessThan(apart.writes());
  });

  test('whenever the disk fills up, whole lines remain: what was acknowledged, and results but no new trials', async () => {
    for (let size = 300; size < 1_600; size += 7) {
      const { writer, written } = disk(size, 600);
      const kept: unknown[] = [];
      const keep = async (event: (typeof sampleEvents)[number]): Promise<void> => {
        await writer.append([event]).then(() => kept.push(event), (error: unknown) => { expect(error).toMatchObject({ code: 'disk-full' }); });
      };
      for (const event of [...sampleEvents, finished(2, 1)]) await keep(event);
      await writer.idle();
      expect(read(written())).toEqual(kept);
      if (size >= 1_000) expect(kept).toContainEqual(finished(1, 0.25));
    }
  });

  test('in one shared write the result survives and the new trial is refused', async () => {
    const { writer, written } = disk(700, 600);
    await writer.append(sampleEvents.slice(0, 3));
    const outcomes = await Promise.allSettled([writer.append([started(1, { pad: 'x'.repeat(300) })]), writer.append([finished(0, 0.5)]), writer.append([started(2, {})])]);
    expect(outcomes.map((o) => o.status)).toEqual(['rejected', 'fulfilled', 'rejected']);
    expect(read(written())).toEqual([...sampleEvents.slice(0, 3), finished(0, 0.5)]);
  });
});
