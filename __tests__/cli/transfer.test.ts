import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Report } from '../../src/model/comparison.js';
import { transferFiles } from '../e2e/harness/trainings.js';
import { createRepository, temporaryFolder, type TestRepository } from '../stores/gitFixture.js';
import { json, type } from './desk.js';
import { recordOnMain } from './recordOnMain.js';

let folder: ReturnType<typeof temporaryFolder>;
let repository: TestRepository;
const history = (): string => join(folder.path, '.noregret', 'history');
const compared = async (): Promise<Report['studies'][number]> => json<Report>(await type(folder.path, ['compare', 'main', 'pr', '--history', history(), '--config', 'transfer.yml', '--json', '--fail-on', 'never'])).studies[0]!;

beforeAll(async () => {
  folder = temporaryFolder('transfer');
  repository = createRepository(folder.path);
  repository.commit('main', transferFiles(0));
  await recordOnMain(folder.path, history());
  repository.git('switch', '-q', '-c', 'pr');
  repository.commit('pr', transferFiles(1));
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
