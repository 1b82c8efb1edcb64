import { describe, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { launch, signalOfExitCode, type Launch } from '../../src/platform/process.js';

const commands = resolve('fixtures/commands');
let attempts = 0;

function start(argv: string[], options: Partial<Launch> = {}): ReturnType<typeof launch> & { output: () => string } {
  let text = '';
  const running = launch({ argv, cwd: commands, env: { PATH: process.env['PATH'] ?? '' }, marker: `test-${process.pid}-${attempts++}`, onOutput: (_, chunk) => { text += chunk.toString(); }, ...options });
  return { ...running, output: () => text };
}

/** A zombie is dead: it only waits to be collected. */
function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

async function until(what: () => boolean): Promise<void> {
  while (!what()) await wait(10);
}

describe('processes', () => {
  test('output and exit code', async () => {
    const run = start(['sh', '-c', 'echo out; echo err >&2; exit 3']);
    expect(await run.ended).toEqual({ kind: 'exited', code: 3 });
    expect(run.output().split('\n').sort()).toEqual(['', 'err', 'out']);
  });

  test('a signal is named', async () => {
    expect(await start(['sh', '-c', 'kill -SEGV $$']).ended).toEqual({ kind: 'signalled', signal: 'SIGSEGV' });
    expect(signalOfExitCode(139)).toBe('SIGSEGV');
    expect(signalOfExitCode(1)).toBeUndefined();
  });

  test.each([
    ['an unknown command', ['no-such-command'], {}, /command not found: "no-such-command"/],
    ['a file without the x bit', ['./not-executable.sh'], {}, /not executable/],
    ['a missing folder', ['true'], { cwd: '/no/such/folder' }, /folder .* does not exist/],
    ['a NUL byte', ['echo', 'a\0b'], {}, /cannot start "echo"/],
    ['3 MB of arguments', ['echo', 'x'.repeat(3_000_000)], {}, /too long/],
  ])('%s cannot start and says why', async (_, argv, options, message) => {
    const ending = await start(argv, options).ended;
    expect(ending).toEqual({ kind: 'not-started', message: expect.stringMatching(message) });
  });

  test('the three-process tree dies: one ignores SIGTERM, so does its child, the third left the group', async () => {
    if (!existsSync('/proc/self/environ')) { console.log('skipped: no /proc here'); return; }
    const run = start(['./stubborn-tree.sh']);
    await until(() => run.output().includes('pids'));
    const pids = run.output().trim().split(' ').slice(1).map(Number);
    expect(pids).toHaveLength(3);
    expect(pids.every((pid) => pid > 0 && isAlive(pid))).toBe(true);
    run.stop(50);
    expect(await run.ended).toEqual({ kind: 'signalled', signal: 'SIGKILL' });
    expect(pids.filter(isAlive)).toEqual([]);
  });

  test('a daemon that outlives its parent and holds the output open is killed when the parent ends', async () => {
    const run = start(['./leaves-a-daemon.sh']);
    expect(await run.ended).toEqual({ kind: 'exited', code: 0 });
    const daemon = Number(/daemon (\d+)/.exec(run.output())?.[1]);
    expect(daemon).toBeGreaterThan(0);
    expect(isAlive(daemon)).toBe(false);
  });

  test('SIGTERM comes first, so a program may tidy up', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'noregret-'));
    const run = start(['sh', '-c', `trap 'echo tidy > ${dir}/tidy; exit 0' TERM; echo ready; while :; do sleep 0.05; done`]);
    await until(() => run.output().includes('ready'));
    run.stop(20_000);
    expect(await run.ended).toEqual({ kind: 'exited', code: 0 });
    expect(existsSync(join(dir, 'tidy'))).toBe(true);
  });

  test('a second stop shortens the grace of the first', async () => {
    const run = start(['sh', '-c', "trap '' TERM; echo ready; while :; do sleep 0.05; done"]);
    await until(() => run.output().includes('ready'));
    run.stop(3_600_000);
    run.stop(10);
    expect(await run.ended).toEqual({ kind: 'signalled', signal: 'SIGKILL' });
  });
});
