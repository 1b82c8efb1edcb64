import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalExecutor } from '../../src/executors/local.js';
import type { Comparison } from '../../src/model/comparison.js';
import type { StudyEvent } from '../../src/model/study.js';
import { isVoid } from '../../src/model/studyLog.js';
import { createWorld, hill, plainConfig, type World, type WorldOptions } from './simulatedRun.js';

/** Noisy enough for the gate to need several looks, each of which leaves slots of four idle at some time. */
const formula: WorldOptions['formula'] = (side, params, seed) => hill({ sd: 0.03, salt: side })(params, seed);
const config = plainConfig('budget: { trials: 14 }\nverdict: { search: always }\n');
const world = (options: Partial<WorldOptions> = {}): World => createWorld({ formula, config, capacity: 4, ...options });

interface Run { readonly stage: string; readonly side: string; readonly key: string; readonly from: number; readonly to: number; readonly isCut: boolean }

/** Every attempt with the seconds from start to end, as the logs tell. */
function runsOf({ logs }: World): readonly Run[] {
  const events: readonly StudyEvent[] = [...logs.values()].flat();
  const secondsOf = (at: string): number => (Date.parse(at) - 1_767_225_600_000) / 1000;
  return events.flatMap((event) => {
    if (event.type !== 'started') return [];
    const end = events.find((other) => other.type === 'finished' && other.trial === event.trial && other.attempt === event.attempt);
    if (end?.type !== 'finished') return [];
    return [{ stage: event.stage, side: event.side, key: `${event.side} ${event.seed} ${JSON.stringify(event.params)}`, from: secondsOf(event.at), to: secondsOf(end.at), isCut: isVoid(end.result) }];
  });
}

const isPair = ({ stage }: Run): boolean => stage === 'canonical' || stage === 'confirm';
const pairStarts = (runs: readonly Run[]): readonly string[] => runs.filter(isPair).map(({ key, from }) => `${from.toFixed(3)} ${key}`);
const gateEnd = (runs: readonly Run[]): number => Math.max(...runs.filter(isPair).map(({ to }) => to));
const beside = (runs: readonly Run[]): readonly Run[] => runs.filter(({ stage, from }) => stage === 'search' && from < gateEnd(runs));
const busyAt = (runs: readonly Run[], at: number): number => runs.filter(({ from, to }) => from <= at && at < to).length;

/** All that a comparison says, but for what it cost and how long it took. */
function said(study: Comparison): unknown {
  return {
    ...study, budget: undefined,
    search: study.search && { ...study.search, trials: study.search.trials.map((trial) => ({ ...trial, seconds: undefined })) },
  };
}

describe('search trials in slots that the gate leaves idle', () => {
  test('they run there, no run of the gate starts later, and the report is that of one after the other', async () => {
    const [shared, alone, twoSlots] = [world(), world({ config: config.replace('always', 'never') }), world({ capacity: 2 })];
    const { study } = await shared.compare();
    await alone.compare();
    const runs = runsOf(shared);
    expect(study.gate!.pairs.length).toBeGreaterThan(3);
    expect(beside(runs).length).toBeGreaterThan(1);
    expect(runs.every((run) => busyAt(runs, run.from) <= 4)).toBe(true);
    expect(pairStarts(runs)).toEqual(pairStarts(runsOf(alone)));
    expect(gateEnd(runs)).toBe(gateEnd(runsOf(alone)));
    expect(said(study)).toEqual(said((await twoSlots.compare()).study));
    expect(beside(runsOf(twoSlots))).toEqual([]);
  });

  test('a search trial that takes longer than it seemed makes way, is measured again, and delays no run by more than a tenth of one', async () => {
    const seconds: WorldOptions['seconds'] = ({ stage }) => (stage === 'search' ? 10 : 1);
    const [shared, alone] = [world({ seconds }), world({ config: config.replace('always', 'never'), seconds })];
    const { study } = await shared.compare();
    await alone.compare();
    const runs = runsOf(shared);
    expect(runs.filter(({ isCut }) => isCut).length).toBeGreaterThan(0);
    expect(gateEnd(runs)).toBeLessThanOrEqual(gateEnd(runsOf(alone)) + 0.1 + 1e-9);
    expect(study.search!.trials).toHaveLength(14);
    expect(study.search!.trials.every(({ state }) => state === 'complete')).toBe(true);
    expect(study.failures).toEqual([]);
    const whole = runs.filter(({ isCut }) => !isCut).map(({ key }) => key);
    expect(new Set(whole).size).toBe(whole.length);
  });

  test('slots that no look can use are lent from the start', async () => {
    const shared = world({ capacity: 8 });
    await shared.compare();
    const runs = runsOf(shared);
    expect(Math.min(...beside(runs).map(({ from }) => from))).toBe(0);
    expect(Math.max(...runs.map(({ from }) => busyAt(runs, from)))).toBeLessThanOrEqual(8);
    expect(runs.filter(({ isCut }) => isCut)).toEqual([]);
  });

  test('on devices, a trial is where no pair is bound to', async () => {
    const lockDir = mkdtempSync(join(tmpdir(), 'noregret-locks-'));
    const slots = { devices: ['A', 'B', 'C', 'D'], gpusPerTrial: 1, parallel: 'auto' as const, notes: [] };
    const executor: WorldOptions['executor'] = (runner, clock) => createLocalExecutor({ runner, clock, slots, lockDir });
    const [shared, alone] = [world({ executor }), world({ executor, config: config.replace('always', 'never') })];
    await shared.compare();
    await alone.compare();
    rmSync(lockDir, { recursive: true });
    expect(beside(runsOf(shared)).length).toBeGreaterThan(3);
    expect(runsOf(shared).filter(({ isCut }) => isCut)).toEqual([]);
    expect(pairStarts(runsOf(shared))).toEqual(pairStarts(runsOf(alone)));
    expect(gateEnd(runsOf(shared))).toBe(gateEnd(runsOf(alone)));
  });

  test('nothing but the gate runs beside it without idle slots, with a metric that depends on load, or where only a decline is searched for', async () => {
    const timing = plainConfig('also: [{ name: ms, goal: minimize, timing: true }]\nbudget: { trials: 14 }\n');
    const timed: WorldOptions['formula'] = (side, params, seed, job) => ({ ...formula(side, params, seed, job) as { acc: number }, ms: 3 });
    const bad: WorldOptions['formula'] = (side, params, seed) => hill({ level: side === 'base' ? 0.9 : 0.7, sd: 0.001, salt: side })(params, seed);
    for (const other of [world({ capacity: 2 }), world({ capacity: 1 }), world({ config: timing, formula: timed }), world({ config: config.replace('always', 'on-regression'), formula: bad })]) {
      await other.compare();
      expect(runsOf(other).some(({ stage }) => stage === 'search')).toBe(true);
      expect(beside(runsOf(other))).toEqual([]);
    }
  });

  test('the search gets its share of the time that is left after the gate, and the gate\'s end by the clock ends it as well', async () => {
    const late = plainConfig('budget: { trials: 400, time: 30s }\n');
    const { study } = await world({ config: late }).compare();
    expect(study.search).toMatchObject({ stopReason: 'time' });
    expect(study.budget.wallSeconds).toBeLessThanOrEqual(30);
    const short = await world({ config: plainConfig('budget: { trials: 14, time: 3500ms }\n'.replace('3500ms', '3s')) }).compare();
    expect(short.study.verdict).toMatchObject({ kind: 'INCONCLUSIVE', reason: 'budget' });
    expect(short.study.budget.wallSeconds).toBeLessThanOrEqual(3);
  });
});

describe('cancelled while both go on', () => {
  test('resumed to the same comparison, nothing measured twice', async () => {
    const whole = world();
    const expected = said((await whole.compare()).study);
    const last = runsOf(whole).filter(({ from }) => from < gateEnd(runsOf(whole))).length;
    for (let n = 5; n <= last; n++) {
      const cut = world();
      expect((await cut.compare({ cancelWhen: (_job, nth) => nth === n })).study.verdict.kind).toBe('INCOMPLETE');
      expect(said((await cut.compare()).study)).toEqual(expected);
      const measured = runsOf(cut).filter(({ isCut }) => !isCut).map(({ key }) => key);
      expect(new Set(measured).size).toBe(measured.length);
    }
  });

  test('GPU-hours are kept for the pairs to come', async () => {
    const hours = plainConfig('budget: { trials: 14, gpu_hours: 0.0075 }\nverdict: { rescore: 0 }\n');
    const shared = world({ config: hours, capacity: 8, devices: ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'] });
    const { study } = await shared.compare();
    expect(beside(runsOf(shared)).length).toBeGreaterThan(0);
    expect(study.gate!.pairs).toHaveLength(10);
    expect(study.budget.gpuMinutes).toBeLessThanOrEqual(0.0075 * 60 + 1e-9);
  });
});
