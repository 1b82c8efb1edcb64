import type { Clock, Executor, OnReport, TrialJob } from '../model/ports.js';
import type { TrialResult } from '../model/trial.js';

/** A pair waits for a search trial at most this part of a run's usual time; the trial, which probably ends just then, is cut afterwards. */
const patience = 0.1;

/** The runs of one look: their devices, where a run is bound to one. */
export type Claim = readonly (string | undefined)[];

/** Slots that pairs and search trials share; pairs go first (decisions.md 16). With nothing but one kind it is the executor itself. */
export interface SharedExecutor extends Executor {
  /** What a look will run. The slots stay its own between its runs; call the result after each run, with its place in the claim. */
  claim(runs: Claim): (index: number) => void;
  /** How many search trials may run now beside pairs of which never more than `most` run at once. */
  room(most: number): number;
  /** Slots that looks have claimed and not given back. */
  claimed(): number;
  /** Resolves once `room` may answer otherwise. */
  changed(): Promise<void>;
}

interface Guest { readonly device: string | undefined; readonly cut: () => void }

interface Desk {
  readonly executor: Executor;
  readonly clock: Clock;
  /** The executor waits for the device that a job names. */
  readonly pinned: boolean;
  readonly claims: Set<{ readonly runs: Map<number, string | undefined>; endMs: number }>;
  /** Runs of pairs that were handed in and have not ended. */
  readonly hosts: Set<TrialJob>;
  /** Search trials, in order of starting. */
  readonly guests: Set<Guest>;
  readonly hostSeconds: number[];
  readonly guestSeconds: number[];
  /** A search trial had to be cut: guesses about how long they take are not trusted any more. */
  wasWrong: boolean;
  isWaiting: boolean;
  readonly closing: AbortController;
  waiters: (() => void)[];
}

/** `gpusPerTrial` 1: a run can be bound to one of the executor's devices. */
export function shareSlots(executor: Executor, { clock, gpusPerTrial }: { readonly clock: Clock; readonly gpusPerTrial: number }): SharedExecutor {
  const desk: Desk = {
    executor, clock, pinned: executor.devices.length > 0 && gpusPerTrial === 1, claims: new Set(), hosts: new Set(), guests: new Set(),
    hostSeconds: [], guestSeconds: [], wasWrong: false, isWaiting: false, closing: new AbortController(), waiters: [],
  };
  return {
    capacity: executor.capacity, devices: executor.devices,
    run: async (job, onReport, signal) => await (job.stage === 'search' ? runGuest : runHost)(desk, { job, onReport, signal }),
    claim: (runs) => claim(desk, runs),
    claimed: () => slotsOf(desk, claimedRuns(desk)),
    room: (most) => room(desk, most),
    changed: async () => { await new Promise<void>((resolve) => desk.waiters.push(resolve)); },
    close: async () => {
      desk.closing.abort();
      await executor.close();
    },
  };
}

interface Run { readonly job: TrialJob; readonly onReport: OnReport; readonly signal: AbortSignal }

async function runHost(desk: Desk, { job, onReport, signal }: Run): Promise<TrialResult> {
  desk.hosts.add(job);
  makeWay(desk);
  try {
    const result = await desk.executor.run(job, onReport, signal);
    if (result.outcome.state === 'complete') desk.hostSeconds.push(result.seconds);
    return result;
  } finally {
    desk.hosts.delete(job);
    wake(desk);
  }
}

async function runGuest(desk: Desk, { job, onReport, signal }: Run): Promise<TrialResult> {
  const cut = new AbortController();
  const device = job.device ?? unclaimedDevice(desk);
  const guest = { device, cut: () => { cut.abort(); } };
  desk.guests.add(guest);
  try {
    const result = await desk.executor.run(device === undefined ? job : { ...job, device }, onReport, AbortSignal.any([signal, cut.signal]));
    if (result.outcome.state === 'complete') desk.guestSeconds.push(result.seconds);
    if (!cut.signal.aborted || result.outcome.state !== 'failed') return result;
    return { ...result, outcome: { state: 'failed', reason: 'cancelled', message: 'made way for a run of the comparison; it is measured again' } };
  } finally {
    desk.guests.delete(guest);
    wake(desk);
  }
}

/** Beside pairs that are bound to devices, a trial must be where they are not. */
function unclaimedDevice(desk: Desk): string | undefined {
  const { executor, pinned, claims, guests } = desk;
  if (!pinned || claims.size === 0) return undefined;
  const taken = new Set([...claimedRuns(desk), ...[...guests].map(({ device }) => device)]);
  return executor.devices.find((device) => !taken.has(device));
}

function claim(desk: Desk, runs: Claim): (index: number) => void {
  const own = { runs: new Map(runs.entries()), endMs: desk.clock.now() + roundsOf(desk, runs) * hostMs(desk) };
  if (runs.length > 0) desk.claims.add(own);
  wake(desk);
  return (index) => {
    own.runs.delete(index);
    if (own.runs.size === 0) desk.claims.delete(own);
    wake(desk);
  };
}

/** Slots that no pair can ever want, and those that this look leaves idle for about as long as a search trial takes. */
function room(desk: Desk, most: number): number {
  const { executor: { capacity }, pinned, claims, clock, wasWrong } = desk;
  const lasting = pinned ? 0 : Math.max(0, capacity - most);
  if (claims.size === 0 || wasWrong) return lasting;
  const claimed = claimedRuns(desk);
  const endMs = Math.min(Math.max(...[...claims].map((look) => look.endMs)), clock.now() + roundsOf(desk, claimed) * hostMs(desk));
  const guestMs = 1000 * (median(desk.guestSeconds) ?? hostMs(desk) / 1000);
  return clock.now() + guestMs <= endMs + patience * hostMs(desk) ? Math.max(lasting, capacity - slotsOf(desk, claimed)) : lasting;
}

function claimedRuns({ claims }: Desk): Claim {
  return [...claims].flatMap(({ runs }) => [...runs.values()]);
}

function slotsOf({ executor: { capacity }, pinned }: Desk, runs: Claim): number {
  return Math.min(capacity, pinned ? new Set(runs).size : runs.length);
}

/** How many runs one slot has to do one after the other. */
function roundsOf({ executor: { capacity }, pinned }: Desk, runs: Claim): number {
  const perDevice = pinned ? Math.max(0, ...[...new Set(runs)].map((device) => runs.filter((other) => other === device).length)) : 0;
  return Math.max(perDevice, Math.ceil(runs.length / capacity));
}

/** NaN while none has ended: nothing that is compared with it holds. */
function hostMs({ hostSeconds }: Desk): number {
  return 1000 * (median(hostSeconds) ?? NaN);
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function makeWay(desk: Desk): void {
  if (desk.isWaiting || inTheWay(desk).length === 0) return;
  desk.isWaiting = true;
  void desk.clock.sleep(patience * (hostMs(desk) || 0), desk.closing.signal).then(() => {
    desk.isWaiting = false;
    for (const guest of inTheWay(desk)) {
      desk.wasWrong = true;
      guest.cut();
    }
  });
}

/** Those on a device that a pair is bound to, and the youngest of what is too much. */
function inTheWay({ executor: { capacity }, pinned, hosts, guests }: Desk): readonly Guest[] {
  const wanted = new Set([...hosts].map(({ device }) => device));
  const clashing = pinned ? [...guests].filter(({ device }) => device !== undefined && wanted.has(device)) : [];
  const excess = (pinned ? wanted.size : hosts.size) + guests.size - clashing.length - capacity;
  const others = [...guests].filter((guest) => !clashing.includes(guest));
  return excess <= 0 ? clashing : [...clashing, ...others.slice(-excess)];
}

function wake(desk: Desk): void {
  for (const waiter of desk.waiters.splice(0)) waiter();
}
