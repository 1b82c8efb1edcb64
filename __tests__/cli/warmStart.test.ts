import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Report } from '../../src/model/comparison.js';
import { createRepository, temporaryFolder, type TestRepository } from '../stores/gitFixture.js';
import { ended, json, type } from './desk.js';
import { recordOnMain } from './recordOnMain.js';

/** Best at lr = 0.1 and batch 32, with the noise of a seed; `note` makes another version of the code. */
function training(note: string): string {
  return `import { readFileSync } from 'node:fs';
const { batch, lr, learning_rate = lr } = JSON.parse(readFileSync(process.env.NOREGRET_PARAMS, 'utf8'));
const noise = (Math.imul(Number(process.env.NOREGRET_SEED), 2654435761) >>> 0) / 2 ** 32 - 0.5; // ${note}
const accuracy = 0.9 - 0.02 * (Math.log10(learning_rate) + 1) ** 2 - (batch === 32 ? 0 : 0.01) + 0.002 * noise;
console.log('noregret ' + JSON.stringify({ step: 1, accuracy }));
`;
}

function study(method: string, { lr = '{ distribution: log_uniform_values, min: 1.0e-4, max: 1 }', name = 'lr', batch = '[16, 32, 64]' } = {}): string {
  return `name: demo
metric: { name: accuracy, goal: maximize, margin: 0.02 }
method: ${method}
parameters:
  ${name}: ${lr}
  batch: { values: ${batch} }
command: [node, train.mjs]
budget: { trials: 10 }
parallel: 2
verdict: { rescore: 2 }
`;
}

let folder: ReturnType<typeof temporaryFolder>;
let repository: TestRepository;
let main: string;
beforeEach(() => {
  folder = temporaryFolder('warm');
  repository = createRepository(folder.path);
  main = repository.commit('main', { '.gitignore': 'history\n.noregret\n', 'train.mjs': training('one'), 'noregret.yml': study('random') });
});
afterEach(() => { folder.remove(); });

interface Compared { readonly report: Report['studies'][number]; readonly text: string; readonly warmStart: string }

async function compared(branch: string, file: string): Promise<Compared> {
  repository.git('switch', '-q', '-c', branch);
  repository.commit(`work on ${branch}`, { 'train.mjs': training(branch), 'noregret.yml': file });
  repository.git('switch', '-q', 'main');
  const typed = await type(folder.path, ['compare', 'main', branch, '--history', 'history', '--json', '--fail-on', 'never']);
  const report = json<Report>(ended(typed, 0)).studies[0]!;
  const { out: text } = ended(await type(folder.path, ['report']), 0);
  return { report, text, warmStart: report.notes.find((note) => note.startsWith('Warm start')) ?? '' };
}

/** Main's best as this search tried it. */
const incumbentOf = ({ search }: Compared['report']) => search?.trials.find(({ anchor }) => anchor === 'incumbent');

test('pull requests after a recorded push learn from main\'s trials, as far as these fit, and the report says which', async () => {
  await recordOnMain(folder.path, `${folder.path}/history`);
  const from = (count: number): string => `Warm start: ${count} of main's 10 trials of ${main.slice(0, 10)} serve as prior knowledge`;

  const same = await compared('same', study('tpe'));
  expect(same.warmStart).toBe(`${from(10)}.`);
  expect(same.text).toContain(same.warmStart);
  const best = incumbentOf(same.report);
  expect(best).toMatchObject({ number: 0, state: 'complete' });
  const { search } = same.report;
  expect(search?.trials.filter(({ state }) => state === 'complete')).toHaveLength(10);

  // The value of main's best lies in both ranges, those of some of its trials do not.
  const lr = Number(best?.params['lr']);
  const range = await compared('range', study('gp', { lr: `{ distribution: log_uniform_values, min: ${lr / 2}, max: ${lr * 5} }` }));
  expect(range.warmStart).toMatch(new RegExp(`^Warm start: [1-9] of main's 10 trials of ${main.slice(0, 10)} .*; [1-9] are left out: lr = [\\d.e-]+ is outside its space`));
  expect(incumbentOf(range.report)).toMatchObject({ state: 'complete', params: best?.params });
  expect(range.text).toMatch(/Gaussian process on 10 trials and [1-9] of main's/);

  const [gone, ...kept] = [16, 32, 64].toSorted((a, b) => Number(a === best?.params['batch']) - Number(b === best?.params['batch']));
  const choice = await compared('choice', study('auto', { batch: JSON.stringify([...kept, 128]) }));
  expect(choice.warmStart).toMatch(new RegExp(`^Warm start: [1-9] of main's 10 trials .* left out: batch = ${gone} is outside its space`));
  expect(incumbentOf(choice.report)).toMatchObject({ state: 'complete', params: best?.params });
  expect(choice.text).toContain('auto picked');
}, 120_000);

test('a renamed parameter: with a default main\'s trials say little, and that is said; without one they do not serve', async () => {
  await recordOnMain(folder.path, `${folder.path}/history`);
  const withDefault = await compared('renamed', study('tpe', { name: 'learning_rate', lr: '{ distribution: log_uniform_values, min: 1.0e-4, max: 1, default: 0.1 }' }));
  expect(withDefault.warmStart).toContain('; learning_rate is new here and taken at its default in them; lr is no longer there, so that what came from it is not told apart');
  const without = await compared('renamed-bare', study('gp', { name: 'learning_rate' }));
  expect(without.warmStart).toContain('Warm start: 0 of main\'s 10 trials');
  expect(without.warmStart).toContain('10 are left out: learning_rate has no value (10)');
  expect(without.report.search?.trials).toHaveLength(10);
}, 120_000);

test('a second pull request after a push that was not searched learns from the search before; warm_start: false and random do not', async () => {
  await recordOnMain(folder.path, `${folder.path}/history`);
  repository.commit('merged', { 'train.mjs': training('merged') });
  await recordOnMain(folder.path, `${folder.path}/history`, { run: '2' });
  const second = await compared('second', study('tpe'));
  expect(second.warmStart).toContain(`of main's 10 trials of ${main.slice(0, 10)} serve`);
  expect((await compared('off', study('{ name: tpe, warm_start: false }'))).warmStart).toBe('');
  expect((await compared('random', study('random'))).warmStart).toBe('');
}, 120_000);
