import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportedSpace } from '../../src/cli/pythonSpace.js';
import { temporaryFolder } from '../stores/gitFixture.js';

const hasPython = spawnSync('python3', ['--version']).status === 0;
let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => { folder = temporaryFolder('python-space'); });
afterEach(() => { folder.remove(); });

/** Python that starts a child which holds its stderr open for ten minutes, and goes on as told. */
const withChild = (then: string): string => `import os, subprocess, time
child = subprocess.Popen(["sleep", "600"])
with open(${JSON.stringify(join(folder.path, 'pid'))}, "w") as f: f.write(str(child.pid))
${then}
`;
const run = async (text: string, more: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {}): Promise<string> => {
  const file = join(folder.path, 'space.py');
  writeFileSync(file, text);
  return await exportedSpace({ file, variable: '', shown: 'space.py', cwd: folder.path, signal: new AbortController().signal, ...more });
};
/** A zombie is dead: it only waits to be collected. */
const isAlive = (): boolean => {
  const place = `/proc/${readFileSync(join(folder.path, 'pid'), 'utf8')}`;
  return existsSync(place) && !/\) [ZX]/.test(readFileSync(`${place}/stat`, 'latin1'));
};

(hasPython ? test : test.skip)('what Python started ends with it: by itself, at the limit, by Ctrl-C', async () => {
  // Each would take ten minutes, were the child waited for.
  await expect(run(withChild('raise SystemExit("no such thing")'))).rejects.toThrow(/no such thing/);
  expect(isAlive()).toBe(false);
  await expect(run(withChild('time.sleep(600)'), { timeoutMs: 2000 })).rejects.toThrow(/space\.py: it had not ended after 2 s/);
  expect(isAlive()).toBe(false);
  const abort = new AbortController();
  const poll = setInterval(() => { if (existsSync(join(folder.path, 'third'))) abort.abort(); }, 20);
  await expect(run(withChild(`open(${JSON.stringify(join(folder.path, 'third'))}, "w").close(); time.sleep(600)`), { signal: abort.signal })).rejects.toThrow(/it was ended by SIG/);
  clearInterval(poll);
  expect(isAlive()).toBe(false);
});
