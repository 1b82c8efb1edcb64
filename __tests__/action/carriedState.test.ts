import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { strToU8, zipSync } from 'fflate';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packState, restoreState, stateFile } from '../../src/action/carriedState.js';
import { createRunArtifacts } from '../../src/platform/artifact.js';
import { startArtifacts, type ArtifactServer } from '../e2e/harness/artifactServer.js';

let server: ArtifactServer;
beforeAll(async () => { server = await startArtifacts(); });
afterAll(() => server.close());

const temporary = (): string => mkdtempSync(join(tmpdir(), 'noregret-state-'));

test('logs of this run travel, older ones and other files stay', async () => {
  const dir = temporary();
  for (const [path, text] of [['my study/abc/study.jsonl', '{"n":1}\n'], ['my study/abc/trial-1/checkpoint', 'x'], ['old/abc/study.jsonl', 'old']] as const) {
    mkdirSync(join(dir, path, '..'), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  utimesSync(join(dir, 'old/abc/study.jsonl'), 1, 1);
  expect(JSON.parse((await packState(dir, 1000_000))!)).toEqual({ 'my study/abc/study.jsonl': '{"n":1}\n' });
  expect(await packState(join(dir, 'absent'), 0)).toBeUndefined();
  rmSync(dir, { recursive: true });
});

test('of a run that is done only logs that leave the report readable', async () => {
  const dir = temporary();
  mkdirSync(join(dir, 's/abc'), { recursive: true });
  writeFileSync(join(dir, 's/abc/study.jsonl'), 'x'.repeat(9 * 1024 * 1024));
  expect(await packState(dir, 0, { finished: true })).toBeUndefined();
  expect((await packState(dir, 0))!.length).toBeGreaterThan(9 * 1024 * 1024);
  rmSync(dir, { recursive: true });
});

test('restored only where nothing is, and never outside', async () => {
  const artifacts = createRunArtifacts(server.env('r'), 1)!;
  const dir = temporary();
  const plant = (attempt: number, state: object): number => server.plant('r', `noregret-default-${attempt}`, zipSync({ [stateFile]: strToU8(JSON.stringify(state)) }));
  plant(1, { 's/a/study.jsonl': 'first', 's/b/study.jsonl': 'other' });
  mkdirSync(join(dir, 's/b'), { recursive: true });
  writeFileSync(join(dir, 's/b/study.jsonl'), 'mine');
  expect(await restoreState(dir, artifacts, 'default')).toBe(1);
  expect([readFileSync(join(dir, 's/a/study.jsonl'), 'utf8'), readFileSync(join(dir, 's/b/study.jsonl'), 'utf8')]).toEqual(['first', 'mine']);
  for (const [i, path] of ['../evil/study.jsonl', '/tmp/x/study.jsonl', 's/../../evil/study.jsonl', 'study.jsonl', 's/a/other.sh', 's\\..\\x/study.jsonl'].entries()) {
    plant(2 + i, { [path]: 'evil', 's/c/study.jsonl': 'with it' });
    expect(await restoreState(dir, artifacts, 'default')).toBe(0);
  }
  expect([existsSync(join(dir, '../evil')), existsSync(join(dir, 's/c'))]).toEqual([false, false]);
  expect(await restoreState(dir, artifacts, 'unknown')).toBe(0);
  rmSync(dir, { recursive: true });
});
