import { describe, expect, test } from '@jest/globals';
import type { Comparison } from '../../src/model/comparison.js';
import { UserError } from '../../src/model/errors.js';
import type { StudyEvent } from '../../src/model/study.js';
import { isVoid, measurementKey } from '../../src/model/studyLog.js';
import { createMemoryJournal } from '../../src/stores/memoryJournal.js';
import { createWorld, hill, plainConfig, type Formula, type World } from './simulatedRun.js';

/** Goes through every stage there is: base search, margin, gate, confirmation, search, re-score, retuning check. */
const moved: Formula = (side, params, seed) => hill({ optimum: side === 'base' ? 3 : 8, sd: 0.001, salt: side })(params, seed);
const config = plainConfig('budget: { trials: 12 }\n', 'margin: auto').replace(', default: 4.0', '');
const whole = await createWorld({ formula: moved, config }).compare();

/** All that a comparison says, but for what it cost. */
function said(study: Comparison): unknown {
  return { ...study, budget: undefined, search: study.search && { ...study.search, trials: study.search.trials.map((trial) => ({ ...trial, seconds: undefined })) } };
}

const eventsOf = (world: World): StudyEvent[] => [...world.logs.values()].flat();

/** Measurements that ended, by what they measured: each exactly once, or work was done twice. */
function measured(world: World): string[] {
  const started = new Map(eventsOf(world).flatMap((event) => (event.type === 'started' ? [[event.trial, measurementKey(event.side, event.params, event.seed)] as const] : [])));
  return eventsOf(world).flatMap((event) => (event.type === 'finished' && !isVoid(event.result) ? [started.get(event.trial) ?? ''] : []));
}

test('the whole run passes through all stages', () => {
  expect(whole.study.verdict.kind).toBe('RECOVERED_BY_RETUNING');
  expect(new Set(whole.jobs.map(({ stage, side }) => `${stage} ${side}`)).size).toBe(10);
  expect(whole.study.margin).toMatchObject({ kind: 'auto', provisional: true });
});

describe('cancelled at any trial', () => {
  const isEdge = (i: number): boolean => [i - 1, i + 1].some((other) => whole.jobs[other]?.stage !== whole.jobs[i]?.stage || whole.jobs[other]?.side !== whole.jobs[i]?.side);
  const moments = whole.jobs.flatMap((job, i) => (i % 4 === 0 || (isEdge(i) && job.stage !== 'canonical') ? [[i + 1, job.stage, job.side] as const] : []));

  test.each(moments)('trial %i, %s of %s: reported as incomplete, resumed to the same comparison, nothing measured twice', async (n) => {
    const world = createWorld({ formula: moved, config });
    const cut = await world.compare({ cancelWhen: (_job, nth) => nth === n });
    expect(cut.study.verdict).toMatchObject({ kind: 'INCOMPLETE', reason: 'cancelled', sentence: expect.stringContaining('a re-run continues') });
    expect(cut.report.incomplete).toBe(true);
    expect(cut.markdown).toContain('cut short');
    expect(cut.study.failures).toEqual([]);
    expect(cut.study.budget).toMatchObject({ failed: 0, complete: measured(world).length });
    const before = measured(world).length;
    const resumed = await world.compare();
    expect(said(resumed.study)).toEqual(said(whole.study));
    expect(measured(world).length).toBe(new Set(measured(world)).size);
    expect(measured(world)).toHaveLength(whole.jobs.length);
    expect(resumed.jobs).toHaveLength(whole.jobs.length - before);
    expect(resumed.study.budget.reused).toBe(before);
  });

  test('a search that was cut keeps its table and its place in the verdict', async () => {
    const search = whole.jobs.findIndex((job) => job.stage === 'search' && job.side === 'head');
    const { study } = await createWorld({ formula: moved, config }).compare({ cancelWhen: (_job, nth) => nth === search + 6 });
    expect(study.search).toMatchObject({ stopReason: 'cancelled' });
    expect(study.search!.trials.filter((trial) => trial.value !== undefined).length).toBeGreaterThan(2);
    expect(study.verdict.sentence).toContain('so far acc');
  });

  test('studies that were not begun are incomplete, too, and nothing of them is prepared', async () => {
    const world = createWorld({ formula: moved, config });
    const cut = await world.compare({ cancelWhen: (_job, nth) => nth === 1 });
    expect(cut.jobs.length).toBeLessThanOrEqual(2);
    expect(world.prepared).toEqual(['head', 'base']);
  });
});

test('what fails because of the cancellation is no mistake of the user\'s: a setup that was killed, say', async () => {
  const world = createWorld({ formula: moved, config });
  const { study, report } = await world.compare({ cancelledInSetup: true });
  expect(study.verdict).toMatchObject({ kind: 'INCOMPLETE', reason: 'cancelled' });
  expect(report.incomplete).toBe(true);
});

test('a run that is repeated measures nothing and says the same', async () => {
  const world = createWorld({ formula: moved, config });
  const first = await world.compare();
  const again = await world.compare();
  expect(again.jobs).toEqual([]);
  expect(said(again.study)).toEqual(said(first.study));
  expect(again.study.margin).toEqual(first.study.margin);
});

test('a log begun under other conditions is not continued', async () => {
  const world = createWorld({ formula: moved, config });
  await world.compare({ cancelWhen: (_job, nth) => nth === 20 });
  const elsewhere = await world.compare({ key: { gpu: 'H100' } });
  expect(elsewhere.jobs).toHaveLength(whole.jobs.length);
  expect(elsewhere.study.verdict.kind).toBe('RECOVERED_BY_RETUNING');
});

describe('a disk that fills up', () => {
  const full = (after: number) => (events: StudyEvent[]) => {
    const journal = createMemoryJournal(events);
    return { ...journal, append: async (...more: readonly StudyEvent[]) => {
      if (events.length >= after) throw new UserError('disk-full', 'The disk is full: no further trial is started.', { exitCode: 3 });
      await journal.append(...more);
    } };
  };
  // Two events a trial, one for its report, and the decisions.
  const events = 3 * whole.jobs.length;

  test.each(Array.from({ length: 12 }, (_, i) => Math.floor((events * (i + 1)) / 13)))('after %i events: incomplete, what was measured is kept, a resumed run completes it', async (after) => {
    const world = createWorld({ formula: moved, config });
    const cut = await world.compare({ journal: full(after) });
    expect(cut.study.verdict).toMatchObject({ kind: 'INCOMPLETE', reason: expect.stringMatching(/^disk(-full)?$/) });
    expect(cut.report.incomplete).toBe(true);
    const resumed = await world.compare();
    expect(said(resumed.study)).toEqual(said(whole.study));
    expect(measured(world).length).toBe(new Set(measured(world)).size);
  });

  test('during the search: its table is in the report', async () => {
    const world = createWorld({ formula: moved, config });
    await world.compare();
    const lastSearch = eventsOf(world).findLastIndex((event) => event.type === 'started' && event.stage === 'search' && event.side === 'head');
    const { study } = await createWorld({ formula: moved, config }).compare({ journal: full(lastSearch) });
    expect(study.verdict.reason).toMatch(/^disk/);
    expect(study.search).toMatchObject({ stopReason: 'disk' });
    expect(study.search!.trials.length).toBeGreaterThan(5);
  });
});
