import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { readStudyFile } from '../../src/cli/studyFile.js';
import { distDir } from '../e2e/harness/runner.js';
import { temporaryFolder } from '../stores/gitFixture.js';
import { ended, json, type } from './desk.js';

let folder: ReturnType<typeof temporaryFolder>;
const put = (path: string, text: string): void => { writeFileSync(join(folder.path, path), text); };
const op = (op_code: number, fields: object): string => `${JSON.stringify({ op_code, worker_id: 'w', ...fields })}\n`;
const choice = JSON.stringify({ name: 'CategoricalDistribution', attributes: { choices: ['=cmd()', 'b,"c"', null] } });
const whole = (study_id: number, c: number, value: number): string => op(4, { study_id, datetime_start: '2026-01-01T00:00:00', datetime_complete: '2026-01-01T00:00:03', state: 1, value, params: { c }, distributions: { c: choice } });
const two = `${op(0, { study_name: '../../etc/x', directions: [2] })}${whole(0, 0, 1)}${whole(0, 1, 3)}${op(0, { study_name: 'other', directions: [1] })}`;
beforeEach(() => { folder = temporaryFolder('import'); put('study.log', two); });
afterEach(() => { folder.remove(); });

test('the study that is named becomes a log here, whatever its name, and goes on by its own space', async () => {
  const which = ended(await type(folder.path, ['import', 'study.log']), 2);
  expect(which.err).toMatch(/which study is meant\?.*"\.\.\/\.\.\/etc\/x", "other"/);
  const typed = ended(await type(folder.path, ['import', 'study.log', '--study-name', '../../etc/x', '--json']), 0);
  expect(json(typed)).toEqual({
    ok: true, tool: 'Optuna', format: 'optuna-journal', study: 'etc-x', out: 'etc-x.jsonl', trials: 2, notes: [], metric: { name: 'value', goal: 'maximize' }, space: { is: 'declared', parameters: 1 },
    states: { complete: 2, pruned: 0, failed: 0, infeasible: 0, running: 0, waiting: 0 }, best: { trial: 1, value: 3, params: { c: 'b,"c"' } },
  });
  const goesOn = ended(await type(folder.path, ['ask-tell', '--study', 'etc-x.jsonl', '--method', 'random'], { stdin: '{"op":"best"}\n{"op":"ask"}\n{"op":"ask"}\n' }), 0);
  expect(goesOn.out.trimEnd().split('\n').map((line) => JSON.parse(line) as unknown)).toMatchObject([{ trial: 1, value: 3 }, { trials: [{ trial: 2, params: { c: null } }] }, { done: true, reason: 'exhausted' }]);
  expect(ended(await type(folder.path, ['import', 'study.log', '--study-name', '../../etc/x']), 2).err).toContain('etc-x.jsonl is there already');
  expect(ended(await type(folder.path, ['ask-tell', '--study', 'etc-x.jsonl', '--goal', 'minimize', '--metric', 'v'], { stdin: '' }), 2).err).toContain('maximize');
});

test('csv for a spreadsheet, json for programs, a journal for Optuna; never over a file', async () => {
  ended(await type(folder.path, ['import', 'study.log', '--study-name', '../../etc/x', '--out', 'log.jsonl']), 0);
  const table = ended(await type(folder.path, ['export', 'log.jsonl', '--format', 'csv']), 0).out;
  expect(table.split('\n').slice(0, 3)).toEqual(['trial,stage,side,state,value,seconds,seed,message,c', "0,search,head,complete,1,3,0,,'=cmd()", '1,search,head,complete,3,3,0,,"b,""c"""']);
  expect(JSON.parse(ended(await type(folder.path, ['export', 'log.jsonl', '--format', 'json']), 0).out)).toMatchObject({ metric: { goal: 'maximize' }, trials: [{ value: 1, params: { c: '=cmd()' } }, { value: 3 }] });
  ended(await type(folder.path, ['export', 'log.jsonl', '--format', 'optuna-journal', '--out', 'out.log']), 0);
  expect(readFileSync(join(folder.path, 'out.log'), 'utf8').split('\n')[0]).toContain('"directions":[2]');
  const before = readFileSync(join(folder.path, 'study.log'));
  expect(ended(await type(folder.path, ['export', 'log.jsonl', '--format', 'json', '--out', 'study.log']), 2).err).toContain('is there already');
  expect(readFileSync(join(folder.path, 'study.log'))).toEqual(before);
});

test('what is no study is refused by name', async () => {
  put('foreign.db', 'SQLite format 3\0');
  put('empty.log', '');
  mkdirSync(join(folder.path, 'dir'));
  for (const path of ['foreign.db', 'empty.log', 'dir', 'nothing.log', '/dev/null']) {
    const typed = ended(await type(folder.path, ['import', path, '--out', 'never.jsonl']), 2);
    expect(typed.err).toContain(path);
  }
  ended(await type(folder.path, ['export', 'study.log', '--format', 'xml']), 2);
  expect(existsSync(join(folder.path, 'never.jsonl'))).toBe(false);
});

const openFiles = (pid: number): string[] => readdirSync(`/proc/${pid}/fd`).flatMap((fd) => { try { return [readlinkSync(`/proc/${pid}/fd/${fd}`)]; } catch { return []; } });

// Where there is no /proc nothing tells that the reading has begun.
(existsSync('/proc/self/fd') ? test : test.skip)('a signal while a large file is read ends the process there and then, and leaves nothing', async () => {
  put('large.csv', `lr,loss\n${'0.125,0.75\n'.repeat(1_000_000)}`);
  const child = spawn(process.execPath, [join(distDir, 'cli.js'), 'import', 'large.csv', '--metric', 'loss', '--params', 'lr', '--out', 'large.jsonl'], { cwd: folder.path, stdio: 'ignore' });
  const exit = new Promise((resolve) => child.on('exit', (code, signal) => { resolve(code ?? signal); }));
  const isReading = (): boolean => openFiles(child.pid ?? 0).some((path) => path.endsWith('large.csv'));
  while (!isReading()) await wait(5);
  // Its beginning is looked at by several formats first.
  await wait(300);
  expect(isReading()).toBe(true);
  child.kill('SIGINT');
  expect(await exit).toBe('SIGINT');
  expect(readdirSync(folder.path).filter((name) => name.startsWith('large'))).toEqual(['large.csv']);
});

test('nobody reading the notes is no error', async () => {
  put('small.csv', 'lr,loss\n0.1,0.5\n');
  const child = spawn(process.execPath, [join(distDir, 'cli.js'), 'import', 'small.csv', '--metric', 'loss', '--params', 'lr'], { cwd: folder.path, stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr.destroy();
  expect(await new Promise((resolve) => child.on('exit', (code, signal) => { resolve(code ?? signal); }))).toBe(0);
});

test('what may run a Python is ended in order, so that its folder of pickled results does not stay behind', async () => {
  const held: string[] = [];
  const desk = { cwd: folder.path, endsAtOnce: <T>(work: () => T): T => { held.push('at once'); return work(); } };
  await readStudyFile(desk, 'study.log', { trust: true });
  expect(held).toEqual([]);
  await readStudyFile(desk, 'study.log');
  expect(held).toEqual(['at once']);
});
