import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';

/** A cgroup v2 of a trial's own; what runs in it cannot leave. */
export interface Cgroup { members(): readonly number[]; kill(): void; remove(): void }

/** Where cgroup v2 lets us make groups; undefined = not here. Looked up once. */
let cgroupRoot: string | undefined | null = null;

/** Moves processes into a new cgroup; the first must be alive. Children forked during the move stay outside: the caller has other nets for them. */
export function joinCgroup(pids: readonly number[], marker: string): Cgroup | undefined {
  cgroupRoot = cgroupRoot === null ? findCgroupRoot() : cgroupRoot;
  if (cgroupRoot === undefined) return undefined;
  const dir = `${cgroupRoot}/${prefix}${marker}`;
  try {
    mkdirSync(dir);
    const [leader, ...others] = pids;
    writeFileSync(`${dir}/cgroup.procs`, String(leader));
    for (const pid of others) writeQuietly(`${dir}/cgroup.procs`, String(pid));
  } catch {
    removeQuietly(dir);
    return undefined;
  }
  return groupIn(dir);
}

/** Groups that an earlier process of ours made for markers that begin like this. */
export function cgroupsNamed(start: string): readonly (Cgroup & { readonly name: string })[] {
  cgroupRoot = cgroupRoot === null ? findCgroupRoot() : cgroupRoot;
  const root = cgroupRoot;
  if (root === undefined) return [];
  try {
    return readdirSync(root).filter((name) => name.startsWith(`${prefix}${start}`)).map((name) => ({ ...groupIn(`${root}/${name}`), name: name.slice(prefix.length) }));
  } catch {
    return [];
  }
}

const prefix = 'noregret-';

function groupIn(dir: string): Cgroup {
  return {
    members: () => readLines(`${dir}/cgroup.procs`).flatMap((line) => (line === '' || line === '0' ? [] : [Number(line)])),
    kill: () => writeQuietly(`${dir}/cgroup.kill`, '1'),
    remove: () => removeQuietly(dir),
  };
}

/** Our own cgroup v2 folder, if a group can be made below it. */
function findCgroupRoot(): string | undefined {
  const own = readLines('/proc/self/cgroup').find((line) => line.startsWith('0::'))?.slice(3);
  const mount = readLines('/proc/self/mountinfo').find((line) => line.includes(' - cgroup2 '))?.split(' ')[4];
  if (own === undefined || mount === undefined) return undefined;
  const root = `${mount}${own === '/' ? '' : own}`;
  const probe = `${root}/noregret-probe-${process.pid}`;
  try {
    mkdirSync(probe);
    rmdirSync(probe);
    return root;
  } catch {
    return undefined;
  }
}

function readLines(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}

function writeQuietly(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch {
    // Kernels before 5.14 have no cgroup.kill; members are then killed one by one.
  }
}

function removeQuietly(dir: string): void {
  try {
    rmdirSync(dir);
  } catch {
    // Still busy or never made: an empty cgroup costs nothing.
  }
}
