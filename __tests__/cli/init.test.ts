import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { createRepository, temporaryFolder } from '../stores/gitFixture.js';
import { ended, json, type } from './desk.js';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => { folder = temporaryFolder('init'); });
afterEach(() => { folder.remove(); });
const read = (path: string): string => readFileSync(join(folder.path, path), 'utf8');
const config = (): Record<string, unknown> => parse(read('noregret.yml')) as Record<string, unknown>;

interface Workflow { readonly on: { readonly push: { readonly branches: string[] } }; readonly permissions: object; readonly jobs: Record<'tune' | 'report', { readonly permissions: object }> }

test('examples: both files are valid, check has nothing to remark, and nothing is asked without a terminal', async () => {
  const { out, err } = ended(await type(folder.path, ['init']), 0);
  expect(out).toContain('wrote noregret.yml\nwrote .github/workflows/tuning.yml');
  expect(out).toContain('npx noregret check');
  expect(err).toBe('');
  expect(json(ended(await type(folder.path, ['check', '--json']), 0))).toMatchObject({ ok: true, errors: [], warnings: [], notes: [] });
  const workflow = parse(read('.github/workflows/tuning.yml')) as Workflow;
  expect(workflow.permissions).toEqual({});
  expect(workflow.jobs.tune.permissions).toEqual({ contents: 'read' });
  expect(workflow.jobs.report.permissions).toEqual({ actions: 'read', contents: 'write', 'pull-requests': 'write', checks: 'write' });
});

test('the default branch of the remote is the one that pushes are recorded on', async () => {
  const repository = createRepository(folder.path);
  repository.commit('one', { a: '1' });
  repository.git('update-ref', 'refs/remotes/origin/trunk', 'HEAD');
  repository.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/trunk');
  ended(await type(folder.path, ['init', '--yes']), 0);
  expect((parse(read('.github/workflows/tuning.yml')) as Workflow).on.push.branches).toEqual(['trunk']);
});

describe('an existing file', () => {
  test('is kept', async () => {
    writeFileSync(join(folder.path, 'noregret.yml'), 'mine\n');
    const { err } = ended(await type(folder.path, ['init']), 2);
    expect(err).toBe('error: noregret.yml exists already.\n  fix: Edit it, or overwrite it with --force.\n');
    expect(read('noregret.yml')).toBe('mine\n');
    expect(existsSync(join(folder.path, '.github'))).toBe(false);
  });

  test('is overwritten with --force', async () => {
    writeFileSync(join(folder.path, 'noregret.yml'), 'mine\n');
    ended(await type(folder.path, ['init', '--force']), 0);
    expect(config()['command']).toContain('train.py');
  });
});

const sweep = `program: fit.py
command: ['\${env}', '\${interpreter}', '\${program}', '\${args}']
method: bayes
metric: { name: loss, goal: minimize }
parameters:
  optimizer:
    parameters:
      name: { values: [sgd, adam] }
      lr: { distribution: log_uniform_values, min: 0.0001, max: 0.1 }
  depth: { min: 1, max: 4 }
`;

describe('from a sweep file', () => {
  test('command, metric and nested parameters are taken over, and the space is the same', async () => {
    writeFileSync(join(folder.path, 'sweep.yaml'), sweep);
    const { out } = ended(await type(folder.path, ['init']), 0);
    expect(out).toContain('wrote noregret.yml from sweep.yaml');
    expect(config()).toMatchObject({ metric: { name: 'loss', goal: 'minimize' }, parameters: (parse(sweep) as Record<string, unknown>)['parameters'] });
    expect(config()['command']).toContain('fit.py');
    const space = async (file: string): Promise<unknown> => json(ended(await type(folder.path, ['check', '--json', '--config', file]), 0))['space'];
    expect(await space('noregret.yml')).toEqual(await space('sweep.yaml'));
  });

  test('what W&B does for it stays: the source of metrics, method, cap and target, and 1.0 is no 1', async () => {
    writeFileSync(join(folder.path, 'sweep.yaml'), `program: fit.py
method: grid
run_cap: 7
metric: { name: acc, goal: maximize, target: 0.95 }
parameters:
  a: { values: [1.0, 2., 1e-5, 1_000, yes, None, "1"] } # as it is
  b: &b { values: [1, 2] }
`);
    ended(await type(folder.path, ['init']), 0);
    expect(config()).toMatchObject({ method: 'grid', metrics: { wandb: true }, budget: { trials: 7 }, stop: { threshold: 0.95 } });
    const space = async (file: string): Promise<unknown> => json(ended(await type(folder.path, ['check', '--json', '--config', file]), 0))['space'];
    expect(await space('noregret.yml')).toEqual(await space('sweep.yaml'));
    writeFileSync(join(folder.path, 'sweep.yaml'), 'program: fit.py\nmethod: random\nmetric: { name: acc, goal: maximize }\nparameters:\n  lr: &r { min: 1.0, max: 10.0 }\n  n: { min: 1, max: 10 }\n');
    ended(await type(folder.path, ['init', '--force']), 0);
    expect(await space('noregret.yml')).toMatchObject({ lr: { kind: 'float' }, n: { kind: 'int' } });
  });

  test('one with mistakes is refused with its line, and nothing is written', async () => {
    writeFileSync(join(folder.path, 'broken.yaml'), 'method: random\nparameters:\n  x: { min: 2, max: 1 }\n');
    const { err } = ended(await type(folder.path, ['init', '--from', 'broken.yaml']), 2);
    expect(err).toMatch(/broken\.yaml:3:\d+: /);
    expect(existsSync(join(folder.path, 'noregret.yml'))).toBe(false);
  });

  test('one that is not there', async () => {
    expect(ended(await type(folder.path, ['init', '--from', 'gone.yaml']), 2).err).toContain('Cannot read gone.yaml');
  });
});

describe('questions', () => {
  const answer = async (stdin: string): Promise<Record<string, unknown>> => {
    const { err } = ended(await type(folder.path, ['init'], { stdin, isTTY: true }), 0);
    expect(err).toContain('Metric to optimise [val_accuracy]: ');
    return config();
  };

  test('answers are taken', async () => {
    expect(await answer('node fit.mjs ${args}\nloss\nminimize\n')).toMatchObject({ command: ['node', 'fit.mjs', '${args}'], metric: { name: 'loss', goal: 'minimize' } });
  });

  test('empty answers and the end of the input take what is suggested', async () => {
    expect(await answer('\n')).toMatchObject({ metric: { name: 'val_accuracy', goal: 'maximize' } });
  });

  test('Ctrl-C writes nothing', async () => {
    const { err } = ended(await type(folder.path, ['init'], { isTTY: true, signal: AbortSignal.abort() }), 130);
    expect(err).toContain('Interrupted: nothing was written.');
    expect(existsSync(join(folder.path, 'noregret.yml'))).toBe(false);
  });
});

test('--json says what was written', async () => {
  expect(json(ended(await type(folder.path, ['init', '--json']), 0))).toEqual({ written: ['noregret.yml', join('.github', 'workflows', 'tuning.yml'), join('.github', 'workflows', 'noregret-commands.yml')], valid: true });
});
