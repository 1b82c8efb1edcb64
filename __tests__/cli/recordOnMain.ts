import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadStudies } from '../../src/app/loadStudies.js';
import { recordStudies } from '../../src/app/runStudies.js';
import { readResults } from '../../src/cli/readResults.js';
import { openStateDir } from '../../src/cli/state.js';
import type { Progress } from '../../src/model/ports.js';
import { createClock } from '../../src/platform/clock.js';
import { openRepository } from '../../src/platform/repository.js';
import { createDirectoryStore } from '../../src/stores/index.js';
import { createTools } from '../../src/tools.js';
import { gitTestEnv } from '../stores/gitFixture.js';

const silent: Progress = { line: () => undefined, warn: () => undefined, progress: () => undefined };

/** The push job on what is checked out, into a directory: what a later `compare --history` finds. */
export async function recordOnMain(dir: string, directory: string, { run = '1', file = 'noregret.yml' }: { readonly run?: string; readonly file?: string } = {}): Promise<void> {
  const env = gitTestEnv(dir);
  const repository = await openRepository({ cwd: dir, env });
  const head = await repository.resolve('HEAD');
  const files = [{ path: file, text: readFileSync(join(dir, file), 'utf8') }];
  const runs = await loadStudies({ repository, head, base: undefined, baseWhy: 'a push', files, overrides: {}, progress: silent, signal: new AbortController().signal });
  const store = createDirectoryStore({ directory });
  const tools = await createTools({ cwd: dir, env, stateDir: await openStateDir(dir), store, progress: silent, clock: createClock(), secrets: '', head: 'as-is', prefix: '', readResults });
  await recordStudies(runs, tools, { runId: run, attempt: 1, searchAlways: false, frame: { event: 'push', headSha: head.sha, failOn: 'never' } });
}
