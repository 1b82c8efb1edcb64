import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { json, type } from '../cli/desk.js';
import { temporaryFolder } from '../stores/gitFixture.js';

let folder: ReturnType<typeof temporaryFolder>;
const put = (path: string, text: string): void => { writeFileSync(join(folder.path, path), text); };
beforeEach(() => {
  folder = temporaryFolder('external-prune');
  put('train.mjs', `import { readFileSync } from 'node:fs';
const { x } = JSON.parse(readFileSync(process.env.NOREGRET_PARAMS, 'utf8'));
for (let step = 0; step < 5; step++) {
  console.log('noregret ' + JSON.stringify({ step, score: x * (step + 1) }));
  // A learner that is stopped is still at work, and would be for a minute.
  if (process.env.LINGER && step === 2) await new Promise((resolve) => setTimeout(resolve, 60_000));
  if (process.env.NOREGRET_RESOURCE && step >= Number(process.env.NOREGRET_RESOURCE)) break;
}
`);
});
afterEach(() => { folder.remove(); });

const study = (options: string, { trials = 3, parallel = 1, extra = '', timeout = '2m' } = {}): void => {
  put('noregret.yml', `name: demo
metric: { name: score, goal: maximize }
method: { external: [node, ${JSON.stringify(resolve('fixtures/external/adapter.mjs'))}], timeout: ${timeout}, options: { out: heard.jsonl, ${options} } }
parameters: { x: { min: 0.0, max: 1.0 } }
command: [node, train.mjs]
reduce: last
parallel: ${parallel}
budget: { trials: ${trials} }
verdict: { rescore: 0 }
${extra}`);
};
interface Heard { readonly op: string; readonly ask?: number; readonly trial?: number; readonly state?: string; readonly step?: number; readonly value?: number; readonly prunes?: boolean; readonly steps?: readonly (readonly [number, number])[] }
const heard = (): readonly Heard[] => readFileSync(join(folder.path, 'heard.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Heard);
interface Study { readonly verdict: { readonly kind: string; readonly reason: string; readonly sentence: string }; readonly search?: { readonly stopReason: string; readonly pruning?: { readonly pruner: string; readonly stopped: number }; readonly trials: readonly { readonly state: string; readonly value?: number }[] } }
const tuned = async (): Promise<Study> => {
  const [only] = json<{ readonly studies: readonly Study[] } & Record<string, unknown>>(await type(folder.path, ['tune', '--json'])).studies;
  if (only === undefined) throw new Error('no study');
  return only;
};

describe('another program that prunes', () => {
  test('hears each report after it answered the one before, and none after its stop', async () => {
    // x = 1/16, 2/16, 3/16: the first two are below at step 0.
    study('stop: 0.15');
    const { search } = await tuned();
    expect(search?.trials.map(({ state }) => state)).toEqual(['pruned', 'pruned', 'complete']);
    expect(search?.pruning).toMatchObject({ stopped: 2 });
    const reports = heard().filter(({ op }) => op === 'report').map(({ trial, step }) => `${trial}@${step}`);
    expect(reports).toEqual(['0@0', '1@0', '2@0', '2@1', '2@2', '2@3', '2@4']);
    // Whatever the trial went on to say before it was dead.
    expect(heard().find(({ op, trial }) => op === 'tell' && trial === 0)).toMatchObject({ ask: 0, state: 'pruned', steps: [[0, 1 / 16]] });
  });

  test('ends a trial that is still at work', async () => {
    study('stop: 0.5', { trials: 1, extra: 'env: { set: { LINGER: "1" } }\n' });
    expect((await tuned()).search?.trials.map(({ state }) => state)).toEqual(['pruned']);
  });

  test('is not asked where the study stops trials itself', async () => {
    study('stop: 9', { extra: 'early_terminate: { type: threshold, lower: 0.1 }\n' });
    expect((await tuned()).search?.trials.map(({ state }) => state)).toEqual(['pruned', 'complete', 'complete']);
    expect(heard()[0]).toMatchObject({ op: 'start', prunes: false });
    expect(heard().some(({ op }) => op === 'report')).toBe(false);
  });

  test('one that did not say so hears no reports', async () => {
    study('at: 0');
    await tuned();
    expect(heard()[0]).toMatchObject({ prunes: true });
    expect(heard().some(({ op }) => op === 'report')).toBe(false);
  });

  test.each<[string, string, RegExp]>([
    ['crash', 'external-crashed', /ValueError: no such surrogate/],
    ['shape', 'external-garbage', /answered \{"ok":true,"points":\[\]\}/],
    ['garbage', 'external-garbage', /is not JSON: Fitting the model/],
    ['hang', 'external-hung', /has not answered report for 0\.3 s/],
  ])('%s over a report of the very last trial ends the run', async (fails, reason, sentence) => {
    study(`stop: 0, fails: ${fails}`, { trials: 1, timeout: '300ms' });
    const { verdict } = await tuned();
    expect(verdict).toMatchObject({ kind: 'INCOMPLETE', reason });
    expect(verdict.sentence).toMatch(sentence);
  });
});

test('an answer that waits for a trial which ended meanwhile is asked for again', async () => {
  put('train.mjs', `import { readFileSync, writeFileSync } from 'node:fs';
console.log('noregret ' + JSON.stringify({ score: JSON.parse(readFileSync(process.env.NOREGRET_PARAMS, 'utf8')).x }));
writeFileSync('ended', '');
`);
  study('mode: late, sign: ended', { trials: 3, parallel: 2 });
  const { search } = await tuned();
  expect(search?.stopReason).toBe('trials');
  expect(search?.trials.map(({ state }) => state)).toEqual(['complete', 'complete', 'complete']);
});

describe('another program that lets trials rest', () => {
  test.each([1, 3])('takes up the best, with %i at once', async (parallel) => {
    study('mode: rest', { parallel, trials: 3 });
    const { search } = await tuned();
    expect(search?.trials.map(({ state }) => state)).toEqual(['pruned', 'pruned', 'complete']);
    expect(search?.trials[2]?.value).toBeCloseTo(5 * 3 / 16, 12);
    const tells = heard().filter(({ op, trial }) => op === 'tell' && trial === 2);
    // At its rung, as the answer to its first question; its end came after the last question.
    expect(tells[0]).toMatchObject({ ask: 2, state: 'pruned', value: 6 / 16 });
  });

  test('with more trials allowed it says itself when it is over', async () => {
    study('mode: rest', { trials: 9 });
    const { search } = await tuned();
    expect(search).toMatchObject({ stopReason: 'exhausted' });
    expect(heard().filter(({ op, trial }) => op === 'tell' && trial === 2).at(-1)).toMatchObject({ ask: 3, state: 'complete' });
  });

  test.each<[string, RegExp]>([
    ['wait', /wants to wait for results while no trial is running/],
    ['unrested', /wants trial 0 to go on, which does not rest/],
  ])('%s without a reason ends the run', async (mode, sentence) => {
    study(`mode: ${mode}, at: 1`);
    const { verdict } = await tuned();
    expect(verdict).toMatchObject({ kind: 'INCOMPLETE', reason: 'external-garbage' });
    expect(verdict.sentence).toMatch(sentence);
  });
});
