import type { CommitFacts, Repository } from '../model/ports.js';
import { openRepository } from '../platform/repository.js';
import type { Terminal } from './terminal.js';

/** The last commit if there is one; a folder outside git can be tuned as well. */
export async function standIn(terminal: Pick<Terminal, 'cwd' | 'env'>): Promise<{ repository: Repository; head: CommitFacts }> {
  const none: CommitFacts = { sha: 'no git', tree: 'working-tree', parents: [], date: '', subject: '' };
  const absent = (): Promise<never> => Promise.reject(new Error('the working tree is run as it is: nothing reads the repository'));
  const stub: Repository = { root: terminal.cwd, resolve: absent, readFile: absent, isDirty: absent, mergeBase: absent, firstParents: absent, changedFiles: absent, lastTag: absent };
  const opened = await openRepository({ cwd: terminal.cwd, env: terminal.env }).catch(() => undefined);
  const head = await opened?.resolve('HEAD').catch(() => undefined);
  return { repository: opened ?? stub, head: head ?? none };
}
