import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { externalMethods } from '../../src/config/externalMethod.js';
import { installOf, libraries, standing } from '../../src/external/libraries.js';
import { assetPath } from '../../src/platform/assets.js';
import { json, type } from '../cli/desk.js';
import { temporaryFolder } from '../stores/gitFixture.js';

const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) console.log('skipped: python3 is not installed, so no shipped adapter can be started');

test('each adapter that a study may name is shipped, with the library that it needs', () => {
  expect(Object.keys(libraries).sort()).toEqual(Object.keys(externalMethods).sort());
  for (const name of Object.keys(libraries)) expect(existsSync(assetPath(`python/adapters/${name.replaceAll('-', '_')}_adapter.py`))).toBe(true);
});

test.each([['4.0', 'known'], ['4.0.0', 'known'], ['5.9.9', 'known'], ['3.10', 'too-old'], ['6', 'newer'], ['6.0.0rc1', 'newer'], ['10.0', 'newer'], ['4.0rc1', 'known']])('optuna %s is %s', (version, expected) => {
  expect(standing(version, { from: '4.0', below: '6' })).toBe(expected);
});

const folder = temporaryFolder('external-adapters');
afterAll(() => { folder.remove(); });

/** A Python that sees, of installed packages, only what is made up here. */
function python(packages: Readonly<Record<string, string>>, modules: Readonly<Record<string, string>> = {}): string {
  const site = join(folder.path, 'site');
  rmSync(site, { recursive: true, force: true });
  for (const [name, version] of Object.entries(packages)) {
    mkdirSync(join(site, `${name.replaceAll('-', '_')}-${version}.dist-info`), { recursive: true });
    writeFileSync(join(site, `${name.replaceAll('-', '_')}-${version}.dist-info`, 'METADATA'), `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`);
  }
  for (const [name, text] of Object.entries(modules)) writeFileSync(join(site, name), text);
  writeFileSync(join(folder.path, 'python'), `#!/bin/sh\nPYTHONPATH=${site} exec python3 -S "$@"\n`);
  chmodSync(join(folder.path, 'python'), 0o755);
  return './python';
}
interface Study { readonly verdict: { readonly kind: string; readonly reason: string; readonly sentence: string } }
async function tuned(method: string): Promise<Study['verdict']> {
  writeFileSync(join(folder.path, 'noregret.yml'), `name: demo\nmetric: { name: loss, goal: minimize }\nmethod: ${method}\nparameters: { x: { min: 0.0, max: 1.0 } }\ncommand: [node, -e, "console.log('noregret {\\"loss\\": 1}')"]\nbudget: { trials: 20 }\nparallel: 1\nverdict: { rescore: 0 }\n`);
  const [study] = json<{ readonly studies: readonly Study[] } & Record<string, unknown>>(await type(folder.path, ['tune', '--new', '--json'])).studies;
  if (study === undefined) throw new Error('no study');
  return study.verdict;
}

const described = (body: string, options: string): string => spawnSync('python3', ['-S', '-c', `
from typing import Callable, Optional
from adapter_options import Refused, check_options
def kind(${body}): pass
try:
    check_options(kind, ${options}, "Sampler")
    print("taken")
except Refused as error:
    print(error)
`], { encoding: 'utf8', env: { ...process.env, PYTHONPATH: join(assetPath('python'), 'adapters') } }).stdout.trim();
(hasPython ? test : test.skip).each([
  ['trials: int = 10', '{"trials": 5}', 'taken'],
  ['trials: int = 10', '{"trails": 5}', 'Sampler has no option trails (did you mean trials?)'],
  ['share: "float | None" = None', '{"share": "half"}', 'Sampler: option share is "half", must be a number'],
  ['gamma: Optional[Callable[[int], int]] = None', '{"gamma": 3}', 'Sampler: option gamma is 3, must be a function, which a study file cannot hold'],
  ['gamma: Optional[Callable[[int], int]] = None', '{"gamma": None}', 'taken'],
  ['gamma: Callable[[int], int] = len', '{"gamma": None}', 'Sampler: option gamma is null, must be a function, which a study file cannot hold'],
])('an option of a class that takes (%s): %s', (body, options, expected) => { expect(described(body, options)).toBe(expected); });

describe.each(hasPython ? Object.entries(libraries) : [])('%s', (adapter, library) => {
  beforeEach(() => { python({}); });

  test('not installed: which line installs it, and for which Python', async () => {
    const verdict = await tuned(`{ external: ${adapter}, python: ${python({})} }`);
    expect(verdict).toMatchObject({ kind: 'INCOMPLETE', reason: 'external-unable' });
    expect(verdict.sentence).toContain(`No module named '${library.package}'`);
    expect(verdict.sentence).toContain(installOf(library, ['its default']));
  });

  test('too old', async () => {
    const verdict = await tuned(`{ external: ${adapter}, python: ${python({ [library.package]: '0.0.9' })} }`);
    expect(verdict).toMatchObject({ kind: 'INCOMPLETE', reason: 'external-unable' });
    expect(verdict.sentence).toContain(`${library.package} 0.0.9 is too old: this needs ${library.from} or newer`);
    expect(verdict.sentence).toContain(installOf(library, ['its default']));
  });
});

(hasPython ? test : test.skip)('a library that breaks while it is imported ends the run with its traceback, and no trial is drawn at random', async () => {
  const verdict = await tuned(`{ external: optuna, python: ${python({ optuna: '5.0.0' }, { 'optuna.py': 'raise RuntimeError("built for another machine")\n' })} }`);
  expect(verdict).toMatchObject({ kind: 'INCOMPLETE', reason: 'external-crashed' });
  expect(verdict.sentence).toContain('RuntimeError: built for another machine');
});

(hasPython ? test : test.skip)('what a library prints does not end among the replies', async () => {
  const verdict = await tuned(`{ external: scikit-optimize, python: ${python({ 'scikit-optimize': '0.10.2' }, { 'skopt.py': 'print("hello"); import os; os.system("echo from below"); raise ImportError("No module named sklearn")\n' })} }`);
  expect(verdict).toMatchObject({ reason: 'external-unable' });
  expect(verdict.sentence).toContain('ImportError: No module named sklearn');
});
