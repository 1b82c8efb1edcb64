import { describe, expect, test } from '@jest/globals';
import type { Params } from '../../src/model/params.js';
import { counts, createWorld, hill, noise, plainConfig, type Formula, type WorldOptions } from './simulatedRun.js';

type Side = (params: Params, seed: number) => Readonly<Record<string, number>> | string;
/** Base by one formula, head by another. */
const sides = (base: Side, head: Side): Formula => (side, params, seed) => (side === 'base' ? base : head)(params, seed);
const run = async (base: Side, head: Side, more: Omit<WorldOptions, 'formula'> = {}) => await createWorld({ formula: sides(base, head), ...more }).compare();
const worse = hill({ level: 0.8, salt: 'b' });
const noSearch = plainConfig('verdict: { search: never }\n');

describe('the nine verdicts', () => {
  test('NO_CHANGE: two identical seeds are enough, and nothing more is run for the gate', async () => {
    const { study, jobs, markdown } = await run(hill(), hill());
    expect(study.verdict).toMatchObject({ kind: 'NO_CHANGE', reason: 'canary' });
    expect(study.canary).toMatchObject({ identical: true, seeds: [expect.any(Number), expect.any(Number)] });
    expect(study.gate?.result).toMatchObject({ decision: 'NO_CHANGE', pairs: 2 });
    expect(study.gate?.result).not.toHaveProperty('needMore');
    expect(counts(jobs)).toEqual({ 'canonical base': 2, 'canonical head': 2, 'search head': 10, 'rescore head': expect.any(Number) });
    expect(markdown).toContain('every metric at every step');
  });

  test('PASS', async () => {
    const { study, report, jobs, markdown } = await run(hill(), hill({ salt: 'b' }));
    expect(report).toMatchObject({ verdict: 'PASS', incomplete: false });
    expect(study.effect).toMatchObject({ pairs: 3 });
    expect(counts(jobs)).toMatchObject({ 'canonical base': 3, 'canonical head': 3, 'search head': 10 });
    expect(study.budget).toMatchObject({ complete: jobs.length, failed: 0, reused: 0 });
    expect(markdown).not.toContain('reused');
  });

  test('PASS with a small decline within the margin', async () => {
    const { study } = await run(hill(), hill({ level: 0.89, salt: 'b' }), { config: noSearch });
    expect(study.verdict).toMatchObject({ kind: 'PASS', reason: 'small-decline' });
    expect(study.effect).toMatchObject({ better: false });
  });

  test('IMPROVED', async () => {
    expect((await run(hill(), hill({ level: 0.95, salt: 'b' }))).study).toMatchObject({ verdict: { kind: 'IMPROVED' }, effect: { better: true } });
  });

  test('REGRESSION: confirmed on fresh seeds, and the search finds nothing better than b*', async () => {
    const { study, jobs } = await run(hill(), worse);
    expect(study.verdict).toMatchObject({ kind: 'REGRESSION', reason: 'incumbent-best' });
    expect(study.confirmation?.result.decision).toBe('DOWN');
    expect(counts(jobs)).toMatchObject({ 'confirm base': 3, 'confirm head': 3 });
    expect(study.retune).toBeUndefined();
  });

  test('REGRESSION: another configuration is best here, but does not reach main', async () => {
    const { study, markdown } = await run(hill(), hill({ level: 0.8, optimum: 6, salt: 'b' }), { config: plainConfig('budget: { trials: 30 }\n') });
    expect(study.verdict).toMatchObject({ kind: 'REGRESSION', reason: 'confirmed' });
    expect(study.retune?.result.decision).toBe('DOWN');
    expect(study.retune?.headParams).not.toEqual(study.retune?.baseParams);
    expect(markdown).toContain('with the best of 30 search trials');
  });

  test('RECOVERED_BY_RETUNING: on seeds that neither side was chosen by', async () => {
    const { study, jobs, markdown } = await run(hill(), hill({ optimum: 8, salt: 'b' }), { config: plainConfig('budget: { trials: 30 }\n') });
    expect(study.verdict.kind).toBe('RECOVERED_BY_RETUNING');
    expect(counts(jobs)).toMatchObject({ 'retune base': 3, 'retune head': 3, 'search head': 30 });
    const [gate, confirmation, retune] = [study.gate, study.confirmation, study.retune].map((stage) => stage?.pairs.map((pair) => pair.seed) ?? []);
    expect(new Set([...gate!, ...confirmation!, ...retune!]).size).toBe(gate!.length + confirmation!.length + retune!.length);
    expect(study.parameters).toMatchObject([{ name: 'x', base: 4, moved: 'moved' }]);
    expect(markdown).toContain('Change the defaults along with the code');
  });

  test('NOT_CONFIRMED: worse on the canonical seeds only', async () => {
    const canonical = new Set<number>();
    const { study, markdown } = await createWorld({ formula: (side, params, seed, { stage }) => {
      if (stage === 'canonical') canonical.add(seed);
      return side === 'head' && canonical.has(seed) ? worse(params, seed) : hill({ salt: side })(params, seed);
    } }).compare();
    expect(study.verdict).toMatchObject({ kind: 'NOT_CONFIRMED', reason: 'fresh-seeds' });
    expect(markdown).toContain('Again on fresh seeds');
  });

  test('INCONCLUSIVE by noise, after the last look', async () => {
    const { study, jobs } = await run(hill({ sd: 0.1 }), hill({ sd: 0.1, salt: 'b' }), { config: noSearch });
    expect(study.verdict).toMatchObject({ kind: 'INCONCLUSIVE', reason: 'noise' });
    expect(counts(jobs)).toEqual({ 'canonical base': 10, 'canonical head': 10 });
  });

  test('INCONCLUSIVE by budget: the last look that fits is reported, and nothing else is begun', async () => {
    const { study, jobs, markdown } = await run(hill({ sd: 0.1 }), hill({ sd: 0.1, salt: 'b' }), { config: plainConfig('budget: { trials: 10, time: 8m }\n'), seconds: () => 100 });
    expect(study.verdict).toMatchObject({ kind: 'INCONCLUSIVE', reason: 'budget' });
    expect(study.gate?.result.pairs).toBe(3);
    expect(counts(jobs)).toEqual({ 'canonical base': 3, 'canonical head': 3 });
    expect(study.budget.wallSeconds).toBeLessThanOrEqual(480);
    expect(markdown).toContain('budget.time');
  });

  test('NOT_CONFIRMED by budget: a decline without time to repeat it is no regression', async () => {
    const { study } = await run(hill(), worse, { config: plainConfig('budget: { trials: 10, time: 7m }\n'), seconds: () => 100 });
    expect(study.verdict).toMatchObject({ kind: 'NOT_CONFIRMED', reason: 'budget' });
    expect(study.confirmation?.pairs).toEqual([]);
  });

  test('REGRESSION by stability: the head never runs', async () => {
    const { study, markdown, jobs } = await run(hill(), () => 'no such layer');
    expect(study.verdict).toMatchObject({ kind: 'REGRESSION', reason: 'stability' });
    expect(counts(jobs)['confirm head']).toBeUndefined();
    expect(study.canary).toBeUndefined();
    expect(study.failures.every(({ side, message }) => side === 'head' && message === 'no such layer')).toBe(true);
    expect(markdown).toContain('gate and search, ');
  });

  test('REGRESSION by stability: it fails too often, here and again', async () => {
    const lucky = new Map<string, number>();
    const { study } = await createWorld({ config: noSearch, formula: (side, params, seed, { stage }) => {
      if (side === 'base') return hill()(params, seed);
      if (!lucky.has(stage)) lucky.set(stage, seed);
      return lucky.get(stage) === seed ? hill({ salt: 'b' })(params, seed) : 'diverged';
    } }).compare();
    expect(study.verdict).toMatchObject({ kind: 'REGRESSION', reason: 'stability' });
    expect(study.confirmation).toBeDefined();
  });

  test('INCOMPLETE when both sides fail: a re-run would not help, so none is advised', async () => {
    const { report, study, markdown } = await run(() => 'no data', () => 'no data');
    expect(study.verdict).toMatchObject({ kind: 'INCOMPLETE', reason: 'both-failed' });
    expect(report.incomplete).toBe(false);
    expect(markdown).not.toContain('cut short');
    expect(markdown).toContain('no data');
  });

  test('NO_BASELINE when only the base fails', async () => {
    expect((await run(() => 'no data', hill(), { config: noSearch })).study.verdict).toMatchObject({ kind: 'NO_BASELINE', reason: 'base-failed' });
  });
});

describe('minimise', () => {
  const config = plainConfig('verdict: { search: never }\n').replace('name: acc, goal: maximize', 'name: loss, goal: minimize');
  const loss = (level: number, salt: string): Side => (_params, seed) => ({ loss: level + 0.01 * noise('both', seed) + 0.003 * noise(salt, seed) });

  test('more is worse: signs are the metric\'s own', async () => {
    const { study } = await run(loss(0.3, 'a'), loss(0.4, 'b'), { config });
    expect(study.verdict.kind).toBe('REGRESSION');
    expect(study.effect!.value).toBeCloseTo(0.1, 2);
    expect(study.effect!.low).toBeLessThan(study.effect!.high);
    expect(study.metrics).toMatchObject([{ name: 'loss', better: false, effect: study.effect!.value }]);
    expect(study.metrics[0]!.head! - study.metrics[0]!.base!).toBeCloseTo(study.effect!.value, 10);
  });

  test('less is better', async () => {
    const { study } = await run(loss(0.3, 'a'), loss(0.2, 'b'), { config });
    expect(study).toMatchObject({ verdict: { kind: 'IMPROVED' }, effect: { better: true }, metrics: [{ better: true }] });
    expect(study.effect!.value).toBeCloseTo(-0.1, 2);
  });
});

describe('b* is no point of the head\'s space', () => {
  const baseConfig = plainConfig();
  const narrow = (more = ''): string => plainConfig(more).replace('max: 10.0, default: 4.0', 'max: 3.9, default: 3.0');

  test('the retuned configuration alone is compared, at a stricter level', async () => {
    const { study, jobs, markdown } = await run(hill(), hill({ salt: 'b' }), { config: narrow(), baseConfig });
    expect(study.verdict).toMatchObject({ kind: 'RECOVERED_BY_RETUNING', reason: 'incumbent-invalid' });
    expect(study.gate).toBeUndefined();
    expect(study.retune?.result.alpha).toBe(0.025);
    expect(counts(jobs)['canonical head']).toBeUndefined();
    expect(markdown).toContain('x = 4 is outside its space');
    expect(study.budget.plan).toContain('20 gate');
  });

  test('worse even so: a regression whose sentence says that luck is not excluded', async () => {
    const { study } = await run(hill(), worse, { config: narrow(), baseConfig });
    expect(study.verdict).toMatchObject({ kind: 'REGRESSION', reason: 'incumbent-invalid', sentence: expect.stringContaining('search luck is not excluded') });
  });

  test('with several gated metrics the check is run all the same', async () => {
    const also = 'also: [ { name: a, goal: minimize, margin: 5, gate: true }, { name: b, goal: minimize, margin: 5, gate: true } ]\n';
    const three = (salt: string): Side => (params, seed) => ({ ...hill({ salt })(params, seed), a: noise(`a${salt}`, seed), b: noise(`b${salt}`, seed) });
    const { study } = await run(three('a'), three('b'), { config: narrow(also), baseConfig: plainConfig(also) });
    expect(study).toMatchObject({ verdict: { kind: 'RECOVERED_BY_RETUNING' }, retune: { result: { alpha: 0.025 } } });
  });

  test('without a search there is nothing to compare, and the sentence says why', async () => {
    const never = 'verdict: { search: never }\n';
    const { study } = await run(hill(), hill(), { config: narrow(never), baseConfig: plainConfig(never) });
    expect(study.verdict).toMatchObject({ kind: 'INCOMPLETE', sentence: expect.stringContaining('no search was run') });
  });

  test('a search that finds nothing says so', async () => {
    const { study } = await run(hill(), () => 'broken', { config: narrow(), baseConfig });
    expect(study.verdict).toMatchObject({ kind: 'INCOMPLETE', reason: 'search-failed', sentence: expect.stringContaining('none of') });
  });

  test('a parameter that is new here takes its default', async () => {
    const { study } = await run(hill(), hill({ salt: 'b' }), { config: noSearch.replace('} }\n', '}, depth: { min: 1, max: 3, default: 2 } }\n'), baseConfig: noSearch });
    expect(study).toMatchObject({ verdict: { kind: 'PASS' }, gate: { baseParams: { x: 4 }, headParams: { x: 4, depth: 2 } } });
    expect(study.notes).toEqual([expect.stringContaining('depth')]);
  });
});

describe('gated metrics beside the objective', () => {
  const config = plainConfig('also: [ { name: size, goal: minimize, margin: 5, gate: true }, { name: recall, goal: maximize } ]\nverdict: { search: never }\n');
  const with_ = (level: number, size: number, salt: string): Side => (params, seed) => ({ ...hill({ level, salt })(params, seed), size: size + noise(`size ${salt}`, seed), recall: 0.5 });

  test('the worse one decides, and is named', async () => {
    const { study, markdown } = await run(with_(0.9, 100, 'a'), with_(0.95, 130, 'b'), { config });
    expect(study.verdict).toMatchObject({ kind: 'REGRESSION', sentence: expect.stringContaining('size +') });
    expect(study.metrics).toMatchObject([{ name: 'acc', gate: true, better: true }, { name: 'size', gate: true, better: false, margin: 5 }, { name: 'recall', gate: false }]);
    expect(study.metrics[2]).not.toHaveProperty('margin');
    expect(markdown).toContain('size ↓');
    for (const { base, head, effect } of study.metrics) expect(head! - base!).toBeCloseTo(effect!, 8);
  });

  test('both fine: the sentence names both', async () => {
    const { study } = await run(with_(0.9, 100, 'a'), with_(0.9, 100, 'b'), { config });
    expect(study.verdict).toMatchObject({ kind: 'PASS', sentence: expect.stringContaining('also not worse: size') });
  });

  test('each has its columns about the pairs that it was decided on', async () => {
    const wild: Side = (params, seed) => ({ ...hill({ salt: 'b' })(params, seed), size: 100 + 6 * noise('wild', seed), recall: 0.5 });
    const { study } = await run(with_(0.9, 100, 'a'), wild, { config });
    expect(study.metrics[1]!.result!.pairs).toBeGreaterThan(study.metrics[0]!.result!.pairs);
    for (const { base, head, effect } of study.metrics.slice(0, 2)) expect(head! - base!).toBeCloseTo(effect!, 8);
  });

  test('recovered at the price of the other one is no recovery', async () => {
    const priced: Side = (params, seed) => ({ ...hill({ optimum: 8, salt: 'b' })(params, seed), size: 100 + 10 * Math.abs(Number(params['x']) - 4), recall: 0.5 });
    const searching = config.replace('search: never', 'search: always').replace('trials: 10', 'trials: 30');
    const { study } = await run(with_(0.9, 100, 'a'), priced, { config: searching });
    expect(study.verdict).toMatchObject({ kind: 'REGRESSION', reason: 'recovered-at-a-cost' });
  });
});
