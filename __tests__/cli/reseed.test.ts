import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../src/model/comparison.js';
import { createRepository, temporaryFolder } from '../stores/gitFixture.js';
import { ended, json, type, type Typed } from './desk.js';

const folder = temporaryFolder('reseed');
afterAll(() => { folder.remove(); });
const at = folder.path;
const tuner = (path: string): string => join(process.cwd(), 'fixtures/tuners', path);
/** Bests of the files: relu with dropout, and tanh without. */
const [random, hyperband] = [tuner('keras-tuner/random'), tuner('keras-tuner/hyperband')];

/** Some 50 ms; tanh is `gain` better, by its `statements` it may fail. Counts its runs in a file beside itself. */
const program = (gain: number, statements = ''): string => `import { appendFileSync, readFileSync } from 'node:fs';
const params = JSON.parse(readFileSync(process.env.NOREGRET_PARAMS, 'utf8'));
appendFileSync(process.env.RUNS_FILE, '.');
const seed = Number(process.env.NOREGRET_SEED);
${statements}
const isTanh = params.activation_0 === 'tanh';
const noise = 0.002 * Math.sin(seed) + 0.0005 * Math.cos(seed * (isTanh ? 3 : 7));
console.log('noregret ' + JSON.stringify({ step: 1, val_accuracy: 0.9 + (isTanh ? ${gain} : 0) + noise }));
`;
const parameters = `
  layers: { distribution: int_uniform, min: 1, max: 2 }
  units_0: { distribution: q_uniform, min: 8, max: 64, q: 8 }
  activation_0: { values: [relu, tanh] }
  dropout: { values: [true, false] }
  lr: { distribution: log_uniform_values, min: 1.0e-4, max: 0.1 }
  batch_size: { values: [16, 32, 64] }
  loss_name: { value: scce }
  rate: { distribution: uniform, min: 0.1, max: 0.5 }`;
const study = ({ space = parameters, metric = '{ name: val_accuracy, goal: maximize, margin: 0.01 }', extra = '' }: { space?: string; metric?: string; extra?: string } = {}): string => `name: digits
metric: ${metric}
parameters:${space}
command: [node, train.mjs]
env: { set: { RUNS_FILE: ${join(at, '.noregret', 'runs')} } }
parallel: 2
${extra}`;

let repository: ReturnType<typeof createRepository>;
beforeAll(() => { repository = createRepository(at); });
let commits = 0;
const code = (gain: number, statements = '', config = study()): string => repository.commit(`code ${commits += 1}`, { 'train.mjs': program(gain, statements), 'noregret.yml': config, '.gitignore': '*.csv\n*.jsonl\n.noregret\nother.yml\n' });
const reseed = async (...flags: string[]): Promise<Typed> => await type(at, ['compare', random, hyperband, '--reseed', ...flags]);
const runs = (): number => (existsSync(join(at, '.noregret', 'runs')) ? readFileSync(join(at, '.noregret', 'runs'), 'utf8').length : 0);

describe('the winners of two tunings under one code', () => {
  test('better: announced before, a verdict that says what it is about, the searches beside it', async () => {
    const sha = code(0.05);
    const typed = ended(await reseed('--json'), 0);
    expect(typed.err).toMatch(/digits: re-seed: both winners on up to 10 paired seeds, 20 runs at most, and up to 20 more to confirm a decline, on \d slots?/);
    const report = json<Report>(typed);
    expect(report).toMatchObject({ verdict: 'IMPROVED', event: 'reseed', headSha: sha, failOn: 'regression', incomplete: false });
    const [found] = report.studies;
    expect(found?.verdict.sentence).toMatch(/^Improved: B's winner against A's winner, under this code: val_accuracy \+0\.05\d* \[.*\], margin 0\.01, 3 paired seeds$/);
    expect(found?.gate).toMatchObject({ baseParams: { activation_0: 'relu', dropout: true, batch_size: 32 }, headParams: { activation_0: 'tanh', dropout: false, batch_size: 16 } });
    expect(found?.gate?.pairs.every(({ base, head }) => base !== undefined && head !== undefined)).toBe(true);
    expect(found?.search?.trials).toHaveLength(9);
    expect(found?.notes).toEqual(expect.arrayContaining([
      expect.stringMatching(new RegExp(`^A is ${random}, B is ${hyperband}; both winners were run by commit ${sha.slice(0, 10)} .* not on a change of the code\\.$`)),
      expect.stringMatching(/^What the searches themselves found: best val_accuracy 0\.965 in 9 trials against 0\.9525 in 10 trials/),
    ]));
    expect(found?.notes.join(' ')).not.toContain('No verdict on the code follows');
    expect(found?.reproduce).toEqual([`git checkout ${sha} && npx noregret compare '${random}' '${hyperband}' --reseed`]);
  });

  test('again: the log answers, nothing is run twice; resume starts the same; the text names A and B, never main', async () => {
    const before = runs();
    expect(before).toBeGreaterThanOrEqual(6);
    const { out } = ended(await reseed(), 0);
    expect(runs()).toBe(before);
    expect(out).toContain("at each side's winner");
    expect(out).toMatch(/activation_0 +relu +tanh +different\n/);
    expect(out).toMatch(/loss_name +scce +scce +same\n/);
    expect(out).not.toContain('best found, one seed');
    // The clone's own folder may be called so.
    expect(out.replaceAll(process.cwd(), '')).not.toContain('main');
    expect(json<Report>(ended(await type(at, ['resume', '--json', '--quiet']), 0)).verdict).toBe('IMPROVED');
    expect(runs()).toBe(before);
    expect(readFileSync(join(at, '.noregret', 'report', 'report.md'), 'utf8')).toContain("B's winner against A's winner");
  });

  test('worse: repeated on fresh seeds before it is called so, exit 1; the other way round it is better', async () => {
    code(-0.05);
    const report = json<Report>(ended(await reseed('--json', '--quiet'), 1));
    expect(report.studies[0]?.verdict).toMatchObject({ kind: 'REGRESSION', reason: 'confirmed', sentence: expect.stringMatching(/^Worse: B's winner against A's winner, under this code: val_accuracy −0\.0[45]\d* .*; confirmed on fresh seeds$/) });
    const seeds = (stage: { pairs: { seed: number }[] } | undefined): number[] => (stage?.pairs ?? []).map(({ seed }) => seed);
    const [first, again] = [seeds(report.studies[0]?.gate), seeds(report.studies[0]?.confirmation)];
    expect(again.length).toBeGreaterThanOrEqual(3);
    expect(again.filter((seed) => first.includes(seed))).toEqual([]);
    expect(json<Report>(ended(await type(at, ['compare', hyperband, random, '--reseed', '--json', '--quiet']), 0)).verdict).toBe('IMPROVED');
  });

  test('not worse; another commit has a log of its own', async () => {
    code(0.001);
    const report = json<Report>(ended(await reseed('--json', '--quiet'), 0));
    expect(report.studies[0]?.verdict).toMatchObject({ kind: 'PASS', sentence: expect.stringMatching(/^Not worse: B's winner against A's winner, under this code: /) });
  });

  test('B\'s winner cannot run here', async () => {
    code(0, "if (params.activation_0 === 'tanh') process.exit(3);");
    const report = json<Report>(ended(await reseed('--json', '--quiet'), 1));
    expect(report.studies[0]?.verdict).toMatchObject({ kind: 'REGRESSION', reason: 'stability', sentence: expect.stringMatching(/^Worse: B's winner against A's winner, under this code: \d+ runs failed with B's winner alone, 0 with A's alone/) });
  });

  test('A\'s winner cannot run here: nothing to compare with, exit 0 under --fail-on regression', async () => {
    code(0, "if (params.activation_0 === 'relu') process.exit(3);");
    expect(json<Report>(ended(await reseed('--json', '--quiet'), 0)).studies[0]?.verdict.sentence).toContain("No baseline: B's winner against A's winner, under this code: no run of A's winner gave a value of val_accuracy");
  });

  test('the program uses none of the hyperparameters: two seeds are enough, and it is asked', async () => {
    code(0, "params.activation_0 = 'relu';");
    const report = json<Report>(ended(await reseed('--json', '--quiet'), 0));
    expect(report.studies[0]?.verdict).toMatchObject({ kind: 'NO_CHANGE', reason: 'canary', sentence: expect.stringContaining('does the program use these hyperparameters?') });
    expect(report.studies[0]?.gate?.pairs).toHaveLength(2);
  });

  test('the same winner twice: nothing is run', async () => {
    const before = runs();
    const report = json<Report>(ended(await type(at, ['compare', random, random, '--reseed', '--json', '--quiet']), 0));
    expect(report.studies[0]?.verdict).toMatchObject({ kind: 'NO_CHANGE', reason: 'same-winner' });
    expect(runs()).toBe(before);
  });

  test('imported logs of ours do as well, and more seeds may be asked for', async () => {
    code(0.004);
    for (const [path, name] of [[random, 'a.jsonl'], [hyperband, 'b.jsonl']] as const) ended(await type(at, ['import', path, '--out', name]), 0);
    const report = json<Report>(ended(await type(at, ['compare', 'a.jsonl', 'b.jsonl', '--reseed', '--more-seeds', '2', '--json', '--quiet']), 0));
    expect(report.studies[0]?.extension).toEqual({ pairs: 2, by: 'the command line' });
    expect(report.studies[0]?.gate?.pairs.length).toBeGreaterThanOrEqual(10);
  });

  test('the margin as a percentage is measured at A\'s winner, on the gate\'s own seeds', async () => {
    code(0.05, '', study({ metric: '{ name: val_accuracy, goal: maximize, margin: 1% }' }));
    const before = runs();
    const report = json<Report>(ended(await reseed('--json', '--quiet'), 0));
    expect(report.studies[0]?.margin?.value).toBeCloseTo(0.009, 3);
    expect(runs() - before).toBeLessThanOrEqual(8);
  });

  test('budget.time is kept: what was not measured in it is no verdict', async () => {
    code(0.05, 'await new Promise((done) => setTimeout(done, 700));', study({ extra: 'budget: { time: 1s }' }));
    const report = json<Report>(ended(await reseed('--json', '--quiet'), 0));
    expect(report.studies[0]?.verdict).toMatchObject({ kind: 'INCONCLUSIVE', reason: 'budget', sentence: expect.stringContaining('no time was left for more seeds') });
  });

  test('cancelled before it began: exit 130, said', async () => {
    code(0.05);
    const controller = new AbortController();
    controller.abort();
    const { code: exit, out } = await type(at, ['compare', random, hyperband, '--reseed'], { signal: controller.signal });
    expect(exit).toBe(130);
    expect(out).toMatch(/Incomplete: B's winner against A's winner, under this\s+code: cancelled before it finished/);
  });
});

describe('cancelled in the middle', () => {
  test('what was measured is kept, and a second call measures only the rest', async () => {
    const before = runs();
    code(0.05, 'await new Promise((done) => setTimeout(done, 300));');
    const controller = new AbortController();
    const typing = type(at, ['compare', random, hyperband, '--reseed'], { signal: controller.signal });
    while (runs() < before + 3) await new Promise((done) => setTimeout(done, 20));
    controller.abort();
    expect((await typing).code).toBe(130);
    const report = json<Report>(ended(await reseed('--json', '--quiet'), 0));
    expect(report.verdict).toBe('IMPROVED');
    expect(report.studies[0]?.budget.reused).toBeGreaterThanOrEqual(1);
    expect(report.studies[0]?.budget.complete).toBeLessThan(6);
  });
});

describe('what cannot be run', () => {
  const other = (text: string): string[] => { writeFileSync(join(at, 'other.yml'), text); return ['--config', 'other.yml']; };
  const without = (name: string): string => parameters.split('\n').filter((line) => !line.includes(`${name}:`)).join('\n');
  const drawn = (from: string, to: string): string => parameters.replace(from, to);
  test.each([
    ['parameters that the space does not know', () => other(study({ space: without('batch_size') })), 'The winner of {A} has batch_size, which other.yml does not know.'],
    ['a value outside the space', () => other(study({ space: drawn('max: 0.1 }', 'max: 0.001 }') })), 'is no point of the space of other.yml: lr = '],
    ['another constant', () => other(study({ space: drawn('{ value: scce }', '{ value: mse }') })), 'has loss_name = "scce", and other.yml fixes it at "mse"'],
    ['a new parameter without a default', () => other(study({ space: `${parameters}\n  momentum: { distribution: uniform, min: 0, max: 1 }` })), 'momentum has no value'],
    ['another metric', () => other(study({ metric: '{ name: loss, goal: minimize, margin: 0.1 }' })), 'were searched for maximize val_accuracy, and other.yml is about minimize loss'],
    ['another direction', () => other(study({ metric: '{ name: val_accuracy, goal: minimize, margin: 0.1 }' })), 'other.yml is about minimize val_accuracy'],
    ['two studies', () => { other(study().replace('digits', 'more')); return ['--config', 'noregret.yml,other.yml']; }, 'there are 2: noregret.yml, other.yml'],
  ])('%s', async (_name, flags, message) => {
    const before = runs();
    const { err } = ended(await reseed(...flags()), 2);
    expect(err).toContain(message.replace('{A}', random));
    expect(err).toContain('fix: ');
    expect(runs()).toBe(before);
  });

  test('a default fills what the tunings do not say, and that is said', async () => {
    code(0.05);
    const flags = other(study({ space: `${parameters}\n  momentum: { distribution: uniform, min: 0, max: 1, default: 0.9 }` }));
    const report = json<Report>(ended(await reseed(...flags, '--json', '--quiet'), 0));
    expect(report.studies[0]?.gate?.baseParams).toMatchObject({ momentum: 0.9 });
    expect(report.studies[0]?.reproduce[0]).toMatch(/ --reseed --config 'other\.yml'$/);
    expect(report.studies[0]?.notes).toEqual(expect.arrayContaining(["A's winner: the tuning does not say momentum, so the default of other.yml was used."]));
  });

  test('commits and records are no tunings; a tuning without a value has no winner', async () => {
    expect(ended(await type(at, ['compare', 'HEAD', random, '--reseed']), 2).err).toContain('--reseed runs the winners of two tunings, and HEAD is none.');
    writeFileSync(join(at, 'none.csv'), 'lr,val_accuracy,state\n0.1,,failed\n');
    const imported = ended(await type(at, ['import', 'none.csv', '--metric', 'val_accuracy', '--params', 'lr', '--state', 'state', '--out', 'none.jsonl']), 0);
    expect(imported.out).toContain('1 failed');
    expect(ended(await type(at, ['compare', 'none.jsonl', random, '--reseed']), 2).err).toContain('No search trial of none.jsonl ended with a value');
  });

  test('outside of git: said, and nothing is written', async () => {
    const bare = temporaryFolder('reseed-bare');
    try {
      ended(await type(bare.path, ['compare', random, hyperband, '--reseed']), 2);
      expect(readdirSync(bare.path)).toEqual([]);
    } finally {
      bare.remove();
    }
  });
});
