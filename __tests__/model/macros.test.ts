import { describe, expect, test } from '@jest/globals';
import { UserError } from '../../src/model/errors.js';
import { expandCommand, findMacroProblems, type MacroValues } from '../../src/model/macros.js';
import { trialArguments } from '../../src/model/trialArguments.js';
import { toPython } from '../../src/model/pythonText.js';
import type { Params } from '../../src/model/params.js';
import type { Parameter, SearchSpace } from '../../src/model/searchSpace.js';

const categorical = (name: string, path = [name]): Parameter => ({ name, path, distribution: { name: 'categorical', choices: [] } });
const space: SearchSpace = {
  constraints: [],
  parameters: [
    { name: 'lr', path: ['lr'], distribution: { name: 'log_uniform_values', low: 1e-6, high: 1 } },
    categorical('nesterov'), categorical('amsgrad'), categorical('layers'), categorical('init'), categorical('momentum'), categorical('model.width'),
    categorical('optimizer.lr', ['optimizer', 'lr']), categorical('optimizer.nadam.beta', ['optimizer', 'nadam', 'beta']),
  ],
};
const params: Params = { 'optimizer.nadam.beta': 0.9, 'optimizer.lr': 0.001, lr: 1e-5, nesterov: true, amsgrad: false, layers: [1, 2], init: null, 'model.width': 64 };
const values: MacroValues = {
  program: 'train.py', args: trialArguments(space, params), seed: 7, trialDir: '/t/0-1', paramsFile: '/t/params.json',
  params: new Map(Object.entries(params).map(([k, v]) => [k, toPython(v)])), parameters: new Set(space.parameters.map((p) => p.name)),
  variable: (name) => ({ HOME: '/home/u' })[name],
};
const all = ['lr=1e-05', 'nesterov=True', 'amsgrad=False', 'layers=[1, 2]', 'init=None', 'model.width=64', "optimizer={'lr': 0.001, 'nadam': {'beta': 0.9}}"];

describe('command macros', () => {
  test('the default command of Weights & Biases', () => {
    expect(expandCommand(['${env}', '${interpreter}', '${program}', '${args}'], values)).toEqual(['/usr/bin/env', 'python', 'train.py', ...all.map((a) => `--${a}`)]);
  });

  test('every spelling of the arguments', () => {
    expect(expandCommand(['${args_no_hyphens}'], values)).toEqual(all);
    expect(expandCommand(['${args_append_hydra}'], values)).toEqual(all.map((a) => `+${a}`));
    expect(expandCommand(['${args_override_hydra}'], values)).toEqual(all.map((a) => `++${a}`));
    expect(expandCommand(['${args_no_equals}'], values).slice(0, 4)).toEqual(['--lr', '1e-05', '--nesterov', 'True']);
    expect(expandCommand(['${args_no_boolean_flags}'], values)).toEqual(['--lr=1e-05', '--nesterov', ...all.slice(3).map((a) => `--${a}`)]);
    expect(expandCommand(['${args_json_file}'], values)).toEqual(['/t/params.json']);
    const [json = ''] = expandCommand(['${args_json}'], values);
    expect(JSON.parse(json)).toEqual({ lr: 1e-5, nesterov: true, amsgrad: false, layers: [1, 2], init: null, 'model.width': 64, optimizer: { lr: 0.001, nadam: { beta: 0.9 } } });
  });

  test('ours expand inside strings, theirs only as whole elements', () => {
    expect(expandCommand(['--seed=${seed}', '--out=${trial_dir}/m-${param:model.width}', '--x=${args}', 'echo "${arg#--}" ${program}', '${seed}'], values)).toEqual([
      '--seed=7', '--out=/t/0-1/m-64', '--x=${args}', 'echo "${arg#--}" ${program}', '7',
    ]);
  });

  test('a value cannot smuggle in another macro', () => {
    expect(expandCommand(['${param:init}'], { ...values, params: new Map([...values.params, ['init', '${envvar:HOME}']]) })).toEqual(['${envvar:HOME}']);
  });

  test('an element that mentions an inactive parameter is left out', () => {
    expect(expandCommand(['a', '--momentum=${param:momentum}', 'b'], values)).toEqual(['a', 'b']);
  });

  test('environment variables: anywhere, with a default, an error when unset', () => {
    expect(expandCommand(['--data=${envvar:HOME}/d', '${envvar:NONE:-/tmp/x}'], values)).toEqual(['--data=/home/u/d', '/tmp/x']);
    expect(() => expandCommand(['${envvar:NONE}'], values)).toThrow(UserError);
  });

  test('unknown macros are named with a suggestion, all at once', () => {
    const problems = findMacroProblems(['${python3}', '${argz}', 'x ${nope} y', '--a=${param:lrr}', '${args}'], ['lr']);
    expect(problems.map(({ index, macro }) => [index, macro])).toEqual([[0, '${python3}'], [1, '${argz}'], [3, '${param:lrr}']]);
    expect(problems[1]?.fix).toBe('did you mean ${args}?');
    expect(problems[2]?.fix).toBe('did you mean ${param:lr}?');
    expect(() => expandCommand(['${python3}'], values)).toThrow('unknown macro ${python3}');
  });

  test('float distributions print floats, whole ones too', () => {
    expect(trialArguments(space, { lr: 1 }).get('lr')).toEqual({ float: 1 });
    expect([...trialArguments(space, { lr: 1, stray: 2 })]).toEqual([['lr', { float: 1 }], ['stray', 2]]);
  });
});
