import { join } from 'node:path';
import { resolveBase } from '../app/baseline.js';
import type { StudyRun } from '../app/findings.js';
import { loadStudies } from '../app/loadStudies.js';
import { compareStudies, recordStudies, selfTestStudies, type ReportFrame } from '../app/runStudies.js';
import type { Tools } from '../app/tools.js';
import { partsText } from '../model/parts.js';
import type { BaselineStore, Progress } from '../model/ports.js';
import { createClock } from '../platform/clock.js';
import { findConfigFiles, readConfigFile } from '../platform/configFiles.js';
import { createGit } from '../platform/git.js';
import { pruneState } from '../platform/pruneState.js';
import { openRepository } from '../platform/repository.js';
import { secretsLevel, secretsLine } from '../platform/secrets.js';
import { createGitBranchStore } from '../stores/index.js';
import { createTools } from '../tools.js';
import { readResultsIn } from './readResults.js';
import type { CompareRequest, RecordRequest, RunDeps, RunRequest, SelfTestRequest, UseCases } from './useCases.js';

/** The work itself, with its adapters. */
export const useCases: UseCases = {
  comparePullRequest: async (request, deps) => {
    const { runs, frame, open } = await prepare(request, deps, { head: request.headSha, base: request.baseSha });
    return await compareStudies(runs, await open(), frame);
  },
  recordPush: async (request, deps) => {
    const { runs, frame, open } = await prepare(request, deps, { head: request.sha });
    return await recordStudies(runs, await open(), { runId: request.runId, attempt: request.attempt, searchAlways: request.searchAlways, frame });
  },
  selfTest: async (request, { progress, signal, clock }) => {
    const { runs, frame, open } = await prepare(request, { progress, signal, clock }, { head: request.sha, runs: 'mode: aa' });
    // As on a pull request, where each side has a tree of its own.
    return await selfTestStudies(runs, await open(), { trees: 'two', frame, record: { runId: request.runId, attempt: request.attempt }, ...(request.rounds === undefined ? {} : { rounds: request.rounds }) });
  },
  plan: async (request) => {
    const quiet: Progress = { line: () => undefined, warn: () => undefined, progress: () => undefined };
    const never = new AbortController().signal;
    const { runs } = await prepare(request, { progress: quiet, signal: never }, 'sha' in request ? { head: request.sha } : { head: request.headSha, base: request.baseSha });
    return runs.flatMap(planLines);
  },
  openHistory: (remote, branch, scratchDir) => Promise.resolve(openStore({ remote, branch, cwd: scratchDir, gitDir: join(scratchDir, 'history.git'), onWarning: () => undefined })),
};

/** Logs this old are not continued any more: artifacts and re-runs of GitHub end after 30 days. */
const staleMs = 30 * 86_400_000;

interface Prepared { readonly runs: readonly StudyRun[]; readonly frame: ReportFrame; readonly open: () => Promise<Tools> }

async function prepare(request: CompareRequest | RecordRequest | SelfTestRequest, deps: Pick<RunDeps, 'progress' | 'signal'> & Partial<RunDeps>, sides: { head: string; base?: string; runs?: string }): Promise<Prepared> {
  const cwd = join(request.workspaceDir, request.workingDirectory);
  const repository = await openRepository({ cwd, env: process.env });
  const { head, base, why } = sides.base === undefined
    ? { head: await repository.resolve('HEAD'), base: undefined, why: 'a push is compared with its own history' }
    : await resolveBase({ repository, head: 'HEAD', pullRequestHead: sides.head, base: [sides.base] });
  const paths = await findConfigFiles(cwd, request.config);
  const prefix = cwd === repository.root ? '' : request.workingDirectory.replace(/^\.\/?|\/$/g, '');
  const files = await Promise.all(paths.map(async (path) => ({ path: prefix === '' ? path : `${prefix}/${path}`, text: await readConfigFile(cwd, path) })));
  const runs = await loadStudies({
    repository, head, base, baseWhy: why, files, overrides: request.overrides, overrideLabel: (name) => `input ${name}`, progress: deps.progress, signal: deps.signal,
    ...(sides.runs === undefined ? {} : { runs: sides.runs }),
  });
  return { runs, frame: frameOf(request, sides.head, { tree: head.tree, base: base?.sha }), open: async () => await openTools(request, deps, { cwd, prefix, runs }) };
}

async function openTools(request: RunRequest, deps: Pick<RunDeps, 'progress'> & Partial<RunDeps>, study: { cwd: string; prefix: string; runs: readonly StudyRun[] }): Promise<Tools> {
  const opened = await deps.announce?.(study.runs.map((run) => run.configs.head.name));
  await pruneState(request.stateDir, { olderThanMs: staleMs, nowMs: Date.now() });
  const store = openStore({
    remote: request.remote, branch: request.historyBranch, cwd: study.cwd, gitDir: join(request.stateDir, 'history.git'), onWarning: (text) => deps.progress.warn(text),
  });
  return await createTools({
    cwd: study.cwd, env: process.env, stateDir: request.stateDir, store, progress: deps.progress, clock: deps.clock ?? createClock(),
    secrets: secretsSentence(opened?.tokenCanWrite === true), head: 'as-is', prefix: study.prefix, readResults: readResultsIn(request.stateDir),
  });
}

function openStore(options: { remote: RunRequest['remote']; branch: string; cwd: string; gitDir: string; onWarning: (text: string) => void }): BaselineStore {
  const { remote, branch, cwd, gitDir, onWarning } = options;
  const git = createGit({ cwd, env: process.env, secrets: [remote.token] });
  return createGitBranchStore({ git, gitDir, remote: remote.url, token: remote.token, branch, clock: createClock(), random: Math.random, onWarning });
}

/** How far trials are kept from our secrets, honestly (decisions.md 25). */
function secretsSentence(tokenCanWrite: boolean): string {
  return `${secretsLine(secretsLevel(process.env))}${tokenCanWrite ? '; the token of this job can write: use the two-job workflow' : ''}`;
}

function frameOf(request: CompareRequest | RecordRequest | SelfTestRequest, headSha: string, commits: { tree: string; base: string | undefined }): ReportFrame {
  const { event, repository, failOn, runId, attempt } = request;
  const pullRequest = 'pullRequest' in request ? request.pullRequest : undefined;
  return {
    event, repository, failOn, runId, attempt, headSha, headTree: commits.tree,
    ...(commits.base === undefined ? {} : { baseSha: commits.base }), ...(pullRequest === undefined ? {} : { pullRequest }),
  };
}

function planLines({ configs, base, baseWhy, inputsChanged }: StudyRun): string[] {
  const { results } = configs.head;
  if (results !== undefined) return [`${configs.head.name} (${configs.head.path})`, `  base: ${base === undefined ? 'none' : base.sha} (${baseWhy})`, `  reads ${results.path}; runs nothing`];
  const { name, path, budget, verdict } = configs.head;
  return [
    `${name} (${path})`,
    `  base: ${base === undefined ? 'none' : base.sha} (${baseWhy})`,
    `  gate: after ${verdict.looks.join(', ')} pairs at alpha ${verdict.alpha}`,
    `  search: ${verdict.search === 'never' ? 'never' : inputsChanged ? `${verdict.search}, up to ${budget.trials} trials${configs.head.parts === undefined ? '' : ` (each ${partsText(configs.head.parts)})`} by ${configs.head.method.name}` : 'none, no input changed'}`,
    `  limits: ${budget.timeMs === undefined ? 'no time limit' : `${budget.timeMs / 60_000} min`}${budget.gpuHours === undefined ? '' : `, ${budget.gpuHours} GPU-hours`}, ${budget.failures} failures in a row`,
  ];
}
