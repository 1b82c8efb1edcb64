import { beforeEach, expect, test } from '@jest/globals';
import { chmodSync, existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createUnusedDirs } from '../../src/runners/unusedDirs.js';

let root: string;
const made = (name: string): string => {
  const dir = join(root, name);
  mkdirSync(join(dir, 'files'), { recursive: true });
  writeFileSync(join(dir, 'params.json'), '{}');
  return dir;
};
beforeEach(() => { root = mkdtempSync(join(tmpdir(), 'noregret-unused-')); });

test('an untouched folder serves the next attempt under its name, once', () => {
  const unused = createUnusedDirs();
  const first = made('0-1');
  unused.offer(first);
  expect(unused.moveTo(join(root, '1-1'))).toBe(true);
  expect(existsSync(first)).toBe(false);
  expect(readdirSync(join(root, '1-1')).sort()).toEqual(['files', 'params.json']);
  expect(unused.moveTo(join(root, '2-1'))).toBe(false);
});

test.each<[string, (dir: string) => void]>([
  ['a checkpoint', (dir) => writeFileSync(join(dir, 'files', 'model.bin'), 'x')],
  ['a log', (dir) => writeFileSync(join(dir, 'log.txt'), 'x')],
  ['a link for its folder', (dir) => { rmSync(join(dir, 'files'), { recursive: true }); symlinkSync(root, join(dir, 'files')); }],
  ['a link for the params', (dir) => { writeFileSync(join(root, 'victim'), 'x'); rmSync(join(dir, 'params.json')); linkSync(join(root, 'victim'), join(dir, 'params.json')); }],
  ['a locked folder', (dir) => chmodSync(join(dir, 'files'), 0o000)],
  ['nothing at all', (dir) => rmSync(dir, { recursive: true })],
])('a folder in which the program left %s is not used again', (_, touch) => {
  const unused = createUnusedDirs();
  const dir = made('0-1');
  touch(dir);
  unused.offer(dir);
  expect(unused.moveTo(join(root, '1-1'))).toBe(false);
});

test('what an earlier run left under the name is not overwritten by a move', () => {
  const unused = createUnusedDirs();
  unused.offer(made('0-1'));
  const taken = made('1-1');
  writeFileSync(join(taken, 'files', 'old'), 'x');
  expect(unused.moveTo(taken)).toBe(false);
  expect(readdirSync(join(taken, 'files'))).toEqual(['old']);
});
