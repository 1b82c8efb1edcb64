/** Which devices are taken. A value: every change gives a new one. Empty `devices` = CPU slots without names. */
export interface SlotState {
  readonly devices: readonly string[];
  readonly perTrial: number;
  readonly capacity: number;
  readonly taken: readonly string[];
  readonly running: number;
}

/** `wanted`: a number of slots, or as many as the devices allow (one on CPU). */
export function createSlots({ devices, perTrial, wanted }: { readonly devices: readonly string[]; readonly perTrial: number; readonly wanted: 'auto' | number }): SlotState {
  const most = devices.length === 0 || perTrial === 0 ? undefined : Math.floor(devices.length / perTrial);
  const capacity = wanted === 'auto' ? (most ?? 1) : Math.min(wanted, most ?? wanted);
  return { devices: perTrial === 0 ? [] : devices, perTrial, capacity: Math.max(1, capacity), taken: [], running: 0 };
}

/**
 * The devices for one more trial, or undefined while it must wait. `prefer` is a device list as a lease names it: both runs
 * of a pair share theirs, so it is waited for; one that does not exist here (another machine's) is ignored. `avoid` are held by other programs.
 */
export function freeDevices(state: SlotState, prefer: string | undefined, avoid: ReadonlySet<string> = new Set()): readonly string[] | undefined {
  if (state.running >= state.capacity) return undefined;
  if (state.devices.length === 0) return [];
  const named = prefer?.split(',') ?? [];
  const known = named.length === state.perTrial && named.every((device) => state.devices.includes(device));
  const free = (known ? named : state.devices).filter((device) => !state.taken.includes(device) && !avoid.has(device));
  return free.length < state.perTrial ? undefined : free.slice(0, state.perTrial);
}

export function take(state: SlotState, devices: readonly string[]): SlotState {
  return { ...state, taken: [...state.taken, ...devices], running: state.running + 1 };
}

export function giveBack(state: SlotState, devices: readonly string[]): SlotState {
  return { ...state, taken: state.taken.filter((device) => !devices.includes(device)), running: state.running - 1 };
}
