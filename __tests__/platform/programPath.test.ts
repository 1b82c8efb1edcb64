import { expect, test } from '@jest/globals';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programPath } from '../../src/platform/programPath.js';

test('the first executable file in PATH, looked up again once it is gone', () => {
  const root = mkdtempSync(join(tmpdir(), 'noregret-path-'));
  for (const folder of ['a', 'b', 'c']) mkdirSync(join(root, folder));
  const path = ['a', 'b', 'c'].map((folder) => join(root, folder)).join(':');
  mkdirSync(join(root, 'a', 'tool'));
  for (const folder of ['b', 'c']) writeFileSync(join(root, folder, 'tool'), '#!/bin/sh\n', { mode: 0o755 });
  expect(programPath('tool', path)).toBe(join(root, 'b', 'tool'));
  chmodSync(join(root, 'b', 'tool'), 0o644);
  expect(programPath('tool', path)).toBe(join(root, 'c', 'tool'));
  rmSync(join(root, 'c', 'tool'));
  expect(programPath('tool', path)).toBe('tool');
});

test.each([['./tool', '/bin'], ['', '/bin'], ['sh', undefined], ['sh', 'bin:/bin'], ['sh', '']])('%j with PATH %j is left to the system', (file, path) => {
  expect(programPath(file, path)).toBe(file);
});
