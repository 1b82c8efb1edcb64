import { describe, expect, test } from '@jest/globals';
import type { StudyRecord } from '../../src/model/record.js';
import { createWorld, hill, plainConfig, shaOf, type World, type WorldOptions } from './simulatedRun.js';

const scratch = plainConfig('checkpoint: model\nverdict: { search: never }\n');
const onwards = plainConfig('transfer: demo\nverdict: { search: never }\n').replace('name: demo', 'name: demo-transfer');
const formula: WorldOptions['formula'] = (side, params, seed, job) => hill({ salt: side, level: job.baseCheckpoint === undefined ? 0.8 : 0.9 })(params, seed);

/** Main's 19th commit trained from scratch, its model kept. */
async function mainWith(models = new Map<string, string>()): Promise<{ world: World; models: Map<string, string>; record: StudyRecord }> {
  const world = createWorld({ config: scratch, formula, models });
  const { record } = await world.push(19);
  return { world, models, record: record! };
}

describe('what main leaves', () => {
  test('is named in its record by digest, and goes on while its configuration does', async () => {
    const { world, models, record } = await mainWith();
    expect(models.get(record.checkpoint!)).toBe(`/models/${record.checkpoint!}`);
    expect(world.jobs.some((job) => job.baseCheckpoint !== undefined)).toBe(false);
    expect((await world.push(20)).record?.checkpoint).toBe(record.checkpoint);
    models.clear();
    const { record: again } = await world.push(21);
    expect([...models.keys()]).toEqual([again?.checkpoint]);
    expect(again?.checkpoint).not.toBe(record.checkpoint);
    expect((await world.push(22, { searchAlways: true })).record?.checkpoint).not.toBe(again?.checkpoint);
  });

  test('is missed by name where the program leaves nothing', async () => {
    const { record, study } = await createWorld({ config: scratch.replace('model', 'absent'), formula, models: new Map() }).push(1);
    expect(record?.checkpoint).toBeUndefined();
    expect(study.warnings).toEqual(["No model was kept: `checkpoint: absent` is not there in $NOREGRET_TRIAL_DIR of the run at main's best configuration."]);
  });

  test('a study without `checkpoint` keeps nothing', async () => {
    const models = new Map<string, string>();
    expect((await createWorld({ config: plainConfig(), formula, models }).push(1)).record?.checkpoint).toBeUndefined();
    expect(models.size).toBe(0);
  });
});

describe('a study that trains on from it', () => {
  test('both sides get the same model, and the verdict says so', async () => {
    const { world, record, models } = await mainWith();
    const { study, jobs, markdown } = await world.compare({ config: onwards });
    expect(jobs.length).toBeGreaterThan(5);
    expect(new Set(jobs.map(({ side }) => side))).toEqual(new Set(['head', 'base']));
    expect(new Set(jobs.map(({ baseCheckpoint }) => baseCheckpoint))).toEqual(new Set([models.get(record.checkpoint!)]));
    expect(study.verdict).toMatchObject({ kind: 'PASS', sentence: expect.stringMatching(new RegExp(`; trained on from demo's model of ${shaOf(19).slice(0, 10)}$`)) });
    expect(study.environment['transfer']).toBe(`model of demo, sha256 ${record.checkpoint!.slice(0, 12)}`);
    expect(markdown).toContain("trained on from demo's model");
  });

  test('values from another model, or from scratch, do not stand for these', async () => {
    const { world, models, record } = await mainWith();
    await world.push(20, { config: onwards });
    const stored = (await world.store.read('demo-transfer')).at(-1)!;
    expect(stored.key['transfer']).toContain(record.checkpoint!.slice(0, 12));
    expect((await world.compare({ config: onwards })).study.baseline).toMatchObject({ source: 'stored' });
    models.clear();
    await world.push(20, { searchAlways: true, config: scratch.replace('x: {', 'y: { value: 1 }, x: {') });
    const { study } = await world.compare({ config: onwards });
    expect(study.baseline).toMatchObject({ source: 'rerun', keyDifferences: [{ field: 'transfer' }] });
  });

  test.each([['here', onwards, onwards.replace('transfer: demo\n', ''), /training on from demo's model here and from scratch on 0{8}/], ['on main', onwards.replace('transfer: demo\n', ''), onwards, /training from scratch here and on from demo's model on 0{8}/]])('%s only: the two are not compared', async (_, config, baseConfig, words) => {
    const { world } = await mainWith();
    const { study, jobs } = await world.compare({ config, baseConfig });
    expect(study.verdict).toMatchObject({ kind: 'NO_BASELINE', reason: 'transfer-changed', sentence: expect.stringMatching(words) });
    expect(jobs.filter(({ side }) => side === 'base')).toEqual([]);
    expect(study.gate).toBeUndefined();
  });
});

describe('no model: nothing is run', () => {
  test('main never left one', async () => {
    const { study, jobs } = await createWorld({ config: onwards, formula, models: new Map() }).compare();
    expect(study.verdict).toMatchObject({ kind: 'INCOMPLETE', reason: 'no-base-checkpoint', sentence: expect.stringMatching(/the history holds none on the way to .* Write `checkpoint: PATH` .* into the file of demo/) });
    expect(jobs).toEqual([]);
  });

  test('this runner does not have it', async () => {
    const { world, models } = await mainWith();
    models.clear();
    const { study, jobs } = await world.compare({ config: onwards });
    expect(study.verdict).toMatchObject({ kind: 'INCOMPLETE', reason: 'no-base-checkpoint', sentence: expect.stringMatching(/is not on this runner, or is not what was recorded.*Run this on that runner/) });
    expect(jobs).toEqual([]);
  });
});

test('a trial that changed the model: nothing measured with it counts, and nothing is recorded', async () => {
  const { world, models } = await mainWith();
  const spoil: WorldOptions['formula'] = (...run) => { models.clear(); return formula(...run); };
  const { study } = await world.compare({ config: onwards, formula: spoil });
  expect(study.verdict).toMatchObject({ kind: 'INCOMPLETE', reason: 'base-checkpoint-changed' });
  const again = await mainWith();
  const pushed = await again.world.push(20, { config: onwards, formula: (...run) => { again.models.clear(); return formula(...run); } });
  expect(pushed.study.verdict).toMatchObject({ kind: 'INCOMPLETE', reason: 'base-checkpoint-changed' });
  expect(await again.world.store.read('demo-transfer')).toEqual([]);
});
