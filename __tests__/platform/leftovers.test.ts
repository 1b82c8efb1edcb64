import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { attemptVariable } from '../../src/platform/killTree.js';
import { endLeftovers, studyMark } from '../../src/platform/leftovers.js';

let folder = '';
const started: ChildProcess[] = [];
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'noregret-')); });
afterEach(() => {
  for (const { pid } of started.splice(0)) if (pid !== undefined && isAlive(pid)) process.kill(-pid, 'SIGKILL');
  rmSync(folder, { recursive: true });
});

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`) && !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));

/** A process that is no more. */
const dead = (): string => `${spawnSync('true').pid}.1`;

async function leave(marker: string, script = 'echo up; exec sleep 1000'): Promise<number> {
  const child = spawn('sh', ['-c', script], { cwd: resolve('fixtures/commands'), detached: true, stdio: ['ignore', 'pipe', 'ignore'], env: { PATH: process.env['PATH'], [attemptVariable]: marker } });
  started.push(child);
  await new Promise((done) => child.stdout.once('data', done));
  return child.pid ?? 0;
}

(existsSync('/proc/self/environ') ? describe : describe.skip)('what a killed run left behind', () => {
  test('is found by the study\'s marker and ended, though it left the group and ignores SIGTERM', async () => {
    const mark = studyMark(folder);
    const marker = `${mark.study}.${dead()}-abc-0-1`;
    const polite = await leave(marker);
    const stubborn = await leave(marker, './stubborn-tree.sh');
    const { found, survivors } = await endLeftovers(mark, 200);
    expect(found).toEqual(expect.arrayContaining([polite, stubborn]));
    expect(found.length).toBeGreaterThanOrEqual(4);
    expect(survivors).toEqual([]);
    expect(found.filter(isAlive)).toEqual([]);
  });

  test('gets SIGTERM first: a program may put its checkpoint away', async () => {
    const mark = studyMark(folder);
    const pid = await leave(`${mark.study}.${dead()}-abc-0-1`, `trap 'echo saved > ${folder}/checkpoint; exit' TERM; echo up; while :; do sleep 0.05; done`);
    expect((await endLeftovers(mark)).survivors).toEqual([]);
    expect(isAlive(pid)).toBe(false);
    expect(readFileSync(`${folder}/checkpoint`, 'utf8')).toBe('saved\n');
  });

  test('nothing there: at once', async () => expect(await endLeftovers(studyMark(folder))).toEqual({ found: [], survivors: [] }));
});

(existsSync('/proc/self/environ') ? describe : describe.skip)('what is not ours to end', () => {
  test.each([
    ['trials of a run that is alive', () => `${studyMark(folder).own}-abc-0-1`],
    ['another study\'s', () => `${'0'.repeat(16)}.${dead()}-abc-0-1`],
    ['a marker that begins like this study\'s', () => `${studyMark(folder).study}0.${dead()}-abc-0-1`],
    ['a marker of a program without a study', () => 'abcdef012345-0-1'],
    ['the mark in the middle of another', () => `x${studyMark(folder).study}.${dead()}-abc-0-1`],
  ])('%s', async (_, marker) => {
    const pid = await leave(marker());
    expect(await endLeftovers(studyMark(folder), 50)).toEqual({ found: [], survivors: [] });
    expect(isAlive(pid)).toBe(true);
  });

  test('the study in a copy of its folder', async () => {
    const pid = await leave(`${studyMark(folder).study}.${dead()}-abc-0-1`);
    const copy = mkdtempSync(join(tmpdir(), 'noregret-'));
    cpSync(folder, copy, { recursive: true });
    expect(readFileSync(join(copy, 'id'), 'utf8')).toBe(readFileSync(join(folder, 'id'), 'utf8'));
    expect(await endLeftovers(studyMark(copy), 50)).toEqual({ found: [], survivors: [] });
    expect(isAlive(pid)).toBe(true);
    rmSync(copy, { recursive: true });
  });
});

test('the same folder has the same name, and one file for it', () => {
  expect(studyMark(folder)).toEqual(studyMark(folder));
  expect(readFileSync(join(folder, 'id'), 'utf8')).toMatch(/^[0-9a-f]{32}$/);
});
