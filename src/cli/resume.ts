import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../model/errors.js';
import { parseJson } from '../model/json.js';
import type { CommonFlags } from './program.js';
import { stateDirName, writeWhole, writing } from './state.js';
import type { Terminal } from './terminal.js';

const runSchema = z.strictObject({ command: z.enum(['tune', 'compare', 'aa']), flags: z.record(z.string(), z.union([z.string(), z.boolean(), z.array(z.string())])), args: z.array(z.string()) });
type RememberedRun = z.infer<typeof runSchema>;

/** Notes what was started last, so that `resume` can continue it. The log itself knows what was measured. */
export async function rememberRun(stateDir: string, run: { readonly command: RememberedRun['command']; readonly flags: object; readonly args: readonly string[] }): Promise<void> {
  const path = join(stateDir, 'last-run.json');
  await writing(path, async () => { await writeWhole(path, `${JSON.stringify(run)}\n`); });
}

function parseRun(text: string): RememberedRun | undefined {
  return runSchema.safeParse(parseJson(text)).data;
}

const loaders = { tune: () => import('./tune.js'), compare: () => import('./compare.js'), aa: () => import('./aa.js') } satisfies Record<RememberedRun['command'], () => Promise<object>>;

/** Starts the last command again: what its log holds is not measured again. */
export async function run(terminal: Terminal, flags: CommonFlags): Promise<number> {
  const path = join(terminal.cwd, stateDirName, 'last-run.json');
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UserError('nothing-to-resume', `Nothing to resume in ${terminal.cwd}.`, { fix: 'Start with: noregret tune, noregret compare BASE HEAD, or noregret aa', cause });
  });
  const last = parseRun(text);
  if (last === undefined) throw new UserError('nothing-to-resume', `${path} was not written by this version.`, { fix: 'Start the command again yourself; its log is still used.' });
  const load = await loaders[last.command]();
  const again = { ...last.flags, ...(flags.json === undefined ? {} : { json: flags.json }), ...(flags.quiet === undefined ? {} : { quiet: flags.quiet }) };
  return await (load.run as (terminal: Terminal, flags: object, args: readonly string[]) => Promise<number>)(terminal, again, last.args);
}
