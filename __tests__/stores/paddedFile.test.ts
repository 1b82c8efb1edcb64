import { expect, test } from '@jest/globals';
import { mkdtemp, open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesBeforePadding, createPaddedFile } from '../../src/stores/paddedFile.js';

async function place() {
  const path = join(await mkdtemp(join(tmpdir(), 'noregret-padded-')), 'log');
  return { path, file: await open(path, 'w+') };
}
const text = async (path: string): Promise<string> => await readFile(path, 'utf8');

test('data stands first, blank lines after it; closed, the file holds the data alone', async () => {
  const { path, file } = await place();
  const padded = createPaddedFile(file);
  padded.begin(0);
  await padded.write(Buffer.from('one\n'), 0);
  await padded.write(Buffer.from('--two\n'), 2);
  const open = await text(path);
  expect([open.trimEnd(), open.length]).toEqual(['one\ntwo', 1 << 16]);
  await padded.close();
  expect(await text(path)).toBe('one\ntwo\n');
});

test('data longer than the room, and data after a cut, keep their order', async () => {
  const { path, file } = await place();
  const padded = createPaddedFile(file);
  padded.begin(0);
  await padded.write(Buffer.from('x'.repeat(100_000)), 0);
  await padded.truncate(3);
  await padded.write(Buffer.from('y\n'), 0);
  await padded.close();
  expect(await text(path)).toBe('xxxy\n');
});

test('a full disk has no room for padding, but for the data', async () => {
  const writes: string[] = [];
  const file = {
    write: (data: Buffer, from: number, length: number) => data[0] === 10 ? Promise.reject(new Error('ENOSPC')) : Promise.resolve({ bytesWritten: writes.push(data.toString('utf8', from, from + length)) && length }),
    truncate: () => Promise.resolve(), close: () => Promise.resolve(),
  };
  const padded = createPaddedFile(file as never);
  padded.begin(0);
  await padded.write(Buffer.from('a\n'), 0);
  await padded.close();
  expect(writes).toEqual(['a\n']);
});

test.each([['', 0], ['\n\n', 0], ['{"a"', 4], ['{"a"\n\n\n', 4]])('of %j, %i bytes are more than padding', (tail, bytes) => {
  expect(bytesBeforePadding(Buffer.from(tail))).toBe(bytes);
});
