import { describe, expect, test } from '@jest/globals';
import { loadStudies, type LoadRequest } from '../../src/app/loadStudies.js';
import { compareStudies } from '../../src/app/runStudies.js';
import { tuneStudy } from '../../src/app/tuneStudy.js';
import { reportSchema } from '../../src/model/comparison.js';
import type { Repository } from '../../src/model/ports.js';
import { createSimulatedClock, createSimulatedExecutor, createSimulatedRunner } from '../../src/runners/simulated.js';
import { createMemoryJournal } from '../../src/stores/memoryJournal.js';
import type { StudyEvent } from '../../src/model/study.js';
import { hill, plainConfig } from './simulatedRun.js';

const facts = (name: string) => ({ sha: name.padEnd(40, '0'), tree: `tree ${name}`, parents: [], date: '2026-01-01T00:00:00Z', subject: name });
const [head, base] = [facts('abc'), facts('def')];

function repositoryWith(onBase: Readonly<Record<string, string>>, changed: readonly string[] = ['train.py']): Repository {
  return {
    root: '/repository', isDirty: () => Promise.resolve(false), mergeBase: () => Promise.resolve(base.sha), resolve: () => Promise.resolve(head),
    readFile: (sha, path) => Promise.resolve(sha === base.sha ? onBase[path] : undefined), firstParents: (from) => Promise.resolve([from]), changedFiles: () => Promise.resolve(changed), lastTag: () => Promise.resolve(undefined),
  };
}

function load(files: Readonly<Record<string, string>>, more: Partial<LoadRequest> = {}): { runs: ReturnType<typeof loadStudies>; warnings: string[] } {
  const warnings: string[] = [];
  return { warnings, runs: loadStudies({
    repository: repositoryWith(files), head, base, baseWhy: 'the merge base', overrides: {}, signal: new AbortController().signal,
    progress: { line: () => undefined, progress: () => undefined, warn: (text) => void warnings.push(text) },
    files: Object.entries(files).map(([path, text]) => ({ path, text })), ...more,
  }) };
}

describe('loadStudies', () => {
  test('one run per file, each with its base\'s own space and command', async () => {
    const other = plainConfig().replace('name: demo', 'name: other').replace('train.py', 'other.py');
    const runs = await load({ 'a.yml': plainConfig(), 'b.yml': other }, { repository: repositoryWith({ 'a.yml': plainConfig().replace('max: 10.0', 'max: 9.0') }) }).runs;
    expect(runs.map(({ configs, baseHasConfig }) => [configs.head.name, baseHasConfig])).toEqual([['demo', true], ['other', false]]);
    expect(runs[0]!.configs.base.space.parameters[0]!.distribution).toMatchObject({ high: 9 });
    expect(runs[0]!.configs.head.space.parameters[0]!.distribution).toMatchObject({ high: 10 });
  });

  test('every error of every file, with its place and fix', async () => {
    const { runs } = load({ 'a.yml': 'metric: {}\n', 'b.yml': plainConfig().replace('goal: maximize', 'goal: up') });
    const error = await runs.then(() => undefined, (caught: unknown) => caught as { code: string; message: string; fix: string });
    expect(error).toMatchObject({ code: 'config-invalid', fix: expect.stringContaining('check') });
    expect(error!.message).toMatch(/^a\.yml:\d+:\d+: /m);
    expect(error!.message).toMatch(/^b\.yml:3:\d+: .*up/m);
  });

  test('a file without a metric or a command can be checked, but not run', async () => {
    await expect(load({ 'a.yml': 'method: random\nparameters: { x: { values: [1, 2] } }\n' }).runs).rejects.toMatchObject({ code: 'config-invalid', message: expect.stringContaining('metric is missing') });
  });

  test('two files of one name are refused: history and checks go by it', async () => {
    await expect(load({ 'a.yml': plainConfig(), 'b.yml': plainConfig() }).runs).rejects.toMatchObject({ code: 'study-twice', message: expect.stringContaining('demo') });
  });

  test('a base file that is not valid counts as none, with a warning that names it', async () => {
    const { runs, warnings } = load({ 'a.yml': plainConfig() }, { repository: repositoryWith({ 'a.yml': 'parameters: {x: {min: 2, max: 1}}\n' }) });
    expect(await runs).toMatchObject([{ baseHasConfig: false, policyChanges: [] }]);
    expect(warnings).toEqual([expect.stringMatching(/^a\.yml on def0000000 is not valid: /)]);
  });

  test('overrides hold on both sides, and are no change of policy', async () => {
    const [run] = await load({ 'a.yml': plainConfig() }, { overrides: { trials: '7' } }).runs;
    expect(run).toMatchObject({ configs: { head: { budget: { trials: 7 } }, base: { budget: { trials: 7 } } }, policyChanges: [] });
  });

  test('flags in place of the file are needed to repeat the run', async () => {
    const overrides = { trials: 7, seed: '3', command: "python train.py --name 'a b'", template: { from: ['a.tpl', 'b c.tpl'] } };
    const [run] = await load({ 'a.yml': plainConfig() }, { overrides }).runs;
    expect(run?.flags).toEqual(["--trials '7'", "--seed '3'", `--command 'python train.py --name '\\''a b'\\'''`, "--template 'a.tpl'", "--template 'b c.tpl'"]);
    const [one] = await load({ 'a.yml': plainConfig() }, { overrides: { command: ['echo', 'a "b"'], template: { from: ['a.tpl'], to: 'x/a.py' } } }).runs;
    expect(one?.flags).toEqual([`--command '"echo" "a \\"b\\""'`, "--template-out 'x/a.py'", "--template 'a.tpl'"]);
  });

  test.each([[['README.md', 'docs/a.md'], false], [['README.md', 'src/a.py'], true], [[], false]] as const)('%j changed: inputs changed is %s', async (changed, expected) => {
    const files = { 'a.yml': plainConfig() };
    expect((await load(files, { repository: repositoryWith(files, changed) }).runs)[0]!.inputsChanged).toBe(expected);
  });

  test('without a base there is nothing to be unchanged against', async () => {
    expect((await load({ 'a.yml': plainConfig() }, { base: undefined }).runs)[0]).toMatchObject({ inputsChanged: true, base: undefined, baseHasConfig: false });
  });
});

describe('several studies', () => {
  test('one report, the worst verdict on top; cancelled before they began, all are incomplete and nothing is opened', async () => {
    const signal = AbortSignal.abort();
    const runs = await load({ 'a.yml': plainConfig(), 'b.yml': plainConfig().replace('demo', 'two') }, { signal }).runs;
    const clock = createSimulatedClock();
    const never = (): never => { throw new Error('opened'); };
    const report = await compareStudies(runs, {
      repository: repositoryWith({}), clock, tool: 'noregret test', secrets: '', progress: { line: never, warn: never, progress: never }, openWorkspace: never, openStudy: never,
      get store() { return never(); }, get keyProbe() { return never(); },
    }, { event: 'pull_request', headSha: head.sha, failOn: 'regression' });
    expect(report).toMatchObject({ verdict: 'INCOMPLETE', incomplete: true, studies: [{ study: 'demo' }, { study: 'two' }] });
    expect(reportSchema.parse(report)).toEqual(report);
  });
});

describe('tuneStudy', () => {
  async function tune(events: StudyEvent[], more: { cancelAt?: number; text?: string } = {}): Promise<{ comparison: Awaited<ReturnType<typeof tuneStudy>>; jobs: number; lines: string[] }> {
    const controller = new AbortController();
    const clock = createSimulatedClock();
    const [lines, text] = [[] as string[], more.text ?? plainConfig('budget: { trials: 20 }\n')];
    const [run] = await load({ 'a.yml': text }, { base: undefined, signal: controller.signal }).runs;
    let jobs = 0;
    const runner = createSimulatedRunner({ clock, program: ({ params, seed }) => {
      if ((jobs += 1) === more.cancelAt) controller.abort();
      const metrics = hill({ optimum: 7 })(params, seed);
      return { outcome: { state: 'complete', value: metrics.acc }, metrics, seconds: 1 };
    } });
    const comparison = await tuneStudy({
      run: run!, dir: '/tree', journal: createMemoryJournal(events), executor: createSimulatedExecutor(runner, { capacity: 2 }), identity: {},
      tools: { clock, tool: 'noregret test', secrets: '', progress: { line: (line) => void lines.push(line), warn: () => undefined, progress: () => undefined } },
    });
    return { comparison, jobs, lines };
  }

  test('a search and its re-score, no comparison', async () => {
    const { comparison, jobs } = await tune([]);
    expect(comparison).toMatchObject({ verdict: { kind: 'NO_BASELINE', reason: 'tune', sentence: expect.stringMatching(/^Tuned: acc 0\.\d+, the best of 20 trials$/) }, budget: { complete: jobs, reused: 0 } });
    expect(comparison.gate).toBeUndefined();
    const best = comparison.search!.rescore.find((candidate) => candidate.winner)!;
    expect(Math.abs(Number(best.params['x']) - 7)).toBeLessThan(1);
  });

  test('cancelled, then resumed: the same result, and nothing measured twice', async () => {
    const whole = await tune([]);
    const events: StudyEvent[] = [];
    const cut = await tune(events, { cancelAt: 9 });
    expect(cut.comparison.verdict).toMatchObject({ kind: 'INCOMPLETE', reason: 'cancelled' });
    const kept = cut.comparison.budget.complete;
    const resumed = await tune(events);
    expect(resumed.jobs).toBe(whole.jobs - kept);
    expect(resumed.comparison.budget).toMatchObject({ complete: resumed.jobs, reused: kept });
    expect(resumed.comparison.search).toEqual(whole.comparison.search);
    expect(resumed.lines[0]).toContain(`${kept} runs are taken over`);
  });
});
