import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../src/model/comparison.js';
import type { StudyRecord } from '../../src/model/record.js';
import type { StudyEvent } from '../../src/model/study.js';
import { encodeLine } from '../../src/stores/journalLines.js';
import { studySource, trainingSource } from '../e2e/harness/trainings.js';
import { createRepository, temporaryFolder } from '../stores/gitFixture.js';
import { ended, json, type } from './desk.js';

const folder = temporaryFolder('files');
afterAll(() => { folder.remove(); });
const at = folder.path;
const write = (path: string, value: unknown): string => {
  writeFileSync(join(at, path), typeof value === 'string' ? value : JSON.stringify(value));
  return path;
};

function record(values: readonly number[], changes: Partial<StudyRecord> = {}): StudyRecord {
  return {
    schema: 1, tool: 'noregret 1.2.3', kind: 'observed', study: 'demo', sha: 'a'.repeat(40), run: '1', attempt: 1,
    startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:01:00Z', key: { gpu: 'none' }, metric: { name: 'accuracy', goal: 'maximize' }, space: '',
    incumbent: { params: { lr: 0.1 }, sinceSha: 'a'.repeat(40), source: 'defaults' }, margin: 0.02, budget: { trials: 5, wallSeconds: 1, gpuMinutes: 0 },
    canonical: values.map((value, i) => ({ seed: i + 1, metrics: { accuracy: value }, seconds: 1, state: 'complete' })), ...changes,
  };
}
const base = [0.9, 0.901, 0.899, 0.902, 0.898];
const compare = async (a: string, b: string, ...flags: string[]): ReturnType<typeof type> => await type(at, ['compare', a, b, ...flags]);

describe('two records', () => {
  beforeAll(() => { write('base.json', record(base)); });

  test('worse: pairs of equal seeds, the base\'s margin, exit 1', async () => {
    write('worse.json', record(base.map((v, i) => v - 0.1 - 0.001 * (i % 2)), { sha: 'b'.repeat(40) }));
    const report = json<Report>(ended(await compare('base.json', 'worse.json', '--json'), 1));
    expect(report).toMatchObject({ verdict: 'REGRESSION', baseSha: 'a'.repeat(40), headSha: 'b'.repeat(40), failOn: 'regression' });
    expect(report.studies[0]).toMatchObject({ margin: { value: 0.02, kind: 'absolute' }, effect: { pairs: 3, better: false } });
    expect(report.studies[0]?.effect?.value).toBeCloseTo(-0.1003, 4);
    const { out } = ended(await compare('base.json', 'worse.json'), 1);
    expect(out).toContain('Regression: accuracy −0.1003');
    expect(out).toContain('no confirmation on fresh seeds and no retuning stand behind this verdict');
  });

  test('the same values: no change', async () => {
    write('same.json', record(base));
    const { out } = ended(await compare('base.json', 'same.json'), 0);
    expect(out).toContain('No change: head equals base');
    expect(out).toMatch(/^  Runs .*10 reused, none run here\.$/m);
  });

  test('seeds are matched, not positions; failed runs are no values', async () => {
    const { canonical } = record(base.map((v) => v + 0.1));
    write('better.json', record([], { canonical: [...canonical].reverse().map((run) => (run.seed === 2 ? { ...run, metrics: {}, state: 'failed' } : run)) }));
    const report = json<Report>(ended(await compare('base.json', 'better.json', '--json'), 0));
    expect(report.verdict).not.toBe('REGRESSION');
    expect(report.studies[0]?.gate?.pairs.map(({ seed }) => seed)).toEqual([5, 4, 3, 2, 1]);
    expect(report.studies[0]?.gate?.pairs[3]).toEqual({ seed: 2, base: 0.901 });
    for (const { base: from, head: to, seed } of report.studies[0]?.gate?.pairs ?? []) if (seed !== 2) expect((to ?? 0) - (from ?? 0)).toBeCloseTo(0.1, 9);
  });

  test('no seed in common', async () => {
    write('other.json', record([], { canonical: [{ seed: 99, metrics: { accuracy: 0.5 }, seconds: 1, state: 'complete' }] }));
    const typed = ended(await compare('base.json', 'other.json', '--json'), 0);
    expect(json<Report>(typed).studies[0]?.verdict).toMatchObject({ kind: 'INCONCLUSIVE', reason: 'no-pairs', sentence: 'Inconclusive: base.json and other.json have no canonical seed in common, so there is no pair to compare' });
    ended(await compare('base.json', 'other.json', '--fail-on', 'inconclusive'), 1);
  });

  test('other conditions are named', async () => {
    write('gpu.json', record(base, { key: { gpu: 'A100' } }));
    expect(ended(await compare('base.json', 'gpu.json'), 0).out).toMatch(/Measured under different conditions, which may explain a difference:\s+gpu \(none → A100\)/);
  });

  test('without a margin in the base it comes from the noise', async () => {
    write('plain.json', record(base, { margin: undefined }));
    const report = json<Report>(ended(await compare('plain.json', 'base.json', '--json'), 0));
    expect(report.studies[0]?.margin).toMatchObject({ kind: 'auto', provisional: true });
  });

  test('another metric is refused', async () => {
    write('loss.json', record(base, { metric: { name: 'loss', goal: 'minimize' } }));
    expect(ended(await compare('base.json', 'loss.json'), 2).err).toContain('base.json holds maximize accuracy, loss.json minimize loss.');
  });
});

describe('two study logs', () => {
  const log = async (name: string, level: number): Promise<string> => {
    write('train.mjs', trainingSource({ level }));
    write('noregret.yml', studySource({ trials: 3 }));
    ended(await type(at, ['tune', '--new', '--quiet']), 0);
    return write(name, readFileSync(join(at, '.noregret', 'demo', 'study.jsonl'), 'utf8'));
  };
  beforeAll(async () => {
    await log('low.jsonl', 0.8);
    await log('high.jsonl', 0.9);
  });

  test('their bests and the difference, never a verdict: luck is not excluded', async () => {
    const before = readFileSync(join(at, 'low.jsonl'), 'utf8');
    const typed = ended(await compare('low.jsonl', 'high.jsonl', '--json'), 0);
    const report = json<Report>(typed);
    expect(report.studies[0]?.verdict).toMatchObject({ kind: 'INCONCLUSIVE', reason: 'no-pairs' });
    expect(report.studies[0]?.verdict.sentence).toMatch(/^Inconclusive: best accuracy 0\.\d+ in 3 trials against 0\.\d+ in 3 trials \(\+0\.1\d*\); these are two searches, no seed was repeated, so the luck of the runs is not excluded$/);
    expect(report.studies[0]?.metrics[0]?.effect).toBeCloseTo(0.1, 2);
    expect(report.studies[0]?.search?.trials).toHaveLength(3);
    expect(readFileSync(join(at, 'low.jsonl'), 'utf8')).toBe(before);
    expect(ended(await compare('high.jsonl', 'low.jsonl'), 0).out).toContain('the luck of the runs is not excluded');
  });

  test('what dropped out of the re-score after one lucky seed is not the best', async () => {
    const events = readFileSync(join(at, 'high.jsonl'), 'utf8').trim().split('\n').filter(Boolean).map((line) => JSON.parse(line.replace(/,"n":\d+,"crc":"\w+"\}$/, '}')) as Record<string, unknown>);
    const runs = events.filter(({ type, stage }) => type === 'started' && stage === 'rescore');
    expect(runs).toHaveLength(4);
    const [first, second] = runs.filter(({ params }) => JSON.stringify(params) === JSON.stringify(runs[0]?.['params'])).map(({ trial }) => trial);
    const outcomes = new Map<unknown, object>([[first, { state: 'complete', value: 0.999 }], [second, { state: 'failed', reason: 'lost', message: 'no second value' }]]);
    const lucky = events.map((event) => (event['type'] === 'finished' && outcomes.has(event['trial']) ? { ...event, result: { ...(event['result'] as object), outcome: outcomes.get(event['trial']) } } : event));
    write('lucky.jsonl', lucky.map((event, i) => encodeLine(event as unknown as StudyEvent, i)).join(''));
    const report = json<Report>(ended(await compare('low.jsonl', 'lucky.jsonl', '--json'), 0));
    expect(report.studies[0]?.metrics[0]?.effect).toBeCloseTo(0.1, 2);
  });

  test('a torn end is left out and said; the file is not touched', async () => {
    const whole = readFileSync(join(at, 'high.jsonl'), 'utf8');
    const torn = write('torn.jsonl', whole.slice(0, -5));
    const { out } = ended(await compare('low.jsonl', torn), 0);
    expect(out).toMatch(/torn\.jsonl ends in the middle of a line: its last \d+ bytes were left out/);
    expect(readFileSync(join(at, torn), 'utf8')).toBe(whole.slice(0, -5));
  });

  test('a log without any value', async () => {
    const [first = ''] = readFileSync(join(at, 'low.jsonl'), 'utf8').split('\n');
    write('empty.jsonl', `${first}\n`);
    expect(ended(await compare('empty.jsonl', 'high.jsonl'), 3).out).toContain('no search trial of empty.jsonl ended with a value');
  });
});

describe('what cannot be compared', () => {
  test.each([
    ['a record and a log', 'base.json', 'low.jsonl', 'base.json is a record, low.jsonl a study log.'],
    ['a file and a commit', 'base.json', 'main', 'base.json is a file and main is not.'],
    ['a file and a branch with a slash', 'base.json', 'origin/main', 'There is no file origin/main: check the path. Else give two commits, two tunings'],
    ['a file that is not there', 'base.json', 'gone.json', 'There is no file gone.json'],
    ['no JSON', 'base.json', 'rubbish.json', 'rubbish.json: not JSON.'],
    ['no record', 'base.json', 'else.json', 'else.json: not a noregret record (tool:'],
    ['a newer record', 'base.json', 'newer.json', 'newer.json was written by a newer noregret'],
  ])('%s', async (_name, a, b, message) => {
    write('rubbish.json', '{{');
    write('else.json', { schema: 1 });
    write('newer.json', { ...record(base), schema: 2 });
    const { err } = ended(await compare(a, b), 2);
    expect(err).toContain(message);
    expect(err).toContain('fix: ');
  });

  test('a comparison of files is nothing to resume', () => {
    expect(existsSync(join(at, '.noregret', 'last-run.json')) && readFileSync(join(at, '.noregret', 'last-run.json'), 'utf8').includes('"compare"')).toBe(false);
  });
});

describe('two tunings of other tools', () => {
  test('tables given straight: the page with its charts is written, also where a parameter is called like a method', async () => {
    for (const [name, peak] of [['one', 0.8], ['two', 0.9]] as const) write(`${name}_cv_results.csv`, `mean_fit_time,param_hasOwnProperty,param_depth,mean_test_acc\n${[1, 2, 3, 4, 5, 6].map((i) => `1,${i / 10},${i},${peak - (i - 3) ** 2 / 100}`).join('\n')}\n`);
    const { err } = ended(await compare('one_cv_results.csv', 'two_cv_results.csv'), 0);
    expect(err).not.toContain('warning');
    const page = readFileSync(join(at, '.noregret/report/report.html'), 'utf8');
    expect(page.match(/<svg/g)?.length).toBeGreaterThanOrEqual(2);
  });

  const tuner = (path: string): string => join(process.cwd(), 'fixtures/tuners', path);
  const table = (name: string, values: readonly number[], column = 'lr'): string => write(name, `${column},acc\n${values.map((value, i) => `${(i + 1) / 100},${value}`).join('\n')}\n`);

  test('say what they found, what that is worth, and that it is no verdict', async () => {
    const report = json<Report>(ended(await compare(tuner('ray-tune/digits_asha'), tuner('wandb/export.json'), '--json', '--metric', 'accuracy'), 2));
    expect(report).toMatchObject({ ok: false, error: { code: 'metric-unknown' } });
    const db = tuner('optuna/study.db');
    const same = json<Report>(ended(await compare(db, db, '--study-name', 'digits', '--json'), 0));
    expect(same.studies[0]).toMatchObject({ verdict: { kind: 'INCONCLUSIVE', reason: 'no-pairs', sentence: expect.stringContaining('no seed was repeated') }, metrics: [{ base: 0.98, head: 0.98 }] });
    expect(same.studies[0]?.warnings.slice(0, 2)).toEqual([expect.stringMatching(/^1 of the 16 trials of .* has no end/), `Both sides are ${db}.`]);
    expect(same.studies[0]?.notes.join(' ')).toContain('the luck of a search plays no part');
    const { out } = ended(await compare(db, db, '--study-name', 'digits'), 0);
    expect(out).toMatch(/No verdict on the code follows from two\s+searches:/);
    expect(out).not.toContain('The seeds scatter too much');
  });

  test('what a reader guessed or left out is told once more by the log that was made of it, as of the files themselves', async () => {
    write('noted.csv', 'lr,acc\n0.1,0.5\n0.2,0.7\n0.3,nan\n');
    ended(await type(at, ['import', 'noted.csv', '--metric', 'acc', '--params', 'lr', '--out', 'noted.jsonl']), 0);
    const guessed = ': the files do not say in which direction acc is better: taken as maximize by its name (--goal says otherwise).';
    const report = json<Report>(ended(await compare('noted.jsonl', 'noted.jsonl', '--json'), 0));
    expect(report.studies[0]?.warnings).toEqual(expect.arrayContaining([`noted.jsonl${guessed}`, 'noted.jsonl: 1 of 3 trials ended with acc NaN or infinite: they count as failed.']));
    expect(ended(await compare('noted.jsonl', 'noted.jsonl'), 0).out.replaceAll(/\s+/g, ' ')).toContain(`noted.jsonl${guessed}`);
    ended(await type(at, ['import', 'noted.csv', '--metric', 'acc', '--params', 'lr', '--out', 'other.jsonl']), 0);
    const both = json<Report>(ended(await compare('noted.jsonl', 'other.jsonl', '--json'), 0));
    expect(both.studies[0]?.warnings.filter((warning) => warning.includes('in which direction'))).toEqual([`noted.jsonl and other.jsonl${guessed}`]);
    // A log of a version that kept no notes.
    const lines = readFileSync(join(at, 'noted.jsonl'), 'utf8').split('\n').filter((line) => line !== '');
    expect(lines.at(-1)).toContain('"name":"import:notes"');
    write('older.jsonl', `${lines.slice(0, -1).join('\n')}\n`);
    expect(json<Report>(ended(await compare('older.jsonl', 'older.jsonl', '--json'), 0)).studies[0]?.warnings).toEqual(['Both sides are older.jsonl.']);
    ended(await type(at, ['import', tuner('optuna/study.db'), '--study-name', 'digits', '--out', 'sure.jsonl']), 0);
    expect(readFileSync(join(at, 'sure.jsonl'), 'utf8')).not.toContain('import:notes');
  });

  test('a head whose ten best are all its own: said how rarely luck does that, still no verdict', async () => {
    const [low, high] = [Array.from({ length: 20 }, (_, i) => 0.5 + i / 1000), Array.from({ length: 20 }, (_, i) => 0.6 + i / 1000)];
    const [a, b] = [table('a.jsonl', []), table('b.jsonl', [])];
    for (const [file, values, from] of [[a, low, 0], [b, high, 20]] as const) {
      write(`${file}.csv`, `lr,acc\n${values.map((value, i) => `${(from + i + 1) / 100},${value}`).join('\n')}\n`);
      ended(await type(at, ['import', `${file}.csv`, '--metric', 'acc', '--params', 'lr', '--out', `x-${file}`]), 0);
    }
    const report = json<Report>(ended(await compare('x-a.jsonl', 'x-b.jsonl', '--json'), 0));
    expect(report.verdict).toBe('INCONCLUSIVE');
    expect(report.studies[0]?.notes).toEqual(expect.arrayContaining([expect.stringMatching(/in less than 1 of 100: the 20 best trials of both are one search's\. This counts trials as independent/)]));
  });

  test('too few trials for what luck would do: said, with the side that has them', async () => {
    for (const [name, count] of [['few', 4], ['enough', 5]] as const) {
      table(`${name}.csv`, Array.from({ length: count }, (_, i) => i / 20));
      ended(await type(at, ['import', `${name}.csv`, '--metric', 'acc', '--params', 'lr', '--out', `${name}.jsonl`]), 0);
    }
    expect(json<Report>(ended(await compare('enough.jsonl', 'few.jsonl', '--json'), 0)).studies[0]?.notes).toContain('How far two searches lie apart when nothing changed is not said: that takes 5 trials with a value on each side, and few.jsonl has 4.');
    expect(json<Report>(ended(await compare('enough.jsonl', 'enough.jsonl', '--json'), 0)).studies[0]?.notes.join(' ')).not.toContain('is not said');
  });

  test('renamed parameters are noticed, mixed directions refused', async () => {
    for (const [name, column] of [['p', 'lr'], ['q', 'learning_rate']] as const) {
      table(`${name}.csv`, Array.from({ length: 12 }, (_, i) => i / 20), column);
      ended(await type(at, ['import', `${name}.csv`, '--metric', 'acc', '--params', column, '--out', `${name}.jsonl`]), 0);
    }
    const report = json<Report>(ended(await compare('p.jsonl', 'q.jsonl', '--json'), 0));
    expect(report.studies[0]?.notes).toEqual(expect.arrayContaining(['The searches were over different parameters: only base has lr; only head has learning_rate. Probably renamed: lr → learning_rate.']));
    const { out } = ended(await compare('p.jsonl', 'q.jsonl'), 0);
    expect(out).toMatch(/^ +lr .* base only$/m);
    expect(out).toMatch(/^ +learning_rate .* head only$/m);
    expect(out).toContain('Search (as logged, 12 trials): as it was left.');
    expect(out).toMatch(/Runs +24 ok, none run here\./);
    // The search that is shown never had the other side's parameter: no column, no axis.
    expect(out.slice(out.indexOf('Top 10'))).not.toMatch(/\blr\b/);
    ended(await type(at, ['import', 'p.csv', '--metric', 'acc', '--goal', 'minimize', '--params', 'lr', '--out', 'less.jsonl']), 0);
    expect(ended(await compare('less.jsonl', 'q.jsonl'), 2).err).toContain('less.jsonl searched for minimize acc, q.jsonl for maximize acc');
    expect(ended(await compare('p.jsonl', 'main'), 2).err).toContain('p.jsonl is a file and main is not');
  });
});

describe('a question that only import has the flags for', () => {
  test('is sent there by every command that reads; one that the command can answer is not', async () => {
    const of = 'Those are flags of noregret import: make a log of';
    write('plain.csv', 'lr,acc\n0.1,0.9\n');
    writeFileSync(join(at, 'strange.pkl'), Buffer.from([0x80, 4, 0x95, 0, 0, 0, 0, 0, 0, 0, 0, 0x7d, 0x94, 0x2e]));
    expect(ended(await compare('plain.csv', 'plain.csv'), 2).err).toContain(`${of} plain.csv with it (--out FILE), and compare the logs.`);
    expect(ended(await compare('strange.pkl', 'plain.csv'), 2).err).toContain(`--trust. ${of} strange.pkl`);
    expect(ended(await compare('plain.csv', 'plain.csv', '--reseed'), 2).err).toContain(of);
    expect(ended(await type(at, ['export', 'plain.csv', '--format', 'csv']), 2).err).toContain(`${of} plain.csv with it (--out FILE), and export that.`);
    write('run_cv_results.csv', 'mean_fit_time,param_a,mean_test_odd,mean_test_even\n1,1,0.1,0.2\n');
    const asked = ended(await compare('run_cv_results.csv', 'run_cv_results.csv'), 2).err;
    expect(asked).toContain('--metric');
    expect(asked).not.toContain(of);
    expect(ended(await type(at, ['export', 'run_cv_results.csv', '--format', 'csv']), 2).err).toContain(of);
    expect(ended(await type(at, ['import', 'plain.csv']), 2).err).not.toContain(of);
  });
});

describe('two folders', () => {
  const scan = (path: string, best: number): void => {
    mkdirSync(join(at, path), { recursive: true });
    write(`${path}/random_cv_results.csv`, `mean_fit_time,param_alpha,mean_test_acc\n${[1, 2, 3, 4, 5, 6].map((i) => `1,${i / 10},${best - i / 100}`).join('\n')}\n`);
  };

  test('are looked into as deep as import looks', async () => {
    scan('old/a/b', 0.8);
    scan('new/c', 0.9);
    const report = json<Report>(ended(await compare('old', 'new', '--json'), 0));
    expect(report.studies[0]?.metrics).toEqual([expect.objectContaining({ base: 0.79, head: 0.89 })]);
    // A folder that holds a log of ours stands for it, here as for import.
    mkdirSync(join(at, 'ours'));
    ended(await type(at, ['import', 'old', '--out', 'ours/study.jsonl']), 0);
    expect(json<Report>(ended(await compare('ours', 'new', '--json'), 0)).studies[0]?.metrics).toEqual([expect.objectContaining({ base: 0.79, head: 0.89 })]);
  });

  test('one without results says so itself, and one beside a commit is no pair', async () => {
    mkdirSync(join(at, 'bare/deep'), { recursive: true });
    mkdirSync(join(at, 'empty'));
    expect(ended(await compare('old', 'bare'), 2).err).toContain('bare is no study that can be read');
    expect(ended(await compare('empty', 'new'), 2).err).toContain('empty is an empty folder');
    expect(ended(await compare('bare', 'empty'), 2).err).toContain('bare is neither a commit nor results that can be read');
    expect(ended(await compare('old', 'elsewhere'), 2).err).toContain('old is a folder with results and elsewhere is not');
    expect(ended(await compare('old', 'main', '--reseed'), 2).err).toContain('runs the winners of two tunings, and main is none');
  });

  test('several of a kind are asked for by name', async () => {
    scan('many/a', 0.8);
    scan('many/b', 0.9);
    const { err } = ended(await compare('many', 'new'), 2);
    expect(err).toMatch(/which study is meant\?/);
    ended(await compare('many', 'many', '--study-name', 'b/random_cv_results.csv/random'), 0);
    // The name is meant for the side that holds several.
    expect(json<Report>(ended(await compare('many', 'new', '--study-name', 'a/random_cv_results.csv/random', '--json'), 0)).studies[0]?.metrics[0]).toMatchObject({ base: 0.79, head: 0.89 });
  });

  test('a branch that is called like one is a commit beside a commit', async () => {
    const clone = temporaryFolder('branches');
    try {
      const repository = createRepository(clone.path);
      repository.commit('first', { 'noregret.yml': 'name: [', 'runs/x/random_cv_results.csv': readFileSync(join(at, 'new/c/random_cv_results.csv'), 'utf8') });
      repository.git('branch', 'runs');
      expect(ended(await type(clone.path, ['compare', 'main', 'runs']), 2).err).toContain('noregret.yml');
      expect(ended(await type(clone.path, ['compare', 'nowhere', 'runs']), 2).err).toContain('runs is a folder with results and nowhere is not');
    } finally {
      clone.remove();
    }
  });
});

describe('two logs that ran one configuration on the same seeds', () => {
  /** As `compare` and `push` leave them: a search, and canonical seeds of b* beside it. */
  const log = (name: string, values: readonly (number | undefined)[], { x = 1, stage = 'canonical', identity = {}, best = 0.99 }: { x?: number; stage?: string; identity?: object; best?: number } = {}): string => {
    const config = JSON.stringify({ metric: { name: 'acc', goal: 'maximize', margin: { kind: 'absolute', value: 0.02 } }, ...identity });
    const trial = (number: number, of: { params: object; seed: number; stage: string; value: number | undefined }): object[] => [
      { type: 'started', trial: number, attempt: 1, side: 'head', stage: of.stage, params: of.params, seed: of.seed, at: '' },
      { type: 'finished', trial: number, attempt: 1, at: '', result: { outcome: of.value === undefined ? { state: 'failed', reason: 'exit-code', message: 'no' } : { state: 'complete', value: of.value }, metrics: {}, seconds: 1 } },
    ];
    const events = [
      { type: 'created', schema: 1, tool: 't', study: 'demo', at: '', identity: { command: 'tune', config } },
      ...trial(0, { params: { x: 9 }, seed: 5, stage: 'search', value: best }), ...values.flatMap((value, i) => trial(i + 1, { params: { x }, seed: 100 + i, stage, value })),
    ];
    return write(name, events.map((event, i) => encodeLine(event as unknown as StudyEvent, i)).join(''));
  };
  const level = (at0: number, n = 5): number[] => Array.from({ length: n }, (_, i) => at0 + 0.001 * i);

  test('the gate judges these pairs, by the base\'s margin; the winners stay words', async () => {
    const [a, b] = [log('pa.jsonl', level(0.9)), log('pb.jsonl', level(0.8).map((v, i) => v + 0.0003 * (i % 2)), { best: 0.995 })];
    const report = json<Report>(ended(await compare(a, b, '--json'), 1));
    const [study] = report.studies;
    expect(study).toMatchObject({ verdict: { kind: 'REGRESSION' }, margin: { value: 0.02, kind: 'absolute' }, effect: { pairs: 3, better: false }, gate: { baseParams: { x: 1 }, headParams: { x: 1 } } });
    expect(study?.notes).toEqual(expect.arrayContaining([expect.stringContaining('the configuration that both ran on the most seeds (5), not about their winners'), expect.stringMatching(/^What the searches found: best acc 0\.995 in 1 trial against 0\.99 in 1 trial/)]));
    expect(study?.notes.join(' ')).not.toContain('No verdict on the code');
    const { out } = ended(await compare(a, b), 1);
    expect(out).toContain('acc ↑ at a configuration that both ran');
    ended(await compare(a, log('pc.jsonl', level(0.9).map((v, i) => v + 0.0003 * (i % 2)))), 0);
  });

  test('fewer than a look needs, or values of a search, are no verdict', async () => {
    for (const [a, b] of [[log('qa.jsonl', level(0.9, 2)), log('qb.jsonl', level(0.8, 2))], [log('qc.jsonl', level(0.9), { stage: 'search' }), log('qd.jsonl', level(0.8), { stage: 'search' })], [log('qe.jsonl', level(0.9)), log('qf.jsonl', level(0.8), { x: 2 })]] as const) {
      const report = json<Report>(ended(await compare(a, b, '--json'), 0));
      expect(report.studies[0]).toMatchObject({ verdict: { kind: 'INCONCLUSIVE', reason: 'no-pairs' } });
      expect(report.studies[0]).not.toHaveProperty('gate');
    }
    const { out } = ended(await compare('qa.jsonl', 'qb.jsonl'), 0);
    expect(out).toContain('acc ↑ best found');
    expect(out).not.toContain("at main's best");
    expect(out).not.toContain('so flattering');
  });

  test('a head that fails on them is failing; without a margin in the log it follows the noise', async () => {
    const a = log('ra.jsonl', level(0.9));
    expect(json<Report>(ended(await compare(a, log('rb.jsonl', [undefined, undefined, undefined, undefined]), '--json'), 1)).studies[0]?.verdict).toMatchObject({ kind: 'REGRESSION', reason: 'stability' });
    const plain = log('rc.jsonl', level(0.9), { identity: { metric: { name: 'acc', goal: 'maximize' } } });
    expect(json<Report>(ended(await compare(plain, a, '--json'), 0)).studies[0]?.margin).toMatchObject({ kind: 'auto', provisional: true });
  });

  test('a table of another tool with seeds: judged too, with what the files do not say', async () => {
    const rows = (low: number): string => `seed,lr,acc\n${[1, 2, 3, 4, 5].flatMap((seed) => [`${seed},0.1,${low + seed / 1000 + (seed % 2) / 1e4}`, `${seed},0.2,${low - 0.2}`]).join('\n')}\n`;
    for (const [name, at0] of [['sa', 0.9], ['sb', 0.7]] as const) {
      write(`${name}.csv`, rows(at0));
      ended(await type(at, ['import', `${name}.csv`, '--metric', 'acc', '--params', 'lr', '--seed', 'seed', '--out', `${name}.jsonl`]), 0);
    }
    // What has to be said of a table are flags of another command.
    expect(ended(await compare('sa.csv', 'sb.csv'), 2).err).toMatch(/Say it: --metric .* --params [^]*Those are flags of noregret import: make a log of sa\.csv with it/);
    const report = json<Report>(ended(await compare('sa.jsonl', 'sb.jsonl', '--json'), 1));
    expect(report.studies[0]).toMatchObject({ verdict: { kind: 'REGRESSION' }, gate: { baseParams: { lr: 0.1 } } });
    expect(report.studies[0]?.notes.join('\n')).toContain('is not in the files: the verdict holds if so');
    // Rows without a seed are no pairs, whatever stands in the same row of the other table.
    for (const name of ['na', 'nb']) {
      write(`${name}.csv`, `seed,lr,acc\n${[1, 2, '', '', ''].map((seed, i) => `${seed},0.1,${name === 'na' ? 0.9 : 0.7 + i / 1000}`).join('\n')}\n`);
      ended(await type(at, ['import', `${name}.csv`, '--metric', 'acc', '--params', 'lr', '--seed', 'seed', '--out', `${name}.jsonl`]), 0);
    }
    expect(json<Report>(ended(await compare('na.jsonl', 'nb.jsonl', '--json'), 0)).studies[0]).not.toHaveProperty('gate');
    // No times are in the tables either.
    expect(report.studies[0]?.search?.trials.map(({ state, seconds }) => [state, seconds])).toContainEqual(['complete', undefined]);
    expect(ended(await compare('sa.jsonl', 'sb.jsonl'), 1).out).not.toMatch(/\b0 s\b/);
  });
});
