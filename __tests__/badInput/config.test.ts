import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../stores/gitFixture.js';
import { ended, json, type } from '../cli/desk.js';
import { put } from './training.js';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => { folder = temporaryFolder('config'); });
afterEach(() => { folder.remove(); });

const head = 'metric: { name: acc, goal: maximize, margin: 0.01 }\ncommand: [node, train.mjs]\n';
/** One parameter, on line 4. */
const parameter = (text: string): string => `${head}parameters:\n  x: ${text}\n`;

describe('each mistake: exit 2, file:line:col, the value, the fix, and nothing run', () => {
  test.each([
    ['unreadable YAML', `${head}parameters: {\n`, 'noregret.yml:4:1', /YAML|flow|expected/i],
    ['an unknown key', `${parameter('{ min: 0, max: 1 }')}buget: { trials: 3 }\n`, 'noregret.yml:5:1', /buget[\s\S]*fix: .*budget/],
    ['a wrong type', `${parameter('{ min: 0, max: 1 }')}budget: { trials: many }\n`, 'noregret.yml:5:19', /many/],
    ['an empty list of values', parameter('{ values: [] }'), 'noregret.yml:4:', /empty|no value|at least one/i],
    ['min above max', parameter('{ min: 2, max: 1 }'), 'noregret.yml:4:', /2[\s\S]*1/],
    ['a logarithm of zero', parameter('{ distribution: log_uniform_values, min: 0, max: 1 }'), 'noregret.yml:4:', /above 0|positive|greater than 0|> 0/],
    ['probabilities that sum to 0.9', parameter('{ values: [a, b], probabilities: [0.4, 0.5] }'), 'noregret.yml:4:', /0\.9/],
    ['when on an unknown parameter', parameter('{ min: 0, max: 1, when: { y: 1 } }'), 'noregret.yml:4:', /y/],
    ['when in a circle', `${parameter('{ values: [1, 2], when: { z: 1 } }')}  z: { values: [1, 2], when: { x: 1 } }\n`, 'noregret.yml:', /circle|circular|cycle|itself/i],
    ['a grid over a continuous parameter', `${parameter('{ min: 0.0, max: 1.0 }')}method: grid\n`, 'noregret.yml:', /list its values, give it steps \(q_uniform\), or write method: random/],
    ['a grid beyond the default budget: both numbers', `${parameter('{ min: 1, max: 50 }')}method: grid\n`, 'noregret.yml:', /50[\s\S]*20/],
  ])('%s', async (_name, text, place, says) => {
    put(folder.path, 'noregret.yml', text);
    const checked = ended(await type(folder.path, ['check']), 2);
    expect(checked.out).toContain(place);
    expect(checked.out).toMatch(says);
    expect(checked.out).toContain('  fix: ');
    expect(checked.out).toContain('not valid');
    const tune = ended(await type(folder.path, ['tune']), 2);
    expect(tune.err).toContain(place);
    expect(tune.err).toContain('fix: ');
    expect(existsSync(join(folder.path, '.noregret'))).toBe(false);
  });

  test('all at once, with a correct example', async () => {
    put(folder.path, 'noregret.yml', `${parameter('{ min: 2, max: 1 }')}  y: { values: [] }\nbuget: 3\n`);
    const { out } = ended(await type(folder.path, ['check']), 2);
    for (const line of [4, 5, 6]) expect(out).toContain(`noregret.yml:${line}:`);
    expect(out).toContain('  example: ');
  });
});

test('no file at all; several candidates; a sweep file that would do', async () => {
  expect(ended(await type(folder.path, ['check']), 2).err).toContain('looked for noregret.yml');
  put(folder.path, 'sweep.yaml', 'method: random\n');
  expect(ended(await type(folder.path, ['check']), 2).err).toContain('--config sweep.yaml');
  put(folder.path, 'noregret.yml', parameter('{ min: 0, max: 1 }'));
  put(folder.path, '.github/noregret.yml', parameter('{ min: 0, max: 1 }'));
  expect(ended(await type(folder.path, ['check']), 2).err).toBe('error: Several configurations found: noregret.yml, .github/noregret.yml.\n  fix: Keep one of them, or name the one to use: --config noregret.yml (action input "config").\n');
});

test('what only a run needs is asked for by a run: a metric and a command', async () => {
  put(folder.path, 'noregret.yml', 'parameters: { x: { values: [1, 2] } }\nbudget: { trials: 1 }\n');
  const { err } = ended(await type(folder.path, ['tune']), 2);
  expect(err).toMatch(/metric/);
  expect(err).toMatch(/command/);
  expect(err).toMatch(/fix: /);
});

test('a grid larger than an explicit budget is spread evenly, and both numbers are said', async () => {
  put(folder.path, 'train.sh', 'echo "noregret {\\"acc\\": 0.5}"\n');
  put(folder.path, 'noregret.yml', `metric: { name: acc, goal: maximize }\ncommand: [sh, train.sh]\nmethod: grid\nparameters:\n  x: { min: 1, max: 9 }\nbudget: { trials: 3 }\nverdict: { rescore: 0 }\n`);
  expect(ended(await type(folder.path, ['check']), 0).out).toMatch(/grid has 9 points, budget is 3/);
  const typed = ended(await type(folder.path, ['tune', '--json']), 0);
  const report = json<{ studies: { search: { trials: { params: { x: number } }[] } }[] }>(typed);
  expect(report.studies[0]?.search.trials.map(({ params }) => params.x).toSorted((a, b) => a - b)).toEqual([2, 5, 7]);
});
