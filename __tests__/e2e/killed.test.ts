import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const cli = resolve('dist/cli.js');
let folder = '';
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'noregret-')); });
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

/** Processes that work in this folder and are not zombies. */
function workers(): readonly number[] {
  return readdirSync('/proc').map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`NOREGRET_TRIAL_DIR=${folder}`) && !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    } catch {
      return false;
    }
  });
}

(existsSync('/proc/self/environ') ? test : test.skip)('a search killed outright leaves its trials running; the next one ends them, and measures what they did not', async () => {
  writeFileSync(join(folder, 'noregret.yml'), `name: demo
metric: { name: acc, goal: maximize }
parameters: { x: { min: 0.0, max: 1.0 } }
command: [sh, -c, 'setsid sleep 600 & if [ ! -e go ]; then sleep 600; fi; echo "noregret {\\"acc\\": 0.5}"']
budget: { trials: 2 }
parallel: 2
verdict: { rescore: 0 }
`);
  const first = spawn(process.execPath, [cli, 'tune'], { cwd: folder, stdio: 'ignore' });
  while (workers().length < 6) await new Promise((done) => setTimeout(done, 50));
  const ended = new Promise((done) => first.once('exit', done));
  first.kill('SIGKILL');
  await ended;
  expect(workers().length).toBeGreaterThanOrEqual(6);

  writeFileSync(join(folder, 'go'), '');
  const second = spawnSync(process.execPath, [cli, 'tune'], { cwd: folder, encoding: 'utf8', timeout: 60_000 });
  expect(second.stderr).toContain('ended 6 processes that trials of an earlier, killed run had left behind');
  expect(second.stdout).toContain('acc 0.5, the best of 2 trials');
  expect(second.status).toBe(0);
  expect(workers()).toEqual([]);
}, 120_000);
