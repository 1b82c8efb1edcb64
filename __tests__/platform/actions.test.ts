import { expect, test } from '@jest/globals';
import type { ProgressState } from '../../src/model/ports.js';
import { actionProgress } from '../../src/platform/actions.js';
import { breakCommands, printableBlock } from '../../src/report/printable.js';
import { commandsIn, parseFileCommands } from '../e2e/harness/runnerRules.js';

const attacks = [
  '::error::x', '  ::set-output name=verdict::PASS', 'x ##[error]y', 'a\n::stop-commands::t', 'a\r::add-mask::secret', 'a\r\n::warning file=a,line=1::m',
  '\u0085::error::nel', '\u00a0::error::nbsp', '\u001b[31m::error::ansi', '###[group]x', '::::error::x', '\u2028::error::ls', '\ufeff::error::bom', '::save-state name=open-checks::[1]',
];

test.each(attacks)('the log wrapper leaves no command of %j', (attack) => {
  expect(commandsIn(breakCommands(printableBlock(attack)))).toEqual([]);
});

test('the rules find what the wrapper is for', () => {
  expect(attacks.filter((attack) => commandsIn(attack).length > 0).length).toBeGreaterThan(8);
});

test('file commands: what core writes is read back, whatever is in it', () => {
  expect(parseFileCommands('a=1\nb<<END\nx=y\nz<<q\nEND\n')).toEqual({ a: '1', b: 'x=y\nz<<q' });
  expect(() => parseFileCommands('b<<END\nx')).toThrow('delimiter not found');
});

test('progress is rationed per stage, and the end of a stage always shown', () => {
  let now = 0;
  const lines: string[] = [];
  const progress = actionProgress({ line: (text) => void lines.push(text), warn: () => undefined }, { now: () => now });
  const report = (shown: ProgressState): void => progress.progress(shown);
  const state = (done: number, stage = 'search') => ({ study: 'spiral', stage, done, of: 4, running: done === 4 ? 0 : 1, slots: 2 });
  report(state(0));
  now = 1000;
  report(state(1));
  report(state(0, 'gate'));
  now = 16_000;
  report({ ...state(2), elsewhere: 3, best: 0.123456789, secondsLeft: 61 });
  report(state(4));
  expect(lines).toEqual([
    'spiral: search 0 of 4, 1 running of 2 slots', 'spiral: gate 0 of 4, 1 running of 2 slots',
    'spiral: search 2 of 4, 1 running of 2 slots, 3 of another program, best 0.12346, about 61 s left', 'spiral: search 4 of 4, 0 running of 2 slots',
  ]);
});
