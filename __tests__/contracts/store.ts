import { describe, expect, test } from '@jest/globals';
import type { BaselineStore } from '../../src/model/ports.js';
import type { Acceptance } from '../../src/model/decision.js';
import type { StudyRecord } from '../../src/model/record.js';

/** A place for records: `open` gives one more reader or writer of it, `plant` puts a file there behind the store's back. */
export interface StorePlace {
  readonly open: (onWarning?: (text: string) => void) => BaselineStore;
  readonly plant?: (path: string, text: string) => void;
}

export const sha = (n: number) => n.toString(16).padStart(40, '0');

export function makeRecord(changes: Partial<StudyRecord> = {}): StudyRecord {
  return {
    schema: 1, tool: '0.1.0', kind: 'observed', study: 'spiral', sha: sha(1), run: '100', attempt: 1,
    startedAt: '2026-01-01T00:00:00.000Z', finishedAt: '2026-01-01T00:10:00.000Z', key: { gpu: 'cpu' },
    metric: { name: 'loss', goal: 'minimize' }, space: 'x: float', incumbent: { params: { x: 1 }, sinceSha: sha(1), source: 'defaults' },
    canonical: [{ seed: 1, metrics: { loss: 0.5 }, seconds: 1, state: 'complete' }], budget: { trials: 1, wallSeconds: 1, gpuMinutes: 0 }, ...changes,
  };
}

export function makeAcceptance(changes: Partial<Acceptance> = {}): Acceptance {
  return {
    schema: 1, tool: '0.1.0', kind: 'accept', id: 'comment-1', study: 'spiral', sha: sha(1), at: '2026-01-02T00:00:00.000Z',
    by: 'octo', via: 'comment', metrics: ['loss'], reason: 'a smaller model', ...changes,
  };
}

/** What every BaselineStore owes. `place` makes an empty one. */
export function storeContract(name: string, place: () => Promise<StorePlace> | StorePlace): void {
  describe(`store contract: ${name}`, () => {
    test('an unknown study is empty', async () => {
      expect(await (await place()).open().read('nothing')).toEqual([]);
      expect(await (await place()).open().readFor('nothing', [sha(1)], 5)).toEqual([]);
    });

    test('an unknown study is empty beside one that is known', async () => {
      const store = (await place()).open();
      await store.append(makeRecord());
      expect(await store.read('nothing')).toEqual([]);
    });

    test('gives back what was appended, oldest first, whatever the order of writing', async () => {
      const { open } = await place();
      const store = open();
      const [late, early] = [makeRecord({ run: '9', finishedAt: '2026-02-01T00:00:00.000Z' }), makeRecord({ run: '10' })];
      await store.append(late);
      await store.append(early);
      expect(await store.read('spiral')).toEqual([early, late]);
      expect(await open().read('spiral')).toEqual([early, late]);
    });

    test('append twice = once, and the first one stays', async () => {
      const { open } = await place();
      await open().append(makeRecord());
      await open().append(makeRecord({ space: 'second thoughts' }));
      expect(await open().read('spiral')).toEqual([makeRecord()]);
    });

    test('concurrent appends all survive', async () => {
      const { open } = await place();
      await Promise.all([1, 2, 3, 4].map((n) => open().append(makeRecord({ sha: sha(n) }))));
      expect((await open().read('spiral')).map((record) => record.sha).sort()).toEqual([1, 2, 3, 4].map(sha));
    });

    test('readFor answers the first commits asked for that have any', async () => {
      const { open } = await place();
      const store = open();
      for (const [n, attempt] of [[1, 1], [2, 1], [2, 2], [3, 1]] as const) await store.append(makeRecord({ sha: sha(n), attempt }));
      const found = await open().readFor('spiral', [sha(9), sha(2), sha(3), sha(1)], 2);
      expect(found.map((record) => [record.sha, record.attempt])).toEqual([[sha(2), 1], [sha(3), 1], [sha(2), 2]]);
    });

    test('decisions lie beside the records, in order of time, each once', async () => {
      const { open } = await place();
      expect(await open().decisions('spiral')).toEqual([]);
      const [late, early] = [makeAcceptance({ id: 'comment-2', at: '2026-03-01T00:00:00.000Z' }), makeAcceptance()];
      await open().append(makeRecord());
      const store = open();
      await store.decide(late);
      await store.decide(early);
      await store.decide({ ...early, reason: 'second thoughts' });
      expect(await store.decisions('spiral')).toEqual([early, late]);
      expect(await open().decisions('spiral')).toEqual([early, late]);
      expect(await open().decisions('@decisions')).toEqual([]);
      expect(await open().read('spiral')).toEqual([makeRecord()]);
      expect(await open().read('@decisions')).toEqual([]);
    });

    test('what could not be read back is not written', async () => {
      const { open } = await place();
      expect(() => open().decide(makeAcceptance({ id: '../../x' }))).toThrow('not a decision');
      expect(await open().decisions('spiral')).toEqual([]);
    });

    test.each(['a/b', '../escape', '..', '.git', 'naïve ☃ study', 'a%2Fb', '-x', 'x'.repeat(500), 'con\nrol', ':(glob)**'])('any study name is its own: %j', async (study) => {
      const { open } = await place();
      await open().append(makeRecord({ study }));
      await open().append(makeRecord({ study: `${study}2` }));
      expect(await open().read(study)).toEqual([makeRecord({ study })]);
    });
  });
}

/** Stores that other hands can write to: what they find there may be anything. */
export function hostilePlaceContract(name: string, place: () => Promise<Required<StorePlace>> | Required<StorePlace>): void {
  describe(`hostile place: ${name}`, () => {
    test('a newer schema is refused by name', async () => {
      const { open, plant } = await place();
      plant(`spiral/${sha(2)}/5-1.json`, JSON.stringify({ ...makeRecord(), schema: 2, news: true }));
      await expect(open().read('spiral')).rejects.toMatchObject({ code: 'newer-record', message: expect.stringContaining(`spiral/${sha(2)}/5-1.json`) });
    });

    test('decisions: a newer one is refused by name, what is none is named and hides no other', async () => {
      const { open, plant } = await place();
      await open().decide(makeAcceptance());
      const at = (n: number) => `@decisions/spiral/${sha(n)}/comment-9.json`;
      plant(at(2), JSON.stringify(makeAcceptance({ id: 'comment-9' })));
      plant(at(3), '{"kind":"accept"');
      plant(at(4), JSON.stringify({ ...makeAcceptance({ id: 'comment-9', sha: sha(4) }), until: 'tomorrow' }));
      const warnings: string[] = [];
      expect(await open((warning) => warnings.push(warning)).decisions('spiral')).toEqual([makeAcceptance()]);
      expect(warnings).toEqual([2, 3, 4].map((n) => expect.stringContaining(at(n))));
      plant(at(5), JSON.stringify({ ...makeAcceptance({ id: 'comment-9', sha: sha(5) }), schema: 2 }));
      await expect(open().decisions('spiral')).rejects.toMatchObject({ code: 'newer-record', message: expect.stringContaining(at(5)) });
    });

    test.each([
      ['torn', JSON.stringify(makeRecord()).slice(0, 50)], ['foreign', '{"benchmarks": []}'], ['empty', ''],
      ['moved here from another commit', JSON.stringify(makeRecord({ sha: sha(7) }))],
      ['with a number that is none', JSON.stringify({ ...makeRecord(), margin: 'NaN' })],
    ])('one %s file is named and hides no other', async (_, text) => {
      const { open, plant } = await place();
      await open().append(makeRecord());
      plant(`spiral/${sha(2)}/5-1.json`, text);
      const warnings: string[] = [];
      expect(await open((warning) => warnings.push(warning)).read('spiral')).toEqual([makeRecord()]);
      expect(warnings).toEqual([expect.stringContaining(`spiral/${sha(2)}/5-1.json`)]);
    });

    test('prototype keys in a file pollute nothing', async () => {
      const { open, plant } = await place();
      plant(`spiral/${sha(1)}/100-1.json`, JSON.stringify(makeRecord()).replace('"x":1', '"x":1,"__proto__":{"polluted":1}'));
      const [found] = await open().read('spiral');
      expect(found).toEqual(makeRecord());
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    });

    test('a giant file is refused unread', async () => {
      const { open, plant } = await place();
      plant(`spiral/${sha(2)}/5-1.json`, ' '.repeat(9 * 1024 * 1024));
      const warnings: string[] = [];
      expect(await open((warning) => warnings.push(warning)).read('spiral')).toEqual([]);
      expect(warnings).toEqual([expect.stringContaining('more than a record may have')]);
    });
  });
}
