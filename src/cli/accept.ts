import { resolve } from 'node:path';
import { readAcceptance } from '../compare/waivers.js';
import { parseConfig } from '../config/parse.js';
import { parseUntil } from '../model/commandText.js';
import { isExpired, longestReason, type Acceptance } from '../model/decision.js';
import { UserError } from '../model/errors.js';
import { sha256Hex } from '../model/seeds.js';
import { createClock } from '../platform/clock.js';
import { findConfigFiles, readConfigFile } from '../platform/configFiles.js';
import { openRepository } from '../platform/repository.js';
import { pruners } from '../pruners/index.js';
import { samplers } from '../samplers/index.js';
import { version } from '../version.js';
import { openHistory } from './compare.js';
import { createProgress } from './progress.js';
import { exitCodes, type CommonFlags } from './program.js';
import { openStateDir } from './state.js';
import { printable, type Terminal } from './terminal.js';

interface Flags extends CommonFlags { readonly config?: string; readonly study?: string; readonly history?: string; readonly branch: string }

/** Takes a commit's decline on: what the comment command does, for people without it. Who may is decided by who may push the history. */
export async function run(terminal: Terminal, flags: Flags, args: readonly string[]): Promise<number> {
  const { cwd, env } = terminal;
  const [commit = '', ...words] = args;
  const clock = createClock();
  const repository = await openRepository({ cwd, env });
  const { sha, tree } = await repository.resolve(commit);
  const said = await readWords(cwd, flags, words.join(' '), clock.utc());
  const name = (await repository.git.run(['config', 'user.name'])).stdout.toString('utf8').trim();
  const progress = createProgress(terminal, { quiet: flags.quiet === true, now: () => clock.now() });
  const store = openHistory({ cwd, env, stateDir: await openStateDir(cwd), progress, branch: flags.branch, ...(flags.history === undefined ? {} : { directory: resolve(cwd, flags.history) }) });
  const accepted: Acceptance[] = [];
  for (const { study, metrics, reason, until } of said) {
    const at = clock.utc();
    const decision: Acceptance = {
      schema: 1, tool: `noregret ${version}`, kind: 'accept', id: `line-${sha256Hex(JSON.stringify([metrics, reason, until, name])).slice(0, 16)}`, study, sha, tree, at,
      by: (name === '' ? 'somebody' : name).slice(0, longestReason), via: 'command-line', metrics: [...metrics], reason, ...(until === undefined ? {} : { until }),
    };
    await store.decide(decision);
    accepted.push(decision);
  }
  if (flags.json === true) terminal.stdout.write(`${JSON.stringify(accepted)}\n`);
  else for (const { study, metrics, until, reason } of accepted) terminal.stdout.write(`${printable(`${study}: accepted at ${sha.slice(0, 10)}, ${metrics.length === 0 ? 'all gated metrics' : metrics.join(', ')}${until === undefined ? '' : ` until ${until}`}: ${reason} (in ${store.description})`)}\n`);
  return exitCodes.ok;
}

interface Said { readonly study: string; readonly metrics: readonly string[]; readonly reason: string; readonly until: string | undefined }

async function readWords(cwd: string, flags: Flags, text: string, now: string): Promise<readonly Said[]> {
  const fix = 'noregret accept COMMIT [metric] reason… [until YYYY-MM-DD]';
  const dated = parseUntil(text);
  if ('why' in dated) throw new UserError('accept', dated.why, { fix });
  if (isExpired(dated, now)) throw new UserError('accept', `${dated.until ?? ''} has passed.`, { fix: 'Give a date to come, or none.' });
  const studies = await gatedOf(cwd, flags);
  const found = readAcceptance(studies, dated.words);
  if ('why' in found) throw new UserError('accept', found.why, { fix });
  return found.map((one) => ({ ...one, until: dated.until }));
}

async function gatedOf(cwd: string, { config, study }: Flags): Promise<readonly { readonly study: string; readonly gated: readonly string[] }[]> {
  const paths = await findConfigFiles(cwd, config);
  const parsed = await Promise.all(paths.map(async (path) => parseConfig({ path, text: await readConfigFile(cwd, path), samplers, pruners }).config));
  const found = parsed.flatMap((one) => (one?.metric === undefined ? [] : [{ study: one.name, gated: [one.metric.name, ...one.also.filter(({ gate }) => gate).map(({ name }) => name)] }]));
  const wanted = study === undefined ? found : found.filter((one) => one.study === study);
  if (wanted.length === 0) throw new UserError('accept', study === undefined ? 'No study file here names a metric.' : `There is no study named ${study}; there is ${found.map((one) => one.study).join(', ') || 'none'}.`, { fix: 'noregret check shows what is wrong with a study file.' });
  return wanted;
}
