import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';

/** A process as other processes can know it: ids are used again, so a start time tells it from its namesakes (Linux only). */
export const processSchema = z.object({ pid: z.int(), started: z.string().optional(), host: z.string(), id: z.string() });
export type ProcessIdentity = z.infer<typeof processSchema>;

/** This process, with an id of its own for each call. */
export function thisProcess(): ProcessIdentity {
  const started = startTime(process.pid);
  return { pid: process.pid, ...(started === undefined ? {} : { started }), host: hostname(), id: randomUUID() };
}

/** Undefined for a process of another machine (or container): nobody here can know. */
export function isAlive({ host, pid, started }: ProcessIdentity): boolean | undefined {
  if (host !== hostname()) return undefined;
  if (!exists(pid)) return false;
  const now = startTime(pid);
  return started === undefined || now === undefined || now === started;
}

function exists(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function startTime(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
