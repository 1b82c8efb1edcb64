import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { ended, json, type } from '../cli/desk.js';
import { temporaryFolder } from '../stores/gitFixture.js';

const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) console.log('skipped: python3 is not installed, so no space of Hyperopt can be exported');

/** The environment that external.test.ts makes too. */
const venv = resolve('.cache/external-venv-hyperopt');
const python = join(venv, 'bin', 'python');
function install(): void {
  if (existsSync(python) && spawnSync(python, ['-m', 'pip', 'show', 'hyperopt']).status === 0) return;
  execFileSync('python3', ['-m', 'venv', venv]);
  execFileSync(python, ['-m', 'pip', 'install', '-q', 'hyperopt==0.3.0', 'numpy==2.4.6'], { stdio: ['ignore', 'ignore', 'inherit'] });
}

const program = `from hyperopt import hp
from hyperopt.pyll import scope
import numpy as np
space = {
    "lr": hp.loguniform("lr", np.log(1e-5), np.log(1e-1)),
    "units": scope.int(hp.quniform("units", 8, 64, 8)),
    "width": hp.randint("width", 3, 9),
    "kind": hp.choice("kind", [{"type": "svm", "C": hp.lognormal("C", 0, 1)}, {"type": "forest", "trees": hp.qloguniform("trees", 0, np.log(100), 1)}]),
    "act": hp.pchoice("act", [(0.25, "relu"), (0.75, "tanh")]),
    "noise": hp.qnormal("noise", 0, 2, 0.5),
    "epochs": 5,
}
other = hp.uniform("x", 0, 1)
`;

describe('a space of the real Hyperopt', () => {
  if (!hasPython) test.skip('no python3', () => undefined);
  else {
    const folder = temporaryFolder('hyperopt-space');
    const { PATH: before = '' } = process.env;
    beforeAll(() => { install(); process.env['PATH'] = `${join(venv, 'bin')}${delimiter}${before}`; }, 600_000);
    afterAll(() => { process.env['PATH'] = before; folder.remove(); });

    test('what hp says comes over, branches as conditions; of two variables one is named', async () => {
      writeFileSync(join(folder.path, 'space.py'), program);
      expect(ended(await type(folder.path, ['init', '--trust', '--from', 'space.py']), 2).err).toContain('2 variables hold a space of Hyperopt: space, other; name one as FILE#NAME');
      ended(await type(folder.path, ['init', '--trust', '--from', 'space.py#space']), 0);
      expect((parse(readFileSync(join(folder.path, 'noregret.yml'), 'utf8')) as Record<string, unknown>)['parameters']).toEqual({
        lr: { distribution: 'log_uniform_values', min: 1e-5, max: 0.1 }, units: { distribution: 'q_uniform', min: 8, max: 64, q: 8 }, width: { distribution: 'int_uniform', min: 3, max: 8 },
        kind: { values: ['svm', 'forest'] }, C: { distribution: 'log_normal', mu: 0, sigma: 1, when: { kind: 'svm' } }, trees: { distribution: 'q_log_uniform_values', min: 1, max: 100, q: 1, when: { kind: 'forest' } },
        act: { values: ['relu', 'tanh'], probabilities: [0.25, 0.75] }, noise: { distribution: 'q_normal', mu: 0, sigma: 2, q: 0.5 }, epochs: { value: 5 },
      });
      expect(json(ended(await type(folder.path, ['check', '--json']), 0))).toMatchObject({ ok: true });
    });

    test('what the program prints or writes on its own account does no harm', async () => {
      writeFileSync(join(folder.path, 'loud.py'), `print("x" * 100_000)\n${program}del other\n`);
      ended(await type(folder.path, ['init', '--force', '--trust', '--from', 'loud.py']), 0);
    });
  }
});
