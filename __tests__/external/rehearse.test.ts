import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createExternalOptimiser } from '../../src/external/optimiser.js';
import type { ExternalOptimiser } from '../../src/model/external.js';
import { temporaryFolder } from '../stores/gitFixture.js';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => { folder = temporaryFolder('external-rehearse'); });
afterEach(() => { folder.remove(); });

const optimiser = (script: string): ExternalOptimiser => createExternalOptimiser({
  side: 'head', options: { command: ['sh', '-c', script], options: {}, timeout: '1m' }, study: 'demo', cwd: folder.path, space: { parameters: [], constraints: [] }, goal: 'minimize',
  budget: 1, parallel: 1, prunes: true, seed: 1, env: { PATH: process.env['PATH'] ?? '' }, marker: `rehearsal-${process.pid}-${Math.random()}`, warn: () => undefined,
});
const pidFile = (): string => join(folder.path, 'pid');
const isGone = (): boolean => {
  try {
    process.kill(Number(readFileSync(pidFile(), 'utf8')), 0);
    return false;
  } catch {
    return true;
  }
};

test('leaves no process behind, and asks nothing', async () => {
  const external = optimiser(`echo $$ > pid; read start; echo '{"ok":true,"protocol":1,"name":"x"}'; cat > more`);
  await external.rehearse(new AbortController().signal);
  expect(isGone()).toBe(true);
  expect(readFileSync(join(folder.path, 'more'), 'utf8')).toBe('{"op":"close"}\n');
  expect(external.lastWords()).toBeUndefined();
  // It has said nothing about the one that will be asked.
  expect(external.pruner.name).toBe('never');
});

test('Ctrl-C ends the wait for an answer, and the process', async () => {
  const cancel = new AbortController();
  const rehearsed = optimiser('echo $$ > pid; sleep 60').rehearse(cancel.signal);
  while (!existsSync(pidFile()) || readFileSync(pidFile(), 'utf8') === '') await wait(5);
  cancel.abort();
  await rehearsed;
  expect(isGone()).toBe(true);
});

test('what it wrote before it failed is kept', async () => {
  const external = optimiser('echo "ModuleNotFoundError: No module named optuna" >&2; exit 1');
  await expect(external.rehearse(new AbortController().signal)).rejects.toMatchObject({ code: 'external-crashed' });
  expect(external.lastWords()).toContain('ModuleNotFoundError: No module named optuna');
});
