import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseMetrics } from '../../src/runners/metricText.js';
import { readableTail } from '../../src/runners/trialLog.js';
import { sh } from './study.js';

const metricsOf = (text: string): unknown => {
  const found = parseMetrics(text);
  return typeof found === 'string' ? found : { ...Object.fromEntries(found.metrics), ...(found.step === undefined ? {} : { '@': found.step }) };
};

describe('one report', () => {
  test.each<[string, unknown]>([
    ['{"step": 3, "val_accuracy": 0.93}', { '@': 3, val_accuracy: 0.93 }],
    ['{"a": 1e-3, "b": -2, "c": 0}', { a: 0.001, b: -2, c: 0 }],
    ['{"a": NaN, "b": Infinity, "c": -Infinity}', { a: NaN, b: Infinity, c: -Infinity }],
    ['{"val": {"loss": 1, "deep": {"er": 2}}}', { 'val.loss': 1, 'val.deep.er': 2 }],
    ['{"a": 1, "list": [1, [2, {"x": 3}], "t"], "s": "t", "n": null, "t": true}', { a: 1 }],
    ['{"__proto__": {"polluted": 1}, "constructor": 2, "a": 1}', { a: 1 }],
    [' { } ', {}],
    ['{"a\\u0062": 1}', { ab: 1 }],
    ['{"a": 1, "a": 2}', 'the name "a" is given twice'],
    ['[1]', 'not a JSON object'], ['{"a": 01}', 'not JSON'], ['{"a": 1} x', 'text after the closing brace'], ['{"a": 1', 'a comma or brace is missing'], ['{a: 1}', 'a quoted name or text is missing'],
    ['', 'not a JSON object'], ['{"a": 0x10}', 'not JSON'], ['{"a" 1}', 'a colon is missing'], ['{"\\q": 1}', 'a bad escape in a quoted text'], ['{"a": [1, }', 'not JSON'],
    [`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`, 'nested deeper than 32'],
    [`{"a": ${'['.repeat(20_000)}${']'.repeat(20_000)}}`, 'nested deeper than 32'],
    [`{"${'n'.repeat(300)}": 1}`, 'a name is longer than 200 characters'],
    [`{${Array.from({ length: 1_001 }, (_, i) => `"m${i}": 1`).join(',')}}`, 'more than 1000 names'],
  ])('%#', (text, found) => {
    expect(metricsOf(text)).toEqual(found);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('cut anywhere, it is refused and never throws', () => {
    const text = '{"step": 1, "a": {"b": [1, "x\\n", null]}, "c": -1.5e-3}';
    for (let end = 0; end < text.length; end++) expect(typeof parseMetrics(text.slice(0, end))).toBe('string');
    expect(metricsOf(text)).toEqual({ '@': 1, c: -0.0015 });
  });
});

const three = (key = 'step'): string => `for i in 1 2 3; do echo "noregret {\\"${key}\\": $i, \\"loss\\": 0.$((4 - i)), \\"acc\\": $i}"; done`;

describe('metric sources', () => {
  test.each([['last', 0.1], ['best', 0.1], ['mean', 0.2]] as const)('reduce: %s', async (reduce, value) => {
    const { result, reports } = await sh(three(), { config: { reduce } });
    expect(result.outcome).toEqual({ state: 'complete', value: expect.closeTo(value, 12) });
    expect(result.metrics['acc']).toBe(3);
    expect(reports).toHaveLength(3);
  });

  test('best knows its direction and passes over what is not finite', async () => {
    const metric = { name: 'acc', goal: 'maximize', margin: { kind: 'auto' } } as const;
    const { result } = await sh(`${three()}; echo 'noregret {"acc": NaN}'; echo 'noregret {"acc": 2}'`, { config: { reduce: 'best', metric } });
    expect(result.outcome).toEqual({ state: 'complete', value: 3 });
  });

  test('without a step, reports are counted', async () => {
    expect((await sh(three('epoch'))).reports.map(({ step }) => step)).toEqual([0, 1, 2]);
  });

  test('the metrics file comes first, whatever came last', async () => {
    const { result } = await sh(`echo '{"loss": 1}' >> $NOREGRET_METRICS; sleep 0.1; echo 'noregret {"loss": 2, "acc": 5}'`);
    expect(result).toMatchObject({ outcome: { value: 1 }, metrics: { loss: 1, acc: 5 } });
  });

  test('tagged lines only at the start of a line of stdout; a torn one is noted', async () => {
    const { result } = await sh(`echo 'noregret {"loss": 1}' >&2; echo 'x noregret {"loss": 2}'; echo 'noregret {"loss": '; printf '50%%\\rnoregret {"loss": 3}'`);
    expect(result.outcome).toEqual({ state: 'complete', value: 3 });
  });

  test('a metrics file: links, pipes and growth are refused', async () => {
    for (const prepare of ['ln -s /etc/passwd', 'mkfifo', 'mkdir']) {
      const { result } = await sh(`${prepare} $NOREGRET_METRICS`);
      expect(result.outcome).toMatchObject({ state: 'failed', reason: 'no-objective', message: expect.stringContaining('not-a-file') });
    }
  });

  test.each([
    ['one object, in the working directory', `printf '{"loss": 0.5,\\n "acc": 2}' > metrics.json`, 0.5],
    ['one object, in the trial directory', `echo '{"loss": 0.6}' > $NOREGRET_TRIAL_DIR/metrics.json`, 0.6],
    ['JSON lines', `echo '{"loss": 0.9}' > metrics.json; echo '{"loss": 0.7}' >> metrics.json`, 0.7],
    ['rewritten at every step', `for i in 3 2 1; do echo "{\\"loss\\": 0.$i}" > metrics.json; sleep 0.05; done`, 0.1],
  ])('file: %s', async (_, script, value) => {
    const cwd = mkdtempSync(join(tmpdir(), 'noregret-'));
    const { result } = await sh(script, { job: { cwd }, config: { metrics: { wandb: false, file: 'metrics.json' } } });
    expect(result.outcome).toEqual({ state: 'complete', value });
  });

  test('file: one that lay there before is not this trial\'s; rewritten with the same text it is', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'noregret-'));
    writeFileSync(join(cwd, 'metrics.json'), '{"loss": 0.5}');
    const options = { job: { cwd }, config: { metrics: { wandb: false, file: 'metrics.json' } } };
    expect((await sh('true', options)).result.outcome).toMatchObject({ reason: 'no-objective' });
    expect((await sh(`sleep 0.02; printf '{"loss": 0.5}' > metrics.json`, options)).result.outcome).toEqual({ state: 'complete', value: 0.5 });
  });

  test('regex on stdout, each match a step', async () => {
    const regex = { config: { metrics: { wandb: false, regex: 'val_loss=([\\d.]+|nan)' } } };
    const { result, reports } = await sh('echo "epoch 1 val_loss=0.9 x"; echo "epoch 2 val_loss=0.7"', regex);
    expect(result.outcome).toEqual({ state: 'complete', value: 0.7 });
    expect(reports.map(({ step }) => step)).toEqual([0, 1]);
    expect((await sh('echo val_loss=nan', regex)).result.outcome).toMatchObject({ reason: 'non-finite' });
  });

  test('a pattern that hangs other engines does not hang this one', async () => {
    const { result } = await sh(`node -e 'console.log("a".repeat(5000))'; echo 'noregret {"loss": 1}'`, { config: { metrics: { wandb: false, regex: '(a+)+$b' } } });
    expect(result.outcome.state).toBe('complete');
  });

  test('the stream hash leaves out wall-clock readings, and metrics that depend on load', async () => {
    const also = [{ name: 'ms', goal: 'minimize', margin: { kind: 'auto' }, gate: false, timing: true }] as const;
    const run = async (line: string): Promise<string | undefined> => (await sh(`echo 'noregret ${line}'`, { config: { also } })).result.streamSha256;
    const first = await run('{"loss": 1, "_runtime": 5, "ms": 17}');
    expect(await run('{"loss": 1, "_runtime": 6, "_timestamp": 9, "ms": 18}')).toBe(first);
    expect(await run('{"loss": 1.0000001}')).not.toBe(first);
    expect(await run('{"loss": 1, "step": 5}')).not.toBe(first);
  });
});

test('a readable tail: bounded, no escapes, no bidi tricks', () => {
  const text = readableTail(`${'x\n'.repeat(100)}\u001b]0;title\u0007\u202egnp.exe ${'y'.repeat(9_000)}\u0000\n`);
  expect(text.split('\n')).toHaveLength(20);
  expect(text.length).toBeLessThanOrEqual(4_000);
  expect(text).not.toMatch(/[\u0000-\u0008\u001b\u202e]|title/);
});
