import { expect, test } from '@jest/globals';
import { createBusyLine, createProgress, type TerminalProgress } from '../../src/cli/progress.js';
import type { ProgressState } from '../../src/model/ports.js';

const state = (done: number, more: Partial<ProgressState> = {}): ProgressState => ({ study: 'spiral', stage: 'gate', done, of: 10, running: 2, slots: 4, ...more });

const stdin = { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true as const, value: undefined }) }) };

function screen({ isTTY, columns = 120 }: { isTTY: boolean; columns?: number }): { progress: TerminalProgress; text: () => string; time: { ms: number } } {
  let written = '';
  const time = { ms: 0 };
  const stream = { write: (text: string) => { written += text; }, isTTY, columns };
  const progress = createProgress({ cwd: '/', env: {}, stdout: stream, stderr: stream, stdin, signal: new AbortController().signal }, { quiet: false, now: () => time.ms });
  return { progress, time, text: () => written };
}

/** What a person sees in the end: rewritten lines keep only their last text. */
const seen = (text: string): readonly string[] => text.split('\n').map((line) => line.split('\r\u001b[2K').at(-1) ?? '');

test('one stage: what runs, the best, the time left', () => {
  const { progress, text } = screen({ isTTY: true });
  progress.progress(state(3, { stage: 'search', of: 20, best: 0.981, secondsLeft: 75.2 }));
  expect(seen(text())).toEqual(['spiral · search 3/20 · 2 running of 4 slots · best 0.981 · 76 s left']);
  progress.progress(state(3, { stage: 'search', of: 20, running: 0, elsewhere: 1 }));
  expect(seen(text())).toEqual(['spiral · search 3/20 · 0 running of 4 slots · 1 of another program']);
});

test('two stages at once share the line; the one that ends leaves its own behind', () => {
  const { progress, text } = screen({ isTTY: true });
  progress.progress(state(3, { secondsLeft: 12 }));
  progress.progress(state(2, { stage: 'search', of: 20, best: 0.981 }));
  expect(seen(text())).toEqual(['spiral · gate 3/10 (2 running, 12 s left) · search 2/20 (2 running, best 0.981)']);
  progress.line('a fact');
  progress.progress(state(10, { running: 0 }));
  progress.progress(state(4, { stage: 'search', of: 20, running: 4, best: 0.981, secondsLeft: 300 }));
  expect(seen(text())).toEqual(['a fact', 'spiral · gate 10/10 · 0 running of 4 slots', 'spiral · search 4/20 · 4 running of 4 slots · best 0.981 · 5 min left']);
  progress.end();
  expect(seen(text()).at(-1)).toBe('');
});

test('a stage in which nothing runs gives its place to the next', () => {
  const { progress, text } = screen({ isTTY: true });
  progress.progress(state(3, { stage: 'search', of: 20, running: 0 }));
  progress.progress(state(0));
  expect(seen(text())).toEqual(['spiral · gate 0/10 · 2 running of 4 slots']);
});

test('the time left goes down from telling to telling', () => {
  const { progress, text, time } = screen({ isTTY: true });
  progress.progress(state(3, { secondsLeft: 30 }));
  time.ms = 12_000;
  progress.progress(state(1, { stage: 'search' }));
  expect(seen(text())).toEqual(['spiral · gate 3/10 (2 running, 18 s left) · search 1/10 (2 running)']);
});

test('a narrow terminal cuts the line, one that knows no width is taken for 80', () => {
  for (const [columns, length] of [[40, 39], [0, 79]] as const) {
    const { progress, text } = screen({ isTTY: true, columns });
    progress.progress(state(3, { stage: 'x'.repeat(100) }));
    expect(seen(text())[0]).toHaveLength(length);
  }
});

test('in a log, each stage at most every ten seconds, and its end', () => {
  const { progress, text, time } = screen({ isTTY: false });
  for (let second = 0; second <= 12; second += 4) {
    time.ms = 1000 * second;
    progress.progress(state(second / 4, { secondsLeft: 40 - second }));
    progress.progress(state(second / 4, { stage: 'search' }));
  }
  progress.progress(state(10, { running: 0 }));
  expect(text().trimEnd().split('\n')).toEqual([
    'spiral · gate 0/10 · 2 running of 4 slots · 40 s left', 'spiral · search 0/10 · 2 running of 4 slots',
    'spiral · gate 3/10 · 2 running of 4 slots · 28 s left', 'spiral · search 3/10 · 2 running of 4 slots',
    'spiral · gate 10/10 · 0 running of 4 slots',
  ]);
});

test('what holds the thread is told now and then, on a terminal in one line, elsewhere seldom', () => {
  const shownBy = (isTTY: boolean, everyMs: number, quiet = false): string[] => {
    const [written, time]: [string[], { ms: number }] = [[], { ms: 0 }];
    const stream = { isTTY, columns: 20, write: (text: string) => written.push(text) };
    const { tell, end } = createBusyLine({ cwd: '/', env: {}, stdout: stream, stderr: stream, stdin, signal: new AbortController().signal }, { quiet, now: () => time.ms });
    for (let i = 1; i <= 4; i += 1) { time.ms = i * everyMs; tell(() => `reading a long name \u001B ${i}`); }
    end();
    return written;
  };
  expect(shownBy(true, 100)).toEqual(['\r\u001b[2Kreading a long name', '\r\u001b[2Kreading a long name', '\r\u001b[2K']);
  expect(shownBy(false, 6000)).toEqual(['reading a long name \\u{1B} 2\n', 'reading a long name \\u{1B} 4\n']);
  expect(shownBy(true, 10)).toEqual([]);
  expect(shownBy(true, 1000, true)).toEqual([]);
});
