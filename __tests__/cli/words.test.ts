import { afterAll, describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../stores/gitFixture.js';
import { ended, type } from './desk.js';

const folder = temporaryFolder('words');
afterAll(() => { folder.remove(); });
const at = folder.path;
const commands = ['demo', 'init', 'check', 'tune', 'compare', 'aa', 'lr-range', 'batch-size', 'smoke', 'judge', 'plan', 'report', 'history', 'accept', 'drift', 'import', 'export', 'ask-tell', 'resume', 'doctor'];

test('help names every command; every command has help with its flags', async () => {
  const { out } = ended(await type(at, ['--help']), 0);
  for (const command of commands) expect(out).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
  for (const command of commands) {
    const help = ended(await type(at, [command, '--help']), 0);
    expect(help.out).toContain(`Usage: noregret ${command}`);
    expect(help.out).toContain('--json');
    expect(help.out).toContain('--quiet');
    expect(help.err).toBe('');
  }
});

test('the version', async () => {
  expect(await type(at, ['--version'])).toEqual({ code: 0, out: '1.2.3\n', err: '' });
});

describe('what cannot be understood exits with 2 and a suggestion', () => {
  test.each([
    ['nothing at all', [], 'Usage: noregret'],
    ['a misspelt command', ['tunne'], 'Did you mean tune?'],
    ['a misspelt flag', ['tune', '--trails', '3'], 'Did you mean --trials?'],
    ['a missing argument', ['compare', 'main'], "missing required argument 'head'"],
    ['one argument too many', ['check', 'noregret.yml'], 'too many arguments'],
    ['a value that is none of the choices', ['compare', 'a', 'b', '--fail-on', 'always'], 'Allowed choices are regression, inconclusive, never'],
    ['a flag without its value', ['check', '--config'], 'argument missing'],
    ['judge without a margin', ['judge', 'f.csv', '--goal', 'maximize'], "required option '--margin <margin>' not specified"],
    ['judge without a goal', ['judge', 'f.csv', '--margin', '1'], "required option '--goal <goal>' not specified"],
    ['an unknown demo', ['demo', '--variant', 'nope'], 'Use moved, worse, better, equivalent or no-change.'],
  ])('%s', async (_name, argv, message) => {
    const { err } = ended(await type(at, argv), 2);
    expect(err).toContain(message);
  });
});

test('outside of a clone, compare names checkout and writes nothing', async () => {
  const { err } = ended(await type(at, ['compare', 'main', 'HEAD']), 2);
  expect(err).toContain('not a git repository');
  expect(err).toContain('fix: Run noregret inside a clone');
  expect(existsSync(join(at, '.noregret'))).toBe(false);
});

test('without a configuration each command names init', async () => {
  for (const command of ['check', 'tune', 'history']) {
    const { err } = ended(await type(at, [command]), 2);
    expect(err).toContain('No configuration found');
    expect(err).toContain('fix: Write one with: npx noregret init');
  }
});

test('with --json an error is an object on stdout, and words on stderr', async () => {
  const typed = ended(await type(at, ['check', '--json']), 2);
  expect(JSON.parse(typed.out)).toEqual({ ok: false, error: { code: 'config-missing', message: expect.stringContaining('No configuration found'), fix: 'Write one with: npx noregret init' } });
  expect(typed.err).toContain('error: No configuration found');
});

test('nothing to resume, nothing to report', async () => {
  expect(ended(await type(at, ['resume']), 2).err).toContain('fix: Start with: noregret tune, noregret compare BASE HEAD, or noregret aa');
  expect(ended(await type(at, ['report']), 2).err).toContain('fix: Make one: noregret compare main HEAD');
});
