import { afterAll, expect, test } from '@jest/globals';
import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createDirectoryStore } from '../../src/stores/directory.js';
import { hostilePlaceContract, makeRecord, sha, storeContract } from '../contracts/store.js';
import { temporaryFolder } from './gitFixture.js';

const folder = temporaryFolder('directory-store');
afterAll(() => { folder.remove(); });
let places = 0;

function place() {
  const directory = join(folder.path, `h${++places}`);
  return {
    directory,
    open: (onWarning?: (text: string) => void) => createDirectoryStore({ directory, ...(onWarning && { onWarning }) }),
    plant: (path: string, text: string) => {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    },
  };
}

storeContract('directory', place);
hostilePlaceContract('directory', place);

test('the layout is the one of the branch, and no temporary file is left', async () => {
  const { directory, open } = place();
  await open().append(makeRecord({ study: 'a/b' }));
  expect(readdirSync(directory, { recursive: true }).sort()).toEqual(['a%2Fb', `a%2Fb/${sha(1)}`, `a%2Fb/${sha(1)}/100-1.json`]);
});

test('links are not followed', async () => {
  const { directory, open, plant } = place();
  plant('outside.json', JSON.stringify(makeRecord()));
  mkdirSync(join(directory, 'spiral', sha(1)), { recursive: true });
  symlinkSync(join(directory, 'outside.json'), join(directory, 'spiral', sha(1), '100-1.json'));
  symlinkSync(join(directory, 'spiral', sha(1)), join(directory, 'spiral', sha(2)));
  expect(await open().read('spiral')).toEqual([]);
});

test('a file where the folder belongs, and a read-only folder, end with exit 3 and a fix', async () => {
  const blocked = place();
  writeFileSync(blocked.directory, 'a file');
  await expect(blocked.open().append(makeRecord())).rejects.toMatchObject({ code: 'history-unwritable', exitCode: 3 });
  const readOnly = place();
  mkdirSync(readOnly.directory, { mode: 0o555 });
  chmodSync(readOnly.directory, 0o555);
  if (process.getuid?.() !== 0) await expect(readOnly.open().append(makeRecord())).rejects.toMatchObject({ exitCode: 3 });
});
