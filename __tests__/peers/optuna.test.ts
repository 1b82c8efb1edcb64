import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ended, type } from '../cli/desk.js';

/** The real packages, from PyPI, in an environment of their own that later runs find again. */
const venv = resolve('.cache/optuna-venv');
const bin = (name: string): string => join(venv, 'bin', name);
const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) console.log('skipped: python3 is not installed, so Optuna cannot be tried');

interface Seen {
  readonly before: readonly { readonly state: string; readonly value: number | null; readonly params: Readonly<Record<string, unknown>>; readonly intermediate: number; readonly number: number; readonly own: { readonly trial: number; readonly attempt: number; readonly stage: string; readonly seed: number; readonly by: { readonly id: string } } | null }[];
  readonly states: readonly string[];
  readonly after: number; readonly best: number; readonly params: object; readonly metric: readonly string[] | null; readonly direction: string; readonly figures: Readonly<Record<string, number>>;
}

let dir = '';
const optuna = (journal: string, study: string, trials: number, ...plots: readonly string[]): Seen =>
  JSON.parse(execFileSync(bin('python'), [resolve('fixtures/optuna/study.py'), join(dir, journal), study, String(trials), ...plots], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })) as Seen;

type Params = Readonly<Record<'lr' | 'units' | 'q', number>> & { readonly momentum?: number };
interface Reply { readonly ok: boolean; readonly trials?: readonly { readonly trial: number; readonly params: Params }[]; readonly value?: number; readonly trial?: number }
const say = async (requests: readonly object[], ...flags: readonly string[]): Promise<readonly Reply[]> => {
  const { out } = ended(await type(dir, ['ask-tell', '--quiet', ...flags], { stdin: requests.map((one) => `${JSON.stringify(one)}\n`).join('') }), 0);
  return out.trimEnd().split('\n').map((line) => JSON.parse(line) as Reply);
};
const lossOf = ({ lr, units, q, momentum = 0 }: Params): number => (Math.log10(lr) + 2) ** 2 + units / 64 + q + momentum;

/** Asks for `n` trials and tells of each: the third fails, the fifth is pruned, the seventh is NaN. */
async function work(n: number, ...flags: readonly string[]): Promise<void> {
  const [first] = await say([{ op: 'ask', n }], ...flags);
  const requests = (first?.trials ?? []).flatMap(({ trial, params }, i) => {
    const value = lossOf(params);
    const told = i === 2 ? { state: 'failed' } : i === 4 ? { state: 'pruned' } : i === 6 ? { value: 'NaN' } : { value };
    return [...[0, 1, 2].map((step) => ({ op: 'report', trial, step, value: value + 1 / (step + 1) })), { op: 'tell', trial, ...told }];
  });
  expect((await say(requests, ...flags)).every(({ ok }) => ok)).toBe(true);
}

(hasPython ? describe : describe.skip)('the real Optuna', () => {
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'noregret-optuna-'));
    writeFileSync(join(dir, 'noregret.yml'), `
name: demo
metric: { name: val_loss, goal: minimize }
parameters:
  lr: { distribution: log_uniform_values, min: 0.0001, max: 1.0 }
  opt: { values: [sgd, adam] }
  units: { min: 4, max: 64 }
  q: { distribution: q_uniform, min: 0, max: 1, q: 0.25 }
  momentum: { min: 0.0, max: 0.9, when: { opt: sgd } }
budget: { trials: 100, failures: 100 }
`);
    if (existsSync(bin('optuna-dashboard'))) return;
    rmSync(venv, { recursive: true, force: true });
    execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' });
    execFileSync(bin('pip'), ['install', '--quiet', '--disable-pip-version-check', 'optuna>=5,<6', 'optuna-dashboard', 'plotly'], { stdio: 'inherit' });
  }, 900_000);
  afterAll(() => { rmSync(dir, { recursive: true, force: true }); });

  test('opens what we exported, goes on with it, plots it; and what it wrote goes on here', async () => {
    await work(12, '--study', 'own.jsonl');
    ended(await type(dir, ['export', 'own.jsonl', '--format', 'optuna-journal', '--out', 'ours.log']), 0);
    const [ours] = await say([{ op: 'best' }], '--study', 'own.jsonl');
    const seen = optuna('ours.log', 'demo', 5, 'plots');
    expect(seen.before.map(({ state }) => state)).toEqual(['COMPLETE', 'COMPLETE', 'FAIL', 'COMPLETE', 'PRUNED', 'COMPLETE', 'FAIL', ...Array.from({ length: 5 }, () => 'COMPLETE')]);
    expect(seen.before.every(({ intermediate }) => intermediate === 3)).toBe(true);
    expect(Math.min(...seen.before.flatMap(({ value }) => value ?? []))).toBe(ours?.value);
    expect(seen).toMatchObject({ after: 17, metric: ['val_loss'], direction: 'MINIMIZE' });
    for (const [name, traces] of Object.entries(seen.figures)) expect([name, traces > 0]).toEqual([name, true]);
    expect(Object.keys(seen.figures)).toHaveLength(6);
    ended(await type(dir, ['import', 'ours.log', '--out', 'back.jsonl']), 0);
    expect(await say([{ op: 'best' }], '--study', 'back.jsonl')).toMatchObject([{ value: seen.best, params: seen.params }]);
    await work(3, '--study', 'back.jsonl');
    expect((await say([{ op: 'ask' }], '--study', 'back.jsonl'))[0]?.trials?.[0]?.trial).toBe(20);
  });

  test('keeps a study with us in one live journal, turn by turn', async () => {
    const flags = ['--study', 'live.log', '--journal-format', 'optuna'];
    await work(4, ...flags);
    const seen = optuna('live.log', 'demo', 4);
    expect([seen.before.length, seen.after]).toEqual([4, 8]);
    expect(await say([{ op: 'best' }], '--study', 'live.log')).toMatchObject([{ value: seen.best }]);
    await work(3, '--study', 'live.log');
    expect(optuna('live.log', 'demo', 0)).toMatchObject({ after: 11 });
  });

  test('a study of its own is imported with space, conditions and states, and goes on', async () => {
    const seen = optuna('foreign.log', 'theirs', 20);
    const typed = ended(await type(dir, ['import', 'foreign.log', '--out', 'foreign.jsonl']), 0);
    expect(typed.out).toContain('20 trials');
    const states = ended(await type(dir, ['export', 'foreign.jsonl', '--format', 'csv']), 0).out.trimEnd().split('\n').slice(1).map((line) => line.split(',')[3]);
    expect(states.filter((state) => state === 'pruned')).toHaveLength(5);
    expect(states.filter((state) => state === 'failed')).toHaveLength(2);
    const [best, asked] = await say([{ op: 'best' }, { op: 'ask', n: 5 }], '--study', 'foreign.jsonl', '--method', 'random');
    expect(best?.value).toBe(seen.best);
    expect(asked?.trials).toHaveLength(5);
    for (const { params } of asked?.trials ?? []) expect('momentum' in params).toBe((params as unknown as { opt: string }).opt === 'sgd');
  });

  test('works beside two of ours on one live journal: every trial is run once, and all see all', async () => {
    writeFileSync(join(dir, 'train.mjs'), `import { readFileSync } from 'node:fs';
const { lr, units, q, momentum = 0 } = JSON.parse(readFileSync(process.env.NOREGRET_PARAMS, 'utf8'));
const value = (Math.log10(lr) + 2) ** 2 + units / 64 + q + momentum;
for (let step = 0; step < 3; step++) { console.log('noregret ' + JSON.stringify({ step, val_loss: value + 1 / (step + 1), other: step })); await new Promise((done) => setTimeout(done, 60)); }
if (units % 9 === 0) process.exit(1);
console.log('noregret ' + JSON.stringify({ step: 3, val_loss: value }));
`);
    const tune = async (): Promise<string> => ended(await type(dir, ['tune', '--study', 'crowd.log', '--journal-format', 'optuna', '--command', 'node train.mjs', '--method', 'tpe', '--trials', '15']), 0).out;
    const theirs = promisify(execFile)(bin('python'), [resolve('fixtures/optuna/study.py'), join(dir, 'crowd.log'), 'demo', '14'], { env: { ...process.env, PAUSE: '0.3' } });
    const [one, other, { stdout }] = await Promise.all([tune(), tune(), theirs]);
    expect((JSON.parse(stdout) as Seen).states.length).toBeGreaterThanOrEqual(14);
    const seen = optuna('crowd.log', 'demo', 0, 'plots');
    expect(new Set(seen.states)).toEqual(new Set(['COMPLETE', 'FAIL', 'PRUNED'].filter((state) => seen.states.includes(state))));
    expect(seen.before.map(({ number }) => number)).toEqual(seen.before.map((_, i) => i));
    const ours = seen.before.flatMap(({ own, params }) => (own === null ? [] : [{ ...own, params: JSON.stringify(params) }]));
    expect(seen.before.length - ours.length).toBe(14);
    expect(ours.filter(({ stage }) => stage === 'search')).toHaveLength(15);
    for (const key of [ours.map(({ trial, attempt }) => `${trial} ${attempt}`), ours.map(({ params, seed }) => `${params} ${seed}`)]) expect(new Set(key).size).toBe(key.length);
    expect(new Set(ours.map(({ by }) => by.id)).size).toBe(2);
    // Our number is the place in the file, where nothing was put into Optuna's queue.
    for (const { number, own } of seen.before) if (own !== null) expect(own.trial).toBe(number);
    for (const told of [one, other]) expect(told).toMatch(/\d+ of the trials are another tool's/);
    for (const [name, traces] of Object.entries(seen.figures)) expect([name, traces > 0]).toEqual([name, true]);
    const again = ended(await type(dir, ['tune', '--study', 'crowd.log', '--command', 'node train.mjs', '--method', 'tpe', '--trials', '15']), 0);
    expect(again.out).toContain(`the best of ${15 + seen.before.filter(({ own, state }) => own === null && state !== 'RUNNING').length} trials`);
  }, 120_000);

  test('trials that it enqueues are tried here, and it goes on afterwards', async () => {
    execFileSync(bin('python'), ['-c', `
import optuna, sys
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
optuna.create_study(study_name="demo", storage=JournalStorage(JournalFileBackend(sys.argv[1]))).enqueue_trial({"lr": 0.5, "opt": "adam", "units": 7, "q": 0.25})
`, join(dir, 'queue.log')], { stdio: ['ignore', 'ignore', 'pipe'] });
    ended(await type(dir, ['tune', '--study', 'queue.log', '--command', 'node train.mjs', '--trials', '3']), 0);
    const seen = optuna('queue.log', 'demo', 3);
    expect(seen.before[0]).toMatchObject({ state: 'COMPLETE', params: { lr: 0.5, opt: 'adam', units: 7, q: 0.25 } });
    expect(seen.states.filter((state) => state === 'WAITING' || state === 'RUNNING')).toEqual([]);
    expect(seen.after).toBe(seen.before.length + 3);
  }, 60_000);

  test('its dashboard shows a live journal of ours', async () => {
    const port = await new Promise<number>((done) => { const server = createServer().listen(0, '127.0.0.1', () => { const { port: free } = server.address() as { port: number }; server.close(() => { done(free); }); }); });
    const child = spawn(bin('optuna-dashboard'), [join(dir, 'live.log'), '--host', '127.0.0.1', '--port', String(port)], { stdio: 'ignore' });
    try {
      const get = async (path: string): Promise<unknown> => await (await fetch(`http://127.0.0.1:${port}${path}`)).json();
      let studies: unknown;
      for (let i = 0; i < 100 && studies === undefined; i++) {
        studies = await get('/api/studies').catch(() => undefined);
        if (studies === undefined) await setTimeout(200);
      }
      expect(studies).toMatchObject({ study_summaries: [{ study_name: 'demo' }] });
      expect(await get('/api/studies/0?after=0')).toMatchObject({ name: 'demo', trials: expect.arrayContaining([expect.objectContaining({ number: 10 })]) });
      // It stays open while a search of ours goes on in the same file, and shows each trial with its curve.
      const tuned = type(dir, ['tune', '--study', 'live.log', '--study-name', 'tuned', '--command', 'node train.mjs', '--trials', '4']);
      ended(await tuned, 0);
      const { study_summaries: listed } = await get('/api/studies') as { study_summaries: readonly { study_id: number; study_name: string }[] };
      const id = listed.find(({ study_name: name }) => name === 'tuned')?.study_id;
      const { trials } = await get(`/api/studies/${id}?after=0`) as { trials: readonly { state: string; values?: readonly unknown[]; intermediate_values: readonly object[]; user_attrs: readonly { key: string; value: string }[] }[] };
      expect(trials.length).toBeGreaterThan(4);
      for (const { state, intermediate_values: curve } of trials) if (state === 'Complete') expect(curve).toHaveLength(4);
      expect(trials.filter(({ user_attrs: attrs }) => attrs.some(({ key, value }) => key === 'stage' && value.includes('rescore'))).length).toBeGreaterThan(0);
      expect(await (await fetch(`http://127.0.0.1:${port}/dashboard/studies/${id}`)).text()).toContain('<div id="dashboard">');
    } finally {
      child.kill();
    }
  });
});
