import { mkdir, rm } from 'node:fs/promises';
import { UserError } from '../model/errors.js';
import { tokenConfig, type ConfigEntry, type Git } from '../platform/git.js';

export interface PrivateRepositoryOptions {
  /** git in the user's repository; read for its remote and how to reach it, never written to. */
  readonly git: Git;
  /** Our own bare repository, e.g. `<state>/history.git`; kept between runs it saves most of the fetch. Only a copy: removed and made anew when damaged. */
  readonly gitDir: string;
  /** Name or URL; default `origin`. Without such a remote the branch lives in the user's repository itself. */
  readonly remote?: string;
  /** Sent as a header to the remote alone. */
  readonly token?: string;
}

const INIT = ['init', '--quiet', '--bare', '.'];
const IDENTITY: readonly ConfigEntry[] = [['user.name', 'noregret'], ['user.email', 'noregret@invalid'], ['user.useConfigOnly', 'true']];
/** What a clone may hold about reaching its remote: the header of actions/checkout, a helper, an ssh command, `insteadOf`. */
const REACHING = /^(http\.|credential\.|url\.|protocol\.|core\.sshcommand$|core\.gitproxy$|ssh\.)/i;

export interface PrivateRepository {
  readonly git: Git;
  readonly remote: string;
  /** Begins it anew: it is only a copy, and a killed git may have left it locked or torn. */
  renew(): Promise<void>;
}

export async function openPrivateRepository(options: PrivateRepositoryOptions): Promise<PrivateRepository> {
  const remote = await remoteUrl(options.git, options.remote ?? 'origin');
  const config = [...await reachingConfig(options.git), ...(options.token === undefined ? [] : tokenConfig(remote, options.token)), ...IDENTITY];
  const git = options.git.at(options.gitDir, config);
  await initialise(git);
  return {
    git: withGitDir(git, options.gitDir),
    remote,
    renew: async () => {
      await rm(options.gitDir, { recursive: true, force: true });
      await initialise(git);
    },
  };
}

async function initialise(git: Git): Promise<void> {
  try {
    await mkdir(git.cwd, { recursive: true });
  } catch (error) {
    throw new UserError('state-unwritable', `the state folder ${git.cwd} cannot be made`, { fix: 'Set state-dir to a folder this user may write to.', exitCode: 3, cause: error });
  }
  if ((await git.run(INIT)).code === 0) return;
  await rm(git.cwd, { recursive: true, force: true });
  await mkdir(git.cwd, { recursive: true });
  await git.text(INIT);
}

/** Named outright, so that a bare repository inside another one, or `safe.bareRepository`, cannot mislead git. */
function withGitDir(git: Git, gitDir: string): Git {
  return {
    ...git,
    run: (args, call = {}) => git.run(args, { ...call, env: { ...call.env, GIT_DIR: gitDir } }),
    text: (args, call = {}) => git.text(args, { ...call, env: { ...call.env, GIT_DIR: gitDir } }),
  };
}

async function remoteUrl(git: Git, remote: string): Promise<string> {
  if (/[/:\\]/.test(remote)) return remote;
  const found = await git.run(['config', '--includes', '--get', `remote.${remote}.url`]);
  const url = found.stdout.toString('utf8').trim();
  if (url !== '') return /^\.{0,2}\//.test(url) ? (await absolute(git, url)) : url;
  if (remote !== 'origin') throw new UserError('unknown-remote', `there is no git remote \`${remote}\``, { fix: 'See `git remote -v`.' });
  return (await git.text(['rev-parse', '--path-format=absolute', '--git-common-dir'])).trim();
}

async function absolute(git: Git, path: string): Promise<string> {
  if (path.startsWith('/')) return path;
  const root = (await git.text(['rev-parse', '--show-toplevel'])).trim();
  return `${root}/${path}`;
}

async function reachingConfig(git: Git): Promise<readonly ConfigEntry[]> {
  const listed = await git.text(['config', '--includes', '--null', '--show-scope', '--list']);
  const fields = listed.split('\0');
  const entries: ConfigEntry[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [key = '', ...value] = (fields[i + 1] ?? '').split('\n');
    // System and global configuration reach our repository by themselves; twice would send a header twice.
    if ((fields[i] === 'local' || fields[i] === 'worktree') && REACHING.test(key)) entries.push([key, value.join('\n')]);
  }
  return entries;
}
