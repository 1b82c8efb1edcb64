import { expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readdir, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pruneState } from '../../src/platform/pruneState.js';

test('old study folders go; young ones, other folders and a missing state folder are left alone', async () => {
  const state = await mkdtemp(join(tmpdir(), 'noregret-prune-'));
  const now = 1_800_000_000_000;
  for (const [folder, ageDays] of [['toy/old', 40], ['toy/young', 2]] as const) {
    await mkdir(join(state, folder), { recursive: true });
    await writeFile(join(state, folder, 'study.jsonl'), '{}\n');
    await utimes(join(state, folder, 'study.jsonl'), (now - ageDays * 86_400_000) / 1000, (now - ageDays * 86_400_000) / 1000);
  }
  await mkdir(join(state, 'history.git', 'objects'), { recursive: true });
  expect(await pruneState(state, { olderThanMs: 30 * 86_400_000, nowMs: now })).toEqual(['toy/old']);
  expect(await readdir(join(state, 'toy'))).toEqual(['young']);
  expect(await readdir(join(state, 'history.git'))).toEqual(['objects']);
  expect(await pruneState(join(state, 'absent'), { olderThanMs: 1, nowMs: now })).toEqual([]);
});
