import { beforeEach, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readHostile } from '../../src/platform/safeRead.js';

describe('reading a file that a trial may have prepared', () => {
  let dir: string;
  const read = (path: string, maxBytes = 100): string => {
    const result = readHostile({ path: join(dir, path), within: dir, maxBytes });
    return 'refused' in result ? result.refused : result.bytes.toString();
  };
  beforeEach(() => { dir = mkdtempSync(join(tmpdir(), 'noregret-')); });

  test('a plain file, at most so many bytes, from an offset', () => {
    writeFileSync(join(dir, 'f'), 'abcdef');
    expect(read('f')).toBe('abcdef');
    expect(read('f', 3)).toBe('abc');
    const tail = readHostile({ path: join(dir, 'f'), within: dir, offset: 4, maxBytes: 10 });
    expect(tail).toMatchObject({ size: 6 });
    expect('bytes' in tail && tail.bytes.toString()).toBe('ef');
    expect(readHostile({ path: join(dir, 'f'), within: dir, offset: 99, maxBytes: 10 })).toMatchObject({ size: 6 });
  });

  test.each([
    ['nothing there', () => undefined, 'f', 'absent'],
    ['a link', () => symlinkSync('/etc/passwd', join(dir, 'f')), 'f', 'not-a-file'],
    ['a linked parent directory', () => symlinkSync('/etc', join(dir, 'd')), 'd/passwd', 'outside'],
    ['a named pipe, without waiting', () => { execFileSync('mkfifo', [join(dir, 'f')]); }, 'f', 'not-a-file'],
    ['a directory', () => { mkdirSync(join(dir, 'f')); }, 'f', 'not-a-file'],
    ['a device', () => symlinkSync('/dev', join(dir, 'd')), 'd/zero', 'outside'],
    ['a way out', () => undefined, '../../etc/passwd', 'outside'],
  ])('%s', (_, prepare, path, answer) => {
    prepare();
    expect(read(path)).toBe(answer);
  });
});
