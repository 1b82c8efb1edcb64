import { afterAll, expect, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStateDir, writing } from '../../src/cli/state.js';
import { temporaryFolder } from '../stores/gitFixture.js';

const folder = temporaryFolder('state');
afterAll(() => { folder.remove(); });

test('what the file system refuses is the user\'s to mend', async () => {
  writeFileSync(join(folder.path, '.noregret'), '');
  await expect(openStateDir(folder.path)).rejects.toMatchObject({ code: 'state-unwritable', exitCode: 3 });
  mkdirSync(join(folder.path, 'dir'));
  await expect(writing('dir', async () => { await writeFile(join(folder.path, 'dir'), ''); })).rejects.toMatchObject({ code: 'state-unwritable', message: expect.stringContaining('dir cannot be written: EISDIR') });
});

test('a bug on the way to the file stays a bug', async () => {
  const bug = new TypeError('x is not a function');
  await expect(writing('dir', async () => await Promise.reject(bug))).rejects.toBe(bug);
});
