import { describe, expect, test } from '@jest/globals';
import type { Params } from '../../src/model/params.js';
import { counts, createWorld, hill, noise, plainConfig, shaOf, type Formula, type World, type WorldOptions } from './simulatedRun.js';

const config = plainConfig('budget: { trials: 20 }\n');
/** Noise of a run of one commit at one configuration: searches, too, scatter about their curve. */
const at = (salt: string) => (params: Params, seed: number): number => 0.003 * noise(`${salt}${JSON.stringify(params)}`, seed);
const curve = (optimum: number, salt: string, level = 0.9) => (params: Params, seed: number): { acc: number } => ({ acc: hill({ level, optimum, sd: 0 })(params, seed).acc + at(salt)(params, seed) });

/** Pushes enough that the noise of a paired difference is known; main was searched on the first. */
async function measuredMain(more: Partial<WorldOptions> = {}, pushes = 6): Promise<World> {
  const world = createWorld({ formula: () => '', config, ...more });
  for (let n = 1; n <= pushes; n++) await world.push(20 - pushes + n, { formula: (_, params, seed) => curve(4, `main ${n}`)(params, seed) });
  return world;
}

const pullRequest = (optimum: number, level = 0.9, salt = ''): Formula => (side, params, seed) => (side === 'base' ? curve(4, `base${salt}`) : curve(optimum, `head${salt}`, level))(params, seed);

describe('tuning drift on a pull request', () => {
  test('an unchanged optimum: no alarm, no further run, and another best configuration is told as what it is', async () => {
    const world = await measuredMain();
    const { study, jobs, markdown } = await world.compare({ formula: pullRequest(4) });
    expect(study.drift).toMatchObject({ shared: 20, of: 20, main: { sha: shaOf(15), commits: 5 }, interaction: { alarm: false, df: [9, expect.any(Number)] } });
    expect(study.drift?.interaction?.df[1]).toBeGreaterThanOrEqual(8);
    expect(study.drift).not.toHaveProperty('did');
    expect(counts(jobs)['drift head']).toBeUndefined();
    expect(markdown).toContain('Tuning drift: none seen');
    expect(markdown).not.toContain('**moved**');
    expect(study.parameters.map(({ moved }) => moved)).not.toContain('moved');
  });

  test('a shift of every configuration alike is no drift', async () => {
    const { study } = await (await measuredMain()).compare({ formula: pullRequest(4, 0.885) });
    expect(study.drift?.interaction?.alarm).toBe(false);
  });

  test('a moved optimum: the alarm, then four runs a seed on the seeds of the retuning check, of which half were there', async () => {
    const world = await measuredMain();
    const { study, jobs, markdown } = await world.compare({ formula: pullRequest(8) });
    expect(study.verdict.kind).toBe('RECOVERED_BY_RETUNING');
    expect(study.drift).toMatchObject({ interaction: { alarm: true }, did: { moved: true, seeds: 5 } });
    expect(study.drift?.did?.value).toBeGreaterThan(0.1);
    const retuned = study.retune?.pairs.length ?? 0;
    expect(counts(jobs)).toMatchObject({ 'drift head': 10 - retuned, 'drift base': 10 - retuned });
    expect(study.parameters).toMatchObject([{ name: 'x', moved: 'moved' }]);
    expect(markdown).toContain('The best hyperparameters moved');
    expect(study.budget.plan).toContain('10 drift');
  });

  test('a loss keeps its sign: retuning lowers it more here', async () => {
    const loss = (formula: Formula): Formula => (...args) => { const found = formula(...args); return typeof found === 'string' ? found : { acc: -(found['acc'] ?? 0) }; };
    const minimize = config.replace('maximize', 'minimize');
    const world = createWorld({ formula: () => '', config: minimize });
    for (let n = 1; n <= 6; n++) await world.push(14 + n, { formula: loss((_, params, seed) => curve(4, `main ${n}`)(params, seed)) });
    const { study } = await world.compare({ formula: loss(pullRequest(8)) });
    expect(study.drift?.did).toMatchObject({ moved: true });
    expect(study.drift?.did?.value).toBeLessThan(-0.1);
    expect(study.drift?.did?.high).toBeLessThan(0);
  });

  test('better here and on main alike is not called moved', async () => {
    const untuned = `${config.replace('default: 4.0', 'default: 8.0')}verdict: { drift: always }\n`;
    const { study, markdown, jobs } = await createWorld({ formula: pullRequest(4, 0.9, '2'), config: untuned }).compare();
    expect(study.parameters).toMatchObject([{ base: 8, moved: 'better' }]);
    expect(study.drift).toMatchObject({ why: 'main was not searched yet', did: { moved: false, seeds: 5 } });
    // The gate had measured main's best on both sides already.
    expect(counts(jobs)['drift head']).toBe(5 + 5 - (study.gate?.pairs.length ?? 0));
    expect(markdown).toContain('better here, perhaps on main too');
    expect(markdown).not.toContain('hyperparameters moved');
  });

  test('with little known of the noise there is no alarm, and that is said', async () => {
    const { study, markdown } = await (await measuredMain({}, 2)).compare({ formula: pullRequest(8) });
    expect(study.drift?.alarmOff).toMatch(/with \d degrees of freedom, and 8 are needed|does not hold the noise/);
    expect(study.drift).not.toHaveProperty('interaction');
    expect(study.budget.plan).not.toContain('drift');
    expect(markdown).toContain('no alarm possible yet');
  });

  test.each([
    ['main was never searched', async () => createWorld({ formula: pullRequest(4), config }), 'main was not searched yet'],
    ['another machine', async () => { const world = await measuredMain({ key: { gpu: 'A' } }); world.options = { ...world.options, key: { gpu: 'B' } }; return world; }, 'under other conditions (gpu)'],
    ['a sampler that learns', async () => await measuredMain({ config: plainConfig('budget: { trials: 20 }\nmethod: tpe\n') }), 'tpe chooses by what it has seen'],
  ])('no comparison: %s', async (_, make, why) => {
    const world = await make();
    const { study, markdown } = await world.compare({ formula: pullRequest(4.2) });
    expect(study.drift?.why).toContain(why);
    expect(markdown).toContain('Tuning drift: not known');
  });

  test('verdict.drift: never spends nothing; no time left is said', async () => {
    const never = await (await measuredMain({ config: `${config}verdict: { drift: never }\n` })).compare({ formula: pullRequest(8) });
    expect(never.study.drift?.interaction?.alarm).toBe(true);
    expect(counts(never.jobs)['drift head']).toBeUndefined();
    const world = await measuredMain();
    const hurried = await world.compare({ formula: pullRequest(8), config: config.replace('trials: 20', 'trials: 20, time: 60s'), baseConfig: config.replace('trials: 20', 'trials: 20, time: 60s'), seconds: () => 2 });
    expect(hurried.study.drift?.didWhy ?? 'measured').toMatch(/no time left|measured/);
  });

  test('resumed, it measures nothing twice', async () => {
    const world = await measuredMain();
    const first = await world.compare({ formula: pullRequest(8) });
    const again = await world.compare({ formula: pullRequest(8) });
    expect(again.jobs).toHaveLength(0);
    expect(again.study.drift).toEqual(first.study.drift);
  });
});

describe('the reference of no change', () => {
  test('successive searches of main whose code did not change, once there are twenty', async () => {
    const world = createWorld({ formula: () => '', config });
    for (let n = 1; n <= 4; n++) await world.push(16 + n, { formula: (_, params, seed) => curve(4, `main ${n}`)(params, seed) });
    const [searched] = await world.store.readFor('demo', [shaOf(17)], 1);
    if (searched?.search === undefined) throw new Error('main was not searched');
    for (let i = 1; i <= 21; i++) {
      const trials = searched.search.trials.map((trial) => ({ ...trial, result: { ...trial.result, outcome: { state: 'complete' as const, value: curve(4, `night ${i}`)(trial.params, 1).acc } } }));
      await world.store.append({ ...searched, run: String(500 + i), finishedAt: `2026-02-${String(i).padStart(2, '0')}T00:00:00Z`, search: { ...searched.search, trials, finishedAt: `2026-02-${String(i).padStart(2, '0')}T00:00:00Z` } });
    }
    const { study, markdown } = await world.compare({ formula: pullRequest(4) });
    expect(study.drift?.reference?.pairs).toBeGreaterThanOrEqual(20);
    expect(study.drift?.reference?.tau).toBeGreaterThan(0.5);
    expect(markdown).toContain('pairs of searches');
  });
});

describe('how main drifts, beside a pull request and on a push', () => {
  test('small declines add up since the tag: folded on a pull request, open on the push', async () => {
    const world = createWorld({ formula: () => '', config: `${config}verdict: { search: never }\n`, tag: 3 });
    const sinking = (n: number): Formula => (_, params, seed) => curve(4, `main ${n}`, 0.9 - 0.004 * n)(params, seed);
    const pushed = [];
    for (let n = 3; n <= 20; n++) pushed.push(await world.push(n, { formula: sinking(n) }));
    const last = pushed.at(-1)!;
    expect(last.study.mainDrift).toMatchObject({ commits: 18, sinceRelease: { tag: 'v1', sha: shaOf(3), better: false, seeds: 5 } });
    expect(last.study.mainDrift?.sinceRelease?.high).toBeLessThan(-0.04);
    expect(last.study.mainDrift?.alarm?.better).toBe(false);
    expect(last.markdown).toContain('Main since v1');
    const { study, markdown } = await world.compare({ formula: (_, params, seed) => curve(4, 'main 20', 0.9 - 0.08)(params, seed) });
    expect(study.mainDrift?.commits).toBe(18);
    expect(markdown).toContain('Main, commit by commit');
  });

  test('nothing to tell: one record, or neither tag nor change', async () => {
    const world = createWorld({ formula: () => '', config });
    for (let n = 18; n <= 20; n++) expect((await world.push(n, { formula: (_, params, seed) => curve(4, `main ${n}`)(params, seed) })).study).not.toHaveProperty('mainDrift');
  });
});
