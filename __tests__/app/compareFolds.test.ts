import { describe, expect, test } from '@jest/globals';
import type { TrialJob } from '../../src/model/ports.js';
import { createWorld, noise, plainConfig, type Formula } from './simulatedRun.js';

/** Folds differ far more than the margin; a change is seen only where both sides ran the same ones. */
const byFold = (decline: number): Formula => (side, params, seed, job) => ({
  acc: 0.9 - 0.01 * (Number(params['x']) - 4) ** 2 - 0.1 * (job.part?.fold?.index ?? 0) + 0.001 * noise(`${side}${job.part?.index ?? ''}`, seed) - (side === 'head' ? decline : 0),
});
const config = (more = 'folds: 4\n'): string => plainConfig(`${more}verdict: { search: never }\n`);
const foldsOf = (jobs: readonly TrialJob[], side: string): unknown[] => jobs.filter((job) => job.cwd.endsWith(side)).map(({ seed, part }) => `${seed} ${part?.fold?.index ?? ''}`).sort();

describe('a pull request of a study with folds', () => {
  test('the gate runs the same folds of the same seeds on both sides, and a pair is their mean', async () => {
    const { study, jobs, markdown } = await createWorld({ formula: byFold(0), config: config() }).compare();
    expect(study.verdict.kind).toBe('PASS');
    expect(foldsOf(jobs, 'head')).toEqual(foldsOf(jobs, 'base'));
    expect(jobs).toHaveLength((study.gate?.result.pairs ?? 0) * 2 * 4);
    // Mean over folds 0 to 3: .15 below the first.
    expect(study.gate?.pairs[0]?.base).toBeCloseTo(0.75, 2);
    expect(markdown).toContain(`${jobs.length / 4} trials ok, ${jobs.length} runs`);
  });

  test('a decline of every fold is a regression', async () => {
    expect((await createWorld({ formula: byFold(0.05), config: config() }).compare()).study.verdict.kind).toBe('REGRESSION');
  });

  test('what is announced counts runs, and says of which trials', async () => {
    const world = createWorld({ formula: byFold(0), config: plainConfig('folds: 4\nrepeats: 2\n') });
    await world.compare();
    expect(world.lines.join('\n')).toMatch(/up to 80 search \+ 80 gate \+ \d+ re-score runs \(10 search trials of 8, else 4 each\)/);
  });

  test('folds that differ between the sides are not compared', async () => {
    const { study } = await createWorld({ formula: byFold(0), config: config(), baseConfig: config('folds: 5\n') }).compare();
    expect(study.verdict).toMatchObject({ kind: 'NO_BASELINE', reason: 'runs-changed', sentence: expect.stringContaining('is now the mean of 4 folds') });
    const repeats = await createWorld({ formula: byFold(0), config: config(), baseConfig: config('folds: 4\nrepeats: 3\n') }).compare();
    expect(repeats.study.verdict.kind).toBe('PASS');
  });

  test('one fold that fails on head alone is a failing head', async () => {
    const formula: Formula = (side, params, seed, job) => (side === 'head' && job.part?.fold?.index === 3 ? 'no data' : byFold(0)(side, params, seed, job));
    const { study } = await createWorld({ formula, config: config() }).compare();
    expect(study.verdict).toMatchObject({ kind: 'REGRESSION', reason: 'stability' });
    expect(study.failures[0]?.message).toBe('run 4 of 4 (fold 3): no data');
  });

  test('on main the record holds means, and the next push is gated against them', async () => {
    const world = createWorld({ formula: byFold(0), config: plainConfig('folds: 4\n') });
    const { record } = await world.push(1);
    expect(record?.canonical).toHaveLength(5);
    expect(record?.canonical[0]?.metrics['acc']).toBeCloseTo(0.75, 2);
    expect((await world.push(2)).study.gate?.result.pairs).toBeGreaterThanOrEqual(2);
  });
});
