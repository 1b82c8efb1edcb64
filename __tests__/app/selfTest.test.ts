import { describe, expect, jest, test } from '@jest/globals';
import type { Report } from '../../src/model/comparison.js';
import { noise, plainConfig, createWorld, type Formula } from './simulatedRun.js';

/** Split by the seed, initialisation by seed and configuration, and what no seed decides. */
const program = ({ init = 0.002, run = 0 } = {}): Formula => (_side, params, seed, { side }) => ({ acc: 0.9 + 0.01 * noise('split', seed) + init * noise(`init ${Number(params['x'])}`, seed) + run * noise(`run ${side}`, seed) });
/** Each self-test asks the gate some thirty thousand times. */
jest.setTimeout(300_000);
const testOf = ({ selfTests }: Report): NonNullable<Report['selfTests']>[number] => selfTests![0]!;
const codesOf = (report: Report): string[] => testOf(report).findings.map(({ code }) => code);

describe('the A/A self-test of a study', () => {
  test('a program that repeats itself: three seeds twice, then a neighbour on every seed; the noise goes into the record', async () => {
    const world = createWorld({ formula: program() });
    const { report, record } = await world.selfTest(5);
    const test_ = testOf(report);
    expect(world.jobs).toHaveLength(27);
    expect(world.jobs.filter(({ side }) => side === 'base')).toHaveLength(3);
    expect(new Set(world.jobs.map(({ seed }) => seed)).size).toBe(12);
    expect(test_).toMatchObject({ asked: 12, runs: 27, reused: 0, failed: 0, incumbent: { params: { x: 4 }, source: 'defaults' } });
    expect(test_.neighbour!['x']).toBeCloseTo(4.1, 12);
    expect(report.verdict).toBe('PASS');
    expect(codesOf(report)).toEqual(expect.arrayContaining(['deterministic', 'pairing-gains']));
    expect(record).toMatchObject({ note: 'A/A self-test', noise: { df: 11 }, incumbent: { source: 'defaults', params: { x: 4 } } });
    expect(record!.canonical).toHaveLength(5);
    expect(record!.canonical[0]!.seconds).toBe(1);
    expect(world.lines.join('\n')).toMatch(/12 seeds, 27 to 36 runs of unchanged code/);
  });
  test('the record sets margin: auto of the next pull request, and moderates its variance where that is asked for', async () => {
    const config = plainConfig('verdict: { variance: moderated }', 'margin: auto');
    const world = createWorld({ formula: program({ run: 0.002 }), config });
    const before = await createWorld(world.options).compare();
    expect(before.study.margin!.provisional).toBe(true);
    expect(before.study.notes.join(' ')).toMatch(/`variance: moderated` has no effect yet.*noregret aa/);
    expect(before.study.gate!.result.prior).toBeUndefined();
    const { record } = await world.selfTest(20);
    // Another pull request: one that was begun keeps the margin that it froze.
    const formula: Formula = (side, params, seed, job) => ({ acc: (program()(side, params, seed, job) as { acc: number }).acc + (side === 'head' ? 0.001 * noise('pull request', seed) : 0) });
    const after = await createWorld({ ...world.options, formula, store: world.store }).compare();
    expect(after.study.margin).toMatchObject({ provisional: false, kind: 'auto', value: 1.25 * record!.noise!.sd });
    expect(after.study.gate!.result.prior).toEqual(record!.noise);
    expect(after.study.gate!.result.looks.every(({ moderated }) => moderated === true)).toBe(true);
    expect(after.markdown).toMatch(/Noise known before/);
  });
  test('tested again at the same commit: nothing is run again, and the noise counts once', async () => {
    const world = createWorld({ formula: program({ run: 0.01 }) });
    const first = await world.selfTest(5);
    const again = await world.selfTest(5);
    expect(again.jobs).toHaveLength(0);
    expect(testOf(again.report)).toMatchObject({ reused: 24, runs: 24 });
    expect(again.record!.noise).toEqual(first.record!.noise);
    const more = await world.selfTest(5, { rounds: 14 });
    expect(more.jobs).toHaveLength(4);
    const later = await world.selfTest(6);
    expect(later.record!.noise!.df).toBe(22);
  });
  test('cancelled in the middle: what was measured stays, the report says so, and it goes on', async () => {
    const world = createWorld({ formula: program() });
    const { report, record } = await world.selfTest(5, { cancelWhen: (_job, nth) => nth === 10 });
    expect(report).toMatchObject({ verdict: 'INCOMPLETE', incomplete: true });
    expect(testOf(report).cut).toBe('cancelled');
    expect(record).toBeUndefined();
    const rest = await world.selfTest(5);
    expect(rest.report.verdict).toBe('PASS');
    expect(world.jobs.length).toBeLessThanOrEqual(27 + 2);
  });
  test('budget.time ends it in order', async () => {
    const world = createWorld({ formula: program(), config: plainConfig('budget: { trials: 5, time: 10s }'), capacity: 1 });
    const { report } = await world.selfTest(5);
    expect(testOf(report)).toMatchObject({ cut: 'budget', failed: 0 });
    expect(testOf(report).runs).toBe(10);
    expect(report.incomplete).toBe(true);
  });
  test('a program that ignores its seed', async () => {
    const { report, record } = await createWorld({ formula: () => ({ acc: 0.9 }) }).selfTest(5);
    expect(codesOf(report)).toContain('seed-ignored');
    expect(testOf(report).sentence).toMatch(/NOREGRET_SEED is ignored/);
    expect(record).toBeUndefined();
  });
  test('a program that never runs: nothing measured, and its first message', async () => {
    const { report } = await createWorld({ formula: () => 'no module named torch' }).selfTest(5);
    expect(report.verdict).toBe('INCOMPLETE');
    expect(testOf(report).warnings.join(' ')).toMatch(/no module named torch/);
    expect(testOf(report).sentence).toMatch(/nothing could be measured/);
  });
  test('two trees; one that cannot be built says why', async () => {
    const world = createWorld({ formula: program() });
    await world.selfTest(5, { trees: 'two' });
    expect(world.prepared).toEqual(['head', 'base']);
    const { report } = await createWorld({ formula: program(), unbuildable: 'base' }).selfTest(5, { trees: 'two' });
    expect(report.verdict).toBe('INCOMPLETE');
    expect(testOf(report).warnings.join(' ')).toMatch(/base cannot be built/);
  });
  test('several gated metrics: each has its noise, an alarm of any is one', async () => {
    const config = plainConfig('also: [{ name: loss, goal: minimize, gate: true, margin: 0.05 }]');
    const { report } = await createWorld({ config, formula: (side, params, seed, job) => ({ ...(program({ run: 0.01 })(side, params, seed, job) as { acc: number }), loss: 0.5 + 0.02 * noise(`l ${job.side}`, seed) }) }).selfTest(5);
    expect(testOf(report).metrics.map(({ name, margin }) => [name, margin])).toEqual([['acc', 0.02], ['loss', 0.05]]);
    expect(testOf(report).alarms[0]!.worse.value).toBeLessThan(0.12);
  });
  test('no defaults and no record: the middle of the space, and no record is made of it', async () => {
    const config = 'name: demo\ncommand: [python, train.py]\nmetric: { name: acc, goal: maximize, margin: 0.02 }\nparameters: { x: { min: 0.0, max: 10.0 } }\n';
    const { report, record } = await createWorld({ formula: program(), config }).selfTest(5);
    expect(testOf(report).incumbent).toEqual({ params: { x: 5 }, source: 'middle' });
    expect(record).toBeUndefined();
  });
  test('gpu_hours that cannot hold it: refused before the first run, once a run was timed', async () => {
    const world = createWorld({ formula: program(), devices: ['GPU-0'], capacity: 1, seconds: () => 3600 });
    await world.push(4, { config: plainConfig('budget: { trials: 1 }') });
    const from = world.jobs.length;
    const { report } = await world.selfTest(5, { config: plainConfig('budget: { trials: 1, gpu_hours: 5 }') });
    expect(world.jobs.length).toBe(from);
    expect(testOf(report).warnings.join(' ')).toMatch(/up to 36 GPU-hours, and budget\.gpu_hours is 5/);
  });
});
