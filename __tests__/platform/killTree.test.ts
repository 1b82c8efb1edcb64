import { describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { attemptVariable, watchTree } from '../../src/platform/killTree.js';
import { joinCgroup } from '../../src/platform/processCgroup.js';

/** Processes that carry the marker and are not zombies. */
function carriers(marker: string): number[] {
  return readdirSync('/proc').map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`).includes(`${attemptVariable}=${marker}`) && !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    } catch {
      return false;
    }
  });
}

async function startTree(marker: string): Promise<number> {
  const child = spawn('./stubborn-tree.sh', { cwd: resolve('fixtures/commands'), detached: true, stdio: ['ignore', 'pipe', 'ignore'], env: { PATH: process.env['PATH'], [attemptVariable]: marker } });
  await new Promise((done) => child.stdout.once('data', done));
  return child.pid ?? 0;
}

(existsSync('/proc/self/environ') ? describe : describe.skip)('the stubborn tree of three', () => {
  test.each([['group and marker alone', false], ['a cgroup where there is one', true]])('%s: nothing survives', async (_, withCgroup) => {
    const marker = `kill-${process.pid}-${withCgroup}`;
    const pid = await startTree(marker);
    const tree = watchTree(pid, marker, withCgroup);
    expect(carriers(marker).length).toBeGreaterThanOrEqual(3);
    if (withCgroup) await new Promise((done) => setTimeout(done, 300));
    tree.terminate();
    expect(carriers(marker).length).toBeGreaterThanOrEqual(3);
    expect(await tree.kill()).toEqual([]);
    expect(carriers(marker)).toEqual([]);
  });

  test('in one breath, without waiting: our own end leaves nothing behind', async () => {
    const marker = `now-${process.pid}`;
    const tree = watchTree(await startTree(marker), marker);
    tree.killNow();
    for (let i = 0; i < 100 && carriers(marker).length > 0; i++) await new Promise((done) => setTimeout(done, 20));
    expect(carriers(marker)).toEqual([]);
  });

  test('a kill when all is gone finds nothing and harms nobody', async () => {
    const child = spawn('true', { detached: true });
    const tree = watchTree(child.pid ?? 0, 'gone');
    await new Promise((done) => child.once('exit', done));
    expect(await tree.kill()).toEqual([]);
  });

  test('a cgroup holds even a process that cleared its environment and left the group', async () => {
    const marker = `cleared-${process.pid}`;
    const child = spawn('sh', ['-c', 'sleep 0.2; setsid env -i sleep 1000 & echo started; wait'], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
    const cgroup = joinCgroup([child.pid ?? 0], marker);
    await new Promise((done) => child.stdout.once('data', done));
    if (cgroup === undefined) {
      console.log('skipped: no writable cgroup v2 here');
      process.kill(-(child.pid ?? 0), 'SIGKILL');
      return;
    }
    while (cgroup.members().length < 2) await new Promise((done) => setTimeout(done, 10));
    cgroup.kill();
    while (cgroup.members().length > 0) await new Promise((done) => setTimeout(done, 10));
    cgroup.remove();
    expect(cgroup.members()).toEqual([]);
  });
});
