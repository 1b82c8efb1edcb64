import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { studySource } from '../e2e/harness/trainings.js';
import { createRepository, temporaryFolder, type TestRepository } from '../stores/gitFixture.js';
import { ended, type } from './desk.js';

let folder: ReturnType<typeof temporaryFolder>;
let repository: TestRepository;
/** What the prompt says decides how good the answers are. */
const program = `import { readFileSync } from 'node:fs';
const [, level, lr] = /level (\\S+), rate (\\S+)/.exec(readFileSync(process.argv[2], 'utf8'));
console.log('noregret ' + JSON.stringify({ accuracy: Number(level) - 0.02 * (Math.log10(Number(lr)) + 1) ** 2 + (Number(process.env.NOREGRET_SEED) % 1000) / 1e6 }));
`;
const study = studySource({ trials: 2, command: '[node, run.mjs, "${template}"]', extra: 'template: prompt.md\nverdict: { search: never }\n' });
beforeEach(() => {
  folder = temporaryFolder('compare-template');
  repository = createRepository(folder.path);
  repository.commit('main', { 'run.mjs': program, 'prompt.md': 'level 0.9, rate {{lr}}\n', 'noregret.yml': study });
});
afterEach(() => { folder.remove(); });

function branch(files: Readonly<Record<string, string>>): void {
  repository.git('switch', '-q', '-c', 'pr');
  repository.commit('a change', files);
  repository.git('switch', '-q', 'main');
}
const compare = (): ReturnType<typeof type> => type(folder.path, ['compare', 'main', 'pr']);

test('a file that nobody can read is not looked for as a commit; a commit that is gone is', async () => {
  writeFileSync(join(folder.path, 'notes.txt'), 'nothing measured\n');
  expect(ended(await type(folder.path, ['compare', 'notes.txt', 'main']), 2).err).toMatch(/notes\.txt is neither a commit nor results that can be read\.\n {2}fix: .*noregret import notes\.txt/);
  expect(ended(await type(folder.path, ['compare', 'gone', 'main']), 2).err).toContain('there is no branch, tag or commit `gone`');
});

describe('a pull request that changes', () => {
  test('the template alone is judged by each side\'s own, though the file is Markdown', async () => {
    branch({ 'prompt.md': 'level 0.7, rate {{lr}}\n' });
    const { out } = ended(await compare(), 1);
    expect(out).toMatch(/accuracy −0\.2/);
  });

  test('words that change no value is no change', async () => {
    branch({ 'prompt.md': 'Think. level 0.9, rate {{lr}}\n' });
    expect(ended(await compare(), 0).out).toContain('No change: two seeds gave exactly the same numbers');
  });

  test('a name in it to one that is no parameter: said before anything is run', async () => {
    branch({ 'prompt.md': 'level 0.9, rate {{rl}}\n' });
    const { out, err } = ended(await compare(), 3);
    expect(out).toContain('prompt.md:1:17: {{rl}} names no parameter');
    expect(err).not.toContain('gate');
  });

  test('what was broken on main: no baseline, and why', async () => {
    repository.commit('breaks it', { 'prompt.md': 'level 0.9, rate {{rl}}\n' });
    branch({ 'prompt.md': 'level 0.9, rate {{lr}}\n' });
    expect(ended(await compare(), 0).out).toMatch(/No baseline: prompt\.md:1:17: \{\{rl\}\} names no parameter/);
  });
});
