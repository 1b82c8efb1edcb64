import { createClock } from '../platform/clock.js';
import { actions } from '../platform/actions.js';
import { createRunArtifacts } from '../platform/artifact.js';
import { createGitHub, type GitHub } from '../platform/github.js';
import { reportRenderings } from '../publishers/renderings.js';
import { readContext, type RunnerContext } from './context.js';
import { errorText, type Desk } from './desk.js';
import type { GetInput, PostingInputs } from './inputs.js';

export function gitHubFor(token: string, context: Pick<RunnerContext, 'apiUrl' | 'repository'>): GitHub {
  return createGitHub({ token, apiUrl: context.apiUrl, repository: context.repository, warn: (text) => actions.warn(text) });
}

/** Reads inputs, event and tokens; afterwards the process needs none of them in its environment. */
export async function openDesk<Inputs extends PostingInputs>(read: (get: GetInput) => Inputs): Promise<Desk<Inputs>> {
  const env = { ...process.env };
  const inputs = read((name) => actions.getInput(name));
  const context = await readContext(env);
  return {
    actions, inputs, context, clock: createClock(), renderings: reportRenderings,
    github: inputs.token === '' ? undefined : gitHubFor(inputs.token, context),
    artifacts: createRunArtifacts(env),
  };
}

/** Runs an entry; whatever it throws becomes a sentence, and a stack only for a bug of ours. Ends the process: idle sockets would hold it. */
export async function runEntry(entry: () => Promise<void>): Promise<void> {
  try {
    await entry();
  } catch (error) {
    if (error instanceof Error && error.name !== 'UserError') actions.line(error.stack ?? error.message);
    actions.fail(errorText(error));
  }
  process.stdout.write('', () => process.exit());
}
