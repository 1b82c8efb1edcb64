import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { joinCgroup, type Cgroup } from './processCgroup.js';

/** Every process of a trial carries this variable; its value is unique per attempt. */
export const attemptVariable = 'NOREGRET_ATTEMPT';

/**
 * A process and all that it started. Three nets, each for what slips through the one before: its process group; on Linux a
 * cgroup v2 of its own where we may make one; and a sweep of /proc for the marker that children inherit.
 * Limits: without a cgroup, a process that left the group *and* cleared its environment is not found (Node cannot be a
 * subreaper); on macOS there is the group alone.
 */
export interface ProcessTree {
  /** Asks politely: SIGTERM to the group. */
  terminate(): void;
  /** SIGKILL to everything, until nothing is left or `patienceMs` (default 10 s) is over; returns the survivors' process ids. */
  kill(patienceMs?: number): Promise<readonly number[]>;
  /** SIGKILL to everything that is found at this moment: for the last breath of a process, which cannot wait. */
  killNow(): void;
}

/** `pid` leads a process group of its own (spawned `detached`) and has `marker` as its NOREGRET_ATTEMPT. `withCgroup` false: only the nets that every Linux has. */
export function watchTree(pid: number, marker: string, withCgroup = true): ProcessTree {
  const bornAt = performance.now();
  const found = (): readonly number[] => membersIn(pid, marker, bornAt);
  let cgroup: Cgroup | undefined;
  const join = setTimeout(() => { cgroup = withCgroup ? joinCgroup([pid, ...found()], marker) : undefined; }, cgroupAfterMs).unref();
  const survivors = (): readonly number[] => [...new Set([...(cgroup?.members() ?? []), ...found()])];
  return {
    terminate: () => send(-pid, 'SIGTERM'),
    killNow: () => {
      send(-pid, 'SIGKILL');
      cgroup?.kill();
      for (const member of survivors()) send(member, 'SIGKILL');
    },
    kill: async (patienceMs = 10_000) => {
      clearTimeout(join);
      const until = performance.now() + patienceMs;
      send(-pid, 'SIGKILL');
      cgroup?.kill();
      let left = survivors();
      for (let pause = 1; left.length > 0 && performance.now() < until; pause = Math.min(pause * 2, 100)) {
        for (const member of left) send(member, 'SIGKILL');
        await wait(pause);
        left = survivors();
      }
      cgroup?.remove();
      return left;
    },
  };
}

/** The kernel takes 10 ms to move a process into a cgroup: programs that end at once are spared it. */
const cgroupAfterMs = 100;

function send(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch {
    // Gone already, or another user's by a reused number: nothing of ours to stop.
  }
}

/** Above this age process ids may have come round, so all of /proc is searched. */
const youngMs = 5_000;
/** So few are asked for by number: listing /proc takes longer. */
const fewIds = 64;

/** Live processes (zombies are dead) that belong to the group or carry the marker. Linux only; elsewhere empty. */
function membersIn(group: number, marker: string, bornAt: number): readonly number[] {
  const last = lastProcessId();
  if (last === undefined || last === group) return [];
  const young = performance.now() - bornAt < youngMs && last > group;
  const needle = Buffer.from(`${attemptVariable}=${marker}`);
  return liveIds(young ? { first: group, last } : undefined).filter((pid) => pid !== process.pid && belongs(pid, group, needle));
}

/** Numbers of the live processes, of all or of those within `range`. */
function liveIds(range: { readonly first: number; readonly last: number } | undefined): readonly number[] {
  if (range === undefined) return readdirSync('/proc').map(Number).filter(Number.isInteger);
  const { first, last } = range;
  if (last - first < fewIds) return Array.from({ length: last - first + 1 }, (_, i) => first + i).filter((pid) => existsSync(`/proc/${pid}`));
  return readdirSync('/proc').map(Number).filter((pid) => pid >= first && pid <= last);
}

function belongs(pid: number, group: number, needle: Buffer): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state, , itsGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return false;
    return Number(itsGroup) === group || readFileSync(`/proc/${pid}/environ`).includes(needle);
  } catch {
    return false;
  }
}

/** Fifth field of /proc/loadavg: the number given to the newest process. Equal to ours = it started nothing. */
function lastProcessId(): number | undefined {
  try {
    return Number(readFileSync('/proc/loadavg', 'latin1').trim().split(' ')[4]);
  } catch {
    return undefined;
  }
}
