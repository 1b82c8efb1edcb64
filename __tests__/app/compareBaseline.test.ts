import { describe, expect, test } from '@jest/globals';
import { UserError } from '../../src/model/errors.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { counts, createWorld, hill, noise, plainConfig, shaOf, type Formula, type World, type WorldOptions } from './simulatedRun.js';

const noSearch = plainConfig('verdict: { search: never }\n');
const fine: Formula = (side, params, seed) => hill({ sd: 0.001, salt: side })(params, seed);
/** Main's 20th commit, the base of the pull request, has been recorded. */
async function recorded(options: Partial<WorldOptions> = {}, commit = 20): Promise<World> {
  const world = createWorld({ formula: fine, config: noSearch, ...options });
  await world.push(commit, { formula: (_side, params, seed) => hill({ sd: 0.001, salt: 'base' })(params, seed) });
  return world;
}

describe('stored values', () => {
  test('stand for the base: only the head is run', async () => {
    const { study, jobs, markdown } = await (await recorded()).compare();
    expect(counts(jobs)).toEqual({ 'canonical head': 3 });
    expect(study.baseline).toMatchObject({ source: 'stored', sha: shaOf(20), measuredSha: shaOf(20), ageCommits: 0, keyDifferences: [] });
    expect(study.incumbent).toEqual({ params: { x: 4 }, source: 'record', sinceSha: shaOf(20) });
    expect(study.budget).toMatchObject({ complete: 3, reused: 3 });
    expect(study.verdict.kind).toBe('PASS');
    expect(study.budget.plan).toContain('15 gate');
    expect(markdown).toContain('stored values of');
  });

  test('are the numbers of a base that is run here', async () => {
    const stored = await (await recorded()).compare();
    const rerun = await createWorld({ formula: fine, config: noSearch }).compare();
    expect(stored.study.gate?.pairs).toEqual(rerun.study.gate?.pairs);
    expect(rerun.study.baseline).toMatchObject({ source: 'rerun', measuredSha: shaOf(20) });
    expect(rerun.markdown).toContain('run again here at');
    expect(rerun.markdown).not.toContain('run here:');
  });

  test('beyond the series the base is run for the seeds that are missing', async () => {
    const noisy: Formula = (side, params, seed) => hill({ sd: 0.1, salt: side })(params, seed);
    const { jobs } = await (await recorded({ formula: noisy })).compare();
    expect(counts(jobs)).toEqual({ 'canonical head': 10, 'canonical base': 5 });
  });

  test('of an ancestor serve where no input changed since', async () => {
    const { study, jobs } = await (await recorded({ changed: ['README.md'] }, 17)).compare();
    expect(counts(jobs)['canonical base']).toBeUndefined();
    expect(study.baseline).toMatchObject({ source: 'stored', sha: shaOf(20), measuredSha: shaOf(17), ageCommits: 3 });
  });

  test('do not serve where an input changed: b* is lent all the same', async () => {
    const { study, jobs } = await (await recorded({ changed: ['train.py'] }, 17)).compare();
    expect(counts(jobs)).toMatchObject({ 'canonical base': 3 });
    expect(study.baseline).toMatchObject({ source: 'rerun', measuredSha: shaOf(20), why: expect.stringContaining('train.py') });
    expect(study.incumbent).toMatchObject({ source: 'record', sinceSha: shaOf(17) });
  });

  test('of other conditions do not serve: the difference is shown', async () => {
    const { study, jobs, markdown } = await (await recorded()).compare({ key: { gpu: 'H100' } });
    expect(counts(jobs)).toMatchObject({ 'canonical base': 3 });
    expect(study.baseline).toMatchObject({ source: 'rerun', keyDifferences: [{ field: 'gpu', stored: 'none', here: 'H100' }] });
    expect(markdown).toContain('Stored values were not used');
  });

  test('never serve where a metric depends on load; runs are alone then', async () => {
    const config = plainConfig('also: [ { name: ms, goal: minimize, margin: 1, gate: true, timing: true } ]\nverdict: { search: never }\n');
    const timed: Formula = (side, params, seed) => ({ ...fine(side, params, seed, undefined as never) as object, ms: 5 + 0.1 * noise(`ms ${side}`, seed) });
    const world = await recorded({ config, formula: timed, capacity: 4 });
    const { study, jobs, markdown } = await world.compare();
    expect(study.budget.wallSeconds).toBe(6);
    expect(counts(jobs)).toEqual({ 'canonical head': 3, 'canonical base': 3 });
    expect(jobs.map((job) => job.side)).toEqual(['head', 'base', 'base', 'head', 'head', 'base']);
    expect(study.baseline).toMatchObject({ source: 'rerun', measuredSha: shaOf(20), why: expect.stringContaining('ms depends on the machine') });
    expect(study.baseline).not.toHaveProperty('ageDays');
    expect(markdown).not.toContain('stored values of');
  });

  test('both runs of a pair share a device', async () => {
    const { jobs } = await createWorld({ formula: fine, config: noSearch, devices: ['gpu-a', 'gpu-b'] }).compare();
    const devices = new Map<number, Set<string | undefined>>();
    for (const { seed, device } of jobs) devices.set(seed, (devices.get(seed) ?? new Set()).add(device));
    expect([...devices.values()].every((set) => set.size === 1)).toBe(true);
    expect(new Set(jobs.map((job) => job.device)).size).toBe(2);
  });
});

describe('no record', () => {
  test('the declared defaults are b*', async () => {
    const { study } = await createWorld({ formula: fine, config: noSearch }).compare();
    expect(study.incumbent).toEqual({ params: { x: 4 }, source: 'defaults' });
  });

  test('without defaults the base is searched first, and its winner holds against the head on other seeds', async () => {
    const config = noSearch.replace(', default: 4.0', '');
    const { study, jobs } = await createWorld({ formula: fine, config }).compare();
    expect(counts(jobs)).toMatchObject({ 'search base': 10, 'canonical base': 3, 'canonical head': 3 });
    expect(counts(jobs)['search head']).toBeUndefined();
    expect(study.incumbent?.source).toBe('base-search');
    expect(Math.abs(Number(study.incumbent!.params['x']) - 4)).toBeLessThan(1.5);
    expect(study.search).toBeUndefined();
    expect(study.verdict.kind).toBe('PASS');
  });

  test('time is kept for the gate when the base is searched first', async () => {
    const config = plainConfig('budget: { trials: 100, time: 60m }\n').replace(', default: 4.0', '');
    const { study } = await createWorld({ formula: fine, config, seconds: () => 60 }).compare();
    expect(study.verdict.kind).toBe('PASS');
    expect(study.search?.trials.length).toBeGreaterThan(5);
    expect(study.budget.wallSeconds).toBeLessThanOrEqual(3600);
  });

  test('a base that gives no value at all: no baseline, and the search of the head is shown', async () => {
    const config = plainConfig().replace(', default: 4.0', '');
    const { study, markdown } = await createWorld({ formula: (side, params, seed) => (side === 'base' ? 'no data' : fine(side, params, seed, undefined as never)), config }).compare();
    expect(study.verdict).toMatchObject({ kind: 'NO_BASELINE', reason: 'base-failed' });
    expect(study.search).toMatchObject({ side: 'head', stopReason: 'trials' });
    expect(study.failures[0]).toMatchObject({ side: 'base', stage: 'search' });
    expect(study.baseline).toMatchObject({ source: 'none', sha: shaOf(20) });
    expect(markdown).toContain('no data');
  });
});

describe('nothing to compare with', () => {
  const cases: readonly [string, Partial<WorldOptions>, string][] = [
    ['the base cannot be built', { unbuildable: 'base' }, 'side-unbuildable'],
    ['no configuration on the base', { baseConfig: null }, 'no-config'],
    ['another metric on the base', { baseConfig: plainConfig().replace('name: acc', 'name: f1') }, 'metric-changed'],
    ['a base file that cannot be read', { baseConfig: 'metric: [' }, 'no-config'],
  ];

  test.each(cases)('%s: NO_BASELINE with the search\'s table', async (_name, options, reason) => {
    const { study, report, markdown, jobs } = await createWorld({ formula: fine, ...options }).compare();
    expect(study).toMatchObject({ verdict: { kind: 'NO_BASELINE', reason }, baseline: { source: 'none', sha: shaOf(20) } });
    expect(report.incomplete).toBe(false);
    expect(counts(jobs)).toMatchObject({ 'search head': 10 });
    expect(jobs.every((job) => job.side === 'head')).toBe(true);
    expect(study.search?.trials).toHaveLength(10);
    expect(markdown).toContain('Below is what the search found');
    expect(markdown).toContain('none. Nothing to compare with at');
  });

  test('`search: never` is kept to: nothing is run', async () => {
    const { study, jobs, markdown } = await createWorld({ formula: fine, config: noSearch, baseConfig: null }).compare();
    expect(jobs).toEqual([]);
    expect(study).toMatchObject({ verdict: { kind: 'NO_BASELINE' } });
    expect(markdown).not.toContain('search found');
  });

  test('a head that cannot be built: incomplete, with the fix, and no advice to just run it again', async () => {
    const { study, report, jobs, markdown } = await createWorld({ formula: fine, unbuildable: 'head' }).compare();
    expect(study.verdict).toMatchObject({ kind: 'INCOMPLETE', reason: 'side-unbuildable', sentence: expect.stringContaining('Mend its setup') });
    expect(report.incomplete).toBe(false);
    expect(jobs).toEqual([]);
    expect(markdown).not.toMatch(/run it again|Run the job again/);
  });

  test('a history out of reach is said, and is no crash', async () => {
    const store = { ...createMemoryStore(), readFor: () => Promise.reject(new UserError('git', 'the history cannot be fetched')) };
    expect((await createWorld({ formula: fine, store }).compare()).study.verdict).toMatchObject({ kind: 'INCOMPLETE', reason: 'git' });
    expect((await createWorld({ formula: fine, store }).push(3)).study.verdict).toMatchObject({ kind: 'INCOMPLETE', reason: 'git' });
  });
});

describe('policy', () => {
  test('is the base\'s; what the pull request changed is listed with both values', async () => {
    const config = plainConfig('budget: { trials: 3 }\nverdict: { search: never }\n', 'margin: 0.5');
    const { study, markdown } = await createWorld({ formula: (side, params, seed) => hill({ level: side === 'head' ? 0.8 : 0.9, salt: side })(params, seed), config, baseConfig: plainConfig() }).compare();
    expect(study).toMatchObject({ verdict: { kind: 'REGRESSION' }, margin: { value: 0.02 } });
    expect(study.search?.trials).toHaveLength(10);
    const changes = Object.fromEntries(study.policyChanges.map(({ key, base, head }) => [key, [base, head]]));
    expect(changes).toMatchObject({ 'budget.trials': ['10', '3'], 'verdict.search': ['always', 'never'] });
    expect(Object.keys(changes).some((key) => key.startsWith('metric.margin'))).toBe(true);
    expect(markdown).toContain('Policy change');
  });

  test('a plan beyond budget.gpu_hours is refused before the gate', async () => {
    const options = { formula: fine, devices: ['gpu-a'], capacity: 1, seconds: () => 3600, config: plainConfig('budget: { trials: 10, gpu_hours: 20 }\n') };
    const world = await recorded(options);
    const { study, jobs, report, markdown } = await world.compare();
    expect(study.verdict).toMatchObject({ kind: 'INCOMPLETE', reason: 'over-gpu-budget', sentence: expect.stringContaining('budget.gpu_hours is 20') });
    expect(jobs).toEqual([]);
    expect(report.incomplete).toBe(false);
    expect(markdown).not.toContain('Run the job again');
    expect((await world.compare({ seconds: () => 1, config: options.config.replace('20 }', '200 }') })).study.verdict.kind).toBe('PASS');
  });

  test('the announced number of runs is never exceeded where nothing declined', async () => {
    for (const rescore of [0, 3]) {
      const config = plainConfig(`budget: { trials: 12 }\nverdict: { rescore: ${rescore} }\n`);
      const { study, jobs } = await createWorld({ formula: fine, config }).compare();
      const planned = (study.budget.plan!.match(/\d+(?= (?:search|gate|re-score))/g) ?? []).reduce((sum, n) => sum + Number(n), 0);
      expect(jobs.length).toBeLessThanOrEqual(planned);
      expect(study.budget.plan!.includes('re-score')).toBe(rescore > 0);
    }
  });
});
