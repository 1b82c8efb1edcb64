import { describe, expect, test } from '@jest/globals';
import { createWorld, hill, plainConfig, type Ran, type WorldOptions } from './simulatedRun.js';

const HANGS = 1e6;
const limited = plainConfig('budget: { trials: 4, time: 10m }\n');
const compare = async (seconds: NonNullable<WorldOptions['seconds']>, more: Partial<WorldOptions> = {}): Promise<Ran> =>
  await createWorld({ formula: (side, params, seed) => hill({ salt: side })(params, seed), config: limited, seconds, ...more }).compare();

describe('budget.time ends whatever is running, and what it cut is no statement about the code', () => {
  test('gate: the last look is reported, nobody is blamed for a run that was cut', async () => {
    const { study } = await compare((job) => (job.side === 'head' && job.stage === 'canonical' ? HANGS : 10));
    expect(study.verdict).toMatchObject({ kind: 'INCONCLUSIVE', reason: 'budget' });
    expect(study.budget).toMatchObject({ failed: 0, wallSeconds: 600 });
    expect(study.failures).toEqual([]);
  });

  test('confirmation: a decline that could not be repeated is not confirmed', async () => {
    const worse: WorldOptions['formula'] = (side, params, seed) => hill({ level: side === 'base' ? 0.9 : 0.8, salt: side })(params, seed);
    const { study } = await compare((job) => (job.stage === 'confirm' ? HANGS : 10), { formula: worse });
    expect(study.verdict).toMatchObject({ kind: 'NOT_CONFIRMED', reason: 'budget' });
    expect(study.budget.wallSeconds).toBe(600);
  });

  test('margin: no margin is frozen from a part of the base', async () => {
    const { study } = await compare(() => HANGS, { config: plainConfig('budget: { trials: 4, time: 10m }\n', 'margin: 1%') });
    expect(study.verdict).toMatchObject({ kind: 'INCOMPLETE', reason: 'out-of-time' });
    expect(study.verdict.sentence).toContain('Raise budget.time');
    expect(study.budget.wallSeconds).toBe(600);
  });

  test('re-score: the best by its one value is shown, and the report says so', async () => {
    const { study, markdown } = await compare((job) => (job.stage === 'rescore' ? HANGS : 10));
    expect(study.verdict.kind).toBe('PASS');
    expect(study.search?.bestTrial).toBeDefined();
    expect(markdown).toContain('before the best trials were all measured again');
    expect(study.budget.wallSeconds).toBe(600);
  });

  test('re-score after a confirmed decline: the search found something, so it did not fail', async () => {
    const moved: WorldOptions['formula'] = (side, params, seed) => hill({ optimum: side === 'base' ? 4 : 8, salt: side })(params, seed);
    const { study } = await compare((job) => (job.stage === 'rescore' ? HANGS : 10), { formula: moved });
    expect(study.verdict).toMatchObject({ kind: 'REGRESSION', reason: 'retuning-not-run' });
  });

  test('a re-run goes on where the time ended', async () => {
    const world = createWorld({ formula: (side, params, seed) => hill({ salt: side })(params, seed), config: limited, seconds: (job) => (job.stage === 'rescore' ? HANGS : 10) });
    const first = await world.compare();
    const again = await world.compare({ seconds: () => 10 });
    expect(again.jobs.every((job) => job.stage === 'rescore')).toBe(true);
    expect(first.study.verdict.kind).toBe(again.study.verdict.kind);
  });

  test('a push records what ended in time', async () => {
    const world = createWorld({ formula: (side, params, seed) => hill({ salt: side })(params, seed), config: plainConfig('budget: { trials: 4, time: 1m }\nverdict: { search: never }\n'), seconds: () => 25 });
    const { record } = await world.push(1);
    expect(record?.canonical.every(({ state }) => state === 'complete')).toBe(true);
    expect(record?.canonical).toHaveLength(4);
  });
});
