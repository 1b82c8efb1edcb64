import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readReport } from '../../src/cli/report.js';
import { studySource, trainingSource } from '../e2e/harness/trainings.js';
import { createRepository, temporaryFolder } from '../stores/gitFixture.js';
import { ended, json, type } from './desk.js';

let folder: ReturnType<typeof temporaryFolder>;
const put = (path: string, text: string): void => { writeFileSync(join(folder.path, path), text); };
beforeEach(() => {
  folder = temporaryFolder('tune');
  put('train.mjs', trainingSource());
  put('noregret.yml', studySource({ trials: 4, extra: 'verdict: { rescore: 0 }\n' }));
});
afterEach(() => { folder.remove(); });
const logPath = (): string => join(folder.path, '.noregret', 'demo', 'study.jsonl');
const events = (): { type: string; trial?: number }[] => readFileSync(logPath(), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as { type: string });
const finished = (): number => events().filter(({ type: kind }) => kind === 'finished').length;

describe('outside of git', () => {
  test('the best is printed, the log and three renderings are left', async () => {
    const { out, err } = ended(await type(folder.path, ['tune']), 0);
    expect(out).toMatch(/Tuned: accuracy 0\.\d+, the best of 4 trials/);
    expect(out).toContain('npx noregret tune --config');
    expect(out).not.toContain('git checkout');
    expect(err).toContain('demo: search: 4 trials, all trials used, best 0.');
    expect(err).toContain(`report: ${join('.noregret', 'report', 'report.html')} (also .md, .json)`);
    expect(readdirSync(join(folder.path, '.noregret', 'report')).sort()).toEqual(['report.html', 'report.json', 'report.md']);
    expect(finished()).toBe(4);
  });
});

test('--json is the report, --quiet says nothing else, flags stand in for the file', async () => {
  const typed = ended(await type(folder.path, ['tune', '--json', '--quiet', '--trials', '2']), 0);
  expect(typed.err).toBe('');
  const report = json<{ verdict: string; studies: { search: { trials: { value: number }[]; bestTrial: number } }[] }>(typed);
  expect(report.verdict).toBe('NO_BASELINE');
  const [study] = report.studies;
  expect(study?.search.trials).toHaveLength(2);
  const values = study?.search.trials.map(({ value }) => value) ?? [];
  expect(values[study?.search.bestTrial ?? -1]).toBe(Math.max(...values));
});

describe('the log', () => {
  test('is taken over: the same call again measures nothing', async () => {
    ended(await type(folder.path, ['tune']), 0);
    const before = readFileSync(logPath());
    const { err } = ended(await type(folder.path, ['tune']), 0);
    expect(err).toContain('demo: 4 runs are taken over from the log; if the code has changed since, start anew with --new');
    expect(readFileSync(logPath()).equals(before)).toBe(true);
  });

  test('goes on when only a limit was raised', async () => {
    ended(await type(folder.path, ['tune', '--trials', '2']), 0);
    const two = readFileSync(logPath(), 'utf8');
    ended(await type(folder.path, ['tune']), 0);
    expect(readFileSync(logPath(), 'utf8').startsWith(two)).toBe(true);
    expect(finished()).toBe(4);
  });

  test('of another space is refused by the key that differs, and keeps its report', async () => {
    ended(await type(folder.path, ['tune']), 0);
    const report = join(folder.path, '.noregret', 'report', 'report.json');
    const before = readFileSync(report);
    put('noregret.yml', studySource({ trials: 4 }).replace('max: 1,', 'max: 0.5,'));
    const { err } = ended(await type(folder.path, ['tune']), 2);
    expect(err).toMatch(/belongs to another run: its config\.space\.\S+ is 1, here it is 0\.5\./);
    expect(err).toContain('noregret tune --new sets this log aside');
    expect(readFileSync(report).equals(before)).toBe(true);
  });

  test('is set aside by --new, not lost', async () => {
    ended(await type(folder.path, ['tune', '--trials', '2']), 0);
    const before = readFileSync(logPath(), 'utf8');
    ended(await type(folder.path, ['tune', '--new', '--trials', '3']), 0);
    expect(finished()).toBe(3);
    const [aside] = readdirSync(join(folder.path, '.noregret', 'demo')).filter((name) => /^study-\d{14}\.jsonl$/.test(name));
    expect(readFileSync(join(folder.path, '.noregret', 'demo', aside ?? ''), 'utf8')).toBe(before);
  });
});

test('interrupted: exit 130, every finished trial kept; resume measures only the rest', async () => {
  put('train.mjs', trainingSource({ before: 'await new Promise((done) => setTimeout(done, 150));' }));
  const abort = new AbortController();
  const poll = setInterval(() => { if (existsSync(logPath()) && readFileSync(logPath(), 'utf8').includes('"state":"complete"')) abort.abort(); }, 20);
  const stopped = await type(folder.path, ['tune', '--trials', '6'], { signal: abort.signal });
  clearInterval(poll);
  ended(stopped, 130);
  expect(stopped.out).toContain('cancelled');
  const complete = events().filter((event) => event.type === 'finished' && JSON.stringify(event).includes('"state":"complete"'));
  expect(complete.length).toBeGreaterThan(0);
  expect(complete.length).toBeLessThan(6);
  const resumed = ended(await type(folder.path, ['resume']), 0);
  expect(resumed.err).toMatch(/taken over from the log/);
  const all = events().filter((event) => event.type === 'finished' && JSON.stringify(event).includes('"state":"complete"'));
  expect(all).toHaveLength(6);
  expect(new Set(all.map(({ trial }) => trial)).size).toBe(6);
  expect(all.slice(0, complete.length)).toEqual(complete);
});

test('resume after tune --new continues; it does not start anew once more', async () => {
  ended(await type(folder.path, ['tune', '--new']), 0);
  const before = readFileSync(logPath());
  ended(await type(folder.path, ['resume', '--quiet']), 0);
  expect(readFileSync(logPath()).equals(before)).toBe(true);
});

test('in a repository the report names the commit, and git never sees .noregret', async () => {
  const repository = createRepository(folder.path);
  const sha = repository.commit('one');
  ended(await type(folder.path, ['tune']), 0);
  expect(repository.git('status', '--porcelain')).toBe('');
  expect((await readReport(join(folder.path, '.noregret', 'report', 'report.json'))).headSha).toBe(sha);
});

test('two studies, each with its own log', async () => {
  put('noregret.yml', '');
  put('one.yml', studySource({ name: 'one', trials: 1 }));
  put('two.yml', studySource({ name: 'two', trials: 1 }));
  ended(await type(folder.path, ['tune', '--config', '{one,two}.yml']), 0);
  for (const name of ['one', 'two']) expect(existsSync(join(folder.path, '.noregret', name, 'study.jsonl'))).toBe(true);
});

test('two files of one name are refused before anything runs', async () => {
  put('one.yml', studySource({ name: 'same' }));
  put('two.yml', studySource({ name: 'same' }));
  expect(ended(await type(folder.path, ['tune', '--config', '{one,two}.yml']), 2).err).toContain('Two study files are both named same.');
});

describe('progress', () => {
  test('in a log: whole lines, no control characters', async () => {
    const { err } = ended(await type(folder.path, ['tune'], { env: { CI: 'true' } }), 0);
    expect(err).toContain('demo · search 4/4 · 0 running of 2 slots · best 0.');
    expect(err).not.toMatch(/[\r\u001b]/);
  });
});

describe('folds', () => {
  /** Accuracy by fold; the program says which fold of how many it was, and on which seed. */
  const training = `import { appendFileSync, readFileSync } from 'node:fs';
const { lr } = JSON.parse(readFileSync(process.env.NOREGRET_PARAMS, 'utf8'));
appendFileSync('runs.txt', process.env.NOREGRET_FOLD + '/' + process.env.NOREGRET_FOLDS + ' ' + process.argv[2] + ' ' + process.env.NOREGRET_TRIAL_DIR + '\\n');
console.log('noregret ' + JSON.stringify({ accuracy: 0.8 - 0.02 * Math.log10(lr) ** 2 + 0.01 * Number(process.env.NOREGRET_FOLD) }));
`;
  const runs = (): string[][] => readFileSync(join(folder.path, 'runs.txt'), 'utf8').trimEnd().split('\n').map((line) => line.split(' '));
  beforeEach(() => {
    put('train.mjs', training);
    put('noregret.yml', studySource({ trials: 3, command: '[node, train.mjs, "${fold}of${folds}"]', extra: 'folds: 3\nverdict: { rescore: 0 }\n' }));
  });

  test('every trial is run on each, in a folder of its own; parts are in log, report and export', async () => {
    const { out, err } = ended(await type(folder.path, ['tune']), 0);
    expect(err).toContain('demo: each trial is 3 folds: up to 9 runs for 3 trials');
    expect(runs().map(([fold]) => fold).sort()).toEqual(['0/3', '0/3', '0/3', '1/3', '1/3', '1/3', '2/3', '2/3', '2/3']);
    expect(runs().map(([, word]) => word).sort()).toEqual(['0of3', '0of3', '0of3', '1of3', '1of3', '1of3', '2of3', '2of3', '2of3']);
    expect(new Set(runs().map(([, , dir]) => dir)).size).toBe(9);
    expect(out).toContain('3 trials ok, 9 runs');
    const report = readFileSync(join(folder.path, '.noregret', 'report', 'report.md'), 'utf8');
    // 0, .01 and .02 beside each other.
    expect(report).toContain('± 0.01');
    expect(report).toContain("standard deviation of a trial's 3 runs");
    const study = JSON.parse(ended(await type(folder.path, ['export', 'demo', '--format', 'json']), 0).out) as { trials: { value: number; parts: { run: number; metrics: { accuracy: number } }[] }[] };
    for (const { value, parts } of study.trials) expect(parts.reduce((sum, { metrics }) => sum + metrics.accuracy, 0) / 3).toBeCloseTo(value, 12);
    const [header = '', row = ''] = ended(await type(folder.path, ['export', 'demo', '--format', 'csv']), 0).out.split('\n');
    expect(header).toBe('trial,stage,side,state,value,seconds,seed,message,value.1,value.2,value.3,lr');
    expect(row.split(',')).toHaveLength(12);
  });

  test('the log of one study is not continued with another number of folds', async () => {
    ended(await type(folder.path, ['tune']), 0);
    put('noregret.yml', studySource({ trials: 3, command: '[node, train.mjs, "${fold}of${folds}"]', extra: 'folds: 4\nverdict: { rescore: 0 }\n' }));
    expect(ended(await type(folder.path, ['tune']), 2).err).toContain('config.parts.folds is 3, here it is 4');
  });

  test('a fold that fails is named', async () => {
    put('train.mjs', `if (process.env.NOREGRET_FOLD === '2') process.exit(9);\n${training}`.replace(/^(if.*)\n(import.*)/, '$2\n$1'));
    const { out } = ended(await type(folder.path, ['tune']), 3);
    expect(out).toContain('run 3 of 3 (fold 2): ');
  });
});

describe('--template', () => {
  const training = `import { readFileSync } from 'node:fs';
const { lr } = JSON.parse(readFileSync(process.argv[2], 'utf8')).optimizer;
console.log('noregret ' + JSON.stringify({ accuracy: 0.8 - 0.02 * Math.log10(lr) ** 2 }));
`;
  const tune = (...more: string[]): ReturnType<typeof type> => type(folder.path, ['tune', '--command', 'node train.mjs ${template}', '--template', 'config.json.tpl', ...more]);
  beforeEach(() => {
    put('train.mjs', training);
    put('config.json.tpl', '{"optimizer": {"lr": {{lr}}}, "seed": {{seed}}}\n');
  });

  test('fills any text file for each trial, and leaves the source as it is', async () => {
    const { out } = ended(await tune('--template-out', 'conf/config.json'), 0);
    expect(out).toContain("npx noregret tune --config 'noregret.yml' --command 'node train.mjs ${template}' --template-out 'conf/config.json' --template 'config.json.tpl'");
    ended(await type(folder.path, ['resume', '--quiet']), 0);
    expect(out).toMatch(/Tuned: accuracy 0\.\d+, the best of 4 trials/);
    const filled = JSON.parse(readFileSync(join(folder.path, '.noregret/demo/trials/0-1/template/conf/config.json'), 'utf8')) as { optimizer: { lr: number }; seed: number };
    expect(filled).toEqual({ optimizer: { lr: 0.1 }, seed: expect.any(Number) });
    expect(readFileSync(join(folder.path, 'config.json.tpl'), 'utf8')).toContain('{{lr}}');
  });

  test('an unknown name is refused before anything is run or written', async () => {
    put('config.json.tpl', '{"optimizer": {"lr": {{Lr_}}}}');
    const { err } = ended(await tune(), 2);
    expect(err).toContain('config.json.tpl:1:22: {{Lr_}} names no parameter');
    expect(err).toContain('did you mean {{lr}}?');
    expect(existsSync(join(folder.path, '.noregret'))).toBe(false);
    put('noregret.yml', `${readFileSync(join(folder.path, 'noregret.yml'), 'utf8')}template: config.json.tpl\n`);
    expect(ended(await type(folder.path, ['check']), 2).err).toContain('did you mean {{lr}}?');
  });

  test('another text of the template is another thing that is measured', async () => {
    ended(await tune(), 0);
    put('config.json.tpl', '{"optimizer": {"lr": {{lr}}}, "seed": 1}\n');
    expect(ended(await tune(), 2).err).toMatch(/belongs to another run: its template is "[0-9a-f]{16}", here it is "[0-9a-f]{16}"/);
    ended(await tune('--new'), 0);
  });

  test('without parameters there is nothing to fill in, and no range is made up', async () => {
    put('noregret.yml', 'metric: { name: accuracy, goal: maximize }\n');
    const { err } = ended(await tune(), 2);
    expect(err).toContain('parameters is missing\n  fix: a template says where values belong, not between which: declare each name in it');
  });

  test('--template-out is one file\'s', async () => {
    expect(ended(await type(folder.path, ['tune', '--template', 'a', 'b', '--template-out', 'c']), 2).err).toContain('--template-out says what one template is called');
  });
});
