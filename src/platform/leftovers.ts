import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { attemptVariable } from './killTree.js';
import { cgroupsNamed } from './processCgroup.js';

/** What the marker of every attempt begins with: whose it is, and which process of ours started it. */
export interface StudyMark { readonly study: string; readonly own: string }

/**
 * The mark of a study's folder, for this process. `study` names the folder itself (a random number kept in it, its path
 * and inode) in this world of process ids: a copy of the folder, another machine or container has another one.
 */
export function studyMark(folder: string): StudyMark {
  const path = realpathSync(folder);
  const { dev, ino } = statSync(path);
  const study = createHash('sha256').update([idIn(path), path, dev, ino, processNamespace()].join('\n')).digest('hex').slice(0, 16);
  return { study, own: `${study}.${process.pid}.${startTime(process.pid) ?? 0}` };
}

/** Kept where the log is; without it (a read-only folder) nothing is ever found, and nothing harmed. */
function idIn(folder: string): string {
  const file = join(folder, 'id');
  const fresh = randomBytes(16).toString('hex');
  try {
    writeFileSync(file, fresh, { flag: 'wx', mode: 0o600 });
    return fresh;
  } catch {
    return readText(file) ?? fresh;
  }
}

/**
 * Ends what trials of this study left running when the process of ours that started them was killed outright: all that
 * carry the study's marker, belong to this user, and whose starter is dead, with what sits in their cgroups. SIGTERM,
 * then SIGKILL after `graceMs`. Returns the process ids that were found, and those that survived. Linux; elsewhere none.
 */
export async function endLeftovers({ study }: StudyMark, graceMs = 2_000): Promise<{ readonly found: readonly number[]; readonly survivors: readonly number[] }> {
  const groups = cgroupsNamed(study).filter(({ name }) => isOrphan(name, study));
  const members = (): readonly number[] => [...new Set([...orphans(study), ...groups.flatMap((group) => group.members())])];
  const found = members();
  let left = found;
  const until = performance.now() + graceMs;
  for (let pause = 1; left.length > 0 && performance.now() < until + killMs; pause = Math.min(2 * pause, 100)) {
    const signal = performance.now() < until ? 'SIGTERM' : 'SIGKILL';
    if (signal === 'SIGKILL' || left === found) for (const pid of left) send(pid, signal);
    await wait(pause);
    left = members();
  }
  for (const group of groups) group.remove();
  return { found, survivors: left };
}

/** How long SIGKILL may take: a process in the middle of a disk or driver call dies after it. */
const killMs = 10_000;

function orphans(study: string): readonly number[] {
  const spared = new Set(ancestors());
  return processIds().filter((pid) => !spared.has(pid) && isOurs(pid) && isOrphan(markerOf(pid), study));
}

/** Of this study, and started by a process that is no more. */
function isOrphan(marker: string | undefined, study: string): boolean {
  const [, pid, started] = new RegExp(`^${study}\\.(\\d+)\\.(\\d+)-`).exec(marker ?? '') ?? [];
  return pid !== undefined && startTime(Number(pid)) !== started;
}

/** The value as the process was started with; undefined for zombies, and for what we may not read. */
function markerOf(pid: number): string | undefined {
  const variable = readText(`/proc/${pid}/environ`)?.split('\0').find((each) => each.startsWith(`${attemptVariable}=`));
  return variable?.slice(attemptVariable.length + 1);
}

function isOurs(pid: number): boolean {
  try {
    return statSync(`/proc/${pid}`).uid === process.geteuid?.();
  } catch {
    return false;
  }
}

/** Ourselves and all that we descend from: somebody may continue the study in a shell that a trial had started. */
function ancestors(): readonly number[] {
  const found = [process.pid];
  for (let pid = parentOf(process.pid); pid > 1 && !found.includes(pid); pid = parentOf(pid)) found.push(pid);
  return found;
}

function parentOf(pid: number): number {
  return Number(statOf(pid)?.[1] ?? 0);
}

/** In clock ticks since the machine started; tells a process from its namesake. */
function startTime(pid: number): string | undefined {
  const stat = statOf(pid);
  return stat?.[0] === 'Z' || stat?.[0] === 'X' ? undefined : stat?.[19];
}

/** The fields from the state on; names may hold blanks and brackets. */
function statOf(pid: number): readonly string[] | undefined {
  const text = readText(`/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ');
}

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function processIds(): readonly number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}
