import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../model/errors.js';
import type { Trigger } from '../model/trigger.js';
import { triggerFromEvent } from '../model/triggerFromEvent.js';

type Env = Readonly<Record<string, string | undefined>>;

/** What the runner tells a step, under names of our own. */
export interface RunnerContext {
  readonly trigger: Trigger;
  readonly event: string;
  /** `owner/name`. */
  readonly repository: string;
  /** Undefined when the payload does not say. */
  readonly defaultBranch: string | undefined;
  /** Login of whoever caused the event; undefined when the payload does not say. */
  readonly sender: string | undefined;
  /** File name of the workflow that runs, e.g. `tuning.yml`. */
  readonly workflowFile: string | undefined;
  /** Messages of the commits that a push brought, oldest first. */
  readonly pushedMessages: readonly { readonly sha: string; readonly message: string }[];
  readonly apiUrl: string;
  readonly serverUrl: string;
  readonly runId: string;
  readonly attempt: number;
  readonly workspaceDir: string;
  readonly tempDir: string;
  readonly runnerEnvironment: string | undefined;
  /** Page of this run. */
  readonly runUrl: string;
}

function required(env: Env, name: string): string {
  const value = env[name] ?? '';
  if (value === '') throw new UserError('runner', `${name} is not set: this is not a GitHub Actions runner.`, { fix: 'On your own machine use the command line: npx noregret --help' });
  return value;
}

async function readPayload(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new UserError('event', `The event's payload cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause, exitCode: 3 });
  }
}

const senderSchema = z.object({ sender: z.object({ login: z.string() }) });
const commitsSchema = z.object({ commits: z.array(z.object({ id: z.string(), message: z.string() })) });
const repositorySchema = z.object({ repository: z.object({ default_branch: z.string() }) });

export async function readContext(env: Env): Promise<RunnerContext> {
  const event = required(env, 'GITHUB_EVENT_NAME');
  const repository = required(env, 'GITHUB_REPOSITORY');
  const serverUrl = env['GITHUB_SERVER_URL'] ?? 'https://github.com';
  const runId = required(env, 'GITHUB_RUN_ID');
  const payload = await readPayload(required(env, 'GITHUB_EVENT_PATH'));
  return {
    trigger: triggerFromEvent(event, payload, { sha: required(env, 'GITHUB_SHA'), ref: env['GITHUB_REF'] ?? '' }),
    event, repository, serverUrl, runId,
    defaultBranch: repositorySchema.safeParse(payload).data?.repository.default_branch,
    sender: senderSchema.safeParse(payload).data?.sender.login,
    workflowFile: /\/([\w.-]+)@/.exec(env['GITHUB_WORKFLOW_REF'] ?? '')?.[1],
    pushedMessages: commitsSchema.safeParse(payload).data?.commits.map(({ id, message }) => ({ sha: id, message })) ?? [],
    apiUrl: env['GITHUB_API_URL'] ?? 'https://api.github.com',
    attempt: Number(env['GITHUB_RUN_ATTEMPT'] ?? '1'),
    workspaceDir: required(env, 'GITHUB_WORKSPACE'),
    tempDir: required(env, 'RUNNER_TEMP'),
    runnerEnvironment: env['RUNNER_ENVIRONMENT'],
    runUrl: `${serverUrl}/${repository}/actions/runs/${runId}`,
  };
}

/**
 * Beside the runner's temporary folder, which is emptied before each job while its parent is kept on a self-hosted
 * runner; not in the workspace, which checkout cleans (decisions.md 34).
 */
export function stateDirOf({ tempDir }: Pick<RunnerContext, 'tempDir'>): string {
  return join(dirname(tempDir), '_noregret');
}

/** Where the files of the report go. */
export function reportDirOf({ tempDir }: Pick<RunnerContext, 'tempDir'>, commentId: string): string {
  return join(tempDir, `noregret-report-${commentId}`);
}
