import { expect, test } from '@jest/globals';
import type { Journal } from '../../src/model/ports.js';
import type { StudyEvent } from '../../src/model/study.js';

export const at = '2026-01-02T03:04:05.000Z';

/** A small valid log: three trials, the last of them running. */
export const sampleEvents: readonly StudyEvent[] = [
  { type: 'created', schema: 1, tool: 'noregret test', study: 'spiral', at, identity: { head: 'abc', key: 'k1' } },
  started(0, { lr: 0.1, note: 'naïve\n"quoted"' }),
  { type: 'reported', trial: 0, step: 1, metrics: { acc: 0.5 } },
  finished(0, 0.5),
  { type: 'froze', name: 'margin', value: { value: 0.004 }, at },
  started(1, { lr: 0.2 }),
  finished(1, 0.25),
  { type: 'ended', stage: 'search', reason: 'trials', at },
  started(2, { lr: 0.3 }),
];

export function started(trial: number, params: Record<string, number | string>, seed = 7): StudyEvent {
  return { type: 'started', trial, attempt: 1, side: 'head', stage: 'search', params, seed, at };
}

export function finished(trial: number, value: number): StudyEvent {
  return { type: 'finished', trial, attempt: 1, at, result: { outcome: { state: 'complete', value }, metrics: { acc: value }, seconds: 0.5 } };
}

/** What every journal promises. `reopen` opens the same log again, as a resumed run would. */
export function journalContract(reopen: () => Promise<Journal>): void {
  test('an empty journal has no events', async () => {
    const journal = await reopen();
    expect(await journal.load()).toEqual({ events: [], tornBytes: 0 });
    await journal.close();
  });

  test('events come back in order, across reopening', async () => {
    for (const [from, to] of [[0, 3], [3, 3], [3, 9]] as const) {
      const journal = await reopen();
      expect((await journal.load()).events).toEqual(sampleEvents.slice(0, from));
      if (to > from) await journal.append(...sampleEvents.slice(from, to));
      await journal.close();
    }
    const journal = await reopen();
    expect(await journal.load()).toEqual({ events: sampleEvents, tornBytes: 0 });
    await journal.close();
  });

  test('appends made at once all survive, in the order in which they were made', async () => {
    const journal = await reopen();
    await journal.load();
    const events = [sampleEvents[0]!, ...Array.from({ length: 200 }, (_, i) => started(i, { i }))];
    await Promise.all(events.map((event) => journal.append(event)));
    await journal.close();
    const again = await reopen();
    expect((await again.load()).events).toEqual(events);
    await again.close();
  });
}
