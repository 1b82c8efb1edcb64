import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync, mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ImportChoice, Importer } from '../../src/imports/importer.js';
import { importers } from '../../src/imports/index.js';
import { readImport } from '../../src/imports/open.js';
import { openSource } from '../../src/imports/source.js';
import { createSummary, type Counts, type Summary } from '../../src/imports/summary.js';
import { contains } from '../../src/model/distributionImage.js';
import { UserError } from '../../src/model/errors.js';
import { createRng } from '../../src/math/rng.js';
import type { Params } from '../../src/model/params.js';
import { studyEventSchema, type StudyEvent } from '../../src/model/study.js';
import { foldStudy } from '../../src/model/studyLog.js';
import { temporaryFolder } from '../stores/gitFixture.js';

/** A real output of the tool and what a person reads in it. */
export interface ImporterCase {
  readonly path: string;
  readonly choice?: ImportChoice;
  /** Which study, where there are several. */
  readonly study?: string;
  readonly counts: Partial<Counts>;
  readonly metric: Summary['metric'];
  readonly best?: { readonly trial: number; readonly value: number; readonly params: Params };
  readonly space: 'declared' | 'inferred';
  /** Each must match one note, and each note one of these. */
  readonly notes?: readonly RegExp[];
}

interface ReadCase { readonly events: readonly StudyEvent[]; readonly notes: readonly string[]; readonly space: string; readonly summary: Summary }

/** Reads one study as `noregret import` does. */
function readCase(path: string, { choice = {}, study }: Pick<ImporterCase, 'choice' | 'study'> = {}): ReadCase {
  const { studies, notes } = readImport(path, path, choice);
  const chosen = study === undefined ? studies[0] : studies.find(({ name }) => name === study);
  if (chosen === undefined) throw new Error(`no such study: ${studies.map(({ name }) => name).join(', ')}`);
  const read = chosen.read(choice);
  const events = [...read.events];
  const summary = createSummary();
  events.forEach(summary.add);
  return { events, notes: [...notes, ...read.notes], space: read.space, summary: summary.summary() };
}

/** Every file below, or the file itself. */
function filesOf(path: string): string[] {
  return statSync(path).isFile() ? [path] : readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort();
}

const digest = (path: string): string => filesOf(path).map((file) => `${file} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`).join('\n');
const none: Counts = { complete: 0, pruned: 0, failed: 0, infeasible: 0, running: 0, waiting: 0 };

/** What every reader of another tool's results owes. */
export function importerContract(format: keyof typeof importers, cases: readonly ImporterCase[]): void {
  describe(`importer contract: ${format}`, () => {
    let folder: ReturnType<typeof temporaryFolder>;
    beforeEach(() => { folder = temporaryFolder('importer'); });
    afterEach(() => { folder.remove(); });
    const copy = (path: string): string => {
      const to = join(folder.path, basename(path));
      cpSync(path, to, { recursive: true });
      return to;
    };
    /** Nothing but an answer or an error that the user can understand. */
    const answers = (path: string, { choice, study }: ImporterCase): ReadCase | UserError => {
      try {
        return readCase(path, { ...(choice === undefined ? {} : { choice }), ...(study === undefined ? {} : { study }) });
      } catch (error) {
        if (error instanceof UserError && error.fix !== undefined && error.message !== '') return error;
        if (error instanceof Error && error.message.startsWith('no such study')) return new UserError('none', 'none');
        throw error;
      }
    };

    test.each(cases)('$path: known by its content, by this reader and no other', ({ path }) => {
      const detecting = (at: string): string[] => Object.entries<Importer>(importers).filter(([name, { detects }]) => name !== 'csv' && detects(openSource(at, at))).map(([name]) => name);
      expect(format === 'csv' ? importers.csv.detects(openSource(path, path)) : detecting(path)).toEqual(format === 'csv' ? true : [format]);
      if (!statSync(path).isFile()) return;
      const renamed = join(folder.path, 'renamed.bin');
      cpSync(path, renamed);
      if (format !== 'csv') expect(detecting(renamed)).toEqual([format]);
    });

    test.each(cases)('$path: read as a person reads it', ({ path, choice, study, counts, metric, best, space, notes = [] }) => {
      const found = readCase(path, { ...(choice === undefined ? {} : { choice }), ...(study === undefined ? {} : { study }) });
      expect({ counts: found.summary.counts, metric: found.summary.metric, space: found.space }).toEqual({ counts: { ...none, ...counts }, metric, space });
      if (best === undefined) expect(found.summary.best).toBeUndefined();
      else {
        expect(found.summary.best).toMatchObject({ trial: best.trial, params: best.params });
        expect(found.summary.best?.value).toBeCloseTo(best.value, 10);
      }
      for (const note of notes) expect(found.notes).toEqual(expect.arrayContaining([expect.stringMatching(note)]));
      expect(found.notes.filter((note) => !notes.some((known) => known.test(note)))).toEqual([]);
    });

    test.each(cases)('$path: a sound log, the same each time, and the files stay as they are', (one) => {
      const before = digest(one.path);
      const found = readCase(one.path, one);
      for (const event of found.events) expect(studyEventSchema.safeParse(JSON.parse(JSON.stringify(event))).error).toBeUndefined();
      expect(foldStudy(found.events)?.study.trials).toHaveLength(found.summary.trials);
      expect(readCase(one.path, one).events).toEqual(found.events);
      expect(digest(one.path)).toBe(before);
    });

    test.each(cases)('$path: parameters are values of the space', (one) => {
      const { events, summary } = readCase(one.path, one);
      const byName = new Map(summary.space?.parameters.map(({ name, distribution }) => [name, distribution]));
      const strays = events.flatMap((event) => (event.type === 'started' ? Object.entries(event.params) : [])).filter(([name, value]) => { const d = byName.get(name); return d === undefined || !contains(d, value); });
      expect(strays).toEqual([]);
    });

    test.each(cases)('$path: cut anywhere, it is read as far as it is whole, or refused in words', (one) => {
      const whole = readCase(one.path, one);
      const path = copy(one.path);
      for (const file of filesOf(path).slice(0, 12)) {
        const bytes = readFileSync(file);
        for (const share of [0, 0.1, 0.35, 0.5, 0.8, 0.97]) {
          writeFileSync(file, bytes.subarray(0, Math.floor(bytes.length * share)));
          const found = answers(path, one);
          if (!(found instanceof UserError)) expect(found.summary.trials).toBeLessThanOrEqual(whole.summary.trials + 1);
        }
        writeFileSync(file, bytes);
      }
      expect(readCase(path, one).summary).toEqual(whole.summary);
    });

    test.each(cases)('$path: damaged anywhere, never a crash', (one) => {
      const path = copy(one.path);
      const random = createRng('damage');
      for (const file of filesOf(path).slice(0, 6)) {
        const bytes = readFileSync(file);
        for (let round = 0; round < 12; round += 1) {
          const damaged = Buffer.from(bytes);
          for (let i = 0; i < 1 + bytes.length / 400; i += 1) damaged[Math.floor(random.uniform() * bytes.length)] = Math.floor(random.uniform() * 256);
          writeFileSync(file, damaged);
          answers(path, one);
        }
        writeFileSync(file, bytes);
      }
    });

    const folders = cases.filter(({ path }) => statSync(path).isDirectory());
    if (folders.length > 0) test.each(folders)('$path: no link below it is followed', (one) => {
      const path = copy(one.path);
      const outside = join(folder.path, 'outside');
      mkdirSync(outside);
      const [victim = ''] = filesOf(path);
      cpSync(victim, join(outside, basename(victim)));
      const before = answers(path, one);
      symlinkSync(outside, join(path, 'trial_link'));
      symlinkSync(join(outside, basename(victim)), join(dirname(victim), `zz_link_${basename(victim)}`));
      const after = answers(path, one);
      if (before instanceof UserError || after instanceof UserError) throw new Error('should be read');
      expect(after.summary).toEqual(before.summary);
    });
  });
}
