import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../stores/gitFixture.js';
import { finished, program, tuned, type Program } from './training.js';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => { folder = temporaryFolder('odd'); });
afterEach(() => { folder.remove(); });
const good = 'echo "noregret {\\"step\\": 1, \\"acc\\": 0.5}"';

interface Row { readonly name: string; readonly program: Program; readonly reason: string; readonly says: RegExp }

const rows: readonly Row[] = [
  { name: 'a command that does not exist', program: { script: good, command: '[./no-such-program]' }, reason: 'spawn', says: /no-such-program/ },
  { name: 'a command that is not executable', program: { script: good, executable: false }, reason: 'spawn', says: /not executable|permission/i },
  { name: 'exit code 3', program: { script: 'echo "cannot read train.csv" >&2; exit 3' }, reason: 'exit-code', says: /cannot read train\.csv/ },
  { name: 'a signal', program: { script: 'kill -SEGV $$' }, reason: 'signal', says: /SIGSEGV/ },
  { name: 'a program that hangs', program: { script: 'sleep 600', budget: 'trial_time: 1s, failures: 2' }, reason: 'timeout', says: /1 s/ },
  { name: 'NaN', program: { script: 'echo "noregret {\\"acc\\": NaN}"' }, reason: 'non-finite', says: /NaN/ },
  { name: 'Infinity', program: { script: 'echo "noregret {\\"acc\\": Infinity}"' }, reason: 'non-finite', says: /Infinity/ },
  { name: '-Infinity', program: { script: 'echo "noregret {\\"acc\\": -Infinity}"' }, reason: 'non-finite', says: /Infinity/ },
  { name: 'no metric at all', program: { script: 'echo done' }, reason: 'no-objective', says: /acc/ },
  { name: 'a metric of another name', program: { script: 'echo "noregret {\\"accuracy\\": 0.5, \\"loss\\": 1}"' }, reason: 'no-objective', says: /accuracy.*loss|loss.*accuracy/ },
  { name: 'text for a number', program: { script: 'echo "noregret {\\"acc\\": \\"high\\"}"' }, reason: 'no-objective', says: /acc/ },
];

describe('every trial fails: the reason in the headline, exit 3, and each run is in the log', () => {
  test.each(rows)('$name', async ({ program: odd, reason, says }) => {
    program(folder.path, odd);
    const { out, err, report, log } = await tuned(folder.path, 3);
    const [study] = report.studies;
    expect(study?.failures.length).toBeGreaterThan(0);
    for (const failure of study?.failures ?? []) expect(failure.reason).toBe(reason);
    expect(out).toMatch(says);
    expect(out).toContain('no trial ended with a value');
    expect(`${out}${err}`).not.toMatch(/\n\s+at .*\.(js|ts):/);
    expect(finished(log)).toHaveLength(study?.failures.length ?? -1);
  });
});

test('consecutive failures stop the search, and the headline says so', async () => {
  program(folder.path, { script: 'exit 1', trials: 6 });
  const { out, report } = await tuned(folder.path, 3);
  expect(report.studies[0]?.search).toMatchObject({ stopReason: 'failures' });
  expect(report.studies[0]?.search?.trials).toHaveLength(3);
  expect(report.studies[0]?.verdict.sentence).toBe('Tuned: no trial ended with a value; stopped after too many failures in a row (exit-code)');
  expect(out).toContain(report.studies[0]?.verdict.sentence);
});

test('one failure does not end the search', async () => {
  program(folder.path, { script: `if grep -q -E '"x": ?1\\b' "$NOREGRET_PARAMS"; then echo "one is unlucky" >&2; exit 9; fi\n${good}`, trials: 6 });
  const { out, report } = await tuned(folder.path, 0);
  const states = report.studies[0]?.search?.trials.map(({ state }) => state);
  expect(states?.filter((state) => state === 'complete')).toHaveLength((states?.length ?? 0) - 1);
  expect(out).toContain('one is unlucky');
});

describe('what a trial prints', () => {
  test('32 MB: the metric is found and what is kept is small', async () => {
    program(folder.path, { script: `head -c 33554432 /dev/zero | tr '\\0' 'x'\necho\n${good}`, trials: 1 });
    const { report } = await tuned(folder.path, 0);
    expect(report.studies[0]?.search?.trials[0]).toMatchObject({ state: 'complete', value: 0.5 });
    expect(statSync(join(folder.path, '.noregret', 'odd', 'study.jsonl')).size).toBeLessThan(100_000);
    expect(statSync(join(folder.path, '.noregret', 'report', 'report.json')).size).toBeLessThan(200_000);
  });

  test('control characters, workflow commands and bidi tricks reach neither log nor terminal as such', async () => {
    program(folder.path, { script: `printf '::error::owned\\n##[error]owned\\n\\033[31mred\\033[2J\\r::set-output name=x::y\\n\\342\\200\\256rtl\\n'\nprintf '::error::owned\\n##[group]x\\n\\033]0;title\\007\\n' >&2\nexit 1` });
    const { out, err } = await tuned(folder.path, 3);
    const shown = `${out}\n${err}`;
    expect(shown).toContain('owned');
    expect(shown).not.toMatch(/^\s*::(error|set-output)/m);
    expect(shown).not.toContain('##[');
    expect(shown.split('').filter((c) => (c < ' ' && c !== '\n') || c === '\u007f' || c === '\u202e')).toEqual([]);
  });
});
