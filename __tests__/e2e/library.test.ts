import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { distDir } from './harness/runner.js';

/** A project with nothing in it but the packed package: no registry, no dependency. */
let project = '';
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'noregret-project-'));
  const staged = join(project, 'staged');
  mkdirSync(staged);
  cpSync(distDir, join(staged, 'dist'), { recursive: true });
  for (const file of ['package.json', 'README.md', 'LICENSE']) cpSync(file, join(staged, file));
  execFileSync('npm', ['pack', '--offline', '--ignore-scripts', '--pack-destination', project], { cwd: staged, stdio: ['ignore', 'ignore', 'ignore'] });
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const home = join(project, 'node_modules', 'noregret');
  mkdirSync(home, { recursive: true });
  execFileSync('tar', ['-xzf', join(project, `noregret-${version}.tgz`), '-C', home, '--strip-components=1']);
  rmSync(staged, { recursive: true });
  writeFileSync(join(project, 'package.json'), '{"type":"module"}');
});
afterAll(() => { rmSync(project, { recursive: true, force: true }); });

/** The README's example. */
const example = (/```js\n(import \{ study[\s\S]*?)```/.exec(readFileSync('README.md', 'utf8'))?.[1] ?? '').replace('await train(params)', '(Number(params.lr) - 0.1) ** 2');

test('the README\'s ten lines run', () => {
  writeFileSync(join(project, 'search.js'), example);
  const out = execFileSync(process.execPath, ['search.js'], { cwd: project, encoding: 'utf8' });
  expect(example.trim().split('\n').length).toBeLessThanOrEqual(12);
  expect(out).toMatch(/trial: \d+/);
});

test('it is typed, without any other package', () => {
  writeFileSync(join(project, 'search.ts'), `declare const console: { log(...shown: readonly unknown[]): void };
${example}
import { type Study } from 'noregret';
const typed: Study = study({ parameters: { x: { min: 0, max: 1 } }, goal: 'maximize', method: samplers.tpe({ preset: 'hyperopt' }), pruner: pruners.median() });
const many: readonly { trial: number }[] = typed.ask(2);
const stop: boolean = typed.report(0, 1, 0.5);
// @ts-expect-error there is no such sampler
samplers.magic();
// @ts-expect-error a value is a number
typed.tell(many[0]!.trial, 'good', stop);
`);
  const tsc = resolve('node_modules/typescript/bin/tsc');
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: { noEmit: true, strict: true, target: 'es2023', module: 'nodenext', types: [] }, files: ['search.ts'] }));
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', '.'], { cwd: project, encoding: 'utf8' });
  expect(stdout).toBe('');
});

test('the package has what its commands need', () => {
  expect(existsSync(join(project, 'node_modules', 'noregret', 'dist', 'cli.js'))).toBe(true);
  expect(execFileSync(process.execPath, ['node_modules/noregret/dist/cli.js', '--version'], { cwd: project, encoding: 'utf8' })).toMatch(/^\d+\.\d+\.\d+/);
});
