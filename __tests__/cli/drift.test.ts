import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DriftReport } from '../../src/model/drift.js';
import { gitTestEnv } from '../stores/gitFixture.js';
import { ended, json, type } from './desk.js';

const config = `name: digits
command: [python, train.py]
metric: { name: acc, goal: maximize }
parameters:
  lr: { min: 0.0001, max: 1, distribution: log_uniform_values, default: 0.5 }  # the team's habit
  depth: { min: 1, max: 9 }
`;

let root = '';
let repository = '';
let history = '';
const shas: string[] = [];

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'noregret-drift-'));
  [repository, history] = [join(root, 'repo'), join(root, 'history')];
  mkdirSync(repository);
  git('init', '-q', '-b', 'main');
  writeFileSync(join(repository, 'noregret.yml'), config);
  git('add', '.');
  for (let i = 0; i < 24; i++) {
    git('commit', '-q', '--allow-empty', '-m', `change ${String(i)}`);
    if (i === 3) git('tag', 'v1.0');
    shas.push(git('rev-parse', 'HEAD'));
    put(i, record(i));
  }
});
afterAll(() => { rmSync(root, { recursive: true, force: true }); });

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: repository, env: gitTestEnv(root), encoding: 'utf8' }).trim();
}

function put(i: number, value: object): void {
  const folder = join(history, 'digits', shas[i] ?? '');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${String(i)}-1.json`), `${JSON.stringify(value)}\n`);
}

/** Falls by 0.1 at commit 14; the search says that a small lr is good. */
function record(i: number): object {
  const trials = Array.from({ length: 30 }, (_, k) => ({ params: { lr: 10 ** (-4 + (4 * k) / 29), depth: 1 + ((k * 7) % 9) }, result: { outcome: { state: 'complete', value: 1 - k / 30 }, metrics: {}, seconds: 1 } }));
  return {
    schema: 1, tool: 'test', kind: 'observed', study: 'digits', sha: shas[i], run: String(i), attempt: 1, startedAt: '2026-01-01T00:00:00.000Z', finishedAt: `2026-01-01T00:${String(i).padStart(2, '0')}:00.000Z`,
    key: { gpu: 'A' }, metric: { name: 'acc', goal: 'maximize' }, space: '', incumbent: { params: { lr: 0.0002, depth: 9 }, sinceSha: shas[0], source: 'challenger' },
    canonical: [1, 2, 3, 4, 5].map((seed) => ({ seed, metrics: { acc: (i < 14 ? 0.9 : 0.8) + 0.02 * (((Math.sin(seed * 78.2 + i * 12.9) * 43758.5) % 1)) }, seconds: 1, state: 'complete' })),
    ...(i === 23 ? { search: { finishedAt: '2026-01-01T00:00:00.000Z', method: 'random', seed: 1, trials } } : {}),
    budget: { trials: 5, wallSeconds: 1, gpuMinutes: 0 },
  };
}

describe('noregret drift', () => {
  test('finds the fall, the stale default with a patch that applies, and what has added up since the tag', async () => {
    const found = json<{ studies: DriftReport[]; patches: { diff: string }[] }>(ended(await type(repository, ['drift', '--history', history, '--json']), 0));
    const [report] = found.studies;
    expect(report?.alarms.map(({ sha, better, kind }) => ({ sha, better, kind }))).toEqual([{ sha: shas[14], better: false, kind: 'step' }]);
    expect(report?.sinceRelease).toMatchObject({ tag: 'v1.0', sha: shas[3], better: false });
    expect(report?.trajectories.find(({ name }) => name === 'depth')).toMatchObject({ boundary: 'high' });
    expect(report?.staleDefaults).toMatchObject([{ name: 'lr', declared: 0.5, suggested: 0.0002 }]);
    writeFileSync(join(root, 'lr.patch'), `${found.patches[0]?.diff ?? ''}\n`);
    git('apply', '--unidiff-zero', join(root, 'lr.patch'));
    expect(readFileSync(join(repository, 'noregret.yml'), 'utf8')).toBe(config.replace('default: 0.5', 'default: 0.0002'));
    git('checkout', '-q', '--', 'noregret.yml');
  });

  test('as text, and as a page that stands alone', async () => {
    const page = join(root, 'drift.html');
    const { out } = ended(await type(repository, ['drift', '--history', history, '--html', page]), 0);
    expect(out).toContain(`acc worse since ${(shas[14] ?? '').slice(0, 7)}`);
    expect(out).toContain('▼');
    expect(out).toContain('at its upper bound');
    expect(existsSync(page)).toBe(true);
    const html = readFileSync(page, 'utf8');
    expect(html).toContain('figure class="chart series"');
    expect(html).not.toMatch(/https?:\/\/(?!www\.w3\.org)/u);
  });

  test('an empty history is said, and is no failure', async () => {
    mkdirSync(join(root, 'none'));
    expect(ended(await type(repository, ['drift', '--history', join(root, 'none')]), 0).out).toContain('no complete run of digits');
  });

  test.each(['drift', 'history', 'plan'])('%s: a mistyped folder of the history is no empty history', async (command) => {
    expect(ended(await type(repository, [command, '--history', join(root, 'mistyped')]), 2).err).toMatch(/There is no folder .*mistyped[^]*fix: /);
  });

  test('a record of a newer version stops with what to do', async () => {
    const folder = join(history, 'digits', 'f'.repeat(40));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, '1-1.json'), '{"schema":9}\n');
    const { code, err } = await type(repository, ['drift', '--history', history]);
    rmSync(folder, { recursive: true });
    expect(code).toBe(2);
    expect(err).toContain('written by a newer noregret');
    expect(err).toContain('fix: Update noregret');
  });

  test('a rewritten main: records of lost commits are left out, which is said', async () => {
    git('branch', 'rewritten', shas[20] ?? '');
    const { out } = ended(await type(repository, ['drift', '--history', history, '--on', 'rewritten']), 0);
    expect(out).toContain('3 records of commits that are not on this branch');
    expect(readdirSync(join(history, 'digits'))).toHaveLength(24);
  });
});
