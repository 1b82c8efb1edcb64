import { inputsAmong } from '../compare/inputs.js';
import { parseConfig } from '../config/parse.js';
import { flagsOf, type Overrides, type OverrideLabel } from '../config/overrides.js';
import type { Diagnostic } from '../config/findings.js';
import { withPolicyOf } from '../config/policy.js';
import { requirementsOf } from '../config/requirements.js';
import type { StudyConfig } from '../model/config.js';
import { UserError } from '../model/errors.js';
import type { CommitFacts, Progress, Repository } from '../model/ports.js';
import { pruners } from '../pruners/index.js';
import { samplers } from '../samplers/index.js';
import type { StudyRun } from './findings.js';

export interface LoadRequest {
  readonly repository: Repository;
  readonly head: CommitFacts;
  /** Undefined on a push, or where the histories have nothing in common. */
  readonly base: CommitFacts | undefined;
  readonly baseWhy: string;
  /** Study files relative to the repository root, with their text on the head side. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly overrides: Overrides;
  readonly overrideLabel?: OverrideLabel;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** What needs a program: a study that only reads results is refused. */
  readonly runs?: string;
}

/** One run per study file. UserError `config-invalid` with every error of every file. */
export async function loadStudies(request: LoadRequest): Promise<StudyRun[]> {
  const parsed = request.files.map(({ path, text }) => parseConfig({
    text, path, samplers, pruners, overrides: request.overrides, ...(request.overrideLabel === undefined ? {} : { overrideLabel: request.overrideLabel }),
  }));
  const errors = parsed.flatMap(({ path, config, diagnostics }) => [
    ...diagnostics.filter((d) => d.severity === 'error').map((d) => diagnosticLine(path, d)),
    ...(config === undefined ? [] : requirementsOf(config).map((need) => `${path}: ${need.message}\n  fix: ${need.fix ?? ''}`)),
  ]);
  if (errors.length > 0) throw new UserError('config-invalid', errors.join('\n'), { fix: 'npx noregret check shows the same, with the lines' });
  for (const { path, diagnostics } of parsed) for (const d of diagnostics) if (d.severity === 'warning') request.progress.warn(diagnosticLine(path, d));
  const configs = parsed.flatMap(({ config }) => config ?? []);
  const read = configs.find(({ results }) => results !== undefined);
  if (request.runs !== undefined && read !== undefined) throw new UserError('results-only', `${read.path} reads its results from ${read.results?.path ?? ''} and runs nothing, so there is nothing for ${request.runs} to run.`, { fix: 'Give a study with a command, or compare what was read: noregret compare.' });
  const twice = configs.find((config, i) => configs.findIndex(({ name }) => name === config.name) < i);
  if (twice !== undefined) throw new UserError('study-twice', `Two study files are both named ${twice.name}.`, { fix: 'Give each file a `name:` of its own: history, checks and logs go by it.' });
  return await Promise.all(configs.map(async (config) => await loadStudy(request, config)));
}

/** `file:line:col: message`, as editors and terminals link it. */
function diagnosticLine(path: string, { line, column, message, fix }: Diagnostic): string {
  return `${path}${line === 0 ? '' : `:${line}:${column}`}: ${message}${fix === undefined ? '' : `\n  fix: ${fix}`}`;
}

async function loadStudy(request: LoadRequest, own: StudyConfig): Promise<StudyRun> {
  const { repository, head, base, baseWhy, signal } = request;
  const onBase = base === undefined ? undefined : await baseConfig(request, own.path, base);
  const { config, changes } = onBase === undefined ? { config: own, changes: [] } : withPolicyOf(own, onBase);
  const { metric } = config;
  if (metric === undefined) throw new Error(`${own.path} has no metric`);
  const changed = base === undefined ? [] : await repository.changedFiles(base.sha, head.sha);
  return {
    configs: { head: config, base: onBase ?? own }, objective: { name: metric.name, goal: metric.goal },
    head, base, baseWhy, baseHasConfig: onBase !== undefined, policyChanges: [...changes], samplerSeed: own.seed,
    inputsChanged: base === undefined || inputsAmong(changed, config.inputs).length > 0, flags: flagsOf(request.overrides), signal,
  };
}

/** The base's own file; one that the base cannot parse counts as absent, as nothing can be run by it. */
async function baseConfig(request: LoadRequest, path: string, base: CommitFacts): Promise<StudyConfig | undefined> {
  const text = await request.repository.readFile(base.sha, path);
  if (text === undefined) return undefined;
  const { config, diagnostics } = parseConfig({ text, path, samplers, pruners, overrides: request.overrides });
  if (config === undefined) request.progress.warn(`${path} on ${base.sha.slice(0, 10)} is not valid: ${diagnostics.find((d) => d.severity === 'error')?.message ?? ''}`);
  return config?.metric === undefined || (config.program === undefined && config.results === undefined) ? undefined : config;
}
