import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ended, json, type, type Typed } from '../cli/desk.js';
import { temporaryFolder } from '../stores/gitFixture.js';

let folder: ReturnType<typeof temporaryFolder>;
const put = (path: string, text: string): void => { writeFileSync(join(folder.path, path), text); };
beforeEach(() => {
  folder = temporaryFolder('external');
  put('train.mjs', `import { readFileSync } from 'node:fs';
const { x } = JSON.parse(readFileSync(process.env.NOREGRET_PARAMS, 'utf8'));
if (process.env.FAIL_BELOW && x < Number(process.env.FAIL_BELOW)) process.exit(3);
console.log('noregret ' + JSON.stringify({ step: 0, score: -Math.abs(x - 0.3) - 1 }));
console.log('noregret ' + JSON.stringify({ step: 1, score: -Math.abs(x - 0.3) }));
`);
});
afterEach(() => { folder.remove(); });

interface Options { readonly mode?: string; readonly at?: number }
const study = ({ mode, at = 0 }: Options, { trials = 5, parallel = 1, extra = '', timeout = '2m' }: { readonly trials?: number; readonly parallel?: number; readonly extra?: string; readonly timeout?: string } = {}): void => {
  put('noregret.yml', `name: demo
metric: { name: score, goal: maximize }
method: { external: [node, ${JSON.stringify(resolve('fixtures/external/adapter.mjs'))}], timeout: ${timeout}, options: { out: heard.jsonl${mode === undefined ? '' : `, mode: ${mode}`}, at: ${at} } }
parameters: { x: { min: 0.0, max: 1.0 } }
command: [node, train.mjs]
reduce: last
parallel: ${parallel}
budget: { trials: ${trials}, failures: 100 }
verdict: { rescore: 0 }
${extra}`);
};

interface Heard { readonly op: string; readonly ask?: number; readonly trial?: number; readonly state?: string; readonly value?: number; readonly steps?: readonly (readonly number[])[]; readonly seed?: number; readonly env?: readonly string[]; readonly space?: object; readonly params?: { readonly x: number } }
const heard = (): readonly Heard[] => readFileSync(join(folder.path, 'heard.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Heard);
const brief = ({ op, ask, trial, state }: Heard): string => [op, ask === undefined ? '' : `?${ask}`, trial === undefined ? '' : `#${trial}`, state ?? ''].filter((part) => part !== '').join(' ');
interface Told { readonly verdict: string; readonly studies: readonly { readonly verdict: { readonly sentence: string; readonly reason: string }; readonly search?: { readonly method: string; readonly stopReason: string; readonly bestTrial?: number; readonly trials: readonly { readonly params: { readonly x: number }; readonly state: string; readonly value?: number }[] }; readonly notes: readonly string[] }[] }
const tune = async (...flags: readonly string[]): Promise<Typed> => await type(folder.path, ['tune', ...flags]);
const told = async (): Promise<{ readonly study: Told['studies'][number]; readonly err: string }> => {
  const typed = await tune('--json');
  const [only] = json<Told & Record<string, unknown>>(typed).studies;
  if (only === undefined) throw new Error('no study');
  return { study: only, err: typed.err };
};

describe('a search that another program proposes', () => {
  test('asks, runs and tells, in the metric\'s own unit, and says whose trials they are', async () => {
    study({});
    const { study: { search, notes } } = await told();
    expect(search?.trials.map(({ params }) => params.x)).toEqual([1, 2, 3, 4, 5].map((i) => i / 16));
    expect(search).toMatchObject({ stopReason: 'trials' });
    expect(search?.method).toMatch(/^external: node .*adapter\.mjs$/);
    expect(notes).toContain('The trials were proposed by fixture 1.2, an external optimiser.');
    expect(heard().map(brief)).toEqual(['start', 'ask ?0', 'tell ?0 #0 complete', 'ask ?1', 'tell ?1 #1 complete', 'ask ?2', 'tell ?2 #2 complete', 'ask ?3', 'tell ?3 #3 complete', 'ask ?4', 'close']);
    const [start, , first] = heard();
    expect(start).toMatchObject({ protocol: 1, study: 'demo', goal: 'maximize', budget: 5, space: { x: { kind: 'float', distribution: 'uniform', log: false, low: 0, high: 1 } }, constraints: [] });
    expect(first?.value).toBeCloseTo(1 / 16 - 0.3, 12);
    expect(first?.steps?.map(([step]) => step)).toEqual([0, 1]);
  });

  test('tells of failures, and of anchors that it did not propose', async () => {
    study({}, { extra: 'env: { set: { FAIL_BELOW: "0.1" } }\n' });
    put('noregret.yml', readFileSync(join(folder.path, 'noregret.yml'), 'utf8').replace('max: 1.0 }', 'max: 1.0, default: 0.9 }'));
    const { study: { search, notes } } = await told();
    expect(notes).toContain('4 of the 5 trials were proposed by fixture 1.2, an external optimiser; trial 0 is the declared defaults.');
    expect(search?.trials.map(({ params, state }) => `${params.x} ${state}`)).toEqual(['0.9 complete', '0.0625 failed', '0.125 complete', '0.1875 complete', '0.25 complete']);
    expect(heard().map(brief).slice(1, 5)).toEqual(['tell #0 complete', 'ask ?0', 'tell ?0 #1 failed', 'ask ?1']);
    expect(heard()[3]).not.toHaveProperty('value');
  });

  test('with trials side by side it is asked again before it is told', async () => {
    study({}, { parallel: 3, trials: 6 });
    const { study: { search } } = await told();
    expect(search?.trials.map(({ params }) => params.x)).toEqual([1, 2, 3, 4, 5, 6].map((i) => i / 16));
    expect(heard().map(brief).slice(1, 4)).toEqual(['ask ?0', 'ask ?1', 'ask ?2']);
    expect(heard().filter(({ op }) => op === 'tell').every(({ ask, trial }) => ask === trial)).toBe(true);
  });

  test('a search that is taken up again tells the whole history, with another seed', async () => {
    study({}, { trials: 3 });
    ended(await tune(), 0);
    const [before] = heard();
    const { length } = heard();
    study({}, { trials: 5 });
    const { study: { search } } = await told();
    expect(search?.trials).toHaveLength(5);
    const again = heard().slice(length);
    expect(again.map(brief)).toEqual(['start', 'tell #0 complete', 'tell #1 complete', 'tell #2 complete', 'ask ?0', 'tell ?0 #3 complete', 'ask ?1', 'close']);
    expect(again[0]?.seed).not.toBe(before?.seed);
    // The fixture remembers nothing and begins its list anew: said, and measured again without a run.
    expect(search?.trials[3]?.params.x).toBe(1 / 16);
  });

  test('the child sees what a trial sees of the environment', async () => {
    study({}, { trials: 1, extra: 'env: { pass: [WANTED] }\n' });
    ended(await type(folder.path, ['tune'], { env: { WANTED: '1', UNWANTED: '1', GITHUB_TOKEN: 'x' } }), 0);
    const names = heard()[0]?.env ?? [];
    expect(names).toContain('WANTED');
    expect(names).not.toContain('UNWANTED');
    expect(names).not.toContain('GITHUB_TOKEN');
  });

  test('the end of its space ends the search, and the report says after how many trials; once more when it is taken up again', async () => {
    study({ mode: 'done', at: 2 });
    const { study: { search, notes } } = await told();
    expect(search).toMatchObject({ stopReason: 'exhausted' });
    expect(search?.trials).toHaveLength(2);
    expect(notes).toEqual(['The trials were proposed by fixture 1.2, an external optimiser.', 'fixture 1.2 ended the search after 2 of the 5 trials of the budget: it had nothing more to try.']);
    const { length } = heard();
    expect((await told()).study.notes).toEqual(notes);
    expect(heard()).toHaveLength(length);
  });

  test('a search that was over is still said to be its own when it is taken up again', async () => {
    study({}, { trials: 2 });
    const { study: { notes } } = await told();
    const { length } = heard();
    expect((await told()).study.notes).toEqual(notes);
    expect(heard()).toHaveLength(length);
    // More of it: said of all of them.
    study({}, { trials: 3 });
    expect((await told()).study.notes).toContain('The trials were proposed by fixture 1.2, an external optimiser.');
  });

  test('and is remembered: a run that is taken up again goes on with the re-score', async () => {
    const rescored = (trials: number): void => {
      study({ mode: 'done', at: 3 }, { trials });
      put('noregret.yml', readFileSync(join(folder.path, 'noregret.yml'), 'utf8').replace('rescore: 0', 'rescore: 2'));
    };
    rescored(20);
    const log = join(folder.path, '.noregret', 'demo', 'study.jsonl');
    const lines = (): readonly string[] => readFileSync(log, 'utf8').trimEnd().split('\n');
    ended(await tune(), 0);
    const before = heard().length;
    // As Ctrl-C leaves it in the midst of the re-score.
    const first = lines().findIndex((line) => line.includes('"started"') && line.includes('"rescore"'));
    expect(first).toBeGreaterThan(0);
    put('.noregret/demo/study.jsonl', `${lines().slice(0, first + 1).join('\n')}\n`);
    const { out } = ended(await type(folder.path, ['resume']), 0);
    expect(out).toContain('the best of 3 trials');
    expect(heard()).toHaveLength(before);
    expect(lines().filter((line) => line.includes('"finished"')).length).toBeGreaterThan(3);
    // Somebody who raises the budget wants more of it.
    rescored(21);
    ended(await tune(), 0);
    expect(heard()[before]).toMatchObject({ op: 'start' });
  });

  test('what it proposes again counts, and is said', async () => {
    study({ mode: 'same' }, { trials: 3 });
    const { study: { search, notes } } = await told();
    expect(search?.trials.map(({ params }) => params.x)).toEqual([0.5, 0.5, 0.5]);
    expect(notes.join('\n')).toContain('2 of its proposals had been tried before');
  });

  test('what it has to say about itself is in the report and in the log', async () => {
    study({});
    put('noregret.yml', readFileSync(join(folder.path, 'noregret.yml'), 'utf8').replace('options: { ', 'options: { note: "fixture 1.2 is newer than what was tested\\n::error::x", '));
    const { study: { notes }, err } = await told();
    expect(notes.join('\n')).toContain('fixture 1.2 is newer than what was tested');
    expect(err).toContain('fixture 1.2 is newer than what was tested');
    expect(err).not.toMatch(/^::error/m);
  });

  test('one that does not end by itself is killed', async () => {
    study({ mode: 'stubborn' }, { trials: 1 });
    ended(await tune(), 0);
    expect(heard().at(-1)?.op).toBe('close');
  });

  test('a point that breaks a constraint is told to be infeasible, and it is asked again', async () => {
    study({}, { trials: 2, extra: 'constraints: ["x > 0.2"]\n' });
    const { study: { search } } = await told();
    expect(search?.trials.map(({ params }) => params.x)).toEqual([4 / 16, 5 / 16]);
    expect(heard().map(brief).slice(1, 4)).toEqual(['ask ?0', 'tell ?0 infeasible', 'ask ?1']);
  });
});

describe('beside another program, in a shared journal', () => {
  const line = (more: object): string => `${JSON.stringify({ worker_id: 'w', ...more })}\n`;
  /** Optuna runs trial 0, and does not say for how long. */
  const theirs = `${line({ op_code: 0, study_name: 'theirs', directions: [2] })}${line({ op_code: 4, study_id: 0, state: 0, datetime_start: '2026-01-01T00:00:00', params: { x: 0.5 }, distributions: { x: JSON.stringify({ name: 'FloatDistribution', attributes: { step: null, low: 0, high: 1, log: false } }) } })}`;
  const flags = ['--study', 'study.log', '--journal-format', 'optuna'];
  /** Once it was asked, and wanted to wait, three times. */
  const afterWaiting = (what: () => void): NodeJS.Timeout => {
    const poll = setInterval(() => {
      if (!existsSync(join(folder.path, 'heard.jsonl')) || heard().filter(({ op }) => op === 'ask').length < 3) return;
      clearInterval(poll);
      what();
    }, 20);
    return poll;
  };
  beforeEach(() => { study({ mode: 'first' }, { trials: 2 }); put('study.log', theirs); });

  test('one that waits for a trial of it is told when that has ended, and proposes then', async () => {
    const poll = afterWaiting(() => { appendFileSync(join(folder.path, 'study.log'), line({ op_code: 6, trial_id: 0, state: 1, values: [-0.2], datetime_complete: '2026-01-01T00:01:00' })); });
    const { out } = ended(await tune(...flags), 0);
    clearInterval(poll);
    expect(out).toContain('the best of 3 trials');
    const told = heard().map(brief);
    const end = told.indexOf('tell #0 complete');
    expect(told.slice(0, 3)).toEqual(['start', 'tell #0 running', 'ask ?0']);
    expect(end).toBeGreaterThan(4);
    expect(told.slice(end - 2, end + 4)).toEqual([`ask ?${end - 4}`, `ask ?${end - 3}`, 'tell #0 complete', `ask ?${end - 2}`, `tell ?${end - 2} #1 complete`, `ask ?${end - 1}`]);
  });

  test('Ctrl-C ends the waiting', async () => {
    const abort = new AbortController();
    const poll = afterWaiting(() => { abort.abort(); });
    ended(await type(folder.path, ['tune', ...flags], { signal: abort.signal }), 130);
    clearInterval(poll);
    expect(heard().at(-1)?.op).toBe('close');
    expect(readFileSync(join(folder.path, 'study.log'), 'utf8').startsWith(theirs)).toBe(true);
  });
});

describe('whatever it does wrong ends the run and says so', () => {
  test.each<[string, string, RegExp]>([
    ['crash', 'external-crashed', /ended with exit code 1: ValueError: no such surrogate/],
    ['leave', 'external-crashed', /ended with exit code 0 and wrote nothing to stderr/],
    ['garbage', 'external-garbage', /answered with something that is not JSON: Fitting the model/],
    ['shape', 'external-garbage', /answered \{"ok":true,"points":\[\]\}, which is no reply/],
    ['chatty', 'external-garbage', /wrote a line that nobody asked for: \{.*\}, and then \{/],
    ['logs', 'external-garbage', /wrote a line that nobody asked for: INFO: asking, and then \{"ok"/],
    ['outside', 'external-outside-space', /proposed a point outside of the search space: x = 7 is outside its space, it takes a number from 0 to 1\. It must answer/],
    ['refuse', 'external-refused', /refuses: x cannot be drawn\. Draw y\./],
    ['quit', 'external-refused', /refuses: x cannot be drawn\. Draw y\./],
    ['unable', 'external-unable', /cannot go on: nothing is left\. Look for more\./],
    ['version', 'external-protocol', /speaks protocol 99, this is 1/],
  ])('%s: %s', async (mode, reason, sentence) => {
    study({ mode, at: 2 });
    const { study: { verdict, search } } = await told();
    expect(verdict).toMatchObject({ kind: 'INCOMPLETE', reason });
    expect(verdict.sentence).toMatch(sentence);
    expect(verdict.sentence).toContain('adapter.mjs');
    // The search as far as it went, as after Ctrl-C; none where nothing was begun.
    const isMeasured = !['leave', 'version'].includes(mode);
    if (isMeasured) {
      expect(search).toMatchObject({ stopReason: 'optimiser_failed', bestTrial: 1 });
      expect(search?.trials.map(({ state, value }) => `${state} ${value?.toFixed(4)}`).slice(0, 2)).toEqual(['complete -0.2375', 'complete -0.1750']);
    } else expect(search).toBeUndefined();
    // What was measured stays in the log.
    const log = readFileSync(join(folder.path, '.noregret', 'demo', 'study.jsonl'), 'utf8');
    expect(log.split('"finished"').length - 1).toBeGreaterThanOrEqual(isMeasured ? 2 : 0);
  });

  test.each([['refuse', 2], ['unable', 3], ['crash', 3]])('after %s the exit code is %i, and only a re-run that could help is advised', async (mode, code) => {
    study({ mode, at: 2 });
    const { out, err } = ended(await tune(), code);
    expect(out.includes('run it again')).toBe(code === 3);
    expect(out).toContain('2 ok');
    // Its traceback is kept as that of a crash is.
    if (mode === 'refuse') expect(err).toContain('TypeError: x');
    if (mode === 'refuse') expect(out).toContain('TypeError: x');
  });

  test('an answer that does not come', async () => {
    study({ mode: 'hang', at: 1 }, { timeout: '300ms' });
    const { study: { verdict } } = await told();
    expect(verdict).toMatchObject({ reason: 'external-hung' });
    expect(verdict.sentence).toContain('has not answered ask for 0.3 s. Raise `timeout` in `method`');
  });

  test('a program that is not there', async () => {
    study({});
    put('noregret.yml', readFileSync(join(folder.path, 'noregret.yml'), 'utf8').replace('[node,', '[no-such-python,'));
    const { study: { verdict } } = await told();
    expect(verdict.reason).toBe('external-not-started');
    expect(verdict.sentence).toContain('command not found: "no-such-python"');
  });

  test('its traceback is in the log, and no command for the runner', async () => {
    study({ mode: 'crash' });
    const { err } = await told();
    expect(err).toContain('Traceback (most recent call last):');
    expect(err).toContain('ValueError: no such surrogate');
    expect(err).not.toMatch(/^::|##\[/m);
  });

  test('the report shows what was measured, and its last lines, which are no command for the runner either', async () => {
    study({ mode: 'crash', at: 3 });
    const { out } = ended(await tune(), 3);
    expect(out).toContain('Every number below was measured and holds');
    expect(out).toMatch(/Search \(external: node .*adapter\.mjs, 3 trials\)/);
    expect(out).toContain('── 3 trials');
    expect(out).toMatch(/the external optimiser failed[^]*Traceback \(most recent call last\):[^]*ValueError: no such surrogate/);
    const html = readFileSync(join(folder.path, '.noregret', 'report', 'report.html'), 'utf8');
    expect(html).toContain('ValueError: no such surrogate');
    expect(out).not.toMatch(/^\s*::|##\[/m);
    // Nothing of the log's guard is left in the data.
    expect(readFileSync(join(folder.path, '.noregret', 'report', 'report.json'), 'utf8')).toContain('\\n::error::planted\\n##[error]planted');
  });

  test('where things lie on this machine stands in its log alone', async () => {
    study({ mode: 'place', at: 1 });
    const { out, err } = ended(await tune(), 3);
    expect(out).toContain('FileNotFoundError: [Errno 2] No such file: \'data/x.csv\'');
    expect(out).toContain('File "data/x.py"');
    expect(out).toContain('File "…/site-packages/lib/y.py"');
    expect(err).toMatch(/No such file: '\/.*\/data\/x\.csv'/);
    for (const name of ['report.md', 'report.html', 'report.json']) {
      const text = readFileSync(join(folder.path, '.noregret', 'report', name), 'utf8');
      expect(text).toContain('data/x.csv');
      expect(text).not.toContain(`${folder.path}/data`);
      expect(text).not.toContain('/opt/other');
    }
  });

  test('where nothing was measured, nothing is said to hold', async () => {
    study({ mode: 'crash' });
    const { out } = ended(await tune(), 3);
    expect(out).toContain('This run was cut short. Nothing was measured.');
    expect(out).not.toContain('Every number');
    expect(out).toContain('ValueError: no such surrogate');
  });

  test('once it is repaired the search goes on from there', async () => {
    study({ mode: 'crash', at: 2 });
    await tune();
    put('noregret.yml', readFileSync(join(folder.path, 'noregret.yml'), 'utf8'));
    const before = heard().length;
    await tune();
    expect(heard().slice(before).map(brief).slice(0, 3)).toEqual(['start', 'tell #0 complete', 'tell #1 complete']);
    expect(existsSync(join(folder.path, '.noregret', 'demo', 'study.jsonl'))).toBe(true);
  });
});
