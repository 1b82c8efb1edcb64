import { describe, expect, test } from '@jest/globals';
import { strToU8, zipSync, type Zippable } from 'fflate';
import { readHostileZip } from '../../src/platform/hostileZip.js';

const limits = { fileBytes: 1000, entries: 5 };
const zip = (files: Zippable): Uint8Array => zipSync(files);
const read = (bytes: Uint8Array, wanted = ['report.json']): Promise<ReadonlyMap<string, string>> => readHostileZip(bytes, wanted, limits);

/** Overwrites every occurrence of `from` by `to`, which must be as long. */
function forged(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1');
  expect(text).toContain(from);
  return Buffer.from(text.replaceAll(from, to), 'latin1');
}

test('reads what it was asked for and unpacks nothing else', async () => {
  const found = await read(zip({ 'report.json': strToU8('{"ä":1}'), 'evil.sh': strToU8('x'.repeat(100_000)) }));
  expect([...found]).toEqual([['report.json', '{"ä":1}']]);
});

test('a file that is not there is absent, not an error', async () => {
  expect((await read(zip({ other: strToU8('x') }))).size).toBe(0);
});

describe('refused whole', () => {
  test.each([
    ['a bomb that says so', zip({ 'report.json': strToU8('0'.repeat(1001)) }), /unpacks to 1001 bytes, more than 1000/],
    ['a path that climbs out', forged(zip({ 'aaaevil.txt': strToU8('x'), 'report.json': strToU8('{}') }), 'aaaevil.txt', '../evil.txt'), /invalid relative path/],
    ['an absolute path', forged(zip({ 'aevil.txt': strToU8('x') }), 'aevil.txt', '/evil.txt'.slice(0, 9)), /absolute path/],
    ['a backslash path', forged(zip({ 'a-b.txt': strToU8('x') }), 'a-b.txt', 'a\\b.txt'), /invalid characters/],
    ['a symbolic link', zip({ 'report.json': [strToU8('/etc/passwd'), { os: 3, attrs: 0o120777 << 16 }] }), /"report.json" is a link/],
    ['a link beside it', zip({ 'report.json': strToU8('{}'), link: [strToU8('/etc'), { os: 3, attrs: 0o120777 << 16 }] }), /"link" is a link/],
    ['two of the name', forged(zip({ 'report.json': strToU8('{}'), 'repXrt.json': strToU8('{}') }), 'repXrt.json', 'report.json'), /report.json twice/],
    ['too many files', zip(Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`f${i}`, strToU8('x')]))), /holds 6 files, more than 5/],
    ['no zip at all', strToU8('{"schema":1}'), /refused: .*not a zip/i],
    ['an empty file', new Uint8Array(), /refused/],
    ['bytes that are not UTF-8', zip({ 'report.json': new Uint8Array([0xff, 0xfe, 0x00]) }), /refused: .*(utf-8|not valid)/i],
  ])('%s', async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(message);
  });

  test('a bomb that lies about its size', async () => {
    const honest = Buffer.from(zip({ 'report.json': strToU8('0'.repeat(900)) }));
    // Uncompressed size: bytes 24…27 of the central directory entry (APPNOTE 4.3.12).
    const at = honest.indexOf(Buffer.from('504b0102', 'hex'));
    expect(honest.readUInt32LE(at + 24)).toBe(900);
    honest.writeUInt32LE(10, at + 24);
    await expect(read(honest)).rejects.toThrow(/too many bytes|refused/);
  });

  test('an encrypted file', async () => {
    const bytes = Buffer.from(zip({ 'report.json': strToU8('{}') }));
    const at = bytes.indexOf(Buffer.from('504b0102', 'hex'));
    bytes.writeUInt16LE(bytes.readUInt16LE(at + 8) | 1, at + 8);
    await expect(read(bytes)).rejects.toThrow(/encrypted/);
  });
});
