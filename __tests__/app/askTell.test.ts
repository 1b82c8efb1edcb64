import { describe, expect, test } from '@jest/globals';
import { createAskTell } from '../../src/app/askTell.js';
import { createEngine, type EnginePlan } from '../../src/app/engine.js';
import { UserError } from '../../src/model/errors.js';
import type { StudyEvent } from '../../src/model/study.js';
import { never } from '../../src/pruners/never.js';
import { random } from '../../src/samplers/random.js';
import type { Distribution, Parameter } from '../../src/model/searchSpace.js';
import { ints, spaceOf, values } from '../contracts/spaces.js';

const created: StudyEvent = { type: 'created', schema: 1, tool: 'test', study: 'demo', at: '', identity: {} };

function session({ trials = 20, record = () => Promise.resolve(), ...more }: Partial<Pick<EnginePlan, 'patience' | 'space'>> & { trials?: number; record?: (events: readonly StudyEvent[]) => Promise<void> } = {}): { readonly log: StudyEvent[]; readonly say: (line: string | object) => Promise<unknown> } {
  const engine = createEngine({
    study: 'demo', space: spaceOf({ units: { distribution: ints(1, 64) }, opt: { distribution: values('sgd', 'adam') } }), objective: { name: 'loss', goal: 'minimize' },
    sampler: random(), pruner: never(), samplerSeed: 's', seed: 1, limits: { trials, failures: 3 }, expectedTrials: 20, anchors: [], clock: { now: () => 0, utc: () => 'then' }, ...more,
  }, [created]);
  const log: StudyEvent[] = [];
  const reply = createAskTell({ engine, record: async (events) => { await record(events); log.push(...events); return true; } });
  return { log, say: async (line) => await reply(typeof line === 'string' ? line : JSON.stringify(line)) };
}

const params = { units: expect.any(Number), opt: expect.stringMatching(/^(sgd|adam)$/) };

test('the exchange that the documentation shows', async () => {
  const { say } = session({ trials: 2 });
  expect(await say({ op: 'ask', n: 2 })).toEqual({ ok: true, trials: [{ trial: 0, params }, { trial: 1, params }] });
  expect(await say({ op: 'report', trial: 0, step: 3, value: 0.7 })).toEqual({ ok: true, prune: false });
  expect(await say({ op: 'tell', trial: 0, value: 0.91 })).toEqual({ ok: true });
  expect(await say({ op: 'tell', trial: 1, state: 'failed', duration: 12.5 })).toEqual({ ok: true });
  expect(await say({ op: 'add', params: { units: 3, opt: 'sgd' }, value: 0.5 })).toEqual({ ok: true, trial: 2 });
  expect(await say({ op: 'best' })).toEqual({ ok: true, trial: 2, value: 0.5, params: { units: 3, opt: 'sgd' } });
  expect(await say({ op: 'importance' })).toEqual({ ok: true, importance: {}, method: 'rank' });
  expect(await say({ op: 'ask' })).toEqual({ ok: true, trials: [], done: true, reason: 'trials' });
});

test('nothing measured: no best; running trials can be asked after', async () => {
  const { say } = session();
  expect(await say({ op: 'best' })).toEqual({ ok: true, trial: null });
  await say({ op: 'ask', n: 2 });
  expect(await say({ op: 'running' })).toEqual({ ok: true, trials: [{ trial: 0, params }, { trial: 1, params }] });
});

describe('a bad line is refused with a code and a sentence, and changes nothing', () => {
  const bad: readonly (readonly [string | object, string, RegExp])[] = [
    ['', 'empty-line', /empty/], ['   ', 'empty-line', /empty/], ['{', 'bad-json', /JSON/], ['[1]', 'bad-request', /object/], ['null', 'bad-request', /object/], ['"ask"', 'bad-request', /object/],
    [{}, 'unknown-op', /missing/], [{ op: 'aks' }, 'unknown-op', /"aks"; there are ask, tell/], [{ op: ['ask'] }, 'unknown-op', /ask/], [{ op: 'x'.repeat(1e5) }, 'unknown-op', /^.{0,150}$/],
    [{ op: 'ask', n: 0 }, 'bad-request', /n: /], [{ op: 'ask', n: -1 }, 'bad-request', /n: /], [{ op: 'ask', n: 1.5 }, 'bad-request', /n: /], [{ op: 'ask', n: 1e9 }, 'bad-request', /n: .*1000/], [{ op: 'ask', n: '2' }, 'bad-request', /n: /],
    [{ op: 'tell', trial: 0 }, 'value-missing', /value is missing/], [{ op: 'tell', trial: 0, value: null }, 'bad-request', /value: must be a number/], [{ op: 'tell', trial: 0, value: '0.5' }, 'bad-request', /value/],
    [{ op: 'tell', trial: 0, value: true }, 'bad-request', /value/], [{ op: 'tell', value: 1 }, 'bad-request', /trial/], [{ op: 'tell', trial: '0', value: 1 }, 'bad-request', /trial/], [{ op: 'tell', trial: -1, value: 1 }, 'bad-request', /trial/],
    [{ op: 'tell', trial: 99, value: 1 }, 'unknown-trial', /no trial 99; the last one is 1/], [{ op: 'tell', trial: 1, value: 1 }, 'already-told', /trial 1/], [{ op: 'report', trial: 1, step: 1, value: 1 }, 'already-told', /trial 1/],
    [{ op: 'tell', trial: 0, state: 'failed', value: 1 }, 'value-unexpected', /failed has no value/], [{ op: 'tell', trial: 0, state: 'done', value: 1 }, 'bad-request', /state/], [{ op: 'tell', trial: 0, valeu: 1 }, 'bad-request', /unknown: valeu/],
    [{ op: 'tell', trial: 0, value: 1, duration: -1 }, 'bad-request', /duration/], [{ op: 'report', trial: 0, step: 0.5, value: 1 }, 'bad-request', /step/], [{ op: 'report', trial: 0, step: 1 }, 'bad-request', /value/],
    [{ op: 'add', params: { units: 99, opt: 'sgd' } }, 'outside-space', /units = 99/], [{ op: 'add', params: { units: 9 } }, 'outside-space', /opt has no value/], [{ op: 'add', params: { units: 9, opt: 'sgd', z: 1 }, value: 1 }, 'outside-space', /z/],
    ['{"op":"add","params":{"units":9,"opt":"sgd","__proto__":1}}', 'outside-space', /__proto__/], [{ op: 'add', params: [1] }, 'bad-request', /params/], [`{"op":"add","params":{"units":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`, 'bad-request', /deep/],
  ];
  test.each(bad)('%.60j', async (line, code, message) => {
    const { say, log } = session();
    await say({ op: 'ask', n: 2 });
    await say({ op: 'tell', trial: 1, value: 1 });
    const before = [log.length, await say({ op: 'running' })];
    expect(await say(line)).toEqual({ ok: false, error: { code, message: expect.stringMatching(message) } });
    expect([log.length, await say({ op: 'running' })]).toEqual(before);
  });
});

test.each(['NaN', '"NaN"', 'Infinity', '-Infinity', '"-Infinity"'])('%s, as Python writes it, is a failed trial and no reason to stop reading', async (text) => {
  const { say, log } = session();
  await say({ op: 'ask' });
  expect(await say(`{"op":"report","trial":0,"step":1,"value":${text}}`)).toEqual({ ok: true, prune: false });
  expect(await say(`{"op":"tell","trial":0,"value":${text}}`)).toEqual({ ok: true });
  expect(log.at(-1)).toMatchObject({ type: 'finished', result: { outcome: { state: 'failed', reason: 'non-finite' }, metrics: {} } });
});

test('what cannot be recorded did not happen: the request may be made again', async () => {
  const state = { isFull: false };
  const { say } = session({ record: () => (state.isFull ? Promise.reject(new UserError('disk-full', 'full')) : Promise.resolve()) });
  await say({ op: 'ask' });
  state.isFull = true;
  expect(await say({ op: 'tell', trial: 0, value: 1 })).toEqual({ ok: false, error: { code: 'disk-full', message: 'full' } });
  expect(await say({ op: 'best' })).toEqual({ ok: true, trial: null });
  state.isFull = false;
  expect(await say({ op: 'tell', trial: 0, value: 1 })).toEqual({ ok: true });
});

test('a run that gets no better is over: stop it, and tell it without a value', async () => {
  const { say } = session({ patience: { patience: 1, minDelta: 0, reduce: 'best' } });
  await say({ op: 'ask', n: 2 });
  expect(await say({ op: 'report', trial: 0, step: 1, value: 0.5 })).toEqual({ ok: true, prune: false });
  expect(await say({ op: 'report', trial: 0, step: 2, value: 0.75 })).toEqual({ ok: true, prune: true, over: { value: 0.5, step: 1 } });
  expect(await say({ op: 'tell', trial: 1 })).toMatchObject({ ok: false, error: { code: 'value-missing' } });
  expect(await say({ op: 'tell', trial: 0 })).toEqual({ ok: true });
  expect(await say({ op: 'best' })).toEqual({ ok: true, trial: 0, value: 0.5, step: 1, params });
});

test('nested parameters and lists of widths: the point, and beside it what a program gets', async () => {
  const part = (name: string, distribution: Distribution): Parameter => ({ name: `hidden.${name}`, path: ['hidden', name], distribution });
  const { say } = session({ space: {
    parameters: [part('shape', values('constant')), part('layers', ints(2, 2)), part('width', ints(8, 8)), { name: 'adam.lr', path: ['adam', 'lr'], distribution: ints(3, 3) }],
    constraints: [], shapes: [{ name: 'hidden', path: ['hidden'], most: { layers: 2, width: 8 } }],
  } });
  const trial = { trial: 0, params: { 'hidden.shape': 'constant', 'hidden.layers': 2, 'hidden.width': 8, 'adam.lr': 3 }, arguments: { adam: { lr: 3 }, hidden: [8, 8] } };
  expect(await say({ op: 'ask' })).toEqual({ ok: true, trials: [trial] });
  expect(await say({ op: 'running' })).toEqual({ ok: true, trials: [trial] });
  await say({ op: 'tell', trial: 0, value: 1 });
  expect(await say({ op: 'best' })).toEqual({ ok: true, ...trial, value: 1 });
  expect(await say({ op: 'add', params: trial.params, value: 2 })).toMatchObject({ ok: true, trial: 1 });
});
