import type { Clock } from '../model/ports.js';
import type { GpuLocks } from './gpuLock.js';
import { freeDevices, giveBack, take, type SlotState } from './gpuSlots.js';

/** How long until a device that another program holds is asked for again. */
const lockPollMs = 500;

export interface Lease { readonly devices: readonly string[]; release(): void }
/** Where jobs wait for a slot, in order of arrival. */
export interface Desk { readonly capacity: number; /** Undefined when the signal came first. */ lease(prefer: string | undefined, signal: AbortSignal): Promise<Lease | undefined> }

interface Waiting { readonly prefer: string | undefined; readonly serve: (lease: Lease) => void }

/** `locks` are the host's, on GPUs only. */
export function createDesk(initial: SlotState, locks: GpuLocks | undefined, clock: Clock): Desk {
  let state = initial;
  const queue: Waiting[] = [];
  let retrying = false;
  const attempt = (prefer: string | undefined): Lease | undefined => {
    const found = claimDevices(state, prefer, locks);
    if (found === undefined) return undefined;
    state = take(state, found.devices);
    return { devices: found.devices, release: () => { found.unlock(); state = giveBack(state, found.devices); serveAll(); } };
  };
  const serveAll = (): void => {
    for (const waiting of [...queue]) {
      const lease = attempt(waiting.prefer);
      if (lease === undefined) continue;
      queue.splice(queue.indexOf(waiting), 1);
      waiting.serve(lease);
    }
    if (locks !== undefined && queue.length > 0 && !retrying && state.running < state.capacity) retryLater();
  };
  const retryLater = (): void => {
    retrying = true;
    void clock.sleep(lockPollMs).then(() => { retrying = false; serveAll(); });
  };
  return {
    capacity: initial.capacity,
    lease: (prefer, signal) => new Promise((resolve) => {
      if (signal.aborted) { resolve(undefined); return; }
      const waiting: Waiting = { prefer, serve: (lease) => { signal.removeEventListener('abort', leave); resolve(lease); } };
      const leave = (): void => { queue.splice(queue.indexOf(waiting), 1); resolve(undefined); };
      signal.addEventListener('abort', leave, { once: true });
      queue.push(waiting);
      serveAll();
    }),
  };
}

/** Free here and on the host; a device that another program holds is passed over for the next. */
function claimDevices(state: SlotState, prefer: string | undefined, locks: GpuLocks | undefined): { readonly devices: readonly string[]; unlock(): void } | undefined {
  const held = new Set<string>();
  for (;;) {
    const devices = freeDevices(state, prefer, held);
    if (devices === undefined) return undefined;
    const unlocks: (() => void)[] = [];
    for (const device of devices) {
      const unlock = locks?.tryLock(device);
      if (unlock !== undefined) unlocks.push(unlock);
      else if (locks !== undefined) held.add(device);
    }
    const unlock = (): void => unlocks.forEach((give) => { give(); });
    if (locks === undefined || unlocks.length === devices.length) return { devices, unlock };
    unlock();
  }
}
