import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventsOf } from '../../src/stores/optunaEvents.js';
import { createOptunaLines } from '../../src/stores/optunaLines.js';
import type { OptunaStudy } from '../../src/stores/optunaReplay.js';
import { studySource, trainingSource } from '../e2e/harness/trainings.js';
import { temporaryFolder } from '../stores/gitFixture.js';
import { ended, json, type } from './desk.js';

let folder: ReturnType<typeof temporaryFolder>;
const put = (path: string, text: string): void => { writeFileSync(join(folder.path, path), text); };
beforeEach(() => {
  folder = temporaryFolder('tune-optuna');
  put('train.mjs', trainingSource());
  put('noregret.yml', studySource({ trials: 4 }));
});
afterEach(() => { folder.remove(); });
const flags = ['--study', 'study.log', '--journal-format', 'optuna'];
const journal = (): string => readFileSync(join(folder.path, 'study.log'), 'utf8');
const studies = (): readonly OptunaStudy[] => {
  const lines = createOptunaLines('study.log');
  lines.push(Buffer.from(journal()));
  return lines.end().studies;
};
const trialsOf = (study: OptunaStudy | undefined): readonly { readonly stage: string; readonly key: string; readonly state: string }[] => {
  const events = study === undefined ? [] : [...eventsOf(study).events];
  return events.flatMap((event) => (event.type === 'started' ? [{ stage: event.stage, key: JSON.stringify([event.trial, event.attempt]), state: events.some((end) => end.type === 'finished' && end.trial === event.trial && end.attempt === event.attempt) ? 'ended' : 'open' }] : []));
};
const search = (study: OptunaStudy | undefined = studies()[0]): number => trialsOf(study).filter(({ stage }) => stage === 'search').length;
interface Told { readonly studies: readonly { readonly search: { readonly trials: readonly { readonly params: object; readonly value?: number }[] } }[] }

test('the same trials as in a log of our own; the file alone is enough to measure nothing again', async () => {
  const own = json<Told>(ended(await type(folder.path, ['tune', '--json', '--quiet']), 0));
  rmSync(join(folder.path, '.noregret'), { recursive: true });
  const there = json<Told>(ended(await type(folder.path, ['tune', '--json', '--quiet', ...flags]), 0));
  const rows = ({ studies: [study] }: Told): readonly object[] => study?.search.trials.map(({ params, value }) => ({ params, value })) ?? [];
  expect(rows(there)).toEqual(rows(own));
  expect(existsSync(join(folder.path, '.noregret', 'demo', 'study.jsonl'))).toBe(false);
  const before = journal();
  rmSync(join(folder.path, '.noregret'), { recursive: true });
  // The format is seen from the file.
  const again = ended(await type(folder.path, ['tune', '--study', 'study.log']), 0);
  expect(again.err).toMatch(/demo: \d+ runs are taken over from the log/);
  expect(journal()).toBe(before);
  expect(readdirSync(folder.path).sort()).toEqual(['.noregret', 'noregret.yml', 'study.log', 'train.mjs']);
});

test('interrupted and resumed: what had finished is not measured again, what was cut is a trial that failed and another that did not', async () => {
  put('train.mjs', trainingSource({ before: 'await new Promise((done) => setTimeout(done, 150));' }));
  const abort = new AbortController();
  const poll = setInterval(() => { if (existsSync(join(folder.path, 'study.log')) && journal().includes('"state":1,')) abort.abort(); }, 20);
  ended(await type(folder.path, ['tune', '--trials', '6', ...flags], { signal: abort.signal }), 130);
  clearInterval(poll);
  const cut = search();
  expect(cut).toBeGreaterThan(0);
  ended(await type(folder.path, ['resume']), 0);
  const [study] = studies();
  const complete = trialsOf(study).filter(({ stage, state }) => stage === 'search' && state === 'ended');
  expect(new Set(complete.map(({ key }) => key)).size).toBe(complete.length);
  const values = study?.trials.filter(({ state, systemAttrs }) => state === 1 && JSON.stringify(systemAttrs.get('noregret:trial')).includes('"search"')).length;
  expect(values).toBe(6);
});

test('two at once: each trial is run once, and together they keep to the limit', async () => {
  put('train.mjs', trainingSource({ before: 'await new Promise((done) => setTimeout(done, 100));' }));
  const both = await Promise.all([0, 1].map(async () => json<Told>(ended(await type(folder.path, ['tune', '--json', '--quiet', '--trials', '9', ...flags]), 0))));
  const [study] = studies();
  const keys = trialsOf(study).map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  expect(trialsOf(study).filter(({ state }) => state === 'open')).toEqual([]);
  expect(search(study)).toBe(9);
  const measured = study?.trials.map(({ params, systemAttrs }) => JSON.stringify([[...params].map(([name, { internal }]) => [name, internal]), (systemAttrs.get('noregret:trial') as { seed: number }).seed])) ?? [];
  expect(new Set(measured).size).toBe(measured.length);
  const workers = new Set(study?.trials.map(({ systemAttrs }) => (systemAttrs.get('noregret:trial') as { by: { id: string } }).by.id));
  expect(workers.size).toBe(2);
  for (const told of both) expect(told.studies[0]?.search.trials.length).toBeGreaterThan(4);
});

describe('trials of Optuna', () => {
  const float = (name: string, internal: number): object => ({ [name]: internal });
  const theirs = (params: object, more: object): string => `${JSON.stringify({ op_code: 4, worker_id: 'w', study_id: 0, datetime_start: null, params, distributions: Object.fromEntries(Object.keys(params).map((name) => [name, JSON.stringify({ name: 'FloatDistribution', attributes: { step: null, low: 0, high: 1, log: false } })])), ...more })}\n`;
  const complete = { state: 1, value: 0.99, datetime_complete: '2026-01-01T00:00:01' };

  test('are seen by the search and cost nothing of its budget; what waits there is tried first', async () => {
    put('noregret.yml', studySource({ trials: 2, extra: 'verdict: { rescore: 0 }\n' }));
    put('study.log', `${JSON.stringify({ op_code: 0, worker_id: 'w', study_name: 'theirs', directions: [2] })}\n${theirs(float('lr', 0.5), complete)}${theirs(float('other', 0.5), complete)}${theirs({}, { state: 4, system_attrs: { fixed_params: { lr: 0.125 } } })}`);
    const { out } = ended(await type(folder.path, ['tune', ...flags]), 0);
    expect(out).toContain('Tuned: accuracy 0.99, the best of 3 trials');
    expect(out).toContain('1 of the trials are another tool\'s');
    expect(out).toContain('1 of another tool\'s trials are no points of this space');
    const [study] = studies();
    expect(studies()).toHaveLength(1);
    expect(study?.trials.map(({ state }) => state)).toEqual([1, 1, 1, 1]);
    expect(study?.trials[2]?.params.get('lr')?.internal).toBe(0.125);
    const before = journal();
    expect(ended(await type(folder.path, ['tune', ...flags]), 0).out).toContain('the best of 3 trials');
    expect(journal()).toBe(before);
  });

  test('to be minimized are not joined by a study that maximizes', async () => {
    put('study.log', `${JSON.stringify({ op_code: 0, worker_id: 'w', study_name: 'theirs', directions: [1] })}\n`);
    expect(ended(await type(folder.path, ['tune', ...flags]), 2).err).toContain('The study is to maximize accuracy, the log was made to minimize value');
  });
});

test('export and compare read such a log, and two studies share a file', async () => {
  ended(await type(folder.path, ['tune', '--quiet', ...flags]), 0);
  expect(ended(await type(folder.path, ['export', 'study.log', '--format', 'csv']), 0).out.split('\n').filter((line) => line.includes(',search,'))).toHaveLength(4);
  ended(await type(folder.path, ['tune', '--quiet', '--trials', '2']), 0);
  const compared = ended(await type(folder.path, ['compare', join('.noregret', 'demo', 'study.jsonl'), 'study.log', '--json']), 0);
  expect(json<{ studies: { search: { trials: object[] } }[] }>(compared).studies[0]?.search.trials).toHaveLength(4);
  put('one.yml', studySource({ name: 'one', trials: 1 }));
  put('two.yml', studySource({ name: 'two', trials: 1 }));
  ended(await type(folder.path, ['tune', '--quiet', '--config', '{one,two}.yml', ...flags]), 0);
  expect(studies().map(({ name }) => name)).toEqual(['demo', 'one', 'two']);
  expect(ended(await type(folder.path, ['compare', 'study.log', 'study.log']), 2).err).toContain('"demo", "one", "two"');
});

describe('a study whose trials are several runs, with a template', () => {
  const training = `import { appendFileSync, readFileSync } from 'node:fs';
const { lr, fold } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
appendFileSync('runs.txt', lr + ' ' + fold + '\\n');
console.log('noregret ' + JSON.stringify({ step: 1, accuracy: 0.5 }));
await new Promise((done) => setTimeout(done, 150));
console.log('noregret ' + JSON.stringify({ step: 2, accuracy: 0.8 - 0.02 * Math.log10(lr) ** 2 + 0.01 * fold }));
`;
  const study = (folds = 3): string => studySource({ trials: 3, command: '[node, train.mjs, "${template}"]', extra: `folds: ${folds}\ntemplate: params.json.tpl\nverdict: { rescore: 0 }\n` }).replace('parallel: 2', 'parallel: 1');
  const runs = (): readonly string[] => readFileSync(join(folder.path, 'runs.txt'), 'utf8').trimEnd().split('\n');
  interface Exported { readonly trials: readonly { readonly value?: number; readonly params: object; readonly state: string; readonly parts?: readonly { readonly run: number; readonly metrics: object }[] }[] }
  const exported = async (log: string): Promise<Exported['trials']> => (JSON.parse(ended(await type(folder.path, ['export', log, '--format', 'json']), 0).out) as Exported).trials;
  const rows = (trials: Exported['trials']): readonly unknown[] => trials.filter(({ state }) => state === 'complete').map(({ value, params, parts }) => ({ value, params, parts: parts?.map(({ run, metrics }) => ({ run, metrics })) }));
  beforeEach(() => {
    put('train.mjs', training);
    put('params.json.tpl', '{ "lr": {{lr}}, "fold": {{fold}} }\n');
    put('noregret.yml', study());
  });

  test('keeps its parts in the journal, the same as in a log of our own, and nothing is measured again', async () => {
    ended(await type(folder.path, ['tune', '--quiet']), 0);
    const own = rows(await exported('demo'));
    expect(own).toEqual(Array.from({ length: 3 }, () => expect.objectContaining({ parts: [1, 2, 3].map((run) => expect.objectContaining({ run })) })));
    rmSync(join(folder.path, '.noregret'), { recursive: true });
    rmSync(join(folder.path, 'runs.txt'));
    const { out } = ended(await type(folder.path, ['tune', ...flags]), 0);
    expect(out).toContain('3 trials ok, 9 runs');
    expect(rows(await exported('study.log'))).toEqual(own);
    expect(new Set(runs()).size).toBe(9);
    // One trial of Optuna each, whose value is the mean and whose steps are the runs.
    expect(studies()[0]?.trials.map(({ state }) => state)).toEqual([1, 1, 1]);
    rmSync(join(folder.path, '.noregret'), { recursive: true });
    ended(await type(folder.path, ['tune', ...flags]), 0);
    expect(runs()).toHaveLength(9);
  });

  test('cut in the midst of a trial: goes on, and every trial has all of its parts', async () => {
    const abort = new AbortController();
    const poll = setInterval(() => { if (existsSync(join(folder.path, 'runs.txt')) && runs().length >= 5) abort.abort(); }, 10);
    ended(await type(folder.path, ['tune', ...flags], { signal: abort.signal }), 130);
    clearInterval(poll);
    const before = runs().length;
    ended(await type(folder.path, ['resume']), 0);
    const whole = rows(await exported('study.log')) as { readonly parts: readonly unknown[] }[];
    expect(whole.map(({ parts }) => parts.length)).toEqual([3, 3, 3]);
    // What was cut is run again, whichever it was when the signal came; nothing that had ended is.
    const again = runs().filter((run, i) => runs().indexOf(run) !== i);
    expect([[], runs().slice(before - 1, before)]).toContainEqual(again);
  });

  test('another number of folds or another text is another study', async () => {
    ended(await type(folder.path, ['tune', '--quiet', ...flags]), 0);
    put('noregret.yml', study(4));
    expect(ended(await type(folder.path, ['tune', ...flags]), 2).err).toContain('config.parts.folds is 3, here it is 4');
    put('noregret.yml', study());
    put('params.json.tpl', '{ "fold": {{fold}}, "lr": {{lr}} }\n');
    expect(ended(await type(folder.path, ['tune', ...flags]), 2).err).toMatch(/its template is "[0-9a-f]{16}", here it is/);
  });
});

describe('flags that do not go together are refused before anything runs', () => {
  test.each([
    [['--journal-format', 'optuna'], 'Add --study FILE'], [['--study-name', 'x'], 'Add --study FILE'], [['--new', ...flags], '--study-name NAME'],
    [['--study', 'own.jsonl', '--study-name', 'x'], 'add --journal-format optuna'], [['--study', 'own.jsonl', '--config', '{noregret,two}.yml'], 'Name one study file by --config'],
    [[...flags, '--study-name', 'x', '--config', '{noregret,two}.yml'], 'each goes by its own name'],
  ])('%j', async (more, fix) => {
    put('two.yml', studySource({ name: 'two', trials: 1 }));
    const { err } = ended(await type(folder.path, ['tune', ...more]), 2);
    expect(err).toContain(fix);
    expect(existsSync(join(folder.path, 'study.log'))).toBe(false);
  });

  test('a log of our own goes by --study too, and is set aside by --new under its own name', async () => {
    const own = ['tune', '--quiet', '--trials', '1', '--study', 'own.log'];
    ended(await type(folder.path, own), 0);
    ended(await type(folder.path, [...own, '--new']), 0);
    expect(readdirSync(folder.path).filter((name) => /^own(-\d{14})?\.log$/.test(name))).toHaveLength(2);
  });
});
