import { UserError } from '../model/errors.js';

/** How the runner hands an input over: trimmed text, empty when absent. */
export type GetInput = (name: string) => string;

export const failOnValues = ['regression', 'inconclusive', 'never'] as const;
const modes = ['auto', 'compare', 'record', 'aa'] as const;
const commentPolicies = ['always', 'on-change', 'on-alert', 'never'] as const;
const publishValues = ['auto', 'never'] as const;

/** What the posting steps need: the inputs that `noregret` and `noregret/publish` have in common. */
export interface PostingInputs {
  readonly token: string;
  readonly comment: (typeof commentPolicies)[number];
  readonly check: boolean;
  readonly historyBranch: string;
  readonly commentId: string;
  readonly failOnPush: boolean;
}

export interface PublishInputs extends PostingInputs {
  /** Undefined: as the job that measured was told. */
  readonly failOn: (typeof failOnValues)[number] | undefined;
  /** File name of the workflow that measures, for commands and labels, which come in a workflow of their own. */
  readonly workflow: string;
}

/** In place of the configuration's own values; text is checked by the configuration's rules. */
export interface Overrides {
  readonly trials?: number;
  readonly time?: string;
  readonly method?: string;
  readonly seed?: number;
}

export interface ActionInputs extends PostingInputs {
  readonly config: string | undefined;
  readonly mode: (typeof modes)[number];
  readonly failOn: (typeof failOnValues)[number];
  readonly workingDirectory: string;
  readonly overrides: Overrides;
  readonly publish: (typeof publishValues)[number];
  readonly stateDir: string | undefined;
  readonly allowForksOnSelfHosted: boolean;
  readonly dryRun: boolean;
  /** Seeds of the self-test; undefined: by the looks. */
  readonly rounds: number | undefined;
}

const wrong = (name: string, value: string, allowed: string): UserError =>
  new UserError('input', `Input "${name}" is ${JSON.stringify(value)}.`, { fix: `Use ${allowed}.` });

function oneOf<T extends string>(get: GetInput, name: string, allowed: readonly T[]): T {
  const value = get(name);
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw wrong(name, value, `one of ${allowed.join(', ')}`);
  return found;
}

function flag(get: GetInput, name: string): boolean {
  return oneOf((n) => get(n).toLowerCase(), name, ['true', 'false']) === 'true';
}

function whole(get: GetInput, name: string, low: number): number | undefined {
  const text = get(name);
  if (text === '') return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < low) throw wrong(name, text, `a whole number from ${low}`);
  return value;
}

/** It ends up inside an HTML comment, an artifact's name and a path. */
function commentId(get: GetInput): string {
  const id = get('comment-id');
  if (!/^[\w.-]{1,50}$/.test(id) || id.includes('--')) throw wrong('comment-id', id, 'up to 50 letters, digits, ".", "_" and single "-"');
  return id;
}

const present = (text: string): string | undefined => (text === '' ? undefined : text);

function postingInputs(get: GetInput): PostingInputs {
  return {
    token: get('github-token'),
    comment: oneOf(get, 'comment', commentPolicies),
    check: flag(get, 'check'),
    historyBranch: get('history-branch'),
    commentId: commentId(get),
    failOnPush: flag(get, 'fail-on-push'),
  };
}

function overrides(get: GetInput): Overrides {
  const trials = whole(get, 'trials', 1);
  const seed = whole(get, 'seed', 0);
  const time = present(get('time'));
  const method = present(get('method'));
  return {
    ...(trials === undefined ? {} : { trials }), ...(seed === undefined ? {} : { seed }),
    ...(time === undefined ? {} : { time }), ...(method === undefined ? {} : { method }),
  };
}

/** All inputs of `action.yml`, typed and frozen. UserError names the input and what is valid. */
export function readInputs(get: GetInput): ActionInputs {
  return Object.freeze({
    ...postingInputs(get),
    config: present(get('config')),
    mode: oneOf(get, 'mode', modes),
    failOn: oneOf(get, 'fail-on', failOnValues),
    workingDirectory: get('working-directory'),
    overrides: Object.freeze(overrides(get)),
    publish: oneOf(get, 'publish', publishValues),
    stateDir: present(get('state-dir')),
    allowForksOnSelfHosted: flag(get, 'allow-forks-on-self-hosted'),
    dryRun: flag(get, 'dry-run'),
    rounds: whole(get, 'rounds', 4),
  });
}

/** All inputs of `publish/action.yml`, typed and frozen. */
export function readPublishInputs(get: GetInput): PublishInputs {
  const workflow = get('workflow');
  if (!/^[\w.-]{1,100}\.ya?ml$/.test(workflow)) throw wrong('workflow', workflow, 'the file name of the workflow that measures, such as tuning.yml');
  return Object.freeze({ ...postingInputs(get), workflow, failOn: get('fail-on') === '' ? undefined : oneOf(get, 'fail-on', failOnValues) });
}
