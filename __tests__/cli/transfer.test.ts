import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Report } from '../../src/model/comparison.js';
import { createRepository, temporaryFolder, type TestRepository } from '../stores/gitFixture.js';
import { json, type } from './desk.js';
import { recordOnMain } from './recordOnMain.js';

/** Writes a model as large as its width; trained on from one, it begins where that ended. */
const program = (salt: number): string => `import { readFileSync, writeFileSync } from 'node:fs';
const { NOREGRET_PARAMS, NOREGRET_SEED, NOREGRET_TRIAL_DIR, NOREGRET_BASE_CHECKPOINT } = process.env;
const { hidden } = JSON.parse(readFileSync(NOREGRET_PARAMS, 'utf8'));
const start = NOREGRET_BASE_CHECKPOINT === undefined ? 0 : JSON.parse(readFileSync(NOREGRET_BASE_CHECKPOINT, 'utf8')).level;
const level = start + hidden.reduce((a, b) => a + b, 0);
writeFileSync(NOREGRET_TRIAL_DIR + '/model.json', JSON.stringify({ level }));
for (const step of [1, 2]) console.log('noregret ' + JSON.stringify({ step, acc: level + (Number(NOREGRET_SEED) % 97) / 1e4 + ((Number(NOREGRET_SEED) + ${salt}) % 13) / 1e5 }));
`;
const study = (more: string): string => `metric: { name: acc, goal: maximize, margin: 0.01 }
parameters: { hidden: { shape: { values: [constant, funnel], default: funnel }, layers: { min: 1, max: 2, default: 2 }, width: { values: [4, 8], default: 8 }, last: 2 } }
command: [node, train.mjs]
budget: { trials: 4 }
verdict: { search: never }
${more}`;
const files = (salt: number): Record<string, string> => ({ 'train.mjs': program(salt), 'noregret.yml': study('name: scratch\ncheckpoint: model.json\n'), 'transfer.yml': study('name: onwards\ntransfer: scratch\n') });

let folder: ReturnType<typeof temporaryFolder>;
let repository: TestRepository;
const history = (): string => join(folder.path, '.noregret', 'history');
const compared = async (): Promise<Report['studies'][number]> => json<Report>(await type(folder.path, ['compare', 'main', 'pr', '--history', history(), '--config', 'transfer.yml', '--json', '--fail-on', 'never'])).studies[0]!;

beforeAll(async () => {
  folder = temporaryFolder('transfer');
  repository = createRepository(folder.path);
  repository.commit('main', files(0));
  await recordOnMain(folder.path, history());
  repository.git('switch', '-q', '-c', 'pr');
  repository.commit('pr', files(1));
  repository.git('switch', '-q', 'main');
}, 120_000);
afterAll(() => { folder.remove(); });

test("both sides train on from the model that main's push left here, and without it nothing runs", async () => {
  const found = await compared();
  expect(found.verdict).toMatchObject({ kind: 'PASS', sentence: expect.stringMatching(/; trained on from scratch's model of [0-9a-f]{10}$/) });
  // The defaults are a funnel from 8 to 2, [5, 2]; main's search found one layer of 8 to be better, and that is the model.
  expect(Math.floor(found.metrics[0]!.base!)).toBe(15);
  expect(Math.floor(found.metrics[0]!.head!)).toBe(15);
  const kept = join(folder.path, '.noregret', '.checkpoints');
  // That of the defaults, before the search, and the winner's.
  expect(readdirSync(kept)).toHaveLength(2);
  rmSync(kept, { recursive: true });
  expect(await compared()).toMatchObject({ verdict: { kind: 'INCOMPLETE', reason: 'no-base-checkpoint' }, budget: { complete: 0 } });
}, 120_000);

test('tune is told which model: a working tree has no main', async () => {
  const missing = await type(folder.path, ['tune', '--config', 'transfer.yml']);
  expect([missing.code, missing.err]).toEqual([2, expect.stringContaining('NOREGRET_BASE_CHECKPOINT is not set')]);
  const wrong = await type(folder.path, ['tune', '--config', 'transfer.yml'], { env: { NOREGRET_BASE_CHECKPOINT: 'nowhere.json' } });
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringMatching(/names .*nowhere\.json, which is not there/)]);
  writeFileSync(join(folder.path, 'mine.json'), '{"level":100}');
  const { studies } = json<Report>(await type(folder.path, ['tune', '--config', 'transfer.yml', '--json'], { env: { NOREGRET_BASE_CHECKPOINT: 'mine.json' } }));
  expect(studies[0]?.verdict.sentence).toMatch(/^Tuned: acc 1\d\d.*; trained on from the model in NOREGRET_BASE_CHECKPOINT$/);
  expect(studies[0]?.search?.trials.every(({ steps }) => steps?.last === 2)).toBe(true);
  expect(studies[0]?.reproduce).toEqual([expect.stringMatching(/NOREGRET_BASE_CHECKPOINT=path\/to\/model npx noregret tune --config .*transfer\.yml/)]);
}, 120_000);
