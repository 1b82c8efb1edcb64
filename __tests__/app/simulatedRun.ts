import { expect } from '@jest/globals';
import { loadStudies } from '../../src/app/loadStudies.js';
import { compareStudies, recordStudies, selfTestStudies } from '../../src/app/runStudies.js';
import type { Tools } from '../../src/app/tools.js';
import { standardNormal } from '../../src/math/normal.js';
import { createRng } from '../../src/math/rng.js';
import { reportSchema, type Comparison, type Report } from '../../src/model/comparison.js';
import { UserError } from '../../src/model/errors.js';
import { canonicalJson, paramsKey, type Params } from '../../src/model/params.js';
import type { BaselineStore, Clock, CommitFacts, Executor, Journal, ProgressState, Repository, TrialJob, TrialRunner, Workspace } from '../../src/model/ports.js';
import { recordSchema, type StudyRecord } from '../../src/model/record.js';
import { sha256Hex } from '../../src/model/seeds.js';
import type { StudyEvent } from '../../src/model/study.js';
import type { Side } from '../../src/model/trial.js';
import { buildDocument } from '../../src/report/build.js';
import { renderMarkdown } from '../../src/report/markdown.js';
import { renderText } from '../../src/report/text.js';
import { createSimulatedClock, createSimulatedExecutor, createSimulatedRunner, type SimulatedRun } from '../../src/runners/simulated.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createMemoryJournal } from '../../src/stores/memoryJournal.js';

/** Metrics of one run, or the message of a crash. `side` is whose code runs; a push has only one. */
export type Formula = (side: Side, params: Params, seed: number, job: TrialJob) => Readonly<Record<string, number>> | string;

export interface WorldOptions {
  readonly formula: Formula;
  /** noregret.yml beyond name, command and metric; by default one parameter `x` with a default, on both sides. */
  readonly config?: string;
  /** The base's file: absent = the head's, null = none. */
  readonly baseConfig?: string | null;
  readonly changed?: readonly string[];
  /** Commit of main that the tag v1 names. */
  readonly tag?: number;
  readonly seconds?: (job: TrialJob) => number;
  readonly capacity?: number;
  readonly devices?: readonly string[];
  /** By default a simulated one, which binds no run to a device. */
  readonly executor?: (runner: TrialRunner, clock: Clock) => Executor;
  /** Fields of the compatibility key beside metric and incumbent. */
  readonly key?: Readonly<Record<string, string>>;
  readonly store?: BaselineStore;
  /** Models kept on this runner: where by digest. What a run leaves at `absent` is not there. */
  readonly models?: Map<string, string>;
  readonly unbuildable?: Side;
  /** Asked at each start of a trial: true = somebody cancels now. */
  readonly cancelWhen?: (job: TrialJob, nth: number) => boolean;
  readonly cancelledInSetup?: boolean;
  readonly journal?: (events: StudyEvent[]) => Journal;
  readonly startMs?: number;
}

export interface World {
  options: WorldOptions;
  readonly store: BaselineStore;
  /** Every job that was really run, in order of starting. */
  readonly jobs: TrialJob[];
  readonly lines: string[];
  readonly warnings: string[];
  readonly states: ProgressState[];
  readonly prepared: string[];
  readonly logs: Map<string, StudyEvent[]>;
  /** The pull request `head` against `base`. */
  compare(change?: Partial<WorldOptions>): Promise<Ran>;
  /** The A/A self-test of commit `n` of main. */
  selfTest(n: number, change?: Partial<WorldOptions> & { rounds?: number; trees?: 'one' | 'two' }): Promise<{ readonly report: Report; readonly record: StudyRecord | undefined; readonly jobs: readonly TrialJob[] }>;
  /** A push of commit `n` (1, 2, …) to main, whose base is the commit before. */
  push(n: number, change?: Partial<WorldOptions> & { searchAlways?: boolean }): Promise<Ran & { readonly record: StudyRecord | undefined; readonly pending: readonly StudyRecord[] }>;
}

export interface Ran { readonly report: Report; readonly study: Comparison; readonly markdown: string; readonly jobs: readonly TrialJob[] }

export const plainConfig = (more = '', metric = 'margin: 0.02'): string => `name: demo
command: [python, train.py]
metric: { name: acc, goal: maximize, ${metric} }
parameters: { x: { min: 0.0, max: 10.0, default: 4.0 } }
${/^budget:/m.test(more) ? '' : 'budget: { trials: 10 }\n'}${more}`;

/** Same seed and salt, same number: the noise of training. */
export const noise = (salt: string, seed: number): number => standardNormal(createRng(`${salt}:${seed}`));

/** A hill with its top at `optimum`; paired seeds share most of their noise. */
export function hill({ level = 0.9, optimum = 4, sd = 0.003, salt = 'a' } = {}): (params: Params, seed: number) => { acc: number } {
  return (params, seed) => ({ acc: level - 0.01 * (Number(params['x']) - optimum) ** 2 + 0.01 * noise('both', seed) + sd * noise(salt, seed) });
}

export const shaOf = (n: number): string => n.toString(16).padStart(40, '0');
/** Commits of main are 1, 2, …; a pull request's base is the 20th, its head 99. */
const baseNumber = 20;
const headNumber = 99;

export function createWorld(options: WorldOptions): World {
  const world: World = {
    options, store: options.store ?? createMemoryStore(), jobs: [], lines: [], warnings: [], states: [], prepared: [], logs: new Map(),
    compare: async (change = {}) => await runCompare(world, { ...world.options, ...change }),
    selfTest: async (n, change = {}) => await runSelfTest(world, n, { ...world.options, ...change }),
    push: async (n, change = {}) => await runPush(world, n, { ...world.options, ...change }),
  };
  return world;
}

const commit = (n: number): CommitFacts => ({ sha: shaOf(n), tree: `tree${n}`, parents: n > 1 ? [shaOf(n === headNumber ? baseNumber : n - 1)] : [], date: '2026-01-01T00:00:00Z', subject: `commit ${n}` });

function repositoryOf({ config = plainConfig(), baseConfig, changed = ['train.py'], tag }: WorldOptions): Repository {
  const line = (from: string): string[] => {
    const n = Number.parseInt(from, 16);
    const below = n === headNumber ? baseNumber : n - 1;
    return [from, ...Array.from({ length: below }, (_, i) => shaOf(below - i))];
  };
  return {
    root: '/repository', isDirty: () => Promise.resolve(false), mergeBase: () => Promise.resolve(shaOf(baseNumber)),
    resolve: (revision) => Promise.resolve(commit(Number.parseInt(revision, 16))),
    readFile: () => Promise.resolve(baseConfig === null ? undefined : baseConfig ?? config),
    firstParents: (from, limit) => Promise.resolve(line(from).slice(0, limit)),
    lastTag: () => Promise.resolve(tag === undefined ? undefined : { tag: 'v1', sha: shaOf(tag) }),
    changedFiles: (from, to) => Promise.resolve(from === to ? [] : changed),
  };
}

function toolsOf(world: World, options: WorldOptions, controller: AbortController): Tools {
  const clock = createSimulatedClock(options.startMs ?? 1_767_225_600_000);
  const runner = createSimulatedRunner({ clock, program: (job) => {
    world.jobs.push(job);
    if (options.cancelWhen?.(job, world.jobs.length) === true) controller.abort();
    return simulated(options, job);
  } });
  const executor = (): Executor => options.executor?.(runner, clock) ?? createSimulatedExecutor(runner, { capacity: options.capacity ?? 2, ...(options.devices === undefined ? {} : { devices: options.devices }) });
  return {
    repository: repositoryOf(options), store: world.store, clock, tool: 'noregret test', secrets: '',
    keyProbe: { key: (_tree, config, incumbent) => Promise.resolve({ gpu: 'none', ...options.key, metric: `${config.metric?.goal ?? ''} ${config.metric?.name ?? ''}`, incumbent: paramsKey(incumbent) }) },
    progress: { line: (text) => void world.lines.push(text), warn: (text) => void world.warnings.push(text), progress: (state) => void world.states.push(state) },
    openWorkspace: () => Promise.resolve(workspaceOf(world, options, controller)),
    ...(options.models === undefined ? {} : { findCheckpoint: (digest) => Promise.resolve(options.models?.get(digest)) }),
    openStudy: (study, identity) => {
      const key = canonicalJson({ study, identity });
      const events = world.logs.get(key) ?? [];
      world.logs.set(key, events);
      return Promise.resolve({ journal: options.journal?.(events) ?? createMemoryJournal(events), executor: executor(), ...(options.models === undefined ? {} : { keepCheckpoint: (trial, path) => Promise.resolve(keepModel(options.models!, `${key} ${trial.number}`, path)) }) });
    },
  };
}

function keepModel(models: Map<string, string>, content: string, path: string): { digest: string } | { why: string } {
  if (path === 'absent') return { why: 'is not there' };
  const digest = sha256Hex(content);
  models.set(digest, `/models/${digest}`);
  return { digest };
}

function workspaceOf(world: World, { unbuildable, cancelledInSetup }: WorldOptions, controller: AbortController): Workspace {
  return {
    dependencies: 'shared', close: () => Promise.resolve(),
    prepare: (side, sha) => {
      world.prepared.push(side);
      if (cancelledInSetup === true) controller.abort();
      return side === unbuildable || cancelledInSetup === true
        ? Promise.reject(new UserError('side-unbuildable', `${side} cannot be built: pip install failed.`, { fix: 'Mend its setup.', exitCode: 3 }))
        : Promise.resolve({ side, sha, dir: `/tree/${side}` });
    },
  };
}

function simulated({ formula, seconds }: WorldOptions, job: TrialJob): SimulatedRun {
  const metrics = formula(job.cwd.endsWith('base') ? 'base' : 'head', job.params, job.seed, job);
  const time = { seconds: seconds?.(job) ?? 1 };
  if (typeof metrics === 'string') return { ...time, outcome: { state: 'failed', reason: 'exit-code', message: metrics } };
  const objective = Object.values(metrics)[0] ?? NaN;
  return { ...time, outcome: { state: 'complete', value: objective }, metrics, steps: [metrics], streamSha256: sha256Hex(JSON.stringify(metrics)) };
}

async function runCompare(world: World, options: WorldOptions): Promise<Ran> {
  const controller = new AbortController();
  const tools = toolsOf(world, options, controller);
  const [head, base] = [commit(headNumber), commit(baseNumber)];
  const runs = await loadStudies({
    repository: tools.repository, head, base, baseWhy: 'the merge base of both branches', progress: tools.progress, overrides: {}, signal: controller.signal,
    files: [{ path: 'noregret.yml', text: options.config ?? plainConfig() }],
  });
  const from = world.jobs.length;
  return checked(world, await compareStudies(runs, tools, { event: 'pull_request', headSha: head.sha, baseSha: base.sha, failOn: 'regression' }), from);
}

async function runPush(world: World, n: number, options: WorldOptions & { searchAlways?: boolean }): ReturnType<World['push']> {
  const controller = new AbortController();
  const tools = toolsOf(world, options, controller);
  const head = commit(n);
  const runs = await loadStudies({
    repository: tools.repository, head, base: undefined, baseWhy: 'a push is compared with its own history', progress: tools.progress, overrides: {}, signal: controller.signal,
    files: [{ path: 'noregret.yml', text: options.config ?? plainConfig() }],
  });
  const from = world.jobs.length;
  const { report, pending } = await recordStudies(runs, tools, { runId: String(100 + n), attempt: 1, searchAlways: options.searchAlways ?? false, frame: { event: 'push', headSha: head.sha, failOn: 'never' } });
  const record = [...pending, ...await world.store.readFor('demo', [head.sha], 1).catch(() => [])].at(-1);
  if (record !== undefined) expect(recordSchema.parse(JSON.parse(JSON.stringify(record)))).toEqual(record);
  return { ...checked(world, report, from), record, pending };
}

async function runSelfTest(world: World, n: number, options: WorldOptions & { rounds?: number; trees?: 'one' | 'two' }): ReturnType<World['selfTest']> {
  const controller = new AbortController();
  const tools = toolsOf(world, options, controller);
  const head = commit(n);
  const runs = await loadStudies({
    repository: tools.repository, head, base: undefined, baseWhy: 'a self-test compares a commit with itself', progress: tools.progress, overrides: {}, signal: controller.signal,
    files: [{ path: 'noregret.yml', text: options.config ?? plainConfig() }],
  });
  const from = world.jobs.length;
  const before = (await world.store.readFor('demo', [head.sha], 1)).length;
  const runId = String(1000 + n + world.jobs.length + before);
  const { report } = await selfTestStudies(runs, tools, { trees: options.trees ?? 'one', record: { runId, attempt: 1 }, ...(options.rounds === undefined ? {} : { rounds: options.rounds }), frame: { event: 'schedule', headSha: head.sha, failOn: 'never' } });
  expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  const document = buildDocument(report);
  expect(`${renderMarkdown(document, { maxBytes: 60_000 })}${renderText(document, { colour: false })}`).not.toMatch(/undefined|NaN|Infinity|\[object/);
  const record = (await world.store.read('demo')).find(({ run }) => run === runId);
  if (record !== undefined) expect(recordSchema.parse(JSON.parse(JSON.stringify(record)))).toEqual(record);
  return { report, record, jobs: world.jobs.slice(from) };
}

/** What every report owes: it survives its own schema, it can be shown, and no number of the search is in a pair. */
function checked(world: World, report: Report, from: number): Ran {
  expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  const document = buildDocument(report);
  const markdown = renderMarkdown(document, { maxBytes: 60_000 });
  expect(`${markdown}${renderText(document, { colour: false })}`).not.toMatch(/undefined|NaN|\[object/);
  const [study] = report.studies;
  if (study === undefined) throw new Error('a report without a study');
  const searched = new Set(world.jobs.filter((job) => job.stage === 'search' || job.stage === 'rescore').map((job) => job.seed));
  for (const stage of [study.gate, study.confirmation, study.retune]) {
    expect(stage?.pairs.filter((pair) => searched.has(pair.seed)) ?? []).toEqual([]);
  }
  expect(markdown).toContain(verdictStart(study));
  return { report, study, markdown, jobs: world.jobs.slice(from) };
}

function verdictStart({ verdict }: Comparison): string {
  return verdict.sentence.slice(0, Math.max(4, verdict.sentence.indexOf(':')));
}

/** So many runs of each stage and side: `{ 'canonical head': 3, … }`. */
export function counts(jobs: readonly TrialJob[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { stage, side } of jobs) found[`${stage} ${side}`] = (found[`${stage} ${side}`] ?? 0) + 1;
  return found;
}
