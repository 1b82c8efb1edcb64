import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { dialects } from '../../src/dialects/index.js';
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
    expect(out).toContain('wrote noregret.yml from sweep.yaml (W&B)\n');
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

  test('a grid without a cap is budgeted whole, a long one in part', async () => {
    const grid = async (more: string): Promise<string> => {
      writeFileSync(join(folder.path, 'sweep.yaml'), `program: fit.py\nmethod: grid\nmetric: { name: loss, goal: minimize }\nparameters:\n  a: { values: [1, 2, 3] }\n  b: { parameters: { c: { values: [x, y] }, d: { min: 1, max: 4 } } }\n  e: { value: 5 }\n${more}`);
      return ended(await type(folder.path, ['init', '--force']), 0).err;
    };
    expect(await grid('')).toBe('');
    expect(config()).toMatchObject({ method: 'grid', budget: { trials: 24 } });
    await grid('run_cap: 7\n');
    expect(config()).toMatchObject({ budget: { trials: 7 } });
    expect(await grid('  f: { min: 1, max: 100 }\n')).toBe('note: the grid has 2400 points: budget.trials runs an evenly spread part\n');
    expect(config()).toMatchObject({ budget: { trials: 20 } });
  });

  test('no end that the file does not have: its time stays, and what is lost inside a map is named', async () => {
    const from = async (more: string): Promise<{ err: string; limits: string }> => {
      writeFileSync(join(folder.path, 'sweep.yaml'), `${sweep}${more}`);
      const { err } = ended(await type(folder.path, ['init', '--force']), 0);
      return { err, limits: read('noregret.yml').split('budget:\n')[1]!.split('  # trial_time')[0]! };
    };
    expect(await from('')).toEqual({ err: '', limits: '  trials: 20 # the file names no number\n  # time: 45m\n' });
    expect(await from('budget: { trials: 9, time: 2h, gpu_hours: 3 }\n')).toEqual({ err: 'note: not read: budget.gpu_hours\n', limits: '  trials: 9\n  time: 2h\n' });
  });

  test('one with mistakes is refused with its line, and nothing is written', async () => {
    writeFileSync(join(folder.path, 'broken.yaml'), 'method: random\nparameters:\n  x: { min: 2, max: 1 }\n');
    const { err } = ended(await type(folder.path, ['init', '--from', 'broken.yaml']), 2);
    expect(err).toMatch(/broken\.yaml:3:\d+: /);
    expect(existsSync(join(folder.path, 'noregret.yml'))).toBe(false);
  });

  test('one that is not there', async () => {
    expect(ended(await type(folder.path, ['init', '--from', 'gone.yaml']), 2).err).toBe('error: Cannot read gone.yaml: there is no such file.\n  fix: Check the path; it is relative to the working directory.\n');
  });

  test('a folder of no tool, a file of no text, a dialect that there is not', async () => {
    mkdirSync(join(folder.path, 'sweeps'));
    expect(ended(await type(folder.path, ['init', '--from', 'sweeps']), 2).err).toMatch(/sweeps is a folder without an oracle\.json\.\n {2}fix: /);
    writeFileSync(join(folder.path, 'junk.bin'), Buffer.from([0, 1, 2, 0]));
    expect(ended(await type(folder.path, ['init', '--from', 'junk.bin']), 2).err).toMatch(/junk\.bin: it is no file of text\.\n {2}fix: /);
    writeFileSync(join(folder.path, 'half.json'), '{"a": [');
    expect(ended(await type(folder.path, ['init', '--from', 'half.json', '--dialect', 'nope']), 2).err).toContain('There is no dialect "nope".');
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

describe('from another tool\'s file', () => {
  const write = (name: string, text: string): void => { writeFileSync(join(folder.path, name), text); };
  const nni = '{"lr": {"_type": "loguniform", "_value": [0.0001, 0.1]}, "f": {"_type": "factor", "_value": [1]}}';

  test('it is told by its content, what is left out is said, and check takes what is written', async () => {
    write('any.name', nni);
    const { out, err } = ended(await type(folder.path, ['init', '--from', 'any.name']), 0);
    expect(out).toContain('wrote noregret.yml from any.name (NNI)\n');
    expect(err).toBe('note: the file names neither metric, goal nor command: put yours in place of the example\nnote: f: left out: its _type factor cannot be said here\n');
    expect(read('noregret.yml')).toContain('  # f: left out: its _type factor cannot be said here\n');
    expect(config()['parameters']).toEqual({ lr: { distribution: 'log_uniform_values', min: 0.0001, max: 0.1 } });
    expect(config()['budget']).toEqual({ trials: 20 });
    expect(json(ended(await type(folder.path, ['check', '--json']), 0))).toMatchObject({ ok: true, errors: [], warnings: [] });
  });

  test('--json says the tool and the notes', async () => {
    write('a.json', nni);
    expect(json(ended(await type(folder.path, ['init', '--json', '--from', 'a.json']), 0))).toMatchObject({ valid: true, from: 'a.json', tool: 'NNI', notes: [expect.stringContaining('names neither metric'), expect.stringContaining('f: left out')] });
  });

  test('metric, budget, pruner, time and command are carried over', async () => {
    write('katib.yaml', 'apiVersion: kubeflow.org/v1beta1\nkind: Experiment\nmetadata: { name: a }\nspec:\n  objective: { type: minimize, goal: 0.1, objectiveMetricName: loss }\n  algorithm: { algorithmName: tpe }\n  maxTrialCount: 9\n  earlyStopping: { algorithmName: medianstop }\n  parameters: [{ name: lr, parameterType: double, feasibleSpace: { min: "0", max: "1" } }]\n  trialTemplate: { trialParameters: [{ name: a, reference: lr }], trialSpec: { containers: [{ command: [python, t.py, "--lr=${trialParameters.a}"] }] } }\n');
    ended(await type(folder.path, ['init', '--from', 'katib.yaml']), 0);
    expect(config()).toMatchObject({ name: 'a', metric: { name: 'loss', goal: 'minimize' }, method: 'tpe', budget: { trials: 9 }, stop: { threshold: 0.1 }, early_terminate: { type: 'median' }, command: ['python', 't.py', '--lr=${param:lr}'] });
    ended(await type(folder.path, ['check']), 0);
  });

  test('an example in place of the metric goes with the goal', async () => {
    const experiment = (goal: string): string => `trialCommand: python t.py\ntuner: { name: TPE, classArgs: { optimize_mode: ${goal} } }\nsearchSpace: { a: { _type: choice, _value: [1, 2] } }\n`;
    for (const [goal, metric] of [['minimize', 'val_loss'], ['maximize', 'val_accuracy']] as const) {
      write('a.yaml', experiment(goal));
      expect(ended(await type(folder.path, ['init', '--force', '--from', 'a.yaml']), 0).err).toContain('note: the file names no metric: put yours');
      expect(config()['metric']).toMatchObject({ name: metric, goal });
    }
  });

  test('a parameter called seed is passed once, and that is said', async () => {
    const seeds = async (): Promise<string> => {
      const { err } = ended(await type(folder.path, ['init', '--force', '--from', 'a']), 0);
      expect(config()['command']).toEqual(['python', 'train.py', '${args}']);
      ended(await type(folder.path, ['check']), 0);
      return err;
    };
    write('a', '{"seed": {"_type": "choice", "_value": [20, 31]}}');
    expect(await seeds()).toMatch(/^note: seed: a parameter of the file, so the example command has no --seed=\$\{seed\}; /m);
    write('a', 'method: random\nmetric: { name: acc, goal: maximize }\nparameters: { seed: { values: [1, 2] } }\n');
    expect(await seeds()).toMatch(/^note: seed: /m);
    write('a', 'program: t.py\nmethod: random\nmetric: { name: acc, goal: maximize }\nparameters: { seed: { values: [1, 2] } }\n');
    expect(ended(await type(folder.path, ['init', '--force', '--from', 'a']), 0).err).toBe('');
    write('a', '{"lr": {"_type": "choice", "_value": [20, 31]}}');
    expect(ended(await type(folder.path, ['init', '--force', '--from', 'a']), 0).err).not.toContain('seed');
    expect(config()['command']).toEqual(['python', 'train.py', '--seed=${seed}', '${args}']);
  });

  test('--dialect forces one, and names those that there are', async () => {
    write('a.json', nni);
    ended(await type(folder.path, ['init', '--from', 'a.json', '--dialect', 'nni']), 0);
    expect(ended(await type(folder.path, ['init', '--force', '--from', 'a.json', '--dialect', 'katib']), 2).err).toContain('a.json holds no search space of Katib.');
    expect(ended(await type(folder.path, ['init', '--force', '--from', 'a.json', '--dialect', 'optuna']), 2).err).toMatch(/There is no dialect "optuna"\.\n {2}fix: --dialect takes wandb, katib, hydra/);
    expect(ended(await type(folder.path, ['init', '--force', '--dialect', 'nni']), 2).err).toContain('Add --from FILE.');
    const help = ended(await type(folder.path, ['init', '--help']), 0).out.replaceAll(/\s+/g, ' ');
    for (const name of ['wandb', ...Object.keys(dialects)]) expect(help).toContain(` ${name}`);
  });

  test('one of several is named after #, also where a file has one in its name', async () => {
    write('a#b.py', "p = {'x': [1, 2]}\nq = {'x': [3, 4]}\n");
    expect(ended(await type(folder.path, ['init', '--from', 'a#b.py']), 2).err).toContain("a#b.py has 2 search spaces of Talos: p, q.\n  fix: Name one after the file: --from 'a#b.py#p'.");
    ended(await type(folder.path, ['init', '--from', 'a#b.py#q']), 0);
    expect(config()['parameters']).toEqual({ x: { values: [3, 4] } });
  });

  test('a file, one of several in it, and a folder are named by their absolute paths too', async () => {
    mkdirSync(join(folder.path, 'files', 'project'), { recursive: true });
    mkdirSync(join(folder.path, 'study'));
    write('files/a.py', "p = {'x': [1, 2]}\nq = {'x': [3, 4]}\n");
    write('files/project/oracle.json', '{"hyperparameters": {"space": [{"class_name": "Boolean", "config": {"name": "a", "default": true, "conditions": []}}]}}');
    const study = join(folder.path, 'study');
    const from = async (file: string): Promise<string> => ended(await type(study, ['init', '--force', '--from', join(folder.path, 'files', file)]), 0).out;
    expect(await from('a.py#q')).toContain('(Talos)');
    expect(await from('project')).toContain('(Keras Tuner)');
  });

  test('a folder of Keras Tuner is its oracle.json', async () => {
    mkdirSync(join(folder.path, 'project'));
    write('project/oracle.json', '{"hyperparameters": {"space": [{"class_name": "Boolean", "config": {"name": "a", "default": true, "conditions": []}}]}}');
    expect(ended(await type(folder.path, ['init', '--from', 'project']), 0).out).toContain('(Keras Tuner)');
  });

  test('a W&B sweep that leaves metric or command open says so, as any other file does', async () => {
    write('open.yaml', 'method: random\nparameters: { a: { min: 0.1, max: 1.0 } }\n');
    expect(ended(await type(folder.path, ['init', '--force', '--from', 'open.yaml']), 0).err).toBe('note: the file names neither metric, goal nor command: put yours in place of the example\n');
    write('open.yaml', 'method: random\nmetric: { name: loss }\nparameters: { a: { min: 0.1, max: 1.0 } }\n');
    expect(ended(await type(folder.path, ['init', '--force', '--from', 'open.yaml']), 0).err).toBe('note: the file names no command: put yours in place of the example\n');
    write('open.yaml', 'program: t.py\nmethod: random\nparameters: { a: { min: 0.1, max: 1.0 } }\n');
    expect(ended(await type(folder.path, ['init', '--force', '--from', 'open.yaml']), 0).err).toBe('note: the file names neither metric nor goal: put yours in place of the example\n');
  });

  test('a W&B sweep stays one: indented, in JSON, with its pruner, and what is not carried over is named', async () => {
    write('s.json', '{"program": "t.py", "method": "grid", "parameters": {"a": {"values": [1, 2]}}}');
    expect(ended(await type(folder.path, ['init', '--from', 's.json']), 0).out).toContain('wrote noregret.yml from s.json (W&B)\n');
    expect(config()['parameters']).toEqual({ a: { values: [1, 2] } });
    write('s.yaml', '  program: t.py\n  method: random\n  project: p\n  early_terminate: { type: hyperband, min_iter: 3 }\n  metric: { name: loss }\n  parameters: { a: { values: [1, 2] } }\n');
    expect(ended(await type(folder.path, ['init', '--force', '--from', 's.yaml']), 0).err).toBe('note: not read: project\n');
    expect(config()).toMatchObject({ early_terminate: { type: 'hyperband', min_iter: 3 }, parameters: { a: { values: [1, 2] } } });
    ended(await type(folder.path, ['init', '--force', '--from', 's.yaml', '--dialect', 'wandb']), 0);
  });

  test.each([
    ['an unknown file', 'a: 1\n', /any is no search space that can be told by its content\.\n {2}fix: Known: W&B, Katib/],
    ['a dictionary that is computed', "p = {\n 'x': list(range(3)),\n 'y': 2 ** 3}\n", /any:3: this dictionary is no literal of Python/],
    ['a bad value', '{"lr":\n {"_type": "uniform", "_value": [2, 1]}}', /any:2: lr is no search space: its range 2…1 is upside down/],
    ['bytes that are no text', 'a\0b', /Cannot read any: it is no file of text/],
  ])('%s: nothing is written', async (_what, text, message) => {
    write('any', text);
    expect(ended(await type(folder.path, ['init', '--from', 'any']), 2).err).toMatch(message);
    for (const path of ['noregret.yml', '.github']) expect(existsSync(join(folder.path, path))).toBe(false);
  });

  test('a folder of nothing, a file too large', async () => {
    mkdirSync(join(folder.path, 'empty'));
    expect(ended(await type(folder.path, ['init', '--from', 'empty']), 2).err).toContain('empty is a folder without an oracle.json.');
    write('large', '');
    truncateSync(join(folder.path, 'large'), 5 * 1024 ** 3);
    expect(ended(await type(folder.path, ['init', '--from', 'large']), 2).err).toContain('large has 5368709120 bytes');
  });
});

describe('a Hyperopt space in Python', () => {
  const program = 'from hyperopt import hp\nopen("ran", "w").close()\nspace = {"lr": hp.uniform("lr", 0, 1)}\n';

  test('is never run without the user\'s word', async () => {
    writeFileSync(join(folder.path, 'space.py'), program);
    expect(ended(await type(folder.path, ['init', '--from', 'space.py']), 2).err).toMatch(/space\.py makes a search space of Hyperopt in Python, which only running it tells\.\n {2}fix: If you trust it: --trust runs it/);
    expect(existsSync(join(folder.path, 'ran'))).toBe(false);
  });

  test('with it, Python\'s last word is shown', async () => {
    writeFileSync(join(folder.path, 'space.py'), `raise SystemExit("no such thing")\n${program}`);
    expect(ended(await type(folder.path, ['init', '--trust', '--from', 'space.py']), 2).err).toMatch(/(Python could not make the space of space\.py: .*no such thing|there is no python3)/);
    expect(existsSync(join(folder.path, 'noregret.yml'))).toBe(false);
  });
});
