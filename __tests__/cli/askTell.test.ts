import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdirSync, readFileSync, truncateSync, statSync, writeFileSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { distDir } from '../e2e/harness/runner.js';
import { temporaryFolder } from '../stores/gitFixture.js';
import { ended, type, type Typed } from './desk.js';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder('asktell');
  writeFileSync(join(folder.path, 'sweep.yaml'), 'method: random\nparameters:\n  lr: { min: 0.0, max: 1.0 }\n  opt: { values: [sgd, adam] }\nrun_cap: 50\n');
});
afterEach(() => { folder.remove(); });

const lines = (...requests: readonly (object | string)[]): string => requests.map((one) => `${typeof one === 'string' ? one : JSON.stringify(one)}\n`).join('');
const replies = ({ out }: Typed): { readonly ok: boolean; readonly trials?: readonly { readonly trial: number; readonly params: object }[]; readonly error?: { readonly code: string } }[] => out.trimEnd().split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as { ok: boolean });
const say = async (stdin: string, ...flags: readonly string[]): Promise<Typed> => await type(folder.path, ['ask-tell', '--config', 'sweep.yaml', ...flags], { stdin });

describe('one line in, one line out', () => {
  test('a W&B file without program and metric will do; stderr says what is taken', async () => {
    const typed = ended(await say(lines({ op: 'ask', n: 2 }, '', { op: 'tell', trial: 1, value: 0.5 }, { op: 'best' }), '--seed', '3'), 0);
    expect(replies(typed)).toMatchObject([{ ok: true, trials: [{ trial: 0 }, { trial: 1 }] }, { ok: false, error: { code: 'empty-line' } }, { ok: true }, { ok: true, trial: 1, value: 0.5 }]);
    expect(typed.err).toContain('lower values are taken for better');
    expect(replies(await say(lines({ op: 'ask', n: 2 }), '--seed', '3'))).toEqual(replies(typed).slice(0, 1));
    expect(replies(await say(lines({ op: 'ask', n: 2 }), '--seed', '4'))).not.toEqual(replies(typed).slice(0, 1));
  });

  test('the last line needs no end, CRLF does no harm, a byte that is no text and a line of 2 MB get one reply each', async () => {
    const typed = ended(await say(`{"op":"ask"}\r\n"${'x'.repeat(2 << 20)}"\n{"op":"best"}`), 0);
    expect(replies(typed)).toMatchObject([{ ok: true }, { error: { code: 'line-too-long' } }, { ok: true, trial: null }]);
    const { child, ask } = started(join(folder.path, 'study.jsonl'));
    const reply = ask({ op: 'best' });
    expect(await reply).toMatchObject({ ok: true });
    const bytes = new Promise((resolve) => child.stdout.once('data', (chunk: Buffer) => { resolve(JSON.parse(chunk.toString())); }));
    child.stdin.end(Buffer.from([0x22, 0xff, 0xfe, 0x22, 0x0a]));
    expect(await bytes).toMatchObject({ ok: false, error: { code: 'bad-json' } });
  });

  test('goal, limit and method by flags; what does not exist is a usage error and nothing is on stdout', async () => {
    const typed = ended(await say(lines({ op: 'ask', n: 3 }, { op: 'tell', trial: 0, value: 1 }, { op: 'tell', trial: 1, value: 2 }, { op: 'best' }, { op: 'ask' }), '--metric', 'acc', '--goal', 'maximize', '--trials', '2'), 0);
    expect(replies(typed)).toMatchObject([{ trials: [{}, {}] }, {}, {}, { trial: 1, value: 2 }, { trials: [], done: true, reason: 'trials' }]);
    const unknown = ended(await say('', '--method', 'magic'), 2);
    expect([unknown.out, unknown.err]).toEqual(['', expect.stringContaining('"magic"')]);
    ended(await type(folder.path, ['ask-tell', '--config', 'nothing.yml']), 2);
  });

  test('a shape comes as its list, early stopping says when a run is over, over a restart as well', async () => {
    const study = join(folder.path, 'study.jsonl');
    const file = (patience: number): void => { writeFileSync(join(folder.path, 'shapes.yml'), `metric: { name: loss, goal: minimize }\nearly_stopping: ${patience}\nparameters:\n  hidden: { shape: funnel, layers: 3, width: 64, last: 1 }\n  lr: { min: 0.0, max: 1.0 }\n`); };
    const ask = async (...requests: readonly object[]): Promise<Typed> => await type(folder.path, ['ask-tell', '--config', 'shapes.yml', '--study', study], { stdin: lines(...requests) });
    file(2);
    const [asked] = replies(ended(await ask({ op: 'ask' }, { op: 'report', trial: 0, step: 1, value: 0.5 }, { op: 'report', trial: 0, step: 2, value: 0.75 }), 0));
    expect(asked).toMatchObject({ trials: [{ trial: 0, params: { 'hidden.layers': 3 }, arguments: { hidden: [43, 22, 1], lr: expect.any(Number) } }] });
    const typed = ended(await ask({ op: 'report', trial: 0, step: 3, value: 0.625 }, { op: 'tell', trial: 0, state: 'pruned' }, { op: 'best' }), 0);
    expect(replies(typed)).toMatchObject([{ prune: true, over: { value: 0.5, step: 1 } }, { ok: true }, { trial: 0, value: 0.5, step: 1 }]);
    // What a value means has changed.
    file(3);
    expect(ended(await ask({ op: 'best' }), 2).err).toMatch(/its config\.earlyStopping\.patience is 2, here it is 3/);
  });

  test('a study of another tuner\'s results is refused, and the way that is named works', async () => {
    writeFileSync(join(folder.path, 'results.csv'), 'lr,loss\n0.1,0.5\n0.2,0.25\n0.4,1\n');
    writeFileSync(join(folder.path, 'read.yml'), 'results: { path: results.csv, params: [lr] }\nmetric: { name: loss, goal: minimize }\n');
    const refused = ended(await type(folder.path, ['ask-tell', '--config', 'read.yml'], { stdin: lines({ op: 'ask' }) }), 2);
    expect([refused.out, refused.err]).toEqual(['', expect.stringMatching(/read\.yml reads its results from results\.csv[^]*npx noregret import results\.csv --out all\.jsonl/)]);
    ended(await type(folder.path, ['import', 'results.csv', '--out', 'all.jsonl', '--metric', 'loss', '--goal', 'minimize', '--params', 'lr']), 0);
    expect(replies(ended(await type(folder.path, ['ask-tell', '--study', 'all.jsonl'], { stdin: lines({ op: 'best' }, { op: 'ask' }) }), 0))).toMatchObject([{ value: 0.25, params: { lr: 0.2 } }, { trials: [{ trial: 3 }] }]);
  });

  test('--help shows an exchange', async () => {
    expect((await type(folder.path, ['ask-tell', '--help'])).out).toContain('{"op":"tell","trial":0,"value":0.91}');
  });

  test('a signal ends it well', async () => {
    const interrupt = new AbortController();
    const typed = type(folder.path, ['ask-tell', '--config', 'sweep.yaml'], { stdin: '', signal: interrupt.signal });
    interrupt.abort();
    expect((await typed).code).toBe(0);
  });
});

describe('kept in a file', () => {
  test('goes on where it was, at whatever byte the file was cut', async () => {
    const study = join(folder.path, 'deep', 'study.jsonl');
    const first = ended(await say(lines({ op: 'ask', n: 2 }, { op: 'report', trial: 1, step: 1, value: 0.5 }, { op: 'tell', trial: 0, value: 0.25 }, { op: 'add', params: { lr: 0.5, opt: 'sgd' } }, { op: 'ask' }), '--study', study), 0);
    expect(replies(first).map(({ ok }) => ok)).toEqual([true, true, true, true, true]);
    const whole = statSync(study).size;
    for (const lost of [0, 1, 40, 260, 600]) {
      const copy = join(folder.path, `cut${lost}.jsonl`);
      copyFileSync(study, copy);
      truncateSync(copy, whole - lost);
      const typed = ended(await say(lines({ op: 'running' }), '--study', copy), 0);
      const events = readFileSync(copy, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as { type: string; trial: number });
      const of = (kind: string): number[] => events.filter((event) => event.type === kind).map(({ trial }) => trial);
      expect(replies(typed)[0]?.trials?.map(({ trial }) => trial)).toEqual(of('started').filter((trial) => !of('finished').includes(trial)));
    }
  });

  test('another space, another goal or a file of something else is refused by name', async () => {
    const study = join(folder.path, 'study.jsonl');
    ended(await say(lines({ op: 'ask' }), '--study', study, '--metric', 'acc'), 0);
    const typed = ended(await say(lines({ op: 'ask' }), '--study', study, '--metric', 'acc', '--goal', 'maximize'), 2);
    expect(typed.err).toMatch(/config\.metric\.goal is "minimize", here it is "maximize"/);
    expect(typed.out).toBe('');
    ended(await say('', '--study', join(folder.path, 'sweep.yaml')), 2);
    mkdirSync(join(folder.path, 'dir'));
    ended(await say('', '--study', join(folder.path, 'dir')), 3);
  });
});

describe('an Optuna journal, several at once', () => {
  const flags = ['--study', 'study.log', '--journal-format', 'optuna', '--trials', '24'];

  test('no number is given twice, the limit holds for all together, and any of them may tell', async () => {
    const sessions = await Promise.all([1, 2, 3].map(async () => ended(await say(lines(...Array.from({ length: 10 }, () => ({ op: 'ask' }))), ...flags), 0)));
    const asked = sessions.flatMap((one) => replies(one).flatMap(({ trials }) => trials ?? []));
    expect(asked.map(({ trial }) => trial).sort((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, i) => i));
    expect(new Set(asked.map(({ params }) => JSON.stringify(params))).size).toBe(24);
    const told = await Promise.all([0, 1].map(async () => ended(await say(lines(...asked.map(({ trial }) => ({ op: 'tell', trial, value: trial }))), ...flags), 0)));
    const codes = told.map((one) => replies(one).map(({ error }) => error?.code));
    for (let trial = 0; trial < 24; trial++) expect(codes.map((one) => one[trial]).sort()).toEqual(['already-told', undefined]);
    expect(replies(await say(lines({ op: 'best' }, { op: 'running' }, { op: 'ask' }), '--study', 'study.log', '--trials', '24'))).toMatchObject([{ trial: 0, value: 0 }, { trials: [] }, { done: true, reason: 'trials' }]);
  });

  test('what another one enqueues, runs and tells is known at the next request', async () => {
    const { child, ask } = started('study.log', '--journal-format', 'optuna');
    try {
      await ask({ op: 'ask' });
      ended(await say(lines({ op: 'add', params: { lr: 0.125, opt: 'sgd' } }, { op: 'add', params: { lr: 0.5, opt: 'adam' }, value: -1 }, { op: 'tell', trial: 0, value: 3 }), ...flags), 0);
      expect(await ask({ op: 'best' })).toMatchObject({ trial: 1, value: -1, params: { lr: 0.5 } });
      expect(await ask({ op: 'tell', trial: 0, value: 1 })).toMatchObject({ ok: false, error: { code: 'already-told' } });
      expect(await ask({ op: 'ask' })).toMatchObject({ trials: [{ trial: 2, params: { lr: 0.125, opt: 'sgd' } }] });
    } finally {
      child.stdin.end();
    }
  });

  test('a study that Optuna made is taken over with --config, and the same call goes on with it', async () => {
    const op = (op_code: number, fields: object): string => `${JSON.stringify({ op_code, worker_id: 'w', ...fields })}\n`;
    writeFileSync(join(folder.path, 'study.log'), op(0, { study_name: 'theirs', directions: [1] }) + op(4, { study_id: 0, datetime_start: null, datetime_complete: '2026-01-01T00:00:01', state: 1, value: 0.25, params: { lr: 0.5 }, distributions: { lr: JSON.stringify({ name: 'FloatDistribution', attributes: { step: null, low: 0, high: 1, log: false } }) } }));
    expect(replies(ended(await say(lines({ op: 'ask' }, { op: 'tell', trial: 1, value: 1 }), ...flags), 0))).toMatchObject([{ trials: [{ trial: 1 }] }, { ok: true }]);
    expect(replies(ended(await say(lines({ op: 'ask' }, { op: 'tell', trial: 0, value: 1 }), ...flags), 0))).toMatchObject([{ trials: [{ trial: 2 }] }, { error: { code: 'already-told' } }]);
    expect(ended(await say('', ...flags, '--goal', 'maximize', '--metric', 'x'), 2).err).toContain('x');
  });

  test('flags about a file need one, and a log of ours has no study name', async () => {
    expect(ended(await say('', '--journal-format', 'optuna'), 2).err).toContain('Add --study FILE');
    expect(ended(await say('', '--study', 'own.jsonl', '--study-name', 'x'), 2).err).toContain('--journal-format optuna');
  });
});

/** The command as people start it, one request at a time. */
function started(study: string, ...flags: readonly string[]): { readonly child: ChildProcessWithoutNullStreams; readonly ask: (request: object) => Promise<{ readonly trials: readonly { readonly trial: number }[] }> } {
  const child = spawn(process.execPath, [join(distDir, 'cli.js'), 'ask-tell', '--config', 'sweep.yaml', '--study', study, '--quiet', ...flags], { cwd: folder.path });
  const waiting: ((line: string) => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(line));
  return { child, ask: async (request) => await new Promise((resolve) => { waiting.push((line) => { resolve(JSON.parse(line) as never); }); child.stdin.write(lines(request)); }) };
}

describe('as a process', () => {
  test('killed between any two replies, nothing that was answered is lost', async () => {
    const study = join(folder.path, 'study.jsonl');
    const told: number[] = [];
    for (let round = 0; round < 4; round++) {
      const { child, ask } = started(study);
      const running = (await ask({ op: 'running' })).trials.map(({ trial }) => trial);
      expect(running).toEqual(round === 0 ? [] : [2 * round - 1]);
      const { trials } = await ask({ op: 'ask', n: 1 });
      for (const trial of [...running, ...(round === 0 ? [] : [trials[0]!.trial])]) { await ask({ op: 'tell', trial, value: trial }); told.push(trial); }
      if (round === 0) await ask({ op: 'tell', trial: 0, value: 0 });
      await ask({ op: 'ask', n: 1 });
      child.kill('SIGKILL');
      await new Promise((resolve) => child.on('exit', resolve));
    }
    const finished = readFileSync(study, 'utf8').split('\n').filter((line) => line.startsWith('{"type":"finished"')).map((line) => (JSON.parse(line) as { trial: number }).trial);
    expect(finished).toEqual([0, ...told]);
  });

  test.each(['stdin', 'stdout', 'SIGINT', 'SIGTERM'] as const)('the end by %s is no error', async (how) => {
    const { child, ask } = started(join(folder.path, 'study.jsonl'));
    await ask({ op: 'ask' });
    const exit = new Promise((resolve) => child.on('exit', (code, signal) => { resolve(code ?? signal); }));
    if (how === 'stdin') child.stdin.end();
    else if (how === 'stdout') {
      child.stdout.destroy();
      child.stdin.write(lines({ op: 'best' }, { op: 'best' }));
      // The next reply is the one that finds nobody there.
      setTimeout(() => { child.stdin.write(lines({ op: 'best' })); }, 200);
    } else child.kill(how);
    expect(await exit).toBe(0);
  });
});
