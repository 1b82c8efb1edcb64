import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../src/model/comparison.js';
import type { StudyRecord } from '../../src/model/record.js';
import { encodeLine } from '../../src/stores/journalLines.js';
import { studySource, trainingSource } from '../e2e/harness/trainings.js';
import { createRepository, temporaryFolder, type TestRepository } from '../stores/gitFixture.js';
import { ended, json, type } from '../cli/desk.js';
import { recordOnMain } from '../cli/recordOnMain.js';
import { finished, put } from './training.js';

let folder: ReturnType<typeof temporaryFolder>;
let dir: string;
let log: string;
beforeEach(() => {
  folder = temporaryFolder('stored');
  dir = folder.path;
  log = join(dir, '.noregret', 'demo', 'study.jsonl');
  put(dir, 'train.mjs', trainingSource());
  put(dir, 'noregret.yml', studySource({ trials: 4, extra: 'verdict: { rescore: 0 }\n' }));
});
afterEach(() => { folder.remove(); });
const read = (): string => readFileSync(log, 'utf8');

describe('a study log', () => {
  test('torn in its last line: cut, said, and only that trial is run again', async () => {
    ended(await type(dir, ['tune']), 0);
    const whole = read();
    const at = whole.lastIndexOf('{"type":"finished"');
    truncateSync(log, Buffer.byteLength(whole.slice(0, at)) + 40);
    const kept = finished(whole.slice(0, at));
    const { err } = ended(await type(dir, ['tune']), 0);
    expect(err).toMatch(/warning: The log ended in the middle of a line: 40 bytes were cut, nothing finished was lost\./);
    const after = finished(read());
    expect(after.slice(0, kept.length)).toEqual(kept);
    expect(after).toHaveLength(4);
  });

  test('damaged in the middle: refused with the line and the way out, untouched', async () => {
    ended(await type(dir, ['tune']), 0);
    const lines = read().split('\n');
    lines[3] = `${lines[3]?.slice(0, 30) ?? ''}#${lines[3]?.slice(31) ?? ''}`;
    writeFileSync(log, lines.join('\n'));
    const { err } = ended(await type(dir, ['tune']), 3);
    expect(err).toContain('is damaged at line 4');
    expect(err).toMatch(/fix: .*head -n 3/);
    expect(read()).toBe(lines.join('\n'));
  });

  test('of a newer version: refused by name, untouched', async () => {
    const newer = encodeLine({ type: 'created', schema: 2, tool: 'noregret 9.0.0', study: 'demo', at: '', identity: {} } as never, 0);
    put(dir, join('.noregret', 'demo', 'study.jsonl'), newer);
    const { err } = ended(await type(dir, ['tune']), 2);
    expect(err).toContain('was written by a newer noregret: its schema is 2, this version reads up to 1.');
    expect(read()).toBe(newer);
  });

  test('that is somebody else\'s file: refused by name, untouched', async () => {
    put(dir, join('.noregret', 'demo', 'study.jsonl'), '{"epoch":1}\n{"epoch":2}\n');
    const { err } = ended(await type(dir, ['tune']), 2);
    expect(err).toContain('is not a study log of noregret');
    expect(read()).toBe('{"epoch":1}\n{"epoch":2}\n');
  });

  test('of another study: refused by the field that differs, untouched', async () => {
    const other = encodeLine({ type: 'created', schema: 1, tool: 'noregret 1.2.3', study: 'other', at: '', identity: {} }, 0);
    put(dir, join('.noregret', 'demo', 'study.jsonl'), other);
    expect(ended(await type(dir, ['tune']), 2).err).toMatch(/belongs to another run: its (study|command|config)/);
    expect(read()).toBe(other);
  });
});

describe('a record of the history', () => {
  let repository: TestRepository;
  const history = join('.noregret', 'kept');
  const only = (): string => {
    const [name = ''] = readdirSync(join(dir, history), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.json'));
    return join(dir, history, name);
  };
  const compare = async (code: number): ReturnType<typeof type> => ended(await type(dir, ['compare', 'main', 'pr', '--json', '--history', history]), code);

  beforeEach(async () => {
    repository = createRepository(dir);
    put(dir, 'noregret.yml', studySource({ trials: 2, extra: 'verdict: { search: never }\n' }));
    repository.commit('one');
    await recordOnMain(dir, join(dir, history));
    repository.git('switch', '-q', '-c', 'pr');
    repository.commit('same', { README: 'x' });
  });

  test.each([
    ['torn', (text: string) => text.slice(0, 200), /not JSON/],
    ['foreign', () => '{"hello":1}\n', /not a noregret record/],
    ['of another commit', (text: string) => text.replace(/"sha":"[0-9a-f]{8}/, '"sha":"00000000'), /holds the record of another commit/],
  ])('%s: left out, warned about by name, and the base is run here', async (_name, damage, message) => {
    const path = only();
    const text = damage(readFileSync(path, 'utf8'));
    writeFileSync(path, text);
    const typed = await compare(0);
    expect(typed.err).toMatch(message);
    expect(json<Report>(typed).studies[0]?.baseline).toMatchObject({ source: 'rerun' });
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('of a newer version: refused by name; nothing is judged by half a history', async () => {
    const path = only();
    writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as StudyRecord), schema: 2 }));
    const typed = await type(dir, ['compare', 'main', 'pr', '--history', history]);
    expect(typed.code).not.toBe(0);
    expect(`${typed.out}${typed.err}`).toContain('was written by a newer noregret');
    expect(`${typed.out}${typed.err}`).toContain('Update noregret');
  });
});

describe('where nothing can be written', () => {
  test('a file in the place of .noregret', async () => {
    put(dir, '.noregret', 'a note of mine');
    const { err } = ended(await type(dir, ['tune']), 3);
    expect(err).toMatch(/error: .*\.noregret cannot be written: .*\n {2}fix: Make the folder writable, or move away what is in its place\./);
    expect(readFileSync(join(dir, '.noregret'), 'utf8')).toBe('a note of mine');
  });

  test('a file in the place of --out: the result is shown all the same, exit 3', async () => {
    const repository = createRepository(dir);
    repository.commit('one');
    put(dir, 'taken', 'mine');
    const typed = ended(await type(dir, ['compare', 'main', 'main', '--out', 'taken']), 3);
    expect(typed.out).toContain('No change');
    expect(typed.err).toMatch(/warning: .*taken cannot be written/);
    expect(readFileSync(join(dir, 'taken'), 'utf8')).toBe('mine');
  });

  test('a read-only folder', async () => {
    chmodSync(dir, 0o555);
    try {
      if (process.getuid?.() === 0) { console.log('skipped: root may write everywhere'); return; }
      expect(ended(await type(dir, ['tune']), 3).err).toMatch(/cannot be written: .*(EACCES|permission denied)/);
    } finally {
      chmodSync(dir, 0o755);
    }
  });

  test('a disk that fills up in the middle: no further trial, what was measured is kept and shown, exit 3', async () => {
    const state = join(dir, '.noregret');
    mkdirSync(state);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1500k', 'tmpfs', state]).status !== 0) { console.log('skipped: this user may not mount a tmpfs'); return; }
    try {
      put(dir, 'noregret.yml', studySource({ trials: 40, extra: 'verdict: { rescore: 0 }\n' }));
      // Each trial leaves 60 kB behind in its own folder.
      put(dir, 'train.mjs', `import { writeFileSync } from 'node:fs';\nwriteFileSync(process.env.NOREGRET_TRIAL_DIR + '/checkpoint', 'x'.repeat(60_000));\n${trainingSource()}`);
      const typed = ended(await type(dir, ['tune']), 3);
      const measured = finished(read()).filter((line) => line.includes('"state":"complete"'));
      expect(measured.length).toBeGreaterThan(0);
      expect(measured.length).toBeLessThan(40);
      expect(typed.out).toContain('Incomplete: nothing more can be written (the disk is full');
      expect(typed.out).toMatch(/accuracy ↑ best found.* 0\.\d+/);
      expect(`${typed.out}${typed.err}`).not.toContain('this is a bug');
      expect(statSync(log).size).toBeGreaterThan(0);
    } finally {
      spawnSync('umount', [state]);
    }
  });
});
