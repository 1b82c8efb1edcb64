import { describe, expect, test } from '@jest/globals';
import { parseWandbFile } from '../../src/runners/wandbOffline.js';

const varint = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >>> 7)]);
const field = (number: number, data: Buffer): Buffer => Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(data.length)]), data]);
const item = (path: string[], json: string): Buffer => field(1, Buffer.concat([...path.map((key) => field(2, Buffer.from(key))), field(16, Buffer.from(json))]));

/** The LevelDB log that wandb writes: records cut at blocks of 32 KiB. */
function logOf(...records: Buffer[]): Buffer {
  let out = Buffer.from(':W&B\x65\x0b\x00'.slice(0, 7), 'latin1');
  for (const record of records) {
    for (let at = 0, first = true; first || at < record.length; first = false) {
      const left = 32_768 - (out.length % 32_768);
      if (left < 7) out = Buffer.concat([out, Buffer.alloc(left)]);
      const room = 32_768 - (out.length % 32_768) - 7;
      const data = record.subarray(at, at + room);
      const last = at + data.length >= record.length;
      const header = Buffer.alloc(7);
      header.writeUInt16LE(data.length, 4);
      header.writeUInt8(first ? (last ? 1 : 2) : last ? 4 : 3, 6);
      out = Buffer.concat([out, header, data]);
      at += data.length;
    }
  }
  return out;
}

describe('the offline file of Weights & Biases', () => {
  const history = (loss: string): Buffer => field(2, Buffer.concat([item(['loss'], loss), item(['val', 'acc'], '2'), item(['_step'], '7')]));
  const summary = field(3, item(['best'], '0.5'));
  const big = field(2, item(['text'], JSON.stringify('x'.repeat(100_000))));

  test('steps and summary, over block borders', () => {
    const run = parseWandbFile(logOf(history('1'), big, history('NaN'), summary));
    expect(run.history).toHaveLength(3);
    expect(run.history[0]).toBe('{"loss":1,"val.acc":2,"_step":7}');
    expect(run.history[2]).toBe('{"loss":NaN,"val.acc":2,"_step":7}');
    expect(run.summary).toBe('{"best":0.5}');
  });

  test('torn anywhere: whole records before the tear, never an error', () => {
    const file = logOf(history('1'), history('2'), summary);
    for (let end = 0; end <= file.length; end++) expect(parseWandbFile(file.subarray(0, end)).history.length).toBeLessThanOrEqual(2);
    expect(parseWandbFile(file.subarray(0, file.length - 1))).toMatchObject({ history: [expect.any(String), expect.any(String)], summary: undefined });
  });

  test('garbage is no run', () => {
    expect(parseWandbFile(Buffer.from('not a run'))).toEqual({ history: [], summary: undefined, config: new Map(), exitCode: undefined, about: {} });
    expect(parseWandbFile(Buffer.concat([Buffer.from(':W&B\0\0\0'), Buffer.alloc(500, 0xff)])).history).toEqual([]);
  });
});
