import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { dirname, join, resolve } from 'node:path';
import { csvRows } from '../../src/imports/csvRows.js';
import { jsonLines, jsonPieces } from '../../src/imports/jsonPieces.js';
import { ended, json, type as typed } from '../cli/desk.js';
import { temporaryFolder } from '../stores/gitFixture.js';

/** What stands in another tool's files without meaning well, and files that are not finished or far too large. */
let folder: ReturnType<typeof temporaryFolder>;
const put = (path: string, text: string | Buffer): string => { mkdirSync(dirname(join(folder.path, path)), { recursive: true }); writeFileSync(join(folder.path, path), text); return path; };
const fixture = (path: string): string => resolve('fixtures/tuners', path);
const read = async (...argv: string[]): Promise<Record<string, unknown>> => json(ended(await typed(folder.path, ['import', ...argv, '--json']), 0));
beforeEach(() => { folder = temporaryFolder('hostile-import'); });
afterEach(() => { folder.remove(); });

describe('names in results', () => {
  const name = '../../e\u001B[31mvil\n::error::x ##[group]<script>alert(1)</script> [click](http://x.example) | `a` \u202E';
  const word = '\u001B]0;title\u0007<img src=x onerror=alert(2)>\n::warning::y';
  const trials = [1, 2, 3, 4, 5].map((i) => ({ tid: i, state: 2, result: { status: 'ok', loss: i / 10 }, misc: { vals: {} }, params: { [name]: i / 3, act: word } }));
  const inColumns = `"${name.replaceAll('"', '""')}",loss\n1,2\n2,3\n`;

  test('import says them on one line each, without escapes, commands of a runner or direction marks', async () => {
    put('h.json', JSON.stringify({ noregret_export: 'hyperopt', space: null, trials }));
    const { out, err } = ended(await typed(folder.path, ['import', 'h.json']), 0);
    expect(out.trimEnd().split('\n').map((line) => line.slice(0, 12))).toEqual(['h: 5 trials ', '  objective ', '  best      ', '  space     ', '  written to']);
    expect(out).toContain('evil\\n');
    for (const text of [out, err]) {
      expect(text).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u202E]/);
      expect(text).not.toMatch(/::(error|warning)|##\[/);
    }
    expect(readdirSync(folder.path).sort()).toEqual(['h.json', 'h.jsonl']);
    const started = readFileSync(join(folder.path, 'h.jsonl'), 'utf8').split('\n').find((line) => line.includes('"started"'));
    expect(JSON.parse(started ?? '{}')).toMatchObject({ params: { [name]: 1 / 3, act: word } });
  });

  test('an error that quotes them does no harm either', async () => {
    put('t.csv', inColumns);
    for (const argv of [['t.csv'], ['t.csv', '--metric', 'zz', '--params', 'y']]) {
      const { err } = ended(await typed(folder.path, ['import', ...argv]), 2);
      expect(err).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u202E]/);
      expect(err).not.toMatch(/::(error|warning)|##\[/);
    }
  });

  test('compare writes reports in which they are text', async () => {
    put('h.json', JSON.stringify({ noregret_export: 'hyperopt', space: null, trials }));
    const { out } = ended(await typed(folder.path, ['compare', 'h.json', 'h.json', '--out', 'report']), 0);
    expect(out).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u202E]|::(error|warning)|##\[/);
    const [html, markdown] = ['report.html', 'report.md'].map((file) => readFileSync(join(folder.path, 'report', file), 'utf8'));
    expect(html).toContain('alert(1)');
    expect(html).not.toMatch(/<script>alert|<img src=x/);
    expect(markdown).toContain('alert(1)');
    const rendered = micromark(markdown ?? '', { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] });
    expect(rendered).toContain('&lt;script&gt;alert(1)');
    expect(rendered).not.toMatch(/<script|<img|href="http:\/\/x\.example|::error/);
  });
});

describe('scores that are no numbers', () => {
  test('some: they count as failed, and how many is said', async () => {
    put('t.csv', 'lr,loss\n0.1,nan\n0.2,0.5\n0.3,-inf\n');
    expect(await read('t.csv', '--metric', 'loss', '--params', 'lr')).toMatchObject({
      states: { complete: 1, failed: 2 }, best: { value: 0.5 }, notes: expect.arrayContaining(['2 of 3 trials ended with loss NaN or infinite: they count as failed']),
    });
  });

  test('all: there is no best, and a comparison says so', async () => {
    put('t.csv', 'lr,loss\n0.1,nan\n0.2,inf\n');
    put('u.csv', 'lr,loss\n0.1,0.5\n0.2,0.6\n');
    const { out, err } = ended(await typed(folder.path, ['import', 't.csv', '--metric', 'loss', '--params', 'lr']), 0);
    expect(out).toContain('best       none: no trial ended with a value');
    expect(err).toContain('note: 2 of 2 trials ended with loss NaN or infinite');
    await read('u.csv', '--metric', 'loss', '--params', 'lr');
    expect(ended(await typed(folder.path, ['compare', 'u.jsonl', 't.jsonl']), 3).out).toContain('Incomplete: no search trial of t.jsonl ended with a value');
  });

  test.each([['keras-tuner/random', '1 of 10'], ['ray-tune/nan_fifo', '2 of 2']])('of %s', async (path, count) => {
    expect(await read(fixture(path), '--out', 'x.jsonl')).toMatchObject({ notes: expect.arrayContaining([expect.stringMatching(`^${count} trials ended with \\w+ NaN or infinite`)]) });
  });
});

describe('a tuner that is still running', () => {
  test('Optuna\'s journal in the middle of a line: read up to there, and whole a moment later', async () => {
    const op = (op_code: number, fields: object): string => `${JSON.stringify({ op_code, worker_id: 'w', ...fields })}\n`;
    const trial = (id: number): string => op(4, { study_id: 0, datetime_start: '2026-01-01T00:00:00.000000' }) + op(5, { trial_id: id, param_name: 'x', param_value_internal: id, distribution: '{"name":"FloatDistribution","attributes":{"step":null,"low":0,"high":9,"log":false}}' });
    const end = (id: number): string => op(6, { trial_id: id, state: 1, values: [id], datetime_complete: '2026-01-01T00:00:05.000000' });
    const whole = op(0, { study_name: 's', directions: [1] }) + trial(0) + end(0) + trial(1);
    put('journal', whole + end(1).slice(0, 40));
    expect(await read('journal', '--out', 'a.jsonl')).toMatchObject({ states: { complete: 1, running: 1 }, notes: ['journal ends in the middle of a line: its last 40 bytes were left out, as Optuna does'] });
    put('journal', whole + end(1));
    expect(await read('journal', '--out', 'b.jsonl')).toMatchObject({ states: { complete: 2, running: 0 }, notes: [] });
  });

  test('Ray: a state and a row that are half-written, a trial that waits', async () => {
    const data = (folderName: string, status: string): unknown => [JSON.stringify({ relative_logdir: folderName, status, evaluated_params: { lr: 2 } }), '{}'];
    const state = JSON.stringify({ trial_data: [data('t0', 'RUNNING'), data('t1', 'PENDING')], runner_data: { _metric: 'loss' } });
    put('ray/t0/params.json', '{"lr": 1}');
    put('ray/t0/result.json', '{"loss": 1, "training_iteration": 1}\n{"loss": 0.5, "train');
    put('ray/experiment_state-1.json', state);
    expect(await read('ray', '--out', 'a.jsonl')).toMatchObject({ trials: 1, states: { running: 1, waiting: 1 }, notes: expect.arrayContaining([expect.stringMatching(/^the last line of ray\/t0\/result\.json is half-written: left out/)]) });
    put('ray/experiment_state-1.json', state.slice(0, 60));
    expect(await read('ray', '--metric', 'loss', '--out', 'b.jsonl')).toMatchObject({ trials: 1, notes: expect.arrayContaining([expect.stringMatching(/experiment_state-1\.json is half-written: read as far as it goes/)]) });
  });

  test('Keras Tuner before its first trial has a value', async () => {
    cpSync(fixture('keras-tuner/aborted_random/oracle.json'), join(folder.path, put('kt/tuner0.json', '{}'), '../oracle.json'));
    put('kt/trial_00/trial.json', '{"trial_id": "00", "hyperparameters": {"values": {"lr": 1}}, "metrics": {"metrics": {}}, "status": "RUNNING"}');
    expect(ended(await typed(folder.path, ['import', 'kt']), 2).err).toMatch(/kt holds no value of any metric[\s\S]*Has a trial ended\?/);
    expect(existsSync(join(folder.path, 'kt.jsonl'))).toBe(false);
  });
});

describe('a file of 5 GB', () => {
  const beginnings: Readonly<Record<string, readonly [file: string, head: string | Buffer, ...others: readonly (readonly [string, string])[]]>> = {
    'a journal': ['j.log', '{"op_code": 0, "worker_id": "w", "study_name": "s", "directions": [1]}\n'],
    'a table': ['t.csv', `round_epochs,loss,val_loss,lr\n${'1,2,3,4\n'.repeat(4000)}`],
    'a database': ['s.db', 'SQLite format 3\0'],
    'a list of runs': ['w.json', '[{"config": {"lr": 1}, "summary": {"loss": 1}}'],
    'rows in a folder': ['bohb/results.json', '', ['bohb/configs.json', '[[0, 0, 0], {"lr": 1}, {}]\n']],
    'an offline run': ['wandb/offline-run-1/run-1.wandb', ':W&B'],
    'event files': ['tb/events.out.tfevents.1', ''],
  };

  test.each(Object.keys(beginnings))('%s is refused by its size before it is read', async (what) => {
    const [file, head, ...others] = beginnings[what] ?? ['', ''];
    put(file, what === 'event files' ? readFileSync(join(fixture('tensorboard/tf2'), readdirSync(fixture('tensorboard/tf2')).find((name) => name.includes('tfevents')) ?? '')) : what === 'a database' ? readFileSync(fixture('optuna/study.db')) : head);
    for (const [path, text] of others) put(path, text);
    truncateSync(join(folder.path, file), 5e9);
    const before = process.memoryUsage().rss;
    const { err } = ended(await typed(folder.path, ['import', file.split('/')[0] ?? '']), 2);
    expect(err).toMatch(/has 5\.0 GB; at most (2\.1|0\.07) GB are read/);
    expect(err).toContain('keep the newest trials in a file of their own');
    expect(process.memoryUsage().rss - before).toBeLessThan(500e6);
  });

  test('within the limit a file is read piece by piece: no piece is asked for before those in front of it are used up', () => {
    const counted = (text: string): { readonly chunks: Iterable<Buffer>; readonly asked: () => number } => {
      let asked = 0;
      // Without an end: who wanted it whole would never come back.
      return { asked: () => asked, chunks: { *[Symbol.iterator]() { for (;;) { asked += 1; yield Buffer.from(text); } } } };
    };
    for (const [text, walk] of [
      ['1,2\n3,4\n', (chunks) => csvRows(chunks, 'x')], ['{"a": 1}\n{"a": 2}\n', (chunks) => jsonLines(chunks, 'x')],
    ] as readonly (readonly [string, (chunks: Iterable<Buffer>) => Iterator<unknown>])[]) {
      const { chunks, asked } = counted(text);
      const items = walk(chunks);
      for (let n = 0; n < 1000; n += 1) { items.next(); expect(asked()).toBe(Math.floor(n / 2) + 1); }
    }
    let asked = 0;
    const list = jsonPieces({ *[Symbol.iterator]() { asked += 1; yield Buffer.from('[1, 2,'); for (;;) { asked += 1; yield Buffer.from('3, 4,'); } } }, 'x');
    for (let n = 0; n < 1000; n += 1) { list.next(); expect(asked).toBe(Math.floor(n / 2) + 1); }
  });
});
