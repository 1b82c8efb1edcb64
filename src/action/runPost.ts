import { z } from 'zod';
import type { Actions } from '../platform/actions.js';
import type { GitHub } from '../platform/github.js';
import { openChecksState } from './desk.js';

const idsSchema = z.array(z.int());

/** Closes the check runs that a killed main step left running; without this they would spin for ever. */
export async function runPost(actions: Pick<Actions, 'getState' | 'line'>, openGitHub: () => Promise<Pick<GitHub, 'checkIsOpen' | 'updateCheck'>>): Promise<void> {
  const state = actions.getState(openChecksState);
  const ids = state === '' ? [] : idsSchema.parse(JSON.parse(state));
  if (ids.length === 0) return;
  const github = await openGitHub();
  for (const id of ids) {
    if (!(await github.checkIsOpen(id))) continue;
    await github.updateCheck(id, {
      title: 'Incomplete: the job was stopped', conclusion: 'neutral',
      summary: 'The job was stopped before it could report. What it measured is kept on its runner: re-run the job and it goes on from there.',
    });
    actions.line(`Closed check run ${id}, which the stopped step left open.`);
  }
}
