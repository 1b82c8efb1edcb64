import { beforeEach, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTmpPool, type TmpPool } from '../../src/runners/tmpPool.js';

let pool: TmpPool;
beforeEach(() => { pool = createTmpPool(mkdtempSync(join(tmpdir(), 'noregret-pool-'))); });

test('an empty folder is handed out again, never to two at once', async () => {
  const [first, second] = [await pool.take(), await pool.take()];
  expect(first).not.toBe(second);
  await pool.giveBack(first);
  expect(await pool.take()).toBe(first);
  expect(readdirSync(first)).toEqual([]);
});

test('what a trial left is removed, and the folder not used again', async () => {
  const path = await pool.take();
  writeFileSync(join(path, 'leftover'), 'x');
  await pool.giveBack(path);
  expect(existsSync(path)).toBe(false);
  expect(await pool.take()).not.toBe(path);
});

test('a link that a trial put in its place leads nobody elsewhere', async () => {
  const path = await pool.take();
  const elsewhere = mkdtempSync(join(tmpdir(), 'noregret-elsewhere-'));
  writeFileSync(join(elsewhere, 'kept'), 'x');
  rmSync(path, { recursive: true });
  symlinkSync(elsewhere, path);
  await pool.giveBack(path);
  expect(readdirSync(elsewhere)).toEqual(['kept']);
  expect(await pool.take()).not.toBe(path);
});
