import { describe, expect, test } from '@jest/globals';
import { createEngine, type Engine, type EnginePlan, type Step } from '../../src/app/engine.js';
import type { StudyEvent } from '../../src/model/study.js';
import type { Pruner } from '../../src/model/ports.js';
import { never } from '../../src/pruners/never.js';
import { random } from '../../src/samplers/random.js';
import { ints, spaceOf, values } from '../contracts/spaces.js';
import { complete, searchIn, simulate, value } from './simulatedLab.js';

const created: StudyEvent = { type: 'created', schema: 1, tool: 'test', study: 'demo', at: '', identity: {} };
const space = spaceOf({ x: { distribution: ints(0, 9) }, y: { distribution: ints(0, 9) } });
const planOf = (more: Partial<EnginePlan> = {}): EnginePlan => ({
  study: 'demo', space, objective: { name: 'loss', goal: 'minimize' }, sampler: random(), pruner: never(), samplerSeed: '0:sampler:demo', seed: 1,
  limits: { trials: 12, failures: 3 }, expectedTrials: 20, anchors: [], clock: { now: () => 0, utc: () => 'then' }, ...more,
});

/** An engine whose events are kept as a journal would. */
function desk(more: Partial<EnginePlan> = {}): { readonly engine: Engine; readonly log: StudyEvent[]; readonly does: <T extends Step>(step: T) => T } {
  const log = [created];
  const engine = createEngine(planOf(more), log);
  return { engine, log, does: (step) => { log.push(...step.events); engine.apply(...step.events); return step; } };
}

describe('asking', () => {
  test('gives the trials that a search with this seed runs, one at a time or many', async () => {
    const simulation = await simulate((job) => complete(value(job.params)));
    const searched = (await searchIn(simulation, { space, sampler: random() })).trials.map(({ params }) => params);
    const study = simulation.jobs[0]?.study ?? '';
    for (const n of [1, 5]) {
      const { engine, does } = desk({ samplerSeed: `0:sampler:${study}` });
      const asked = Array.from({ length: 12 }, () => does(engine.ask(n)).trials).flat();
      expect(asked.map(({ params }) => params)).toEqual(searched);
      expect(asked.map(({ trial }) => trial)).toEqual([...searched.keys()]);
    }
  });

  test('decides only: without its events applied, the same is asked for again', () => {
    const { engine } = desk();
    expect(engine.ask(3)).toEqual(engine.ask(3));
    expect(engine.running()).toEqual([]);
  });

  test('ends at the limit, with fewer than asked for, then none and why', () => {
    const { engine, does } = desk({ limits: { trials: 3, failures: 3 } });
    expect(does(engine.ask(5)).trials).toHaveLength(3);
    expect(engine.ask(5)).toEqual({ events: [], trials: [], stop: 'trials' });
  });

  test('ends when a finite space is used up, after failures in a row, at the threshold', () => {
    const small = desk({ space: spaceOf({ x: { distribution: values('a', 'b') } }) });
    expect(small.does(small.engine.ask(9)).trials).toHaveLength(2);
    expect(small.engine.ask(1).stop).toBe('exhausted');
    const failing = desk();
    failing.does(failing.engine.ask(3));
    for (const trial of [0, 1, 2]) failing.does(failing.engine.tell(trial, { state: 'failed' }));
    expect(failing.engine.ask(1).stop).toBe('failures');
    const good = desk({ limits: { trials: 12, failures: 3, threshold: 0.5 } });
    good.does(good.engine.ask(1));
    good.does(good.engine.tell(0, { state: 'complete', value: 0.4 }));
    expect(good.engine.ask(1).stop).toBe('threshold');
  });

  test('begins with the anchors, and with what was put in the queue before them', () => {
    const { engine, does } = desk({ anchors: [{ x: 1, y: 1 }] });
    does(engine.add({ x: 2, y: 2 }));
    does(engine.add({ x: 3, y: 3 }));
    expect(does(engine.ask(3)).trials.map(({ params }) => params)).toEqual([{ x: 2, y: 2 }, { x: 3, y: 3 }, { x: 1, y: 1 }]);
    expect(does(engine.ask(1)).trials).not.toMatchObject([{ params: { x: 1, y: 1 } }]);
  });
});

describe('telling', () => {
  test('every state, in the metric\'s own sign', () => {
    const { engine, does, log } = desk({ objective: { name: 'acc', goal: 'maximize' } });
    does(engine.ask(6));
    does(engine.report(2, 7, 0.25));
    does(engine.tell(0, { state: 'complete', value: 0.5, seconds: 3 }));
    does(engine.tell(1, { state: 'complete', value: 0.75 }));
    does(engine.tell(2, { state: 'pruned' }));
    does(engine.tell(3, { state: 'infeasible', message: 'out of memory' }));
    does(engine.tell(4, { state: 'complete', value: Number.NaN }));
    does(engine.tell(5, { state: 'failed', message: 'crashed' }));
    expect(engine.best()).toMatchObject({ trial: 1, value: 0.75 });
    expect(log.flatMap((event) => (event.type === 'finished' ? [event.result] : []))).toMatchObject([
      { outcome: { state: 'complete', value: 0.5 }, seconds: 3, metrics: { acc: 0.5 } }, { outcome: { state: 'complete', value: 0.75 } },
      { outcome: { state: 'pruned', step: 7, value: 0.25 } }, { outcome: { state: 'infeasible', message: 'out of memory' } },
      { outcome: { state: 'failed', reason: 'non-finite' }, metrics: {} }, { outcome: { state: 'failed', reason: 'told', message: 'crashed' } },
    ]);
    expect(() => engine.tell(0, { state: 'failed' })).toThrow(expect.objectContaining({ code: 'already-told' }));
    expect(() => engine.report(0, 1, 1)).toThrow(expect.objectContaining({ code: 'already-told' }));
    expect(() => engine.tell(6, { state: 'failed' })).toThrow(expect.objectContaining({ code: 'unknown-trial' }));
  });

  test('what was measured elsewhere is known to the sampler and costs nothing of the limit', () => {
    const { engine, does } = desk({ limits: { trials: 1, failures: 3 } });
    expect(does(engine.add({ x: 1, y: 1 }, { state: 'complete', value: 3 })).trial).toBe(0);
    expect(engine.best()).toEqual({ trial: 0, value: 3, params: { x: 1, y: 1 } });
    expect(does(engine.ask(2)).trials).toMatchObject([{ trial: 1 }]);
    expect(() => engine.add({ x: 11, y: 1 })).toThrow(expect.objectContaining({ code: 'outside-space', message: expect.stringContaining('x = 11') }));
  });

  test('the pruner hears each report, and one that no log can hold', () => {
    const strict: Pruner = { name: 'strict', decide: (view, { intermediate, number }) => (view.running.some((one) => one.number === number) && !(intermediate.at(-1)!.loss < 1) ? 'stop' : 'continue') };
    const { engine, does } = desk({ pruner: strict });
    does(engine.ask(1));
    does(engine.report(0, 1, 0.5));
    expect(engine.shouldPrune(0)).toBe(false);
    does(engine.report(0, 2, 1.5));
    expect(engine.shouldPrune(0)).toBe(true);
    does(engine.report(0, 3, 0.5));
    does(engine.report(0, 4, Number.NaN));
    expect(engine.shouldPrune(0)).toBe(true);
  });
});

test('a pruned trial that the pruner takes up again is asked for under its number, also after the last new one', () => {
  const halving: Pruner = {
    name: 'halving', decide: () => 'stop', until: (view, number) => ((view.running.find((one) => one.number === number)?.rests ?? 0) === 0 ? 3 : 9),
    next: (view) => (view.finished.length + view.running.length < 2 ? undefined : view.finished.find(({ state, rests }) => state === 'pruned' && rests === 1)?.number),
  };
  const { engine, does, log } = desk({ pruner: halving, limits: { trials: 2, failures: 3 } });
  expect(does(engine.ask(2)).trials).toMatchObject([{ trial: 0, until: 3 }, { trial: 1, until: 3 }]);
  does(engine.report(1, 3, 0.5));
  does(engine.tell(1, { state: 'pruned', seconds: 2 }));
  expect(does(engine.ask(5)).trials).toEqual([{ trial: 1, params: expect.anything(), continues: true, until: 9 }]);
  expect(createEngine(planOf({ pruner: halving }), log).running().map(({ trial }) => trial)).toEqual([0, 1]);
  does(engine.tell(1, { state: 'complete', value: 0.4, seconds: 3 }));
  expect(engine.best()).toMatchObject({ trial: 1, value: 0.4 });
  expect(engine.ask(1).stop).toBe('trials');
});

test('an engine made of any part of the log knows what is running, what waits, and goes on the same way', () => {
  const { engine, does, log } = desk();
  does(engine.ask(2));
  does(engine.add({ x: 5, y: 5 }));
  does(engine.add({ x: 6, y: 6 }, { state: 'complete', value: 2 }));
  does(engine.report(0, 1, 0.5));
  does(engine.tell(0, { state: 'complete', value: 0.5 }));
  does(engine.ask(2));
  const replies = (one: Engine): unknown => [one.running(), one.best(), one.ask(3)];
  expect(replies(createEngine(planOf(), log))).toEqual(replies(engine));
  for (let size = 1; size < log.length; size++) {
    const part = log.slice(0, size);
    const started = part.flatMap((event) => (event.type === 'started' ? [event.trial] : []));
    const finished = part.flatMap((event) => (event.type === 'finished' ? [event.trial] : []));
    expect(createEngine(planOf(), part).running().map(({ trial }) => trial)).toEqual(started.filter((trial) => !finished.includes(trial)));
  }
});

test('trials of a space that has changed are not shown to the sampler', () => {
  const { engine, does, log } = desk();
  does(engine.ask(1));
  does(engine.tell(0, { state: 'complete', value: 1 }));
  const narrowed = createEngine(planOf({ space: spaceOf({ x: { distribution: ints(0, 9) }, z: { distribution: ints(0, 1) } }) }), log);
  expect(narrowed.best()).toBeUndefined();
  expect(narrowed.ask(1).trials).toMatchObject([{ trial: 1, params: { z: expect.any(Number) } }]);
});

describe('a study with early stopping', () => {
  const patience = { patience: 2, minDelta: 0, reduce: 'best' } as const;
  const report = ({ engine, does }: ReturnType<typeof desk>, trial: number, values: readonly number[]): (readonly [boolean, unknown])[] => values.map((one, i) => {
    does(engine.report(trial, i + 1, one));
    return [engine.shouldPrune(trial), engine.over(trial)];
  });

  test('says when a run is over: complete with its best, told as pruned or without a value', () => {
    for (const told of [{ state: 'pruned' }, { state: 'pruned', value: 0.7 }, { state: 'complete' }] as const) {
      const one = desk({ patience });
      one.does(one.engine.ask(1));
      expect(report(one, 0, [0.9, 0.5, 0.7, 0.6])).toEqual([[false, undefined], [false, undefined], [false, undefined], [true, { value: 0.5, step: 2 }]]);
      expect(one.log.at(-1)).toMatchObject({ type: 'reported', step: 4 });
      // What comes later does not count, and is not written down.
      expect(one.engine.report(0, 5, 0.1)).toEqual({ events: [] });
      expect(one.engine.over(0)).toEqual({ value: 0.5, step: 2 });
      one.does(one.engine.tell(0, told));
      expect(one.log.at(-1)).toMatchObject({ result: { outcome: { state: 'complete', value: 0.5 }, metrics: { loss: 0.5 } } });
      expect(one.engine.best()).toMatchObject({ trial: 0, value: 0.5, step: 2 });
      expect(one.engine.over(0)).toBeUndefined();
    }
  });

  test('a value that is told counts as told, and a failure is one', () => {
    const one = desk({ patience });
    one.does(one.engine.ask(2));
    for (const trial of [0, 1]) report(one, trial, [1, 2, 3]);
    one.does(one.engine.tell(0, { state: 'complete', value: 4 }));
    one.does(one.engine.tell(1, { state: 'failed' }));
    expect(one.log.slice(-2)).toMatchObject([{ result: { outcome: { state: 'complete', value: 4 } } }, { result: { outcome: { state: 'failed', reason: 'told' } } }]);
  });

  test('upwards, by min_delta, and with the last value or the mean where the study says so', () => {
    for (const [reduce, counted] of [['best', 0.75], ['last', 0.625], ['mean', 0.625]] as const) {
      const one = desk({ patience: { ...patience, minDelta: 0.25, reduce }, objective: { name: 'acc', goal: 'maximize' } });
      one.does(one.engine.ask(1));
      // 0.75 is better than 0.5, but not by more than 0.25.
      expect(report(one, 0, [0.5, 0.75, 0.625])).toEqual([[false, undefined], [false, undefined], [true, { value: counted, step: 2 }]]);
    }
  });

  test('a run without any number has failed', () => {
    const one = desk({ patience });
    one.does(one.engine.ask(1));
    expect(report(one, 0, [NaN, NaN])).toEqual([[false, undefined], [true, {}]]);
    one.does(one.engine.tell(0, { state: 'pruned' }));
    expect(one.log.at(-1)).toMatchObject({ result: { outcome: { state: 'failed', reason: 'non-finite' } } });
  });

  test('goes on counting after a restart; a trial that is taken up again is a new run', () => {
    const one = desk({ patience });
    one.does(one.engine.ask(1));
    report(one, 0, [1, 2]);
    const again = createEngine(planOf({ patience }), one.log);
    again.apply(...again.report(0, 3, 2).events);
    expect(again.over(0)).toEqual({ value: 1, step: 1 });

    const rests: Pruner = { name: 'rests', decide: () => 'stop', next: ({ finished }) => finished.find(({ state, rests = 0 }) => state === 'pruned' && rests < 2)?.number };
    const other = desk({ patience, pruner: rests });
    other.does(other.engine.ask(1));
    report(other, 0, [1, 2]);
    other.does(other.engine.tell(0, { state: 'pruned' }));
    expect(other.does(other.engine.ask(1)).trials).toMatchObject([{ trial: 0, continues: true }]);
    other.does(other.engine.report(0, 3, 2));
    expect(other.engine.over(0)).toBeUndefined();
    other.does(other.engine.report(0, 4, 3));
    other.does(other.engine.report(0, 5, 3));
    expect(other.engine.over(0)).toEqual({ value: 2, step: 3 });
  });
});
