import { describe, expect, test } from '@jest/globals';
import type { PartsPlan } from '../../src/app/trialRuns.js';
import { seedFor } from '../../src/model/seeds.js';
import { foldStudy } from '../../src/model/studyLog.js';
import type { StudyEvent } from '../../src/model/study.js';
import { paramsKey } from '../../src/model/params.js';
import type { Executor, Pruner, TrialJob } from '../../src/model/ports.js';
import { median } from '../../src/pruners/median.js';
import { wilcoxon } from '../../src/pruners/wilcoxon.js';
import { openLab, type Lab } from '../../src/app/lab.js';
import { createSimulatedClock } from '../../src/runners/simulated.js';
import { createMemoryJournal } from '../../src/stores/memoryJournal.js';
import { complete, failed, searchIn, simulate, value } from './simulatedLab.js';

const plan = (more: Partial<PartsPlan> = {}): PartsPlan => ({ folds: 5, repeats: 1, aggregate: 'mean', objective: 'acc', goals: new Map([['acc', 'maximize'], ['ms', 'minimize']]), ...more });
const never = new AbortController().signal;
const measured = async (lab: Lab, more: object = {}): Promise<Awaited<ReturnType<Lab['measure']>>['trial']> =>
  (await lab.measure({ side: 'head', stage: 'canonical', params: { x: 1, y: 2 }, seed: 7, signal: never, ...more })).trial;
const folds = (jobs: readonly TrialJob[]): unknown[] => jobs.map((job) => job.part?.fold?.index);
const byFold = (job: TrialJob) => complete([0.5, 0.7, 0.9, 0.6, 0.3][job.part?.fold?.index ?? 0] ?? 0, { seconds: 2, streamSha256: `sha${job.part?.index ?? ''}` });

describe('a trial of five folds', () => {
  test('is five runs of one seed, and its value is their mean', async () => {
    const { lab, jobs } = await simulate(byFold, { parts: plan() });
    const trial = await measured(lab);
    expect(folds(jobs)).toEqual([0, 1, 2, 3, 4]);
    expect(new Set(jobs.map(({ seed, trial: number, attempt }) => `${seed} ${number} ${attempt}`))).toEqual(new Set(['7 0 1']));
    expect(jobs.every(({ part }) => part?.of === 5 && part.fold?.of === 5)).toBe(true);
    expect(trial.result?.outcome).toEqual({ state: 'complete', value: expect.closeTo(0.6, 12) });
    expect(trial.result).toMatchObject({ seconds: 10, metrics: { acc: expect.closeTo(0.6, 12) } });
    expect(trial.result?.streamSha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test('keeps its parts in the log, each before the next begins', async () => {
    const events: StudyEvent[] = [];
    const { lab } = await simulate((job) => {
      expect(events.filter(({ type }) => type === 'reported')).toHaveLength(job.part?.index ?? -1);
      return byFold(job);
    }, { parts: plan(), events });
    await measured(lab);
    expect(foldStudy(events)?.study.trials[0]?.reports).toEqual([0.5, 0.7, 0.9, 0.6, 0.3].map((acc, i) => ({ step: i + 1, metrics: { acc }, part: { seconds: 2, streamSha256: `sha${i}` } })));
  });

  test.each([['median', 0.6, 30], ['worst', 0.3, 50]] as const)('by %s', async (aggregate, acc, ms) => {
    const { lab } = await simulate((job) => ({ ...byFold(job), metrics: { ...byFold(job).metrics, ms: [10, 20, 30, 40, 50][job.part?.index ?? 0] ?? 0 } }), { parts: plan({ aggregate }) });
    // Worst is smallest where larger is better, and largest where smaller is.
    expect((await measured(lab)).result?.metrics).toEqual({ acc, ms });
  });

  test('energy is that of all runs, and unknown where one did not tell', async () => {
    const executor = (silent: number): Executor => ({
      capacity: 1, devices: [], close: () => Promise.resolve(),
      run: (job) => Promise.resolve({ outcome: { state: 'complete', value: 1 }, metrics: { acc: 1 }, seconds: 1, gpuSeconds: 1, ...(job.part?.index === silent ? {} : { joules: 10 }) }),
    });
    const energy = async (silent: number): Promise<unknown> => {
      const clock = createSimulatedClock();
      const lab = await openLab({ journal: createMemoryJournal([]), executor: executor(silent), clock, trees: () => '/tree', study: 's', tool: 't', identity: {}, parts: plan() });
      const { result } = await measured(lab);
      return [result?.joules, result?.gpuSeconds];
    };
    expect(await energy(-1)).toEqual([50, 5]);
    expect(await energy(3)).toEqual([undefined, 5]);
  });

  test('a metric that one fold does not report has no value', async () => {
    const { lab } = await simulate((job) => ({ ...byFold(job), metrics: { acc: 1, ...(job.part?.index === 3 ? {} : { f1: 0.5 }) } }), { parts: plan() });
    expect(Object.keys((await measured(lab)).result?.metrics ?? {})).toEqual(['acc']);
  });

  test('both sides of a pair run the same folds on the same seed', async () => {
    const { lab, jobs } = await simulate(byFold, { parts: plan() });
    await measured(lab);
    await measured(lab, { side: 'base' });
    const of = (side: string): unknown[] => jobs.filter((job) => job.side === side).map(({ seed, part }) => ({ seed, part }));
    expect(of('base')).toEqual(of('head'));
  });
});

describe('a run that gives no value', () => {
  test('ends the trial with its reason; the folds after it are not run', async () => {
    const { lab, jobs } = await simulate((job) => (job.part?.index === 2 ? failed('exit-code', { seconds: 1 }) : byFold(job)), { parts: plan() });
    const { result, reports } = await measured(lab);
    expect(result).toMatchObject({ outcome: { state: 'failed', reason: 'exit-code', message: 'run 3 of 5 (fold 2): it broke' }, metrics: {}, seconds: 5 });
    expect(folds(jobs)).toEqual([0, 1, 2]);
    expect(reports).toHaveLength(2);
  });

  test('a NaN in one fold is no mean of the others', async () => {
    const { lab } = await simulate((job) => (job.part?.index === 1 ? complete(Number.NaN) : byFold(job)), { parts: plan() });
    expect((await measured(lab)).result?.outcome).toMatchObject({ state: 'failed', reason: 'non-finite', message: 'run 2 of 5 (fold 1): the objective was NaN' });
  });

  test('a lost run is repeated once, and no other with it', async () => {
    let lost = 0;
    const { lab, jobs } = await simulate((job) => (job.part?.index === 2 && lost++ === 0 ? failed('lost') : byFold(job)), { parts: plan() });
    expect((await measured(lab)).result?.outcome).toMatchObject({ state: 'complete' });
    expect(folds(jobs)).toEqual([0, 1, 2, 2, 3, 4]);
  });
});

describe('a search that is resumed', () => {
  test('in the middle of the folds runs only those that are missing', async () => {
    const events: StudyEvent[] = [];
    const cut = new AbortController();
    const first = await simulate((job) => { if (job.trial === 1 && job.part?.index === 3) cut.abort(); return complete(value(job.params)); }, { parts: plan(), events });
    expect((await searchIn(first, { signal: cut.signal, limits: { trials: 4, failures: 3 } })).stopReason).toBe('cancelled');
    const again = await simulate((job) => complete(value(job.params)), { parts: plan(), events });
    const outcome = await searchIn(again, { limits: { trials: 4, failures: 3 } });
    expect(outcome.counts.complete).toBe(4);
    expect(again.jobs.filter(({ trial }) => trial === 1).map(({ part }) => part?.index)).toEqual([3, 4].slice(first.jobs.at(-1)?.part?.index === 3 ? 0 : 1));
    expect(again.jobs.filter(({ trial }) => trial === 0)).toEqual([]);
    const whole = await searchIn(await simulate((job) => complete(value(job.params)), { parts: plan() }), { limits: { trials: 4, failures: 3 } });
    expect(outcome.trials.map(({ params, value: own, parts }) => ({ params, own, parts }))).toEqual(whole.trials.map(({ params, value: own, parts }) => ({ params, own, parts })));
  });

  test('after all folds, but before the result was written, runs nothing again', async () => {
    const events: StudyEvent[] = [];
    await measured((await simulate(byFold, { parts: plan(), events })).lab);
    const withoutEnd = events.filter(({ type }) => type !== 'finished');
    const { lab, jobs } = await simulate(byFold, { parts: plan(), events: withoutEnd });
    expect((await measured(lab)).result).toMatchObject({ outcome: { state: 'complete', value: expect.closeTo(0.6, 12) }, seconds: 10 });
    expect(jobs).toEqual([]);
  });
});

describe('repeats', () => {
  test('a search runs each trial on several seeds, the same for all trials; other stages on theirs alone', async () => {
    const simulation = await simulate((job) => complete(value(job.params)), { parts: plan({ folds: 1, repeats: 3 }) });
    const { seed, trials } = await searchIn(simulation, { limits: { trials: 2, failures: 3 } });
    const seeds = [seed, seedFor(`repeat:${seed}`, 1), seedFor(`repeat:${seed}`, 2)];
    expect(simulation.jobs.map((job) => job.seed)).toEqual([...seeds, ...seeds]);
    expect(simulation.jobs.every(({ part }) => part?.fold === undefined)).toBe(true);
    expect(trials[0]?.parts).toHaveLength(3);
    await measured(simulation.lab);
    expect(simulation.jobs.slice(6).map((job) => job.seed)).toEqual([7]);
  });

  test('with folds: all folds of a seed, then the next seed', async () => {
    const simulation = await simulate((job) => complete(value(job.params)), { parts: plan({ folds: 2, repeats: 2 }) });
    const { seed } = await searchIn(simulation, { limits: { trials: 1, failures: 3 } });
    expect(simulation.jobs.map((job) => [job.seed === seed, job.part?.index, job.part?.fold?.index])).toEqual([[true, 0, 0], [true, 1, 1], [false, 2, 0], [false, 3, 1]]);
  });
});

describe('stopping between the runs', () => {
  const worse = (job: TrialJob) => complete((paramsKey(job.params) === paramsKey({ x: 6, y: 3 }) ? 0.9 : 0.1) + (job.part?.index ?? 0) / 100);
  const stopped = async (pruner: Pruner): Promise<{ runs: number; trials: readonly { state: string }[] }> => {
    const simulation = await simulate(worse, { parts: plan({ folds: 8 }) });
    const { trials } = await searchIn(simulation, { pruner, incumbent: { x: 6, y: 3 }, limits: { trials: 6, failures: 3 } });
    return { runs: simulation.jobs.length, trials };
  };

  test('the Wilcoxon pruner sees each fold by itself: three worse ones out of three are not enough, four are', async () => {
    const { runs, trials } = await stopped(wilcoxon({ p_threshold: 0.1, startup_steps: 2 }));
    expect(trials.map(({ state }) => state)).toEqual(['complete', ...Array<string>(5).fill('pruned')]);
    // 1/2^4 = .0625 is the first p below .1.
    expect(runs).toBe(8 + 5 * 4);
  });

  test('another program is asked between the runs, and its answer waited for', async () => {
    const { lab, jobs } = await simulate(byFold, { parts: plan() });
    const trial = await measured(lab, { onReport: ({ step }: { step: number }) => Promise.resolve(step === 2 ? 'stop' : 'continue') });
    expect(folds(jobs)).toEqual([0, 1]);
    expect(trial.result?.outcome).toEqual({ state: 'pruned', step: 2, value: expect.closeTo(0.6, 12) });
  });

  test('the others see the mean so far', async () => {
    const seen: number[][] = [];
    const spy: Pruner = { name: 'spy', decide: (_, { intermediate }) => { seen.push(intermediate.map(({ loss }) => loss)); return 'continue'; } };
    await searchIn(await simulate((job) => complete([0.5, 0.7, 0.9][job.part?.index ?? 0] ?? 0), { parts: plan({ folds: 3 }) }), { pruner: spy, limits: { trials: 1, failures: 3 } });
    // Not asked at the last one: nothing is left to save.
    expect(seen).toEqual([[-0.5], [-0.5, -0.6]]);
    const { runs } = await stopped(median({ startup_trials: 1, warmup: 0, interval: 1, min_trials: 1, resource: 'step' }));
    expect(runs).toBe(8 + 5);
  });

  test('a stopped trial has the mean of the runs that ended as its value, and is not run on', async () => {
    const events: StudyEvent[] = [];
    const simulation = await simulate(worse, { parts: plan({ folds: 8 }), events });
    await searchIn(simulation, { pruner: wilcoxon({ p_threshold: 0.1, startup_steps: 2 }), incumbent: { x: 6, y: 3 }, limits: { trials: 2, failures: 3 } });
    expect(foldStudy(events)?.study.trials[1]?.result).toMatchObject({ outcome: { state: 'pruned', step: 4, value: expect.closeTo(0.115, 12) }, metrics: { acc: expect.closeTo(0.115, 12) } });
    const again = await simulate(worse, { parts: plan({ folds: 8 }), events });
    await searchIn(again, { pruner: wilcoxon({ p_threshold: 0.1, startup_steps: 2 }), incumbent: { x: 6, y: 3 }, limits: { trials: 2, failures: 3 } });
    expect(again.jobs).toEqual([]);
  });
});
