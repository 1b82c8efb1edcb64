import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StudyEvent } from '../../src/model/study.js';
import { openJournalFile } from '../../src/stores/journalFile.js';
import { writeWholeJournal } from '../../src/stores/wholeJournal.js';
import { temporaryFolder } from './gitFixture.js';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => { folder = temporaryFolder('whole-journal'); });
afterEach(() => { folder.remove(); });

function* events(n: number): Generator<StudyEvent, void> {
  yield { type: 'created', schema: 1, tool: 'x', study: 's', at: '', identity: {} };
  for (let trial = 0; trial < n; trial += 1) yield { type: 'started', trial, attempt: 0, side: 'head', stage: 'search', params: { x: trial }, seed: 0, at: '' };
}

describe('a log that is written once', () => {
  test('is one that is gone on with', async () => {
    const path = join(folder.path, 'below/s.jsonl');
    await writeWholeJournal(path, 's.jsonl', events(3000));
    const journal = await openJournalFile(path);
    expect((await journal.load()).events).toEqual([...events(3000)]);
    await journal.append({ type: 'ended', stage: 'search', reason: 'budget', at: '' });
    await journal.close();
    expect(readdirSync(join(folder.path, 'below'))).toEqual(['s.jsonl']);
    expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(3002);
  });

  test('lines of any length and any script, one after the other', async () => {
    const path = join(folder.path, 's.jsonl');
    const long = function* (): Generator<StudyEvent, void> {
      yield* events(0);
      for (const [trial, text] of ['é', 'ab'.repeat(100_000), '日本'.repeat(10_000), '🙂'.repeat(15_000), 'x', 'y'.repeat(43_000), 'z'.repeat(43_000), ''].entries()) {
        yield { type: 'started', trial, attempt: 0, side: 'head', stage: 'search', params: { text }, seed: 0, at: '' };
      }
    };
    await writeWholeJournal(path, 's.jsonl', long());
    const journal = await openJournalFile(path);
    expect((await journal.load()).events).toEqual([...long()]);
    await journal.close();
  });

  test('what is there stays: a file, a link, a folder; an empty file is as good as none', async () => {
    writeFileSync(join(folder.path, 'file'), 'mine');
    writeFileSync(join(folder.path, 'empty'), '');
    symlinkSync('nowhere', join(folder.path, 'link'));
    mkdirSync(join(folder.path, 'folder'));
    for (const name of ['file', 'link', 'folder']) await expect(writeWholeJournal(join(folder.path, name), name, events(1))).rejects.toMatchObject({ code: 'out-exists', message: `${name} is there already.` });
    expect(readFileSync(join(folder.path, 'file'), 'utf8')).toBe('mine');
    await writeWholeJournal(join(folder.path, 'empty'), 'empty', events(1));
    expect(readdirSync(folder.path).sort()).toEqual(['empty', 'file', 'folder', 'link']);
    expect(readFileSync(join(folder.path, 'empty'), 'utf8')).toContain('"created"');
  });

  test('events that end in an error leave nothing', async () => {
    const broken = function* (): Generator<StudyEvent, void> { yield* events(2000); throw new Error('damaged at line 7'); };
    await expect(writeWholeJournal(join(folder.path, 's'), 's', broken())).rejects.toThrow('damaged at line 7');
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test('a signal in its midst leaves nothing', async () => {
    const stop = new AbortController();
    const stopped = function* (): Generator<StudyEvent, void> { for (const [i, event] of [...events(2000)].entries()) { if (i === 1000) stop.abort(); yield event; } };
    await expect(writeWholeJournal(join(folder.path, 's'), 's', stopped(), stop.signal)).rejects.toMatchObject({ code: 'interrupted', message: 'Interrupted: s was not written.' });
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test('a place that cannot be written is named', async () => {
    writeFileSync(join(folder.path, 'file'), 'mine');
    await expect(writeWholeJournal(join(folder.path, 'file/s'), 'file/s', events(1))).rejects.toMatchObject({ code: 'journal-unwritable', message: expect.stringContaining('file/s cannot be written') });
  });
});
