import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../src/model/errors.js';
import { checkTemplates } from '../../src/platform/templates.js';
import { ours, parse } from '../config/parsing.js';
import { configOf, runCommand, type Ran } from './study.js';

let tree: string;
beforeEach(() => { tree = realpathSync(mkdtempSync(join(tmpdir(), 'noregret-template-'))); });
afterEach(() => { rmSync(tree, { recursive: true, force: true }); });
const put = (path: string, text: string | Buffer, mode = 0o644): void => {
  mkdirSync(join(tree, path, '..'), { recursive: true });
  writeFileSync(join(tree, path), text);
  chmodSync(join(tree, path), mode);
};
const run = async (argv: readonly string[], ...files: readonly { from: string; to: string }[]): Promise<Ran> => await runCommand(argv, { config: { templates: files }, job: { cwd: tree, params: { lr: 0.5 } } });
const checked = (...files: readonly { from: string; to: string }[]): UserError => {
  try {
    checkTemplates(tree, configOf(['true'], { templates: files }));
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('a trial with templates', () => {
  test('finds the filled file in its own folder, by macro and variable; the tree stays as it is', async () => {
    put('conf/config.yaml.tpl', 'lr: {{lr}}\nseed: {{seed}}\n');
    const { result, dir } = await run(['sh', '-c', 'cp "$0" "$NOREGRET_TRIAL_DIR/seen" && test "$0" = "$NOREGRET_TEMPLATE" && test "$0" = "$NOREGRET_TEMPLATE_DIR/config.yaml" && echo \'noregret {"loss": 1}\'', '${template}'], { from: 'conf/config.yaml.tpl', to: 'config.yaml' });
    expect(result.outcome).toEqual({ state: 'complete', value: 1 });
    expect(readFileSync(join(dir, 'files/seen'), 'utf8')).toBe('lr: 0.5\nseed: 7\n');
    expect(existsSync(join(dir, 'template/config.yaml'))).toBe(true);
    expect(readFileSync(join(tree, 'conf/config.yaml.tpl'), 'utf8')).toBe('lr: {{lr}}\nseed: {{seed}}\n');
  });

  test('may be a program itself: the mode is kept; folders are made; each by its name', async () => {
    put('run.sh.tpl', '#!/bin/sh\necho \'noregret {"loss": {{lr}}}\'; cat "$1"\n', 0o755);
    put('data.csv', 'x,{{lr}}\n', 0o444);
    const { result, dir } = await run(['${template}', '${template:a/b/data.csv}'], { from: 'run.sh.tpl', to: 'run.sh' }, { from: 'data.csv', to: 'a/b/data.csv' });
    expect(result.outcome).toEqual({ state: 'complete', value: 0.5 });
    expect(statSync(join(dir, 'template/run.sh')).mode & 0o777).toBe(0o755);
    expect(readFileSync(join(dir, 'template/a/b/data.csv'), 'utf8')).toBe('x,0.5\n');
  });

  test('a shape is its list of widths', async () => {
    put('net.yaml.tpl', 'widths: {{hidden}}\nloss: 1\n');
    const { space } = parse(ours('', '  hidden: { shape: funnel, layers: { min: 1, max: 4 }, width: { values: [32, 64] }, last: 4 }')).config!;
    const study = { templates: [{ from: 'net.yaml.tpl', to: 'net.yaml' }], space };
    expect(checkTemplates(tree, { ...configOf(['true'], study) }).warnings).toEqual([]);
    const params = { 'hidden.shape': 'funnel', 'hidden.layers': 2, 'hidden.width': 64, 'hidden.last': 4 };
    const { dir } = await runCommand(['sh', '-c', 'cp "$NOREGRET_TEMPLATE" "$NOREGRET_TRIAL_DIR/seen"'], { config: study, job: { cwd: tree, params } });
    expect(readFileSync(join(dir, 'files/seen'), 'utf8')).toBe('widths: [34, 4]\nloss: 1\n');
  });

  test('a template that went away after the check fails the trial with that word', async () => {
    const { result } = await run(['true'], { from: 'gone.tpl', to: 'gone' });
    expect(result.outcome).toMatchObject({ state: 'failed', reason: 'spawn', message: expect.stringContaining('The template gone.tpl does not exist') });
  });
});

describe('refused before anything is run', () => {
  test.each([
    ['nothing there', () => undefined, 'does not exist'],
    ['a folder', () => { mkdirSync(join(tree, 'a.tpl')); }, 'is a link or no file'],
    ['a link', () => { put('b', 'x'); symlinkSync('b', join(tree, 'a.tpl')); }, 'is a link or no file'],
    ['binary', () => { put('a.tpl', Buffer.from([0x6c, 0x72, 0, 1])); }, 'is no text in UTF-8'],
    ['not UTF-8', () => { put('a.tpl', Buffer.from([0xe9, 0x0a])); }, 'is no text in UTF-8'],
    ['huge', () => { put('a.tpl', 'x'.repeat((1 << 20) + 1)); }, 'has 1048577 bytes, at most 1048576'],
  ])('%s', (_, make, why) => {
    make();
    expect(checked({ from: 'a.tpl', to: 'a' })).toMatchObject({ code: 'template-unreadable', message: expect.stringContaining(`The template a.tpl ${why}`) });
  });

  test('a folder that leads out', () => {
    const other = mkdtempSync(join(tmpdir(), 'noregret-other-'));
    writeFileSync(join(other, 'a.tpl'), 'x');
    symlinkSync(other, join(tree, 'conf'));
    expect(checked({ from: 'conf/a.tpl', to: 'a' }).message).toContain('leads out of its folder');
    rmSync(other, { recursive: true });
  });

  test('everything that is wrong in all of them, with the nearest name', () => {
    put('a.tpl', 'ok\nx: {{lrr}}');
    put('b.tpl', '{{momentum}}');
    const { code, message } = checked({ from: 'a.tpl', to: 'a' }, { from: 'b.tpl', to: 'b' });
    expect(code).toBe('template-invalid');
    expect(message).toBe('a.tpl:2:4: {{lrr}} names no parameter\n  fix: did you mean {{lr}}?\nb.tpl:1:1: {{momentum}} names no parameter\n  fix: parameters: lr; to keep two braces as they are, write \\{{');
  });
});

describe('a parameter that has no place', () => {
  const warnings = (argv: readonly string[]): readonly string[] => checkTemplates(tree, configOf(argv, { templates: [{ from: 'a.tpl', to: 'a' }] })).warnings;
  test('is warned about, unless the command passes it', () => {
    put('a.tpl', 'seed: {{seed}}');
    expect(warnings(['sh'])).toEqual(['lr has no place in a.tpl: write {{lr}} where its value belongs, or the program has to read it from $NOREGRET_PARAMS.']);
    expect(warnings(['sh', '${args}'])).toEqual([]);
    expect(warnings(['sh', '--lr=${param:lr}'])).toEqual([]);
    put('a.tpl', '{{lr}}');
    expect(warnings(['sh'])).toEqual([]);
  });
});
