import { describe, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCommandRunner } from '../../src/runners/command.js';
import type { TrialRunner } from '../../src/model/ports.js';
import { runnerContract } from '../contracts/runner.js';
import { configOf, jobOf, runCommand, sh } from './study.js';

/** One study whose command does what the parameter `what` says. */
function contractRunner(): TrialRunner {
  const space = { constraints: [], parameters: [{ name: 'what', path: ['what'], distribution: { name: 'categorical', choices: [] } as const }] };
  const script = 'case "$0" in good) exec node train.mjs;; bad) exit 4;; *) exec ./forever.sh;; esac';
  return createCommandRunner({ config: configOf(['sh', '-c', script, '${param:what}'], { space }), stateDir: mkdtempSync(join(tmpdir(), 'noregret-')), baseEnv: process.env, pollMs: 10, graceMs: { stop: 100, cancel: 100 } });
}

runnerContract('command', { make: contractRunner, good: jobOf({ params: { what: 'good' } }), failing: jobOf({ params: { what: 'bad' } }), endless: jobOf({ params: { what: 'endless' } }) });

describe('trial contract', () => {
  test('seed, parameters, an empty directory, TMPDIR of its own, no secrets', async () => {
    const env = { ...process.env, GITHUB_TOKEN: 'ghs_secret', AWS_SECRET_ACCESS_KEY: 'x', GITHUB_OUTPUT: '/tmp/out', STRAY: 'x', HF_HOME: '/cache', OK: 'yes' };
    const { result, dir } = await runCommand(['./print-env.sh'], { baseEnv: env, config: { env: { pass: ['OK'], set: { MINE: '1' }, isolateHome: false } }, slot: { device: 'GPU-1', env: { CUDA_VISIBLE_DEVICES: 'GPU-1' } } });
    expect(result).toMatchObject({ outcome: { state: 'complete', value: 1 }, device: 'GPU-1' });
    const seen = readFileSync(join(dir, 'files/env.txt'), 'utf8');
    for (const line of ['NOREGRET_SEED=7', `NOREGRET_TRIAL_DIR=${dir}/files`, `NOREGRET_PARAMS=${dir}/params.json`, 'CUDA_VISIBLE_DEVICES=GPU-1', 'HF_HOME=/cache', 'OK=yes', 'MINE=1', `HOME=${process.env['HOME']}`]) expect(seen.split('\n')).toContain(line);
    expect(seen).not.toMatch(/ghs_secret|AWS_|GITHUB_|STRAY/);
    expect(JSON.parse(readFileSync(join(dir, 'params.json'), 'utf8'))).toEqual({ lr: 0.5 });
    const tmp = /^TMPDIR=(.*)$/m.exec(seen)?.[1] ?? '';
    expect(tmp).not.toBe('');
    expect(existsSync(tmp) ? readdirSync(tmp) : []).toEqual([]);
    const listed = readFileSync(join(dir, 'listing.txt'), 'utf8').trim().split('\n\n').sort();
    expect(listed).toEqual([`${tmp}:`, `${dir}/files:\nenv.txt`].sort());
  });

  test('isolate: home', async () => {
    const { result } = await sh('test "$HOME" = "$NOREGRET_TRIAL_DIR/../home" || test -d "$HOME" && test "$HOME" != "$OLD" && echo \'noregret {"loss": 1}\'', { config: { env: { pass: [], set: { OLD: process.env['HOME'] ?? '' }, isolateHome: true } } });
    expect(result.outcome.state).toBe('complete');
  });

  test('a second run of an attempt starts from an empty directory', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'noregret-'));
    const script = 'test -z "$(ls -A "$NOREGRET_TRIAL_DIR")" && touch "$NOREGRET_TRIAL_DIR/x" && echo \'noregret {"loss": 1}\'';
    for (let i = 0; i < 2; i++) expect((await sh(script, { stateDir })).result.outcome.state).toBe('complete');
  });

  test('macros reach the program', async () => {
    const { dir } = await runCommand(['sh', '-c', 'echo "$@" > "$NOREGRET_TRIAL_DIR/argv"', '-', '${args}', '--seed=${seed}', '${args_json_file}', '${envvar:STRAY:-none}'], { job: { params: { lr: 1e-5 } } });
    expect(readFileSync(join(dir, 'files/argv'), 'utf8')).toBe(`--lr=1e-05 --seed=7 ${dir}/params.json none\n`);
  });
});

describe('how a trial ends', () => {
  test.each([
    ['exit code', 'echo "bad thing" >&2; exit 3', { state: 'failed', reason: 'exit-code', message: 'exit code 3' }],
    ['shell-reported signal', 'exit 139', { state: 'failed', reason: 'exit-code', message: 'exit code 139 (128 + SIGSEGV)' }],
    ['signal', 'kill -ABRT $$', { state: 'failed', reason: 'signal', message: 'killed by SIGABRT' }],
    ['no metric', 'true', { state: 'failed', reason: 'no-objective', message: 'ended well but never reported "loss"; no metrics were seen' }],
    ['wrong name', `echo 'noregret {"los": 1, "acc": 2}'`, { state: 'failed', reason: 'no-objective', message: 'ended well but never reported "loss"; metrics seen: acc, los' }],
    ['text', `echo 'noregret {"loss": "0.5"}'`, { state: 'failed', reason: 'no-objective', message: '"loss" was reported, but not as a number' }],
    ['NaN', `echo 'noregret {"loss": NaN}'`, { state: 'failed', reason: 'non-finite', message: '"loss": its last value is NaN' }],
    ['infinity', `echo 'noregret {"loss": -Infinity}'`, { state: 'failed', reason: 'non-finite', message: '"loss": its last value is -Infinity' }],
    ['1e999', `echo 'noregret {"loss": 1e999}'`, { state: 'failed', reason: 'non-finite', message: '"loss": its last value is Infinity' }],
    ['repeated name', `echo 'noregret {"loss": 1, "loss": 2}'`, { state: 'failed', reason: 'no-objective', message: 'ended well but never reported "loss"; no metrics were seen; not read: noregret line: the name "loss" is given twice' }],
    ['the program says infeasible', `echo 'noregret {"infeasible": "batch too large"}'; exit 1`, { state: 'infeasible', message: 'batch too large' }],
    ['out of memory text', './out-of-memory.sh', { state: 'infeasible', message: 'out of memory: CUDA out of memory' }],
    ...[
      'jax.errors.JaxRuntimeError: RESOURCE_EXHAUSTED: Out of memory while trying to allocate 30.85GiB', 'ResourceExhaustedError: OOM when allocating tensor with shape[64,512]',
      'RuntimeError: CUDA error: out of memory', 'RuntimeError: HIP out of memory. Tried to allocate 2 GiB', 'RuntimeError: MPS backend out of memory (MPS allocated: 9 GB)',
      'cudaErrorMemoryAllocation', 'RuntimeError: cuDNN error: CUDNN_STATUS_ALLOC_FAILED', 'java.lang.OutOfMemoryError: Java heap space', 'DefaultCPUAllocator: can\'t allocate memory: you tried to allocate 8 bytes',
      'numpy._core._exceptions._ArrayMemoryError: Unable to allocate 7.45 GiB', 'MemoryError', 'OSError: [Errno 12] Cannot allocate memory', 'slurmstepd: error: Detected 1 oom_kill event in StepId=1',
    ].map((text): [string, string, object] => [text, `echo "${text}" >&2; exit 1`, { state: 'infeasible', message: expect.stringMatching(/^out of memory: /) }]),
    ['a memory of another kind', 'echo "KeyError: memory; out of memory_pool" >&2; exit 1', { state: 'failed', reason: 'exit-code', message: 'exit code 1' }],
    ['killed by the kernel', 'kill -9 $$', { state: 'infeasible', message: 'out of memory: killed by SIGKILL, which did not come from us' }],
    ['137', 'exit 137', { state: 'infeasible', message: 'out of memory: killed by SIGKILL, which did not come from us' }],
    ['a survived out-of-memory', `echo 'CUDA out of memory'; echo 'noregret {"loss": 1}'`, { state: 'complete', value: 1 }],
  ])('%s', async (_, script, outcome) => {
    expect((await sh(script)).result.outcome).toEqual(outcome);
  });

  test.each([
    ['not found', ['no-such-program'], 'spawn', /command not found/], ['not executable', ['./not-executable.sh'], 'spawn', /not executable/],
    ['unset variable', ['${envvar:NO_SUCH}'], 'spawn', /NO_SUCH is not set/], ['a secret', ['echo', '${envvar:GITHUB_TOKEN}'], 'spawn', /GITHUB_TOKEN is not set, or holds a secret/],
  ])('%s: said readably', async (_, argv, reason, message) => {
    const { result } = await runCommand(argv, { baseEnv: { ...process.env, GITHUB_TOKEN: 'ghs_secret' } });
    expect(result.outcome).toEqual({ state: 'failed', reason, message: expect.stringMatching(message) });
  });

  test('the last lines of a failure, without control characters', async () => {
    const { result, dir } = await sh(`printf 'one\\n\\033[31mred\\033[0m\\a\\nprogress 1\\rprogress 2\\n'; echo last >&2; sleep 0.05; exit 1`);
    expect(result.logTail?.split('\n').sort()).toEqual(['last', 'one', 'progress 2', 'red']);
    expect(readFileSync(join(dir, 'log.txt'), 'latin1')).toContain('\u001b[31m');
  });

  test('a pruned trial keeps the value of its step', async () => {
    const { result } = await runCommand(['node', 'train.mjs', '1000', '20'], { onReport: ({ step }) => (step >= 3 ? 'stop' : 'continue') });
    expect(result.outcome).toEqual({ state: 'pruned', step: 3, value: expect.closeTo(0.5 / 3, 9) });
  });

  test('a listener that throws is our bug, and still ends the program', async () => {
    await expect(runCommand(['./forever.sh'], { onReport: () => { throw new Error('bug'); } })).rejects.toThrow('a listener of the trial failed');
  });

  test('two metrics files at once: each attempt has its own', async () => {
    const runs = await Promise.all([1, 2].map((seed) => runCommand(['node', 'train.mjs'], { job: { seed } })));
    expect(runs[0]?.result.metrics['loss']).not.toBe(runs[1]?.result.metrics['loss']);
  });

  test('a flood is drained, its log bounded, its metric found', async () => {
    const { result, dir } = await runCommand(['node', 'flood.mjs', '24']);
    expect(result.outcome).toEqual({ state: 'complete', value: 0.25 });
    expect(statSync(join(dir, 'log.txt')).size).toBeLessThan(2.1 * 2 ** 20);
    expect(readFileSync(join(dir, 'log.txt'), 'utf8')).toMatch(/\[noregret: \d+ bytes dropped here\]/);
    expect(readdirSync(dir).sort()).toEqual(['files', 'log.txt', 'params.json']);
  });
});
