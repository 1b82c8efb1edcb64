import { afterAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { looksToCompare } from '../../src/compare/plan.js';
import { createDirectoryStore } from '../../src/stores/index.js';
import { makeRecord } from '../contracts/store.js';
import { temporaryFolder } from '../stores/gitFixture.js';
import { ended, json, type } from './desk.js';

const folder = temporaryFolder('plan');
afterAll(() => { folder.remove(); });
const at = folder.path;

interface Plan { readonly noise: number; readonly margin: number; readonly rows: readonly { looks: readonly number[]; pairs: number; detectable?: number; passed: number; inconclusive: number; caughtAtMargin: number; usualPairs: number }[] }

describe('what a budget can detect', () => {
  test('agrees with the published planning table at a margin of 1.25 times the noise', async () => {
    const plan = json<Plan>(ended(await type(at, ['plan', '--noise', '0.004', '--json']), 0));
    expect(plan).toMatchObject({ noise: 0.004, margin: 0.005 });
    const row = plan.rows.find(({ looks }) => looks.join() === '3,5,7,10')!;
    expect(Math.abs(row.passed - 0.91)).toBeLessThan(0.04);
    expect(Math.abs(row.inconclusive - 0.06)).toBeLessThan(0.03);
    expect(Math.abs(row.caughtAtMargin - 0.9)).toBeLessThan(0.04);
    expect(Math.abs(row.usualPairs - 6.5)).toBeLessThan(0.3);
    expect(Math.abs(row.detectable! / 0.005 - 1)).toBeLessThan(0.08);
  });
  test('more pairs detect less, and the words say it in the unit that was given', async () => {
    const { rows } = json<Plan>(ended(await type(at, ['plan', '--noise', '0.8%', '--margin', '0.5%', '--json']), 0));
    expect(rows.map(({ pairs }) => pairs)).toEqual([3, 5, 7, 10, 20]);
    const sizes = rows.map(({ detectable }) => detectable!);
    expect(sizes.toSorted((a, b) => b - a)).toEqual(sizes);
    const { out } = ended(await type(at, ['plan', '--noise', '0.8%', '--margin', '0.5%', '--pairs', '5']), 0);
    expect(out).toMatch(/With 5 pairs you will catch a drop of 1\.\d %/);
    expect(out).not.toContain('With 7 pairs');
  });
  test('a budget between the usual lists gets one of its own', () => {
    expect(looksToCompare([3, 5, 7, 10], 8)).toEqual([[3], [3, 5], [3, 5, 7], [3, 5, 8]]);
    expect(looksToCompare([4, 9])).toContainEqual([4, 9]);
  });
  test('from the history: seeds at first, the noise of its pairs once there are some, the margin in force, the file\'s looks', async () => {
    writeFileSync(join(at, 'noregret.yml'), 'name: spiral\nmetric: { name: loss, goal: minimize }\ncommand: [node, train.mjs]\nparameters:\n  x: { min: 0.1, max: 1.0 }\nverdict: { looks: [3, 6] }\n');
    const directory = join(at, 'records');
    mkdirSync(directory);
    const flags = ['plan', '--history', directory];
    const { err } = ended(await type(at, flags), 2);
    expect(err).toMatch(/says how much loss scatters between seeds/);
    const store = createDirectoryStore({ directory });
    const canonical = [0.5, 0.52, 0.48].map((loss, seed) => ({ seed, metrics: { loss }, seconds: 1, state: 'complete' as const }));
    await store.append(makeRecord({ canonical }));
    const early = json<Plan>(ended(await type(at, [...flags, '--json', '--pairs', '6']), 0));
    expect(early.noise).toBeCloseTo(0.02 * Math.SQRT2, 12);
    expect(early.margin).toBeCloseTo(1.25 * 0.02 * Math.SQRT2, 12);
    expect(early.rows.map(({ looks }) => looks.join())).toContain('3,6');
    await store.append(makeRecord({ run: '101', finishedAt: '2026-02-01T00:00:00.000Z', canonical, noise: { sd: 0.01, df: 9 }, margin: 0.03 }));
    expect(json(ended(await type(at, [...flags, '--json', '--pairs', '3']), 0))).toMatchObject({ metric: 'loss', noise: 0.01, margin: 0.03 });
    expect(json(ended(await type(at, [...flags, '--json', '--pairs', '3', '--margin', '10%']), 0))).toMatchObject({ margin: 0.05 });
    const [, drop, share] = /With 3 pairs you will catch a drop of ([\d.]+) \(([\d.]+) %\) of loss nine times in ten/.exec(ended(await type(at, [...flags, '--pairs', '3']), 0).out) ?? [];
    expect(Number(share) / Number(drop)).toBeCloseTo(100 / 0.5, -1);
  });
  test.each([
    ['no study file and no noise', ['-c', 'gone.yml'], /gone\.yml/],
    ['noise of zero', ['--noise', '0'], /no standard deviation above zero/],
    ['two units', ['--noise', '0.1', '--margin', '1%'], /different units/],
    ['an alpha that is none', ['--noise', '0.1', '--alpha', 'x'], /alpha is NaN/],
    ['too few pairs', ['--noise', '0.1', '--pairs', '2'], /--pairs 2 is no number of pairs/],
    ['a margin that is none', ['--noise', '0.1', '--margin', 'wide'], /--margin wide is no margin/],
  ])('refused: %s', async (_name, flags, message) => {
    const { err } = ended(await type(at, ['plan', ...flags]), 2);
    expect(err).toMatch(message);
  });
});
