import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { appendFileSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Journal } from '../../src/model/ports.js';
import type { StudyEvent } from '../../src/model/study.js';
import { foldStudy } from '../../src/model/studyLog.js';
import { openOptunaJournal } from '../../src/stores/optunaJournal.js';
import { temporaryFolder } from './gitFixture.js';

let folder: ReturnType<typeof temporaryFolder>;
let open: Journal[] = [];
beforeEach(() => { folder = temporaryFolder('shared'); open = []; });
afterEach(async () => { for (const journal of open) await journal.close(); folder.remove(); });
const path = (): string => join(folder.path, 'study.log');
const worker = async (options: Parameters<typeof openOptunaJournal>[1] = {}): Promise<Journal> => {
  const journal = await openOptunaJournal(path(), options);
  open.push(journal);
  return journal;
};
const offer = async (journal: Journal, ...events: StudyEvent[]): Promise<boolean | undefined> => await journal.shared?.offer(...events);
const news = async (journal: Journal): Promise<readonly StudyEvent[] | undefined> => await journal.shared?.news();

const config = JSON.stringify({ metric: { name: 'loss', goal: 'minimize' }, space: { parameters: [{ name: 'x', path: ['x'], distribution: { name: 'uniform', low: 0, high: 1 } }], constraints: [] } });
const created: StudyEvent = { type: 'created', schema: 1, tool: 't', study: 'demo', at: '2026-01-01T00:00:00.000Z', identity: { command: 'tune', config } };
const started = (trial: number, x: number, attempt = 1): StudyEvent => ({ type: 'started', trial, attempt, side: 'head', stage: 'search', params: { x }, seed: 7, at: '2026-01-01T00:00:01.000Z' });
const finished = (trial: number, value: number, attempt = 1): StudyEvent => ({ type: 'finished', trial, attempt, at: '2026-01-01T00:00:02.000Z', result: { outcome: { state: 'complete', value }, metrics: { loss: value }, seconds: 1 } });
const op = (op_code: number, fields: object): string => `${JSON.stringify({ op_code, worker_id: 'optuna', ...fields })}\n`;
const float = JSON.stringify({ name: 'FloatDistribution', attributes: { step: null, low: 0, high: 1, log: false } });

describe('two of ours in one study', () => {
  test('a number goes to who writes first; the other takes the news in and the next number', async () => {
    const [a, b] = [await worker(), await worker()];
    for (const journal of [a, b]) expect((await journal.load()).events).toEqual([]);
    expect(await offer(a, created)).toBe(true);
    expect(await offer(b, created)).toBe(false);
    expect((await b.load()).events).toEqual([created]);
    expect(await offer(a, started(0, 0.25))).toBe(true);
    expect(await offer(b, started(0, 0.5))).toBe(false);
    expect(await news(b)).toEqual([started(0, 0.25)]);
    expect([b.shared?.isElsewhere(0), a.shared?.isElsewhere(0)]).toEqual([true, false]);
    expect(await offer(b, started(1, 0.5))).toBe(true);
    await b.append(finished(1, 2));
    expect(await news(a)).toEqual([started(1, 0.5), finished(1, 2)]);
    expect([await news(a), await news(b)]).toEqual([[], []]);
    // What has ended stays as it is.
    expect(await offer(a, finished(1, 3))).toBe(false);
    expect(readdirSync(folder.path)).toEqual(['study.log']);
  });

  test('many beginnings at once: each number once, and both know all of them in one order', async () => {
    const [a, b] = [await worker(), await worker()];
    await a.load();
    await offer(a, created);
    await b.load();
    const logs = await Promise.all([a, b].map(async (journal, who) => {
      const log = foldStudy([created]);
      const takeIn = async (): Promise<void> => { for (const event of await news(journal) ?? []) log?.apply(event); };
      for (let mine = 0; mine < 12;) {
        await takeIn();
        const event = started(log?.study.trials.length ?? 0, (2 * mine + who) / 100);
        if (!(await offer(journal, event))) continue;
        log?.apply(event);
        mine += 1;
      }
      return { log, takeIn };
    }));
    for (const { takeIn } of logs) await takeIn();
    const [mine, theirs] = logs.map(({ log }) => log?.study.trials.map(({ number, params }) => [number, params['x']]));
    expect(mine).toHaveLength(24);
    expect(theirs).toEqual(mine);
    const again = await worker();
    expect(foldStudy((await again.load()).events)?.study.trials.map(({ number, params }) => [number, params['x']])).toEqual(mine);
  });
});

describe('beside Optuna', () => {
  test('its study is taken over with its trials; params that it chooses while a trial runs become known one by one', async () => {
    writeFileSync(path(), `${op(0, { study_name: 'theirs', directions: [1] })}${op(4, { study_id: 0, datetime_start: '2026-01-01T00:00:00' })}`);
    const journal = await worker({ preferred: 'demo' });
    const { events } = await journal.load();
    expect(events).toMatchObject([{ type: 'created', identity: { command: 'import' } }, { type: 'started', trial: 0, attempt: 0, params: {} }]);
    expect(await offer(journal, created)).toBe(true);
    expect(await offer(journal, started(0, 0.5))).toBe(false);
    const log = foldStudy([created, ...events.slice(1)]);
    appendFileSync(path(), op(5, { trial_id: 0, param_name: 'x', param_value_internal: 0.75, distribution: float }));
    for (const event of await news(journal) ?? []) log?.apply(event);
    expect(log?.study.trials).toMatchObject([{ number: 0, params: { x: 0.75 }, attempt: 0 }]);
    expect(log?.latest('head', {}, 0)).toBeUndefined();
    expect(journal.shared?.isElsewhere(0)).toBe(true);
    appendFileSync(path(), op(7, { trial_id: 0, step: 1, intermediate_value: 0.5 }) + op(6, { trial_id: 0, state: 1, values: [0.25], datetime_complete: '2026-01-01T00:00:01' }));
    for (const event of await news(journal) ?? []) log?.apply(event);
    expect(log?.study.trials).toMatchObject([{ reports: [{ step: 1, metrics: { loss: 0.5 } }], result: { outcome: { state: 'complete', value: 0.25 } } }]);
    expect((await (await worker({ preferred: 'demo' })).load()).events[0]).toEqual(created);
  });

  test('a trial that it begins between our look and our beginning keeps its number, though we had the same one in mind', async () => {
    const journal = await worker();
    await journal.load();
    await offer(journal, created);
    appendFileSync(path(), op(4, { study_id: 0, datetime_start: '2026-01-01T00:00:00' }));
    expect(await offer(journal, started(0, 0.5))).toBe(false);
    expect(await news(journal)).toMatchObject([{ type: 'started', trial: 0, attempt: 0 }]);
    expect(await offer(journal, started(1, 0.5))).toBe(true);
    // An end that somebody wrote by hand for our trial stands, whatever we append.
    appendFileSync(path(), op(6, { trial_id: 1, state: 3, values: null, datetime_complete: '2026-01-01T00:00:01' }));
    await journal.append(finished(1, 0.5));
    expect((await (await worker()).load()).events.at(-1)).toMatchObject({ trial: 1, result: { outcome: { state: 'failed' } } });
  });

  test('a line that is just being written is neither seen nor lost', async () => {
    const journal = await worker();
    await journal.load();
    await offer(journal, created);
    const line = op(4, { study_id: 0, datetime_start: '2026-01-01T00:00:00' });
    appendFileSync(path(), line.slice(0, 20));
    expect(await news(journal)).toEqual([]);
    appendFileSync(path(), line.slice(20));
    expect(await news(journal)).toMatchObject([{ type: 'started', trial: 0 }]);
  });

  test('a deleted study, values that the study cannot hold, and two studies without a name are refused by name', async () => {
    writeFileSync(path(), op(0, { study_name: 'theirs', directions: [1] }) + op(4, { study_id: 0, datetime_start: null, datetime_complete: '2026-01-01T00:00:01', state: 1, value: 1, params: { x: 0 }, distributions: { x: JSON.stringify({ name: 'CategoricalDistribution', attributes: { choices: [0, 1] } }) } }));
    const journal = await worker();
    await journal.load();
    await offer(journal, created);
    await expect(offer(journal, started(1, 0.5))).rejects.toMatchObject({ code: 'space-differs', message: expect.stringContaining('x: 0.5') });
    expect(readFileSync(path(), 'utf8').trimEnd().split('\n')).toHaveLength(3);
    appendFileSync(path(), op(1, { study_id: 0 }));
    await expect(news(journal)).rejects.toMatchObject({ code: 'study-gone' });
    appendFileSync(path(), op(0, { study_name: 'one', directions: [1] }) + op(0, { study_name: 'two', directions: [1] }));
    await expect((await worker({ preferred: 'demo' })).load()).rejects.toMatchObject({ code: 'which-study', message: expect.stringContaining('"one", "two"') });
  });
});

describe('nothing is lost on the way through Optuna', () => {
  test('other metrics, times, steps that repeat or are no whole numbers, attempts, rests, re-scores', async () => {
    const all: readonly StudyEvent[] = [
      created, started(0, 0.25), { type: 'reported', trial: 0, step: 1, metrics: { loss: 1 } }, { type: 'reported', trial: 0, step: 1, metrics: { loss: 2, acc: 0.5 }, seconds: 1.5 },
      { type: 'reported', trial: 0, step: 0.5, metrics: { loss: 3 } }, { type: 'reported', trial: 0, step: 2, metrics: { acc: 1 }, nonFinite: ['loss'] }, { type: 'reported', trial: 0, step: 3, metrics: { acc: 2 } }, { type: 'reported', trial: 0, step: 4, metrics: { loss: 4 } },
      { type: 'finished', trial: 0, attempt: 1, at: '2026-01-01T00:00:02.000Z', result: { outcome: { state: 'pruned', step: 3, value: 4 }, metrics: { loss: 4 }, seconds: 2, gpuSeconds: 1, device: 'GPU-1', logTail: 'bye' } },
      started(0, 0.25, 2), { type: 'reported', trial: 0, step: 5, metrics: { loss: 5 } }, finished(0, 0.5, 2),
      started(1, 0.5), started(1, 0.5, 2), { type: 'finished', trial: 1, attempt: 2, at: '2026-01-01T00:00:02.000Z', result: { outcome: { state: 'failed', reason: 'lost', message: 'lost' }, metrics: {}, seconds: 0 } }, started(1, 0.5, 3), finished(1, 1, 3),
      { ...started(2, 0.25), stage: 'rescore', seed: 8 } as StudyEvent, finished(2, 0.75), { type: 'froze', name: 'margin', value: { a: [1] }, at: '' }, { type: 'ended', stage: 'search', reason: 'trials', at: '2026-01-01T00:00:02.000Z' },
    ];
    const journal = await worker();
    await journal.load();
    for (const event of all) await journal.append(event);
    const back = (await (await worker()).load()).events;
    expect(foldStudy(back)?.study).toEqual(foldStudy(all)?.study);
    expect(foldStudy(back)?.study.trials[0]).toMatchObject({ rests: [6], attempt: 2, home: 1 });
  });

  test('a process that died between two attempts is counted: nothing is begun a third time in silence', async () => {
    const journal = await worker();
    await journal.load();
    for (const event of [created, started(0, 0.25), started(0, 0.25, 2)]) await journal.append(event);
    expect(foldStudy((await (await worker()).load()).events)?.unfinishedAttempts(0)).toBe(2);
  });
});
