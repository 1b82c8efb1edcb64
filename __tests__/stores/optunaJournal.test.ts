import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { appendFileSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { quantile } from '../../src/model/distribution.js';
import { contains } from '../../src/model/distributionImage.js';
import type { Distribution } from '../../src/model/searchSpace.js';
import type { StudyEvent } from '../../src/model/study.js';
import { externalOf, fromOptuna, internalOf, toOptuna } from '../../src/stores/optunaDistribution.js';
import { eventsOf } from '../../src/stores/optunaEvents.js';
import { openOptunaJournal } from '../../src/stores/optunaJournal.js';
import { createOptunaLines, looksLikeOptunaJournal } from '../../src/stores/optunaLines.js';
import { temporaryFolder } from './gitFixture.js';

const read = (text: string): ReturnType<ReturnType<typeof createOptunaLines>['end']> => {
  const lines = createOptunaLines('study.log');
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; from += 97) lines.push(bytes.subarray(from, from + 97));
  return lines.end();
};
const float = JSON.stringify({ name: 'FloatDistribution', attributes: { step: null, low: 0, high: 1, log: false } });
const choice = JSON.stringify({ name: 'CategoricalDistribution', attributes: { choices: ['a', null, true, 2, 0.5] } });
const op = (op_code: number, fields: object): string => `${JSON.stringify({ op_code, worker_id: 'w', ...fields })}\n`;
const study = (name = 's', directions = [1]): string => op(0, { study_name: name, directions });
const trial = (id: number, x: number, end: string): string => `${op(4, { study_id: 0, datetime_start: '2026-01-01T00:00:00.000000' })}${op(5, { trial_id: id, param_name: 'x', param_value_internal: x, distribution: float })}${end}`;
const done = (id: number, values: string, state = 1): string => `{"op_code":6,"worker_id":"w","trial_id":${id},"state":${state},"values":${values},"datetime_complete":"2026-01-01T00:00:05.500000"}\n`;
const whole = `${study()}${trial(0, 0.25, op(7, { trial_id: 0, step: 3, intermediate_value: 0.5 }) + done(0, '[0.5]'))}${trial(1, 0.5, done(1, '[NaN]'))}${trial(2, 0.75, '')}`;
const outcomes = (text: string): unknown[] => [...eventsOf(read(text).studies[0]!).events].flatMap((event) => (event.type === 'finished' ? [event.result.outcome] : []));

describe('reading', () => {
  test('states, values, reports, times; what runs runs', () => {
    const events = [...eventsOf(read(whole).studies[0]!).events];
    expect(events.map(({ type }) => type)).toEqual(['created', 'started', 'reported', 'finished', 'started', 'finished', 'started']);
    expect(events[3]).toMatchObject({ result: { outcome: { state: 'complete', value: 0.5 }, seconds: 5.5, metrics: { value: 0.5 } } });
    expect(outcomes(whole)[1]).toMatchObject({ state: 'failed', reason: 'non-finite' });
  });

  test('whole trials in one line, pruned and failed ones, constraints, choices by index, studies taken away', () => {
    const text = `${study('gone')}${op(4, { study_id: 0, datetime_start: null, state: 4, system_attrs: {} })}${op(1, { study_id: 0 })}${study('kept', [2])}
${op(4, { study_id: 1, datetime_start: '2026-01-01', datetime_complete: '2026-01-02', state: 1, value: 2, params: { c: 1 }, distributions: { c: choice }, intermediate_values: { 1: 1 } })}`.replace('\n\n', '\n')
      + op(4, { study_id: 1, datetime_start: '2026-01-01', datetime_complete: '2026-01-02', state: 2, intermediate_values: { 10: 0.5, 9: 4 } })
      + op(4, { study_id: 1, datetime_start: '2026-01-01', datetime_complete: '2026-01-02', state: 1, values: [1], system_attrs: { 'constraints:size': 3 } })
      + op(4, { study_id: 1, datetime_start: null, state: 4, system_attrs: { fixed_params: { c: 'a' } } });
    const { studies } = read(text);
    expect(studies.map(({ name }) => name)).toEqual(['kept']);
    const events = [...eventsOf(studies[0]!).events];
    expect(events).toContainEqual(expect.objectContaining({ type: 'started', params: { c: null } }));
    expect(outcomes(text)).toMatchObject([{ state: 'complete', value: 2 }, { state: 'pruned', step: 10, value: 0.5 }, { state: 'infeasible' }]);
    expect(events.at(-1)).toMatchObject({ type: 'froze', value: { c: 'a' } });
  });

  test('a torn last line is left out, CRLF and blank lines are read over', () => {
    expect(read(`${whole}{"op_code":6,"tri`)).toMatchObject({ tornBytes: 17, soundBytes: whole.length });
    expect(outcomes(whole.replaceAll('\n', '\r\n'))).toEqual(outcomes(whole));
    expect(read(`\n${whole}\n\n`).blankLines).toBe(3);
  });

  test.each([
    ['an unknown operation', `${whole}${op(77, {})}`, /line 11: op_code 77/], ['damage inside', whole.replace('"op_code":4', '"op_co'), /damaged at line 2/],
    ['a foreign distribution', `${study()}${op(4, { study_id: 0 })}${op(5, { trial_id: 0, param_name: 'x', param_value_internal: 1, distribution: '{"name":"Magic"}' })}`, /line 3: the distribution/],
    ['a list', '[1]\n[2]\n', /damaged at line 1/],
  ])('%s is refused with its line', (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  test('two objectives are refused by name; other files are told apart', () => {
    expect(() => eventsOf(read(study('both', [1, 2])).studies[0]!)).toThrow(expect.objectContaining({ code: 'two-objectives', message: expect.stringContaining('"both"') }));
    expect(looksLikeOptunaJournal(whole)).toBe(true);
    for (const other of ['', '{}', 'seed,base,head\n', '{"type":"created","schema":1}', 'SQLite format 3']) expect(looksLikeOptunaJournal(other)).toBe(false);
  });

  test('a parameter that some trials lack gets the condition that explains it', () => {
    const with2 = (id: number, c: number, hasX: boolean): string => op(4, { study_id: 0, datetime_start: null, datetime_complete: '2026-01-02', state: 1, value: id, params: { c, ...(hasX ? { x: 0.5 } : {}) }, distributions: { c: choice, x: float } });
    const spaceIn = (text: string): { parameters: { name: string; when?: object }[] } => (JSON.parse(([...eventsOf(read(text).studies[0]!).events][0] as Extract<StudyEvent, { type: 'created' }>).identity['config']!) as { space: { parameters: { name: string }[] } }).space;
    expect(spaceIn(`${study()}${with2(0, 0, true)}${with2(1, 2, true)}${with2(2, 1, false)}`).parameters).toMatchObject([{ name: 'c' }, { name: 'x', when: { c: ['a', true] } }]);
    expect(spaceIn(`${study()}${with2(0, 0, true)}${with2(1, 0, false)}`).parameters[1]).not.toHaveProperty('when');
  });

  test('a hundred thousand trials', () => {
    const lines = createOptunaLines('study.log');
    lines.push(Buffer.from(study()));
    for (let i = 0; i < 100_000; i++) lines.push(Buffer.from(trial(i, i / 1e5, done(i, `[${i}]`))));
    expect([...eventsOf(lines.end().studies[0]!).events]).toHaveLength(200_001);
  });
});

describe('distributions', () => {
  const all: readonly Distribution[] = [
    { name: 'uniform', low: -1, high: 2 }, { name: 'log_uniform_values', low: 1e-5, high: 1 }, { name: 'log_uniform', low: -3, high: 0 }, { name: 'inv_log_uniform_values', low: 0.1, high: 10 }, { name: 'inv_log_uniform', low: 0, high: 2 }, { name: 'reverse_log_uniform_values', low: 0.1, high: 10 }, { name: 'q_reverse_log_uniform_values', low: 1, high: 64, q: 1, integer: true },
    { name: 'int_uniform', low: -3, high: 9 }, { name: 'q_uniform', low: 0, high: 1, q: 0.25, integer: false }, { name: 'q_uniform', low: 32, high: 128, q: 32, integer: true }, { name: 'q_log_uniform_values', low: 1, high: 100, q: 1, integer: true },
    { name: 'normal', mu: 0, sigma: 2 }, { name: 'log_normal', mu: 0, sigma: 1 }, { name: 'q_normal', mu: 10, sigma: 3, q: 2, integer: true }, { name: 'beta', a: 2, b: 3 }, { name: 'q_beta', a: 2, b: 3, q: 0.1, integer: false },
    { name: 'categorical', choices: ['a', null, true, 1, 'a'] }, { name: 'categorical', choices: [[1, 2], [3]] }, { name: 'constant', value: 'x' }, { name: 'q_log_uniform', low: 0, high: 5, q: 4, integer: false },
  ];
  test.each(all)('$name: all its values fit, and come back', (d) => {
    const { distribution } = toOptuna(d);
    const back = fromOptuna(distribution).distribution;
    for (const u of [0.001, 0.2, 0.5, 0.77, 0.999]) {
      const value = quantile(d, u);
      const internal = internalOf(distribution, value);
      const { attributes } = distribution;
      if ('low' in attributes) expect(internal >= attributes.low - 1e-9 && internal <= attributes.high + 1e-9).toBe(true);
      const external = externalOf(distribution, internal)!;
      if (typeof value !== 'object' || value === null) expect(external).toEqual(value);
      if (d.name !== 'q_log_uniform') expect(contains(back, external)).toBe(true);
    }
    expect(toOptuna(back).distribution).toEqual(distribution);
  });

  test('steps that do not begin at a multiple are listed, bell shapes are named as lost', () => {
    expect(fromOptuna({ name: 'IntDistribution', attributes: { low: 1, high: 7, step: 2, log: false } })).toMatchObject({ distribution: { choices: [1, 3, 5, 7] }, lost: expect.any(String) });
    expect(toOptuna({ name: 'normal', mu: 0, sigma: 1 }).lost).toContain('bell shape');
  });
});

describe('a live journal', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => { folder = temporaryFolder('optuna'); });
  afterEach(() => { folder.remove(); });
  const config = JSON.stringify({ metric: { name: 'loss', goal: 'minimize' }, space: { parameters: [{ name: 'x', path: ['x'], distribution: { name: 'uniform', low: 0, high: 1 } }], constraints: [] } });
  const events: readonly StudyEvent[] = [
    { type: 'created', schema: 1, tool: 't', study: 'demo', at: '2026-01-01T00:00:00.000Z', identity: { command: 'ask-tell', config } },
    { type: 'froze', name: 'margin', value: { a: 1 }, at: '' }, { type: 'froze', name: 'waiting:1', value: { x: 0.75 }, at: '' },
    { type: 'started', trial: 0, attempt: 1, side: 'head', stage: 'search', params: { x: 0.75 }, seed: 7, at: '2026-01-01T00:00:01.000Z' },
    { type: 'reported', trial: 0, step: 1, metrics: {}, nonFinite: ['loss'] },
    { type: 'finished', trial: 0, attempt: 1, at: '2026-01-01T00:00:02.000Z', result: { outcome: { state: 'infeasible', message: 'too big' }, metrics: {}, seconds: 1 } },
    { type: 'started', trial: 1, attempt: 0, side: 'head', stage: 'search', params: { x: 0.5 }, seed: 7, at: '2026-01-01T00:00:03.000Z' },
  ];
  const path = (): string => join(folder.path, 'study.log');

  test('gives back what was appended, beside other studies, and leaves no lock', async () => {
    writeFileSync(path(), `${study('other')}${trial(0, 0.5, '')}`);
    const journal = await openOptunaJournal(path(), { studyName: 'demo' });
    expect((await journal.load()).events).toEqual([]);
    for (const event of events) await journal.append(event);
    await journal.close();
    const again = await openOptunaJournal(path(), { studyName: 'demo' });
    const { events: back } = await again.load();
    expect(back.filter(({ type }) => type !== 'froze').map((event) => ({ ...event, at: '' }))).toEqual(events.filter(({ type }) => type !== 'froze').map((event) => ('at' in event ? { ...event, at: '' } : { ...event, at: '' })).map((event) => (event.type === 'created' ? { ...event, at: '' } : event)));
    expect(back).toContainEqual({ type: 'froze', name: 'margin', value: { a: 1 }, at: '' });
    await again.close();
    expect(readdirSync(folder.path)).toEqual(['study.log']);
    expect(read(readFileSync(path(), 'utf8')).studies.map(({ name, trials }) => [name, trials.length])).toEqual([['other', 1], ['demo', 2]]);
  });

  test('cuts a line that a dead writer left half; never begins a trial under a number that is taken; refuses links and folders', async () => {
    const journal = await openOptunaJournal(path());
    await journal.load();
    await journal.append(...events);
    appendFileSync(path(), '{"op_code":4,"stu');
    await journal.append({ type: 'reported', trial: 1, step: 1, metrics: { loss: 1 } });
    appendFileSync(path(), op(4, { study_id: 0, datetime_start: null }));
    await journal.append({ type: 'reported', trial: 1, step: 2, metrics: { loss: 1 } });
    await expect(journal.append({ type: 'started', trial: 2, attempt: 1, side: 'head', stage: 'search', params: { x: 0.25 }, seed: 7, at: '' })).rejects.toMatchObject({ code: 'study-moved' });
    await journal.close();
    symlinkSync(path(), join(folder.path, 'link.log'));
    await expect(openOptunaJournal(join(folder.path, 'link.log'))).rejects.toMatchObject({ code: 'journal-unsafe' });
    mkdirSync(join(folder.path, 'dir'));
    await expect(openOptunaJournal(join(folder.path, 'dir'))).rejects.toMatchObject({ code: 'journal-unwritable' });
  });
});
