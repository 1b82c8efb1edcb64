import { actions } from '../platform/actions.js';
import { readContext } from './context.js';
import { gitHubFor, runEntry } from './openDesk.js';
import { runPost } from './runPost.js';

/** `dist/post.js`: runs after the job, whatever happened to the main step. */
export async function main(): Promise<void> {
  await runEntry(() => runPost(actions, async () => gitHubFor(actions.getInput('github-token'), await readContext(process.env))));
}
