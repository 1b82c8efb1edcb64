import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../src/model/comparison.js';
import { studySource, trainingSource } from '../e2e/harness/trainings.js';
import { createRepository, temporaryFolder } from '../stores/gitFixture.js';
import { ended, json, type } from './desk.js';

const folder = temporaryFolder('aa');
afterAll(() => { folder.remove(); });
beforeAll(() => {
  createRepository(folder.path).commit('main', { 'train.mjs': trainingSource(), 'noregret.yml': studySource({ trials: 3 }) });
});
const at = folder.path;

describe('noregret aa', () => {
  test('runs real programs, tells what it will cost, reports, and leaves three files', async () => {
    const { out, err } = ended(await type(at, ['aa', '--rounds', '5']), 0);
    expect(err).toMatch(/demo: A\/A self-test: 5 seeds, \d+ to \d+ runs of unchanged code/);
    expect(err).toMatch(/noregret plan --noise [\d.e-]+ --margin [\d.]+/);
    expect(out).toContain('A/A self-test of demo');
    expect(readdirSync(join(at, '.noregret', 'report')).sort()).toEqual(['report.html', 'report.json', 'report.md']);
    expect(readFileSync(join(at, '.noregret', 'report', 'report.html'), 'utf8')).toContain('What was run');
  });
  test('again with more rounds: only the new ones are run; --json is the report; resume starts the same', async () => {
    const report = json<Report>(ended(await type(at, ['aa', '--rounds', '6', '--json', '--quiet']), 0));
    const [selfTest] = report.selfTests!;
    expect(selfTest!.rounds).toHaveLength(6);
    expect(selfTest!.reused).toBeGreaterThan(9);
    expect(selfTest!.runs - selfTest!.reused).toBeLessThanOrEqual(3);
    const again = json<Report>(ended(await type(at, ['resume', '--json', '--quiet']), 0));
    expect(again.selfTests![0]!.rounds).toEqual(selfTest!.rounds);
    expect(again.selfTests![0]).toMatchObject({ reused: selfTest!.runs, runs: selfTest!.runs });
  });
  test('the stored report is rendered again', async () => {
    expect(ended(await type(at, ['report', '--format', 'markdown']), 0).out).toContain('What the gate says when nothing changed');
  });
  test('interrupted: exit 130, and said', async () => {
    const controller = new AbortController();
    controller.abort();
    const { code, out } = await type(at, ['aa', '--rounds', '30'], { signal: controller.signal });
    expect(code).toBe(130);
    expect(out).toContain('nothing could be measured');
  });
  test.each([['3', /--rounds 3 is no number of rounds/], ['x', /--rounds x is no number of rounds/]])('--rounds %s is refused', async (rounds, message) => {
    expect(ended(await type(at, ['aa', '--rounds', rounds]), 2).err).toMatch(message);
  });
  test('outside of git: said, and nothing is written', async () => {
    const bare = temporaryFolder('aa-bare');
    try {
      ended(await type(bare.path, ['aa']), 2);
      expect(readdirSync(bare.path)).toEqual([]);
    } finally {
      bare.remove();
    }
  });
});
