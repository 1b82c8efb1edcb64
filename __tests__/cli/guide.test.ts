import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BatchSizeResult, LrRangeResult, SmokeResult } from '../../src/model/guide.js';
import { temporaryFolder } from '../stores/gitFixture.js';
import { ended, json, type, type Typed } from './desk.js';
import { writeGuided, type GuidedStudy } from './guideStudy.js';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => { folder = temporaryFolder('guide'); });
afterEach(() => { folder.remove(); });
const guided = (study: GuidedStudy = {}): void => { writeGuided(folder.path, study); };
const noregret = (...argv: readonly string[]): Promise<Typed> => type(folder.path, argv);
const studyFile = (): string => readFileSync(join(folder.path, 'noregret.yml'), 'utf8');
const page = (name: string): string => readFileSync(join(folder.path, '.noregret', 'guided', name), 'utf8');
const hasLog = (): boolean => existsSync(join(folder.path, '.noregret', 'guided', 'study.jsonl'));

/** Aborts once the program has left a sign of life. */
async function interrupted(argv: readonly string[], isBegun: () => boolean): Promise<Typed> {
  const abort = new AbortController();
  const poll = setInterval(() => { if (isBegun()) abort.abort(); }, 20);
  const typed = await type(folder.path, argv, { signal: abort.signal });
  clearInterval(poll);
  return typed;
}
const logOf = (probe: string) => (): boolean => existsSync(join(folder.path, '.noregret', 'guided', 'guide', 'trials', probe, 'log.txt'));

describe('lr-range', () => {
  test('a rate, a curve, a page, lines for the study file; the file is left alone, and nothing is a trial', async () => {
    guided();
    const before = studyFile();
    const { out, err } = ended(await noregret('lr-range'), 0);
    expect(out).toMatch(/● guided: lr 0\.\d+, worth searching from 0\.00\d+ to (1|0\.\d+)/);
    expect(out).toContain('a = suggested');
    expect(out).toMatch(/lr: \{ distribution: "log_uniform_values", min: 0\.00\d+, max: (1|0\.\d+), default: 0\.5 \}/);
    expect(err).toContain(`page: ${join('.noregret', 'guided', 'lr-range.html')} (also .json)`);
    expect(page('lr-range.html')).toMatch(/<svg[^]*suggested/);
    const { finding, points } = JSON.parse(page('lr-range.json')) as LrRangeResult;
    if (finding.kind !== 'found') throw new Error(finding.kind);
    expect(points.length).toBeGreaterThan(300);
    expect(Math.abs(Math.log10(finding.steepest) + 2)).toBeLessThan(0.33);
    expect(Math.abs(Math.log10(finding.turn))).toBeLessThan(0.5);
    expect(studyFile()).toBe(before);
    expect(hasLog()).toBe(false);
  });

  test('--apply narrows the range and touches nothing else', async () => {
    guided();
    const before = studyFile().split('\n');
    const { err } = ended(await noregret('lr-range', '--apply'), 0);
    expect(err).toContain('noregret.yml: lr is narrowed; nothing else was changed');
    const changed = studyFile().split('\n').flatMap((line, i) => (line === before[i] ? [] : [line]));
    expect(changed).toEqual([expect.stringMatching(/^ {2}lr: \{ distribution: log_uniform_values, min: 0\.00\d+, max: .*default: 0\.\d+ \} {3}# the rate$/)]);
    expect(ended(await noregret('check'), 0).out).not.toMatch(/error/);
  });

  test.each([
    ['nan', 'every loss was NaN or infinite'],
    ['flat', 'the loss stayed where it was at every rate'],
    ['rises', 'the loss never fell, it only rose'],
    ['noisy', 'the loss fell by less than it wavers'],
    ['falls', 'the loss was still falling at the last rate'],
    ['at-once', 'training broke before a curve could be seen'],
    ['few', 'the program reported 12 losses, and a curve needs 40'],
    ['silent', 'the program reported loss, but no rate that rises'],
    ['constant', 'but no rate that rises'],
    ['deaf', 'the program reported accuracy, but no rate that rises'],
    ['crash', 'exit code 1'],
  ])('%s: %s', async (fault, words) => {
    guided({ fault });
    const { out } = ended(await noregret('lr-range'), 1);
    expect(out).toContain('guided: no rate found');
    expect(out).toContain(words);
    if (fault === 'crash') expect(out).toContain('shapes do not match: [8, 3] and [4, 3]');
    // Where no loss was seen none can have run away.
    if (fault === 'silent') expect(out).toMatch(/^ {2}tested .*, 0 seen in [^;]*$/m);
  });

  test.each(['nan-late', 'crash-late'])('%s: what broke far up the axis has shown what was asked', async (fault) => {
    guided({ fault });
    expect(ended(await noregret('lr-range'), 0).out).toContain('● guided: lr 0.');
  });

  test('interrupted: exit 130, said so, no page, nothing applied', async () => {
    guided({ fault: 'slow' });
    const before = studyFile();
    const { out } = ended(await interrupted(['lr-range', '--apply'], logOf('lr-range')), 130);
    expect(out).toContain('cancelled before the test was over');
    expect(studyFile()).toBe(before);
    expect(existsSync(join(folder.path, '.noregret', 'guided', 'lr-range.html'))).toBe(false);
  });

  test('which parameter is the rate: two that could be are asked about, none is said, one that is none is refused', async () => {
    guided({ parameters: '  lr: { min: 0.01, max: 1.0 }\n  base_lr: { min: 0.01, max: 1.0 }\n' });
    expect(ended(await noregret('lr-range'), 2).err).toContain('Which parameter is meant: base_lr or lr?');
    expect(ended(await noregret('lr-range', '--parameter', 'x'), 2).err).toContain('It has base_lr, lr.');
    expect(ended(await noregret('lr-range', '--parameter', 'base_lr', '--steps', '200'), 0).out).toContain('● guided: base_lr');
    guided({ parameters: '  width: { min: 1, max: 4 }\n' });
    expect(ended(await noregret('lr-range', '--steps', '200'), 0).err).toContain('Name it: --parameter NAME');
  });

  test.each([
    [['--start', '0'], '--start 0 is no learning rate'], [['--start', 'x'], '--start x is no learning rate'], [['--start', '1', '--end', '0.1'], '--start 1 is not below --end 0.1'],
    [['--steps', '5'], '--steps 5 is no whole number from 50 on'], [['--timeout', 'soon'], '--timeout soon is no length of time'],
  ])('%p', async (flags, words) => {
    guided();
    expect(ended(await noregret('lr-range', ...flags), 2).err).toContain(words);
  });
});

describe('batch-size', () => {
  test('the largest to the last example, room left, what an example costs, and from where on it no longer pays', async () => {
    guided({ env: 'env: { set: { FAKE_MEMORY: "777" } }\n' });
    const { out, err } = ended(await noregret('batch-size', '--exact'), 0);
    expect(out).toContain('● guided: batch_size 640; 777 fits, the next size tried does not');
    expect(err).toContain('guided: 778 does not fit');
    expect(out).toContain('out of memory: CUDA out of memory');
    const { runs, largest, suggested } = JSON.parse(page('batch-size.json')) as BatchSizeResult;
    expect([largest, suggested]).toEqual([777, 640]);
    const at = (size: number): number => runs.find((run) => run.size === size)?.secondsPerExample ?? NaN;
    for (const size of [32, 64, 512]) expect(at(size)).toBeCloseTo(0.01 / size + 1e-5, 9);
    expect(out).not.toContain('it costs memory and buys next to nothing');
    expect(page('batch-size.html')).toMatch(/<svg[^]*suggested 640/);
    expect(hasLog()).toBe(false);
  });

  test('where time per example hardly falls any more is said', async () => {
    guided({ env: 'env: { set: { FAKE_MEMORY: "100000" } }\n' });
    const { out } = ended(await noregret('batch-size', '--limit', '32768'), 0);
    // 0.01 / b + 1e-5 is within a twentieth of its value at 32768 from 16384 on.
    expect(out).toContain('From 16384 on a larger batch saves no more than a twentieth of the time per example');
  });

  test('a program killed for its memory counts as out of memory too', async () => {
    guided({ fault: 'killed', env: 'env: { set: { FAKE_MEMORY: "100" } }\n' });
    const { out } = ended(await noregret('batch-size'), 0);
    expect(out).toContain('killed by SIGKILL');
    expect(out).toMatch(/100 fits|96 fits|98 fits/);
  });

  test('a real limit on memory, and Python, which says so in its own words', async () => {
    if (spawnSync('python3', ['--version']).status !== 0) { process.stderr.write('skipped: no python3 here\n'); return; }
    guided({ parameters: '  batch_size: { value: 32 }\n' });
    writeFileSync(join(folder.path, 'noregret.yml'), studyFile().replace(/^command: .*$/m, `command: [sh, -c, "ulimit -v 600000; exec python3 mem.py"]`));
    writeFileSync(join(folder.path, 'mem.py'), `import json, os
size = json.load(open(os.environ["NOREGRET_PARAMS"]))["batch_size"]
for step in range(1, int(os.environ["NOREGRET_STEPS"]) + 1):
    batch = bytearray(size * 1000000)
    print("noregret", json.dumps({"step": step, "loss": 1.0}), flush=True)
`);
    const { out, err } = ended(await noregret('batch-size', '--exact', '--start', '16'), 0);
    const { largest = NaN } = JSON.parse(page('batch-size.json')) as BatchSizeResult;
    // Two batches are there at a time, the next one while the last one still is: half of 614 MB, less what Python itself takes.
    expect(largest).toBeGreaterThan(250);
    expect(largest).toBeLessThan(307);
    expect(out).toContain('out of memory: MemoryError');
    expect(err).toContain('nothing is narrowed: batch_size has one value, 32: set it by hand');
  });

  test('any other failure ends the search with its last lines', async () => {
    guided({ fault: 'shape', env: 'env: { set: { FAKE_MEMORY: "100" } }\n' });
    const { out } = ended(await noregret('batch-size'), 1);
    expect(out).toContain('guided: stopped at batch_size 128: exit code 1, and nothing in its last lines says that memory ran out');
    expect(out).toContain('ValueError: cannot reshape array');
  });

  test('the data is the limit where the program says how much there is', async () => {
    guided({ fault: 'data' });
    expect(ended(await noregret('batch-size', '--exact'), 0).out).toContain('● guided: batch_size 300; 300 fits, which is all of the data');
    guided();
    expect(ended(await noregret('batch-size', '--limit', '100'), 0).out).toContain('● guided: batch_size 100; 100 fits, the limit of this test (--limit)');
  });

  test('unstable training falls back to a smaller batch; at every size it is not the batch', async () => {
    guided({ fault: 'unstable' });
    expect(ended(await noregret('batch-size'), 0).out).toMatch(/● guided: batch_size 128;[^]*From 256 on the loss was no number or ran away/);
    guided({ fault: 'always-unstable' });
    expect(ended(await noregret('batch-size'), 1).out).toMatch(/but training was unstable at every size[^]*look at the learning rate first/);
  });

  test('not even one example', async () => {
    guided({ env: 'env: { set: { FAKE_MEMORY: "0" } }\n' });
    expect(ended(await noregret('batch-size'), 1).out).toContain('guided: not even batch_size 1 fits');
  });

  test('a program that says nothing in time is no lack of memory', async () => {
    guided({ fault: 'hangs' });
    expect(ended(await noregret('batch-size', '--timeout', '1s'), 1).out).toContain('without a single report');
  });

  test('one that knows nothing of the guide is ended after its steps: the size fits, times are not made up', async () => {
    guided({ fault: 'deaf' });
    const result = json<BatchSizeResult>(ended(await noregret('batch-size', '--json', '--limit', '64', '--steps', '1', '--warmup', '1'), 0));
    expect(result.runs).toEqual([{ size: 32, fits: true, stable: true, untimed: 'uncounted' }, { size: 64, fits: true, stable: true, untimed: 'uncounted' }]);
    expect(ended(await noregret('batch-size', '--limit', '32', '--steps', '1', '--warmup', '1'), 0).out).toContain('none: the program neither took NOREGRET_STEPS steps and ended nor reports "examples"');
  });

  test('steps that are over before their reports can be told apart give no time', async () => {
    guided({ fault: 'fast' });
    const { out } = ended(await noregret('batch-size', '--limit', '64', '--steps', '2', '--warmup', '1'), 0);
    expect(out).toContain('none: the steps went by too fast to be timed by when their reports came');
    expect(out).not.toContain('examples per second');
  });

  test('--apply takes out what does not fit', async () => {
    guided();
    ended(await noregret('batch-size', '--apply'), 0);
    expect(studyFile()).toContain('  batch_size: { values: [32, 64], default: 32 }\n');
  });

  test('interrupted: exit 130, nothing written', async () => {
    guided({ fault: 'hangs' });
    ended(await interrupted(['batch-size'], () => existsSync(join(folder.path, '.noregret', 'guided', 'guide', 'trials', 'batch-32', 'params.json'))), 130);
    expect(existsSync(join(folder.path, '.noregret', 'guided', 'batch-size.json'))).toBe(false);
  });

  test('interrupted after the first size: what comes next is not known, so nothing is suggested and --apply takes nothing out', async () => {
    guided({ fault: 'pauses' });
    const before = studyFile();
    const { out, err } = ended(await interrupted(['batch-size', '--apply'], () => existsSync(join(folder.path, '.noregret', 'guided', 'guide', 'trials', 'batch-64', 'params.json'))), 130);
    expect(err).toContain('guided: 32 fits');
    expect(out).toMatch(/cancelled after 1 size[^]*Nothing was written\. The same command begins anew\./);
    expect(out).not.toContain('suggested');
    expect(studyFile()).toBe(before);
  });

  test('a study without a batch size says how to get one', async () => {
    guided({ parameters: '  lr: { min: 0.01, max: 1.0 }\n' });
    expect(ended(await noregret('batch-size'), 2).err).toContain('None of the parameters of guided looks like a batch size.');
  });
});

describe('smoke', () => {
  const screen = 'early_terminate: { type: screen }\n';

  test('a program that makes itself short: ready, the same seed repeats, and how long it will all take', async () => {
    guided();
    const { out } = ended(await noregret('smoke'), 0);
    expect(out).toMatch(/● guided: ready to be searched; 4 trials would take about \d/);
    expect(out).toContain('the same seed gave the same accuracy twice');
    expect(hasLog()).toBe(false);
    expect(page('smoke.html')).toContain('ready to be searched');
  });

  test('a program that splits its data by fold is given the first', async () => {
    guided({ fault: 'folds', extra: 'folds: 3\n' });
    expect(ended(await noregret('smoke'), 0).out).toContain('ready to be searched');
  });

  test('one that does not is ended at its first value, and its whole length is not made up', async () => {
    guided({ fault: 'ignores' });
    const { out } = ended(await noregret('smoke'), 0);
    expect(out).toContain('4 trials would take at least');
    expect(existsSync(join(folder.path, 'ran-to-its-end.txt'))).toBe(false);
  });

  test.each([
    ['broken', 'guided: not ready to be searched: exit code 1', 'No module named torchvision'],
    ['nan-metric', '"accuracy" is not finite at its first report', ''],
  ])('%s', async (fault, words, tail) => {
    guided({ fault });
    const { out } = ended(await noregret('smoke'), 1);
    expect(out).toContain(words);
    expect(out).toContain(tail);
  });

  test('a metric of another name is missed by name', async () => {
    guided();
    writeFileSync(join(folder.path, 'noregret.yml'), studyFile().replace('name: accuracy', 'name: top1'));
    expect(ended(await noregret('smoke'), 1).out).toMatch(/never reported "top1"; metrics seen: accuracy/);
  });

  test('chance that does not follow the seed is a warning', async () => {
    guided({ fault: 'chance' });
    expect(ended(await noregret('smoke'), 0).out).toMatch(/! {2}same seed[^]*Does all chance follow NOREGRET_SEED\?/);
  });

  test('checkpoints are asked about where trials are taken up again, and only there', async () => {
    guided({ extra: screen });
    expect(ended(await noregret('smoke'), 0).out).toContain('a second run went on at step 2 after step 1, from checkpoint.json');
    guided();
    expect(json<SmokeResult>(ended(await noregret('smoke', '--json'), 0)).checks.map(({ name }) => name)).toEqual(['metric', 'same seed']);
  });

  test.each([
    ['no-checkpoint', 'nothing was written into $NOREGRET_TRIAL_DIR up to step 1'],
    ['forgets', 'began at step 1 again, after step 1: the checkpoint (checkpoint.json) is not read'],
  ])('%s: %s', async (fault, words) => {
    guided({ fault, extra: screen });
    expect(ended(await noregret('smoke'), 1).out).toContain(words);
  });
});

describe('smoke: true', () => {
  test('runs once before the first search, counts as no trial, and not again once something was measured', async () => {
    guided({ extra: 'smoke: true\n', fault: 'counts' });
    const runs = (): string[] => readFileSync(join(folder.path, 'runs.txt'), 'utf8').trimEnd().split('\n');
    const { err } = ended(await noregret('tune'), 0);
    expect(err).toContain('guided: smoke: accuracy arrived');
    expect(err).toContain('guided: search: 4 trials, all trials used');
    expect(runs()).toEqual(['1', 'trial', 'trial', 'trial', 'trial']);
    ended(await noregret('tune', '--trials', '5'), 0);
    expect(runs().filter((run) => run === '1')).toHaveLength(1);
  });

  test('what is broken is said at once, instead of by failed trials', async () => {
    guided({ extra: 'smoke: true\n', fault: 'broken' });
    const { out } = ended(await noregret('tune'), 3);
    expect(out).toMatch(/Incomplete: the smoke test failed, so no trial was started: exit code 1/);
    expect(readFileSync(join(folder.path, '.noregret', 'guided', 'study.jsonl'), 'utf8')).not.toContain('"type":"started"');
  });

  test('without it nothing runs beforehand', async () => {
    guided({ fault: 'counts' });
    ended(await noregret('tune'), 0);
    expect(readFileSync(join(folder.path, 'runs.txt'), 'utf8')).not.toContain('1');
  });
});

test('several study files: one has to be named', async () => {
  guided();
  writeFileSync(join(folder.path, 'other.yml'), studyFile());
  for (const command of ['lr-range', 'batch-size', 'smoke']) expect(ended(await noregret(command, '--config', '*.yml'), 2).err).toContain('Several study files match.');
});
