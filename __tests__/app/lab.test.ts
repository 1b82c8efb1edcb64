import { describe, expect, test } from '@jest/globals';
import type { MeasureRequest } from '../../src/app/lab.js';
import type { StudyEvent } from '../../src/model/study.js';
import { sampleEvents, started } from '../contracts/journal.js';
import { complete, failed, simulate } from './simulatedLab.js';

const request = (more: Partial<MeasureRequest> = {}): MeasureRequest => ({
  side: 'head', stage: 'canonical', params: { lr: 0.1 }, seed: 7, signal: new AbortController().signal, ...more,
});
const types = (events: readonly StudyEvent[]): string[] => events.map((event) => ('trial' in event ? `${event.type} ${event.trial}` : event.type));
const created = sampleEvents[0]!;
const log = (...events: StudyEvent[]): StudyEvent[] => [{ ...created, identity: { head: 'abc' } } as StudyEvent, ...events];

describe('measuring', () => {
  test('start and end are journaled around the run, reports with the end', async () => {
    const { lab, events, jobs } = await simulate(() => complete(0.5, { steps: [{ acc: 0.1 }, { acc: NaN, loss: 2 }] }));
    const { trial, reused } = await lab.measure(request({ timeoutMs: 5000 }));
    expect(reused).toBe(false);
    expect(trial).toMatchObject({ number: 0, result: { outcome: { state: 'complete', value: 0.5 } } });
    expect(types(events)).toEqual(['created', 'started 0', 'reported 0', 'reported 0', 'finished 0']);
    expect(events[3]).toMatchObject({ step: 2, metrics: { loss: 2 } });
    expect(jobs).toMatchObject([{ cwd: '/tree/head', attempt: 1, timeoutMs: 5000, study: 'spiral' }]);
  });

  test('the start is on the disk before the program runs', async () => {
    const order: string[] = [];
    const journal = { load: () => Promise.resolve({ events: [], tornBytes: 0 }), close: () => Promise.resolve(), append: async (...events: readonly StudyEvent[]) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      order.push(...types(events));
    } };
    const { lab } = await simulate(() => { order.push('run'); return complete(1); }, { journal });
    await lab.measure(request());
    expect(order).toEqual(['created', 'started 0', 'run', 'finished 0']);
  });

  test('a finished measurement is reused whatever its stage, but not for other params, seed or side', async () => {
    const { lab, jobs } = await simulate(() => complete(0.5));
    await lab.measure(request());
    expect(await lab.measure(request({ stage: 'confirm' }))).toMatchObject({ reused: true, trial: { number: 0 } });
    expect(lab.find('head', { lr: 0.1 }, 7)?.number).toBe(0);
    for (const other of [{ seed: 8 }, { side: 'base' as const }, { params: { lr: 0.2 } }]) expect((await lab.measure(request(other))).reused).toBe(false);
    expect(jobs).toHaveLength(4);
  });

  test('two who ask at once share one run', async () => {
    const { lab, jobs } = await simulate(() => complete(0.5, { seconds: 3 }), { capacity: 2 });
    const both = await Promise.all([lab.measure(request()), lab.measure(request())]);
    expect(both.map((m) => m.reused)).toEqual([false, true]);
    expect(jobs).toHaveLength(1);
  });

  test('a failing program is a measurement: not run again', async () => {
    const { lab, jobs } = await simulate(() => failed('exit-code'));
    await lab.measure(request());
    expect(await lab.measure(request())).toMatchObject({ reused: true, trial: { result: { outcome: { reason: 'exit-code' } } } });
    expect(jobs).toHaveLength(1);
  });

  test('a pruned trial serves the search only', async () => {
    const { lab, jobs } = await simulate(() => complete(0.5, { steps: [{ acc: 0 }] }));
    await lab.measure(request({ stage: 'search', onReport: () => 'stop' }));
    expect((await lab.measure(request({ stage: 'search' }))).trial.result?.outcome.state).toBe('pruned');
    expect(lab.find('head', { lr: 0.1 }, 7)).toBeUndefined();
    expect(await lab.measure(request())).toMatchObject({ reused: false, trial: { number: 1, result: { outcome: { state: 'complete' } } } });
    expect(jobs).toHaveLength(2);
  });

  test('a lost run is repeated once with the same seed, then it stays lost for this run', async () => {
    const once = await simulate((job) => (job.attempt === 1 ? failed('lost') : complete(0.5)));
    expect((await once.lab.measure(request())).trial).toMatchObject({ number: 0, attempt: 2, seed: 7, result: { outcome: { state: 'complete' } } });
    expect(types(once.events)).toEqual(['created', 'started 0', 'finished 0', 'started 0', 'finished 0']);
    const always = await simulate(() => failed('lost'));
    expect((await always.lab.measure(request())).trial.result?.outcome).toMatchObject({ reason: 'lost' });
    expect(always.jobs.map((job) => job.attempt)).toEqual([1, 2]);
    expect(always.lab.find('head', { lr: 0.1 }, 7)).toBeUndefined();
  });

  test('numbers that JSON cannot hold never reach the log', async () => {
    const { lab, events } = await simulate(() => ({ outcome: { state: 'complete', value: NaN }, metrics: { acc: Infinity, loss: 1 } }));
    expect((await lab.measure(request())).trial.result).toMatchObject({ outcome: { state: 'failed', reason: 'non-finite' }, metrics: { loss: 1 } });
    expect(JSON.parse(JSON.stringify(events))).toEqual(events);
  });

  test('reports of a long trial are journaled while it runs', async () => {
    const { lab, events } = await simulate(() => complete(1, { seconds: 60, steps: [{ acc: 1 }, { acc: 2 }, { acc: 3 }] }));
    let seen: string[] = [];
    await lab.measure(request({ onReport: ({ step }) => { if (step === 3) seen = types(events); return 'continue'; } }));
    expect(seen).toEqual(['created', 'started 0', 'reported 0', 'reported 0', 'reported 0']);
    expect(types(events)).toHaveLength(6);
  });
});

describe('cancelling', () => {
  test('a cancelled trial is no measurement: the next run measures it again', async () => {
    const controller = new AbortController();
    const first = await simulate(() => { setTimeout(() => { controller.abort(); }, 1); return complete(1, { seconds: 1e9, steps: Array.from({ length: 100_000 }, () => ({ acc: 1 })) }); });
    expect((await first.lab.measure(request({ signal: controller.signal }))).trial.result?.outcome).toMatchObject({ reason: 'cancelled' });
    expect(first.lab.find('head', { lr: 0.1 }, 7)).toBeUndefined();
    const second = await simulate(() => complete(0.5), { events: first.events });
    expect(await second.lab.measure(request())).toMatchObject({ reused: false, trial: { number: 0, attempt: 2, result: { outcome: { value: 0.5 } } } });
  });

  test('nothing is run for a signal that was aborted before', async () => {
    const { lab, jobs } = await simulate(() => complete(1));
    expect((await lab.measure(request({ signal: AbortSignal.abort() }))).trial.result?.outcome).toMatchObject({ reason: 'cancelled' });
    expect(jobs).toHaveLength(0);
  });

  test('who shares a run that another one cancels gets a run of its own', async () => {
    const controller = new AbortController();
    const { lab, jobs } = await simulate((job) => complete(job.attempt, { seconds: job.attempt === 1 ? 1e9 : 1, steps: Array.from({ length: job.attempt === 1 ? 100_000 : 1 }, () => ({ acc: 1 })) }));
    const theirs = lab.measure(request({ signal: controller.signal }));
    const mine = lab.measure(request());
    setTimeout(() => { controller.abort(); }, 1);
    expect((await theirs).trial.result?.outcome).toMatchObject({ reason: 'cancelled' });
    expect((await mine).trial.result?.outcome).toEqual({ state: 'complete', value: 2 });
    expect(jobs).toHaveLength(2);
  });
});

describe('resuming', () => {
  const open = started(0, { lr: 0.1 });

  test('a trial that was running at a crash is run again, same number and seed, as attempt 2', async () => {
    const { lab, jobs } = await simulate(() => complete(0.5), { events: log(open) });
    expect(await lab.measure(request())).toMatchObject({ reused: false, trial: { number: 0, attempt: 2 } });
    expect(jobs).toMatchObject([{ trial: 0, attempt: 2, seed: 7 }]);
  });

  test('one that was running at two crashes in a row is lost, without a third try in this run', async () => {
    const events = log(open, { ...open, attempt: 2 } as StudyEvent);
    const { lab, jobs } = await simulate(() => complete(0.5), { events });
    expect((await lab.measure(request())).trial.result?.outcome).toMatchObject({ reason: 'lost', message: expect.stringContaining('2 times') });
    expect(jobs).toHaveLength(0);
    const later = await simulate(() => complete(0.5), { events });
    expect((await later.lab.measure(request())).trial).toMatchObject({ attempt: 3, result: { outcome: { value: 0.5 } } });
  });

  test('a log of another identity or study is refused', async () => {
    const events: StudyEvent[] = [{ ...created, identity: { head: 'def' } } as StudyEvent];
    await expect(simulate(() => complete(1), { events })).rejects.toMatchObject({ code: 'journal-foreign', message: expect.stringContaining('its head is "def", here it is "abc"') });
  });

  test('a decision is made once, also across runs and askers', async () => {
    const { lab, events } = await simulate(() => complete(1));
    let calls = 0;
    const decide = () => lab.freeze('margin', async () => { calls += 1; await Promise.resolve(); return { value: calls }; });
    expect(await Promise.all([decide(), decide()])).toEqual([{ value: 1 }, { value: 1 }]);
    const again = await simulate(() => complete(1), { events });
    expect(await again.lab.freeze('margin', () => ({ value: 99 }))).toEqual({ value: 1 });
  });

  test('a decision that failed may be tried again, one that JSON cannot hold is refused', async () => {
    const { lab } = await simulate(() => complete(1));
    await expect(lab.freeze('a', () => { throw new Error('not yet'); })).rejects.toThrow('not yet');
    expect(await lab.freeze('a', () => 3)).toBe(3);
    await expect(lab.freeze('b', () => NaN)).rejects.toThrow();
  });

  test('the end of a stage is noted once', async () => {
    const { lab, events } = await simulate(() => complete(1));
    await lab.end('search', 'trials');
    await lab.end('search', 'trials');
    await lab.end('search', 'time');
    expect(types(events)).toEqual(['created', 'ended', 'ended']);
  });
});
