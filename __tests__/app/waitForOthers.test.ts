import { expect, test } from '@jest/globals';
import { lookAfterMs } from '../../src/app/labLog.js';
import type { Journal, Sampler } from '../../src/model/ports.js';
import { seedFor } from '../../src/model/seeds.js';
import type { StudyEvent } from '../../src/model/study.js';
import { complete, searchIn, simulate, type Simulation } from './simulatedLab.js';

const created: StudyEvent = { type: 'created', schema: 1, tool: 'noregret test', study: 'spiral', at: '', identity: { head: 'abc' } };
const theirs: StudyEvent = { type: 'started', trial: 0, attempt: 1, side: 'head', stage: 'search', params: { x: 1, y: 1 }, seed: seedFor('search:spiral', 1), at: '' };
const end: StudyEvent = { type: 'finished', trial: 0, attempt: 1, at: '', result: { outcome: { state: 'complete', value: 0.5 }, metrics: { acc: 0.5 }, seconds: 3 } };

/** A log that another program writes too: it runs trial 0, and writes the end once it is `endsAtMs`. */
async function beside(endsAtMs: number): Promise<Simulation & { readonly looks: () => number }> {
  const events = [created, theirs];
  let [isOver, looks] = [false, 0];
  let now = (): number => 0;
  const journal: Journal = {
    load: () => Promise.resolve({ events: [...events], tornBytes: 0 }), append: (...more) => { events.push(...more); return Promise.resolve(); }, close: () => Promise.resolve(),
    shared: {
      news: () => {
        looks += 1;
        if (isOver || now() < endsAtMs) return Promise.resolve([]);
        isOver = true;
        return Promise.resolve([end]);
      },
      offer: (...more) => { events.push(...more); return Promise.resolve(true); }, isElsewhere: (trial) => trial === 0 && !isOver,
    },
  };
  const simulation = await simulate((job) => complete(Number(job.params['x']), { seconds: 1 }), { events, journal });
  now = () => simulation.clock.now();
  return { ...simulation, looks: () => looks };
}

/** Another program as sampler: it wants every result before it proposes, however often it is asked. */
function waitsForAll(asked: { times: number }): Sampler {
  let waits = false;
  return {
    name: 'external: scripted',
    prepare: ({ running }) => {
      asked.times += 1;
      // A loop without a pause would never let a test end.
      if (asked.times > 100) throw new Error('asked without a pause');
      waits = running.length > 0;
      return Promise.resolve();
    },
    waits: () => waits, suggest: ({ finished }) => (waits ? undefined : { x: finished.length, y: 0 }),
  };
}

test('one that waits for a trial of another program is asked again after a pause, until that has ended', async () => {
  const asked = { times: 0 };
  const simulation = await beside(3000);
  const told: unknown[] = [];
  const outcome = await searchIn(simulation, { sampler: waitsForAll(asked), limits: { trials: 3, failures: 3 }, onProgress: ({ done, running, elsewhere }) => { told.push([done, running, elsewhere]); } });
  expect(outcome.stopReason).toBe('trials');
  expect(told.slice(0, 2)).toEqual([[0, 0, 1], [0, 0, 1]]);
  expect(told.at(-1)).toEqual([3, 0, undefined]);
  expect(outcome.trials.map(({ state, value }) => [state, value])).toEqual([['complete', 0.5], ['complete', 1], ['complete', 2]]);
  expect(simulation.jobs.map(({ params }) => params['x'])).toEqual([1, 2]);
  // Once at 0 ms, then with each pause, then once for each of its own trials.
  expect(asked.times).toBe(3000 / lookAfterMs + 2);
});

test('Ctrl-C and the end of the time reach it while it waits', async () => {
  const cancelled = await beside(Infinity);
  const abort = new AbortController();
  const late: Sampler = waitsForAll({ times: 0 });
  const stopped = searchIn(cancelled, { sampler: late, signal: abort.signal });
  await cancelled.clock.sleep(lookAfterMs * 1.5);
  abort.abort();
  expect((await stopped).stopReason).toBe('cancelled');
  expect(cancelled.looks()).toBe(2);

  const timed = await beside(Infinity);
  const outcome = await searchIn(timed, { sampler: waitsForAll({ times: 0 }), limits: { trials: 3, failures: 3, deadlineMs: 1200 } });
  expect(outcome.stopReason).toBe('time');
  expect(timed.jobs).toEqual([]);
  expect(timed.clock.now()).toBe(1200);
});
