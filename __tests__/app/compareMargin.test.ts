import { describe, expect, test } from '@jest/globals';
import { counts, createWorld, hill, noise, plainConfig, type Formula } from './simulatedRun.js';

const fine: Formula = (side, params, seed) => hill({ sd: 0.001, salt: side })(params, seed);
const configOf = (margin: string): string => plainConfig('verdict: { search: never }\n', `margin: ${margin}`);
const run = async (margin: string, formula: Formula = fine) => await createWorld({ formula, config: configOf(margin), capacity: 1 }).compare();

describe('the margin', () => {
  test('absolute: nothing is run for it', async () => {
    const { study, jobs } = await run('0.02');
    expect(study.margin).toEqual({ value: 0.02, kind: 'absolute', provisional: false });
    expect(counts(jobs)).toEqual({ 'canonical base': 3, 'canonical head': 3 });
    expect(study.metrics).toMatchObject([{ margin: 0.02 }]);
  });

  test('per cent: of the mean of five base runs, which come before any head run and serve the gate', async () => {
    const { study, jobs } = await run('2%');
    expect(jobs.slice(0, 5).every((job) => job.side === 'base')).toBe(true);
    expect(counts(jobs)).toEqual({ 'canonical base': 5, 'canonical head': 3 });
    const mean = 0.02 * 0.9;
    expect(study.margin).toMatchObject({ kind: 'percent', provisional: false });
    expect(Math.abs(study.margin!.value / mean - 1)).toBeLessThan(0.02);
    expect(study.budget).toMatchObject({ reused: 0, complete: 8 });
  });

  test('auto without a history: provisional, and the report says so and how sure it is', async () => {
    const { study, jobs, markdown } = await run('auto');
    expect(jobs.slice(0, 5).every((job) => job.side === 'base')).toBe(true);
    expect(study.margin).toMatchObject({ kind: 'auto', provisional: true, noise: expect.any(Number) });
    expect(study.notes).toEqual([expect.stringContaining('provisional')]);
    expect(study.budget.plan).toMatch(/≈ \d+ s on 1 slot.*margin 1\.3 × noise: if nothing changed, expect/);
    expect(markdown).toContain('provisional');
  });

  test('auto of a program that has no noise: half a per cent of its value', async () => {
    const { study } = await run('auto', (side) => ({ acc: side === 'base' ? 0.8 : 0.799 }));
    expect(study.margin!.value).toBeCloseTo(0.004, 10);
    expect(study.warnings).toEqual([expect.stringContaining('ignore NOREGRET_SEED')]);
    expect(study.verdict.kind).toBe('PASS');
  });

  test.each(['1%', 'auto'])('%s without a meaning here is refused with what to write instead, before the head is run', async (margin) => {
    const { study, jobs } = await run(margin, (side, _params, seed) => (margin === 'auto' ? 'no data' : { acc: noise(side, seed) }));
    expect(study.verdict).toMatchObject({ kind: 'INCOMPLETE', reason: expect.stringMatching(/^margin-/), sentence: expect.stringContaining('margin:') });
    expect(jobs.every((job) => job.side === 'base')).toBe(true);
  });

  test('stays frozen on resume, whatever the history says by then', async () => {
    const world = createWorld({ formula: fine, config: configOf('auto'), changed: ['README.md'] });
    const first = await world.compare({ cancelWhen: (job) => job.side === 'head' });
    for (let n = 12; n <= 20; n++) await world.push(n, { formula: (_side, params, seed) => hill({ sd: 0.004, salt: String(n) })(params, seed) });
    const { study } = await world.compare();
    expect(first.study.margin).toMatchObject({ provisional: true });
    expect(study.margin).toEqual(first.study.margin);
  });
});
