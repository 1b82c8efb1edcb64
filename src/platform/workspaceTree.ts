import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../model/errors.js';
import { parseJson } from '../model/json.js';
import type { Progress } from '../model/ports.js';
import type { Side } from '../model/trial.js';
import type { Git } from './git.js';
import { gitError } from './gitErrors.js';
import { fillSubmodules } from './workspaceSubmodules.js';

/** A worktree of ours. `built` = an earlier run had finished setting up this very commit in it. */
export interface Worktree { readonly path: string; readonly built: boolean; markBuilt(): Promise<void> }

export interface WorktreeRequest {
  readonly side: Side;
  readonly sha: string;
  /** Tells apart everything that decides what setup gives. */
  readonly key: string;
  /** Equal = the same environment to install (lockfiles, setup): its tree is a good start, and setup is run in it again. */
  readonly environment: string | undefined;
}

export interface Worktrees {
  take(request: WorktreeRequest): Promise<Worktree>;
  /** Trees with an environment stay for the next run, the newest few of them; the rest goes. */
  close(): Promise<void>;
}

interface Place { readonly git: Git; readonly folder: string; readonly progress: Progress }

const ticketSchema = z.strictObject({ pid: z.int(), key: z.string(), built: z.boolean(), environment: z.string().optional(), usedAtMs: z.number().optional() });
type Ticket = z.infer<typeof ticketSchema>;

/** Worktrees of this process: two studies may be open at once. */
const inUse = new Set<string>();

/** A base and a head of two studies; more would fill a disk with environments. */
const keptTrees = 4;

/** What a killed run left is taken over where it fits, else removed; what a live one uses is left alone. */
export async function openWorktrees(place: Place): Promise<Worktrees> {
  await mkdir(place.folder, { recursive: true });
  await writeFile(join(place.folder, '.gitignore'), '*\n');
  const leftovers = await abandoned(place.folder);
  const mine = new Map<string, Ticket>();
  return {
    async take({ side, sha, key, environment }) {
      const left = takeOver(leftovers, key, environment);
      const path = left?.path ?? join(place.folder, `${side}-${sha.slice(0, 12)}-${randomUUID().slice(0, 8)}`);
      inUse.add(path);
      const present = left !== undefined && await refresh(place.git, path, sha);
      const built = present && left.ticket.key === key;
      const ticket = { pid: process.pid, key, built, ...(environment === undefined ? {} : { environment }) };
      mine.set(path, ticket);
      await writeTicket(path, ticket);
      if (!present) await add(place, path, sha);
      else if (!built) await fill(place, path, sha);
      return { path, built, markBuilt: async () => { mine.set(path, { ...ticket, built: true }); await writeTicket(path, { ...ticket, built: true }); } };
    },
    async close() {
      const now = Date.now();
      const done = [...mine].map(([path, ticket]) => ({ path, ticket: { ...ticket, pid: 0, usedAtMs: now } }));
      mine.clear();
      const ranked = [...done, ...leftovers.splice(0)].sort((a, b) => (b.ticket.usedAtMs ?? 0) - (a.ticket.usedAtMs ?? 0));
      const kept = ranked.filter(({ ticket }) => ticket.built && ticket.environment !== undefined).slice(0, keptTrees);
      for (const tree of ranked) {
        if (!kept.includes(tree)) await remove(place.git, tree.path);
        else {
          await writeTicket(tree.path, tree.ticket);
          inUse.delete(tree.path);
        }
      }
    },
  };
}

interface Leftover { readonly path: string; readonly ticket: Ticket }

/** The very same commit, else one with the same environment. */
function takeOver(leftovers: Leftover[], key: string, environment: string | undefined): Leftover | undefined {
  const built = leftovers.filter(({ ticket }) => ticket.built);
  const found = built.find(({ ticket }) => ticket.key === key) ?? (environment === undefined ? undefined : built.find(({ ticket }) => ticket.environment === environment));
  if (found !== undefined) leftovers.splice(leftovers.indexOf(found), 1);
  return found;
}

function ticketOf(path: string): string {
  return `${path}.json`;
}

async function writeTicket(path: string, ticket: Ticket): Promise<void> {
  await writeFile(ticketOf(path), JSON.stringify(ticket));
}

async function abandoned(folder: string): Promise<Leftover[]> {
  const found: Leftover[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.json')) continue;
    const path = join(folder, entry.name.slice(0, -'.json'.length));
    const text = await readFile(ticketOf(path), 'utf8');
    const ticket = ticketSchema.safeParse(parseJson(text)).data ?? { pid: 0, key: '', built: false };
    if (ticket.pid === process.pid ? !inUse.has(path) : !isAlive(ticket.pid)) found.push({ path, ticket });
  }
  return found;
}

function isAlive(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPERM';
  }
}

/** Tracked files as committed, untracked ones gone; what git ignores (environments, node_modules) is why it is kept at all. */
async function refresh(git: Git, path: string, sha: string): Promise<boolean> {
  if (!existsSync(join(path, '.git'))) return false;
  const at = git.at(path);
  const reset = await at.run(['reset', '--quiet', '--hard', sha]);
  const cleaned = await at.run(['clean', '--quiet', '-ffd']);
  if (reset.code === 0 && cleaned.code === 0) return true;
  await remove(git, path);
  return false;
}

async function add(place: Place, path: string, sha: string): Promise<void> {
  const { git } = place;
  const added = await git.run(['worktree', 'add', '--quiet', '--force', '--detach', path, sha]);
  if (added.code !== 0) {
    await remove(git, path);
    const { code, message, fix, exitCode } = gitError(['worktree'], added, git.cwd);
    throw new UserError(code === 'git-failed' ? 'side-unbuildable' : code, `${sha.slice(0, 10)} could not be checked out: ${message}`, fix === undefined ? { exitCode } : { fix, exitCode });
  }
  await fill(place, path, sha);
}

async function fill({ git, progress }: Place, path: string, sha: string): Promise<void> {
  const at = git.at(path);
  if (existsSync(join(path, '.gitmodules'))) await fillSubmodules(at, sha);
  if (await usesLfs(path)) await pullLfs(at, progress);
}

async function usesLfs(path: string): Promise<boolean> {
  const attributes = join(path, '.gitattributes');
  return existsSync(attributes) && /\bfilter=lfs\b/.test(await readFile(attributes, 'utf8'));
}

async function pullLfs(git: Git, progress: Progress): Promise<void> {
  if ((await git.run(['lfs', 'version'])).code !== 0) {
    progress.warn('This repository keeps files in Git LFS, but git-lfs is not installed here: trials see pointer files.');
    return;
  }
  const pulled = await git.run(['lfs', 'pull'], { timeoutMs: 1_200_000 });
  if (pulled.code !== 0) throw new UserError('side-unbuildable', `git lfs pull failed: ${pulled.stderr.split('\n').at(-1) ?? ''}`, { fix: 'Run `git lfs pull` by hand to see why.', exitCode: 3 });
}

/** By name and never by `git worktree prune`, which would also forget worktrees of the user's that are on a disk not plugged in. */
async function remove(git: Git, path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await git.run(['worktree', 'remove', '--force', '--force', path]);
  await rm(ticketOf(path), { force: true });
  inUse.delete(path);
}
